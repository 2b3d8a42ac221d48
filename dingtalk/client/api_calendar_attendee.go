package client

import (
	"context"
	"iter"
	"net/http"
)

// The list ends with a nextToken that is null. An event may have 5,000 attendees.
var calendarEventAttendees = declare(endpoint{
	method: http.MethodGet,
	path:   "/v1.0/calendar/users/{unionId}/calendars/primary/events/{eventId}/attendees",
	api:    openAPI,
	codes: map[string]meaning{
		"invalidParameter.event.eventId": {kind: NotFound, advice: adviceNoEvent},
		"invalidParameter":               {kind: BadRequest, advice: adviceBadEvent},
	},
	paging:     byToken,
	maxPage:    500,
	permission: "Calendar.Event.Read",
})

// attendeePageSize is the size of a page if the caller names none.
const attendeePageSize = 500

// CalendarEventAttendee is a person who was invited to an event, or its organizer. A nil field is one that DingTalk did not return; an id or code that
// it left empty stays "".
type CalendarEventAttendee struct {
	// ID is a union id.
	ID          *string `json:"id"`
	DisplayName *string `json:"displayName"`
	// ResponseStatus is "needsAction", "accepted", "declined" or "tentative".
	ResponseStatus *string `json:"responseStatus"`
	IsOptional     *bool   `json:"isOptional"`
	// Self is true for the user whose calendar it is.
	Self *bool `json:"self"`
}

// calendarEventAttendeePage is one page of the attendees of an event.
type calendarEventAttendeePage struct {
	refusal
	pageFields
	Attendees List[*CalendarEventAttendee] `json:"attendees"`
}

func (a *CalendarEventAttendee) key() string { return keyOf(a.ID) }

func (p *calendarEventAttendeePage) list() (string, List[*CalendarEventAttendee]) {
	return "attendees", p.Attendees
}

func (p *calendarEventAttendeePage) check() error { return checkPage[*CalendarEventAttendee](p) }

// CalendarEventAttendees returns the attendees of an event in a user's primary
// calendar page by page; a page has 500 if opt names no size. If there is an error, it
// is yielded last; it is an *Error of kind NotFound if there is no such event.
func (c *Client) CalendarEventAttendees(ctx context.Context, unionID, eventID string, opt PageOptions) iter.Seq2[*Page[*CalendarEventAttendee], error] {
	if opt.Size == 0 {
		opt.Size = attendeePageSize
	}
	return pages[*CalendarEventAttendee, calendarEventAttendeePage](ctx, c, opt, request{endpoint: calendarEventAttendees, ids: []string{unionID, eventID}})
}
