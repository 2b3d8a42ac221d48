package client

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strconv"
)

// maxEmptyPages is how many pages without an entry may follow one another.
// Pages may be short, but a list that promises more for ever would spend the
// month's quota.
const maxEmptyPages = 50

// PageOptions say how a list is read. The zero value is usable.
type PageOptions struct {
	// Size is the number of entries asked for in one call; 0 leaves it to
	// DingTalk. Pages may come shorter at any time.
	Size int
	// Wait is asked before every call to the API, repeats included, and its
	// error ends the list. Token calls don't ask. Nil asks nobody.
	Wait func(context.Context) error
}

// page is one answer of a paged API.
type page interface {
	answer
	// next is where the next page starts; "" on the last page.
	next() string
	// len is the number of entries.
	len() int
	// total is the number of entries of the whole list; 0 where it isn't told.
	total() int64
}

// pages calls a paged API until it has no more, and yields each answer. An
// error is the last thing it yields. No call is made after the loop over it
// has ended.
//
// DingTalk ends a list with a nextToken that is empty, null or absent; a short
// or empty page does not end it.
func pages[P any, PP interface {
	*P
	page
}](ctx context.Context, c *Client, opt PageOptions, path ...string) iter.Seq2[*P, error] {
	return func(yield func(*P, error) bool) {
		query := url.Values{}
		if opt.Size > 0 {
			query.Set("maxResults", strconv.Itoa(opt.Size))
		}
		seen := map[string]bool{}
		entries := 0
		for empty := 0; ; {
			answer, err := get[P, PP](ctx, c, request{path: path, query: query, wait: opt.Wait})
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(answer, nil) {
				return
			}
			p := PP(answer)
			entries += p.len()
			next := p.next()
			if next == "" {
				if entries == 0 && p.total() > 0 {
					yield(nil, unexpected(200, fmt.Sprintf("totalCount is %d, but the list is empty", p.total())))
				}
				return
			}
			if p.len() > 0 {
				empty = 0
			} else if empty++; empty > maxEmptyPages {
				yield(nil, unexpected(200, fmt.Sprintf("%d pages in a row were empty and promised more", empty)))
				return
			}
			// A token that comes back would page for ever.
			if seen[next] {
				yield(nil, unexpected(200, fmt.Sprintf("nextToken %q came back a second time", next)))
				return
			}
			seen[next] = true
			query.Set("nextToken", next)
		}
	}
}
