package client

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// PageOptions say how a list is read. The zero value is usable.
type PageOptions struct {
	// Size is how many entries a call asks for, or the maximum that DingTalk
	// documents if that is lower; 0 is DingTalk's default. A page may always have
	// fewer.
	Size int
	// First is the same for the first call; 0 is Size.
	First int
	// Wait, if not nil, is called before every call to the API, also before a
	// repeat, but not before token calls. Its error ends the list.
	Wait func(context.Context) error
}

// pages calls a paged API until the list ends, and yields each page. r is the call
// without the arguments of a page. If there is an error, it is yielded last. After
// the loop over pages has ended, no call is made. A short or empty page does not end
// a list.
func pages[E entry, P any, PP interface {
	*P
	page[E]
}](ctx context.Context, c *Client, opt PageOptions, r request) iter.Seq2[*Page[E], error] {
	return func(yield func(*Page[E], error) bool) {
		of, args := r.endpoint, maps.Clone(r.args)
		if args == nil {
			args = url.Values{}
		}
		ask := func(want int) {
			if size := of.pageSize(want); size > 0 {
				args.Set(of.paging.size, strconv.Itoa(size))
			}
		}
		ask(cmp.Or(opt.First, opt.Size))
		if of.paging.first != "" {
			args.Set(of.paging.at, of.paging.first)
		}
		list := progress{seen: map[string]bool{}}
		for number := 1; ; number++ {
			fail := func(err error) {
				if e, ok := errors.AsType[*Error](err); ok {
					here := *e // a copy: lists may share the error of a token call
					here.Page = number
					if here.Kind == AllowanceSpent {
						size := list.largest
						if number == 2 && opt.First > 0 {
							size = of.pageSize(opt.Size) // the first page was a small one
						}
						here.Message += list.needs(size)
					}
					if number > 1 && (here.Kind == NotFound || here.Kind == Empty) {
						here.Advice = adviceHalf
					}
					err = &here
				}
				yield(nil, err)
			}
			answer, err := read[P, PP](ctx, c, opt.Wait, request{endpoint: of, ids: r.ids, args: args, number: number})
			if number == 1 && IsKind(err, Empty) {
				return
			}
			if err != nil {
				fail(err)
				return
			}
			at := PP(answer).position()
			_, entries := PP(answer).list()
			if !yield(&Page[E]{entries, at.total}, nil) {
				return
			}
			next, err := of.paging.next(at)
			switch {
			case err != nil:
			case next == "":
				err = list.end(at, keysOf(entries))
			default:
				err = list.next(at, keysOf(entries), of.paging.at, next)
			}
			if err != nil {
				fail(unexpected(http.StatusOK, err.Error(), adviceOddAnswer))
				return
			}
			if next == "" {
				return
			}
			// The next page starts at the position, also with another page size.
			args.Set(of.paging.at, next)
			ask(opt.Size)
		}
	}
}

// keysOf returns the keys of entries.
func keysOf[E entry](entries List[E]) []string {
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.key()
	}
	return keys
}

// Entries yields the entries of a list's pages. If there is an error, it is yielded
// last.
func Entries[E any](pages iter.Seq2[*Page[E], error]) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		for page, err := range pages {
			if err != nil {
				var none E
				yield(none, err)
				return
			}
			for _, e := range page.Entries {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}
