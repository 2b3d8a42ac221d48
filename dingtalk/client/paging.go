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

// page is one answer of a paged API.
type page interface {
	answer
	// position is of one of the types below, which a page embeds.
	position() position
	// entries is the page's list, by its name in the answer.
	entries() (name string, list entries)
}

// entries is a List of any kind.
type entries interface {
	len() int
	// missing is true where the answer has no such list, not even an empty one.
	missing() bool
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
	name, list := p.entries()
	if total := p.position().total; list.missing() && (total == nil || *total != 0) {
		return fmt.Errorf("%s is missing", name)
	}
	return nil
}
