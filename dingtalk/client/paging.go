package client

import (
	"errors"
	"fmt"
)

// paging is how an API is read page by page.
type paging struct {
	// at and size are the arguments that say where a page starts and how many
	// entries it may have.
	at, size string
	// first is where the first page starts; "" leaves it out.
	first string
	// sizeRequired is true where the API wants to be told the size.
	sizeRequired bool
	// hasMore is true where the answer says whether there is more.
	hasMore bool
}

var (
	// byToken ends with a token that is empty, null or absent.
	byToken = &paging{at: "nextToken", size: "maxResults"}
	// byHasMore ends with hasMore false, whatever the token, or as byToken
	// where hasMore is not told.
	byHasMore = &paging{at: "nextToken", size: "maxResults", hasMore: true}
	// byCursor is the older API's: it ends with has_more false.
	byCursor = &paging{at: "cursor", size: "size", first: "0", sizeRequired: true, hasMore: true}
)

// position is what a page says of how the list goes on.
type position struct {
	// next is where the next page starts; "" where the page doesn't say.
	next string
	// more is whether there is one; nil where the page doesn't say.
	more *bool
	// total is the number of entries of the whole list; nil where the page
	// doesn't say.
	total *int64
}

// next returns where the next page starts; "" after the last.
func (p *paging) next(at position) (string, error) {
	switch {
	case !p.hasMore || at.more == nil:
		return at.next, nil
	case !*at.more:
		return "", nil
	case at.next == "":
		return "", errors.New("there is more, but not where")
	default:
		return at.next, nil
	}
}

// Page is a page of a list.
type Page[E any] struct {
	// Entries are what is on it: as many as DingTalk likes, or none.
	Entries []E
	// TotalCount is the number of entries on all pages, as this one says; nil
	// where it says nothing.
	TotalCount *int64
}

// page is one answer of a paged API.
type page[E entry] interface {
	answer
	// position is of one of the types below, which a page embeds.
	position() position
	// list is the page's list, and its name in the answer.
	list() (name string, entries List[E])
}

// entry is what a page lists.
type entry interface {
	comparable
	// key tells an entry from the others of its list; "" where nothing does.
	key() string
}

// keyOf is the key of an entry with an id.
func keyOf(id *string) string {
	if id == nil {
		return ""
	}
	return *id
}

// pageFields are what an answer says of its place in a list.
type pageFields struct {
	// TotalCount is the number of entries on all pages; nil where DingTalk did
	// not return it.
	TotalCount *int64  `json:"totalCount"`
	NextToken  *string `json:"nextToken"`
	HasMore    *bool   `json:"hasMore"`
}

func (p *pageFields) position() position {
	at := position{more: p.HasMore, total: p.TotalCount}
	if p.NextToken != nil {
		at.next = *p.NextToken
	}
	return at
}

// cursorFields are the same in the older API.
type cursorFields struct {
	NextCursor LegacyText `json:"next_cursor"`
	HasMore    Flag       `json:"has_more"`
}

func (p *cursorFields) position() position {
	return position{next: string(p.NextCursor), more: p.HasMore.Bool()}
}

// checkPage returns what a page lacks. A list may only be left out where
// DingTalk says that nothing is on it.
func checkPage[E entry](p page[E]) error {
	name, list := p.list()
	if total := p.position().total; list == nil && (total == nil || *total != 0) {
		return fmt.Errorf("%s is missing", name)
	}
	return nil
}

// How many pages in a row may promise more and bring nothing. Pages may be short,
// and lists grow and shrink while they are read, but a list that has no end would
// spend the month's quota.
const (
	maxEmptyPages = 50
	// maxStalePages bounds the pages whose entries were all on the page before.
	maxStalePages = 3
	// maxPagesBeyond bounds the pages after as many entries as the list has.
	maxPagesBeyond = 5
)

// progress notices a list that does not get on.
type progress struct {
	read  int
	told  int64 // the totalCount of the last page that told it
	total int64 // the most that any told
	// empty, stale and beyond count such pages in a row.
	empty, stale, beyond int
	last                 map[string]bool // the entries of the last page that had any
	seen                 map[string]bool // the positions
}

// end returns what is wrong with a list that ends with this page.
func (p *progress) end(at position, keys []string) error {
	p.count(at, keys)
	if p.read == 0 && p.told > 0 {
		return fmt.Errorf("totalCount is %d, but the list is empty", p.told)
	}
	return nil
}

// next returns what is wrong with a list that goes on after this page.
func (p *progress) next(at position, keys []string, name, next string) error {
	p.count(at, keys)
	switch {
	case p.empty > maxEmptyPages:
		return fmt.Errorf("%d pages in a row were empty and promised more", p.empty)
	case p.seen[next]:
		return fmt.Errorf("%s %q came back a second time", name, next)
	case p.stale > maxStalePages:
		return fmt.Errorf("%d pages in a row brought only what was on the page before, and promised more", p.stale)
	case p.beyond > maxPagesBeyond:
		return fmt.Errorf("totalCount is %d, but %d entries were read and more are promised", p.total, p.read)
	}
	p.seen[next] = true
	return nil
}

// count takes a page into account, by its position and the keys of its entries.
func (p *progress) count(at position, keys []string) {
	if at.total != nil {
		p.told = *at.total
		p.total = max(p.total, p.told)
	}
	if p.total > 0 && int64(p.read) >= p.total {
		p.beyond++
	} else {
		p.beyond = 0
	}
	p.read += len(keys)
	if len(keys) == 0 {
		p.empty++
		return
	}
	p.empty = 0
	seen := make(map[string]bool, len(keys))
	stale := true
	for _, key := range keys {
		stale = stale && key != "" && p.last[key]
		seen[key] = true
	}
	if p.last = seen; stale {
		p.stale++
	} else {
		p.stale = 0
	}
}
