package client

import (
	"errors"
	"fmt"
	"iter"
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

// page is one answer of a paged API.
type page interface {
	answer
	// position is of one of the types below, which a page embeds.
	position() position
	// entries is the page's list.
	entries() entries
}

// entries is the list of a page, whatever it lists.
type entries struct {
	name string // in the answer
	n    int
	// missing is true where the answer has no such list, not even an empty one.
	missing bool
	keys    iter.Seq[string]
}

// entry is what a page lists.
type entry interface {
	comparable
	// key tells an entry from the others of its list; "" where nothing does.
	key() string
}

func entriesOf[E entry](name string, l List[E]) entries {
	return entries{name: name, n: len(l), missing: l == nil, keys: func(yield func(string) bool) {
		for _, e := range l {
			if !yield(e.key()) {
				return
			}
		}
	}}
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
func checkPage(p page) error {
	list := p.entries()
	if total := p.position().total; list.missing && (total == nil || *total != 0) {
		return fmt.Errorf("%s is missing", list.name)
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
func (p *progress) end(at position, list entries) error {
	p.count(at, list)
	if p.read == 0 && p.told > 0 {
		return fmt.Errorf("totalCount is %d, but the list is empty", p.told)
	}
	return nil
}

// next returns what is wrong with a list that goes on after this page.
func (p *progress) next(at position, list entries, name, next string) error {
	p.count(at, list)
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

func (p *progress) count(at position, list entries) {
	if at.total != nil {
		p.told = *at.total
		p.total = max(p.total, p.told)
	}
	if p.total > 0 && int64(p.read) >= p.total {
		p.beyond++
	} else {
		p.beyond = 0
	}
	p.read += list.n
	if list.n == 0 {
		p.empty++
		return
	}
	p.empty = 0
	keys := make(map[string]bool, list.n)
	stale := true
	for key := range list.keys {
		stale = stale && key != "" && p.last[key]
		keys[key] = true
	}
	if p.last = keys; stale {
		p.stale++
	} else {
		p.stale = 0
	}
}
