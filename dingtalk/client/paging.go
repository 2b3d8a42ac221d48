package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// paging is how an API is read page by page.
type paging struct {
	// at and size are the names of the arguments for where a page starts and for how
	// many entries it may have.
	at, size string
	// first is where the first page starts; "" leaves it out.
	first string
	// sizeRequired is true if the API requires the size.
	sizeRequired bool
	// hasMore is true if the answer says whether there are more pages.
	hasMore bool
}

var (
	// byToken ends with a token that is empty, null or absent.
	byToken = &paging{at: "nextToken", size: "maxResults"}
	// byHasMore ends with hasMore false, whatever the token is; if the answer has no
	// hasMore, as byToken.
	byHasMore = &paging{at: "nextToken", size: "maxResults", hasMore: true}
	// byCursor is the older API's: it ends with has_more false.
	byCursor = &paging{at: "cursor", size: "size", first: "0", sizeRequired: true, hasMore: true}
)

// position is what a page says about how the list goes on.
type position struct {
	// next is where the next page starts; "" if the page doesn't say.
	next string
	// more is whether there is one; nil if the page doesn't say.
	more *bool
	// total is the number of entries of the whole list; nil if the page doesn't
	// say.
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
	// Entries may be fewer than were asked for, or none.
	Entries []E
	// TotalCount is the number of entries of all pages according to this page; nil
	// if it doesn't say.
	TotalCount *int64
}

// page is one answer of a paged API.
type page[E entry] interface {
	answer
	// position is a method of pageFields or cursorFields, which a page embeds.
	position() position
	// list returns the page's list, and its name in the answer.
	list() (name string, entries List[E])
}

// entry is what a page lists.
type entry interface {
	comparable
	// key distinguishes an entry from the others of its list; "" if nothing does.
	key() string
}

// keyOf is the key of an entry with an id.
func keyOf(id *string) string {
	if id == nil {
		return ""
	}
	return *id
}

// pageFields are the fields of an answer about the position in the list.
type pageFields struct {
	// TotalCount is the number of entries of all pages; nil if DingTalk did not
	// return it.
	TotalCount *int64    `json:"totalCount"`
	NextToken  pageToken `json:"nextToken"`
	HasMore    *bool     `json:"hasMore"`
}

func (p *pageFields) position() position {
	return position{next: string(p.NextToken), more: p.HasMore, total: p.TotalCount}
}

// pageToken is the position of the next page. DingTalk documents it as a number
// for one API, and as a text for the others; the client reads both forms for each.
type pageToken string

func (t *pageToken) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == "null":
		return nil
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	case wholeNumber.Match(b):
		*t = pageToken(b)
		return nil
	default:
		return typeError(string(b) + " is no position")
	}
}

var wholeNumber = regexp.MustCompile(`^\d+$`)

// cursorFields are the same for the older API.
type cursorFields struct {
	NextCursor LegacyText `json:"next_cursor"`
	HasMore    Flag       `json:"has_more"`
}

func (p *cursorFields) position() position {
	return position{next: string(p.NextCursor), more: p.HasMore.Bool()}
}

// checkPage returns an error if the page has no list. It may have none only if its
// totalCount is 0.
func checkPage[E entry](p page[E]) error {
	name, list := p.list()
	if total := p.position().total; list == nil && (total == nil || *total != 0) {
		return fmt.Errorf("%s is missing", name)
	}
	return nil
}

// How many pages in a row may say that there is more, and bring nothing new. Pages may
// be short, and lists may grow and shrink while they are read, but a list without an
// end would use up the month's calls.
const (
	maxEmptyPages = 50
	// maxStalePages bounds the pages whose entries were all on the page before.
	maxStalePages = 3
	// maxPagesBeyond bounds the pages after as many entries as the list has.
	maxPagesBeyond = 5
)

// progress detects a list without an end.
type progress struct {
	entries  int
	reported int64 // the totalCount of the last page that had one
	total    int64 // the largest totalCount of any page
	pages    int
	least    int64 // the smallest totalCount of all pages; 0 if one had none
	largest  int   // the number of entries of the largest page
	// empty, stale and beyond count such pages in a row.
	empty, stale, beyond int
	last                 map[string]bool // the keys of the last page with entries
	seen                 map[string]bool // the positions of all pages
}

// needs says how much of the list was not read, as far as its pages say; "" if they don't.
// size is the number of entries of a page; 0 if it is not known.
func (p *progress) needs(size int) string {
	left, each := p.total-int64(p.entries), int64(size)
	switch {
	case left <= 0:
		return ""
	case each == 0:
		return "; the list has " + many(left, "more entry", "more entries")
	default:
		return fmt.Sprintf("; the list has %s, in %s", many(left, "more entry", "more entries"), many((left+each-1)/each, "call", "calls"))
	}
}

// many is a number of things, with the word for one or for several.
func many(n int64, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}

// end returns the error of a list that ends with this page, or nil. A list that ends with
// fewer entries than half of the totalCount of each page has most likely lost some. With
// more entries it may be complete: DingTalk may count what it does not list, and a list
// may shrink while it is read. So may a list of one page: DingTalk says that it returns
// the last meeting of a schedule only, and its totalCount may be that of all meetings.
func (p *progress) end(at position, keys []string) error {
	p.count(at, keys)
	if p.entries == 0 && p.reported > 0 {
		return fmt.Errorf("totalCount is %d, but the list is empty", p.reported)
	}
	if p.pages > 1 && 2*int64(p.entries) < p.least {
		return fmt.Errorf("each of the %d pages has a totalCount of %d or more, but the list ended after %d entries", p.pages, p.least, p.entries)
	}
	return nil
}

// next returns the error of a list that goes on after this page, or nil.
func (p *progress) next(at position, keys []string, name, next string) error {
	p.count(at, keys)
	switch {
	case p.empty > maxEmptyPages:
		return fmt.Errorf("%d pages in a row were empty and promised more", p.empty)
	case p.seen[next]:
		return fmt.Errorf("%s came back a second time", name)
	case p.stale > maxStalePages:
		return fmt.Errorf("%d pages in a row brought only what was on the page before, and promised more", p.stale)
	case p.beyond > maxPagesBeyond:
		return fmt.Errorf("totalCount is %d, but %d entries were read and more are promised", p.total, p.entries)
	}
	p.seen[next] = true
	return nil
}

// count counts a page, by its position and the keys of its entries.
func (p *progress) count(at position, keys []string) {
	var total int64
	if at.total != nil {
		total = *at.total
		p.reported = total
		p.total = max(p.total, total)
	}
	if p.pages++; p.pages == 1 {
		p.least = total
	}
	p.least = min(p.least, total)
	if p.total > 0 && int64(p.entries) >= p.total {
		p.beyond++
	} else {
		p.beyond = 0
	}
	p.entries += len(keys)
	p.largest = max(p.largest, len(keys))
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
