package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
)

// maxEmptyPages is how many pages without an entry may follow one another.
// Pages may be short, but a list that promises more for ever would spend the
// month's quota.
const maxEmptyPages = 50

// PageOptions say how a list is read. The zero value is usable.
type PageOptions struct {
	// Size is the number of entries asked for in one call, as far as DingTalk
	// documents no lower maximum; 0 leaves it to DingTalk. Pages may come
	// shorter at any time.
	Size int
	// Wait is asked before every call to the API, repeats included, and its
	// error ends the list. Token calls don't ask. Nil asks nobody.
	Wait func(context.Context) error
}

// pages calls a paged API until it has no more, and yields each answer. An
// error is the last thing it yields. No call is made after the loop over it
// has ended. A short or empty page does not end a list.
func pages[P any, PP interface {
	*P
	page
}](ctx context.Context, c *Client, of *endpoint, opt PageOptions, ids ...string) iter.Seq2[*P, error] {
	return func(yield func(*P, error) bool) {
		args := url.Values{}
		if size := of.pageSize(opt.Size); size != "" {
			args.Set(of.paging.size, size)
		}
		if of.paging.first != "" {
			args.Set(of.paging.at, of.paging.first)
		}
		seen := map[string]bool{}
		entries := 0
		for number, empty := 1, 0; ; number++ {
			answer, err := read[P, PP](ctx, c, opt.Wait, request{endpoint: of, ids: ids, page: args})
			if number == 1 && IsKind(err, Empty) {
				return
			}
			if err != nil {
				if e, ok := errors.AsType[*Error](err); ok {
					e.Page = number
				}
				yield(nil, err)
				return
			}
			if !yield(answer, nil) {
				return
			}
			p := PP(answer)
			at := p.position()
			_, list := p.entries()
			entries += list.len()
			next, err := of.paging.next(at)
			switch {
			case err != nil:
				yield(nil, unexpected(200, err.Error()))
				return
			case next == "":
				if entries == 0 && at.total != nil && *at.total > 0 {
					yield(nil, unexpected(200, fmt.Sprintf("totalCount is %d, but the list is empty", *at.total)))
				}
				return
			}
			if list.len() > 0 {
				empty = 0
			} else if empty++; empty > maxEmptyPages {
				yield(nil, unexpected(200, fmt.Sprintf("%d pages in a row were empty and promised more", empty)))
				return
			}
			// A token that comes back would page for ever.
			if seen[next] {
				yield(nil, unexpected(200, fmt.Sprintf("%s %q came back a second time", of.paging.at, next)))
				return
			}
			seen[next] = true
			args.Set(of.paging.at, next)
		}
	}
}
