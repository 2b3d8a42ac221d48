package client

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"net/http"
	"net/url"
)

// PageOptions say how a list is read. The zero value is usable.
type PageOptions struct {
	// Size is the number of entries asked for in one call, as far as DingTalk
	// documents no lower maximum; 0 leaves it to DingTalk. Pages may come
	// shorter at any time.
	Size int
	// First is the same for the first call; 0 is Size.
	First int
	// Wait is asked before every call to the API, repeats included, and its
	// error ends the list. Token calls don't ask. Nil asks nobody.
	Wait func(context.Context) error
}

// pages calls a paged API until it has no more, and yields each answer. r is the
// call without what says which page is wanted. An
// error is the last thing it yields. No call is made after the loop over it
// has ended. A short or empty page does not end a list.
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
			if size := of.pageSize(want); size != "" {
				args.Set(of.paging.size, size)
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
					here := *e // several lists may share a token call's error
					here.Page = number
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
			// A position is where to go on, whatever the size of the page before.
			args.Set(of.paging.at, next)
			ask(opt.Size)
		}
	}
}

// keysOf are the keys of entries.
func keysOf[E entry](entries List[E]) []string {
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.key()
	}
	return keys
}

// Entries yields the entries of a list's pages. An error is the last thing it
// yields.
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
