// Package simulator is a stand-in for the DingTalk Open API: an http.Handler
// with schedules, token calls, limits, scripted faults and a log of the calls
// it saw. It answers as the API documents; no part of the plugin knows it.
package simulator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// App is an app that may fetch tokens. CorpID and SuiteTicket are only needed
// by the flows that use them.
type App struct{ ClientID, ClientSecret, CorpID, SuiteTicket string }

// Conference is a meeting as the API writes it. Nil is left out of the answer.
type Conference struct {
	ConferenceID string `json:"conferenceId"`
	Title        string `json:"title"`
	RoomCode     string `json:"roomCode"`
	Status       *int64 `json:"status,omitempty"`
	StartTime    *int64 `json:"startTime,omitempty"` // milliseconds since 1970 UTC
	EndTime      *int64 `json:"endTime,omitempty"`   // milliseconds since 1970 UTC
}

// Simulator answers the token calls and the conference call. Set its fields
// before the first call.
type Simulator struct {
	App App
	// Schedules are the known ids and their meetings.
	Schedules map[string][]Conference
	// MaxPage is the most entries on one page, whatever the caller asks for;
	// DefaultPage is the number where it doesn't ask.
	MaxPage, DefaultPage int
	// TokenLife is how long a token is accepted, and what its answer says.
	TokenLife time.Duration
	// CallsPerSecond is how many conference calls any sliding second may hold;
	// 0 is no limit.
	CallsPerSecond int

	mu     sync.Mutex
	tokens map[string]time.Time // token to end of life
	issued int
	last   string // the token that the app's next call renews
	calls  []Call
	recent []time.Time // conference calls of the last second
	faults []*Fault
}

// New returns a Simulator without schedules, for that app.
func New(app App) *Simulator {
	return &Simulator{
		App:         app,
		Schedules:   map[string][]Conference{},
		MaxPage:     200,
		DefaultPage: 20,
		TokenLife:   2 * time.Hour,
		tokens:      map[string]time.Time{},
	}
}

// CallKind is what a call asks for.
type CallKind string

// The calls that the simulator knows.
const (
	TokenCall      CallKind = "token"
	ConferenceCall CallKind = "conference"
	OtherCall      CallKind = "other"
)

// Call is one request as the simulator saw it.
type Call struct {
	Kind   CallKind
	Method string
	// Path is the path as it was escaped on the wire.
	Path                 string
	ScheduleConferenceID string
	NextToken            string
	// MaxResults is the query argument as sent; "" where it was left out.
	MaxResults string
	// Token is the token header as sent.
	Token string
	At    time.Time
}

// Calls returns the log, oldest first.
func (s *Simulator) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Count returns how many calls of a kind the log holds.
func (s *Simulator) Count(kind CallKind) int {
	n := 0
	for _, c := range s.Calls() {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

// ClearCalls empties the log.
func (s *Simulator) ClearCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

// RevokeTokens makes every token dead that was issued so far.
func (s *Simulator) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
	s.last = ""
}

// IssueToken returns a token of the simulator's, as a user has it who manages
// tokens of their own.
func (s *Simulator) IssueToken() string { return s.issue(false) }

const conferencePrefix = "/v1.0/conference/videoConferences/scheduleConferences/"

// ServeHTTP logs the call, then answers it, or does what a fault says.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Only after the body is read does the server notice a caller that leaves.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	call := newCall(r)
	s.mu.Lock()
	s.calls = append(s.calls, call)
	fault := s.takeFault(call)
	s.mu.Unlock()

	real := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, call) })
	if fault != nil {
		fault.Serve(w, r, real)
		return
	}
	real(w, r)
}

func newCall(r *http.Request) Call {
	query := r.URL.Query()
	call := Call{
		Kind:       OtherCall,
		Method:     r.Method,
		Path:       r.URL.EscapedPath(),
		NextToken:  query.Get("nextToken"),
		MaxResults: query.Get("maxResults"),
		Token:      r.Header.Get("x-acs-dingtalk-access-token"),
		At:         time.Now(),
	}
	switch id, ok := strings.CutPrefix(call.Path, conferencePrefix); {
	case ok && r.Method == http.MethodGet && id != "" && !strings.Contains(id, "/"):
		if id, err := url.PathUnescape(id); err == nil {
			call.Kind, call.ScheduleConferenceID = ConferenceCall, id
		}
	case strings.HasPrefix(call.Path, "/v1.0/oauth2/") && r.Method == http.MethodPost:
		call.Kind = TokenCall
	}
	return call
}

func (s *Simulator) answer(w http.ResponseWriter, r *http.Request, call Call) {
	switch call.Kind {
	case TokenCall:
		s.answerToken(w, r)
	case ConferenceCall:
		s.answerConference(w, r, call)
	default:
		refuse(w, http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
	}
}

func (s *Simulator) answerToken(w http.ResponseWriter, r *http.Request) {
	var body map[string]string
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") || json.NewDecoder(r.Body).Decode(&body) != nil {
		refuse(w, http.StatusBadRequest, "paramsError", "error:the body is not JSON")
		return
	}
	app := s.App
	flow := strings.TrimPrefix(r.URL.Path, "/v1.0/oauth2/")
	switch {
	case flow == "accessToken":
		if body["appKey"] != app.ClientID || body["appSecret"] != app.ClientSecret {
			refuse(w, http.StatusBadRequest, "invalidClientIdOrSecret", "the client id or secret is wrong")
			return
		}
		writeJSON(w, map[string]any{"accessToken": s.issue(true), "expireIn": int(s.TokenLife.Seconds())})
	case flow == "corpAccessToken":
		switch {
		case body["suiteKey"] != app.ClientID || body["suiteSecret"] != app.ClientSecret:
			refuse(w, http.StatusBadRequest, "invalidSuiteKey", "the suite key or secret is wrong")
		case body["suiteTicket"] != app.SuiteTicket:
			refuse(w, http.StatusBadRequest, "invalidSuiteTicket", "the suite ticket is wrong")
		case body["authCorpId"] != app.CorpID:
			refuse(w, http.StatusBadRequest, "invalidAuthInfo", "the organization has not authorized the app")
		default:
			writeJSON(w, map[string]any{"accessToken": s.issue(false), "expireIn": int(s.TokenLife.Seconds())})
		}
	case strings.HasSuffix(flow, "/token"):
		switch {
		case body["grant_type"] != "client_credentials":
			refuse(w, http.StatusBadRequest, "unsupported.grant.type", "the grant type is not supported")
		case body["client_id"] != app.ClientID || body["client_secret"] != app.ClientSecret:
			refuse(w, http.StatusBadRequest, "invalid.client", "the client id or secret is wrong")
		case strings.TrimSuffix(flow, "/token") != app.CorpID:
			refuse(w, http.StatusUnauthorized, "unauthorized.client", "the organization has not authorized the app")
		default:
			writeJSON(w, map[string]any{"access_token": s.issue(false), "expires_in": int(s.TokenLife.Seconds())})
		}
	default:
		refuse(w, http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
	}
}

// issue returns a token; renewed, it is the app's last one while that lives.
func (s *Simulator) issue(renew bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if !renew || s.last == "" || !now.Before(s.tokens[s.last]) {
		s.issued++
		s.last = fmt.Sprintf("simulated-token-%d", s.issued)
	}
	s.tokens[s.last] = now.Add(s.TokenLife)
	return s.last
}

func (s *Simulator) answerConference(w http.ResponseWriter, r *http.Request, call Call) {
	s.mu.Lock()
	now := time.Now()
	alive := now.Before(s.tokens[call.Token])
	throttled := s.throttle(now)
	s.mu.Unlock()

	all, known := s.Schedules[call.ScheduleConferenceID]
	size, sizeErr := s.pageSize(call.MaxResults)
	start, startErr := decodePosition(call.ScheduleConferenceID, call.NextToken)
	switch {
	case !alive:
		refuse(w, http.StatusBadRequest, "InvalidAuthentication", "the access token is invalid or expired")
	case throttled:
		refuse(w, http.StatusForbidden, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "the app calls this API too often")
	case !known:
		refuse(w, http.StatusBadRequest, "invalidScheduleConferenceId", "the schedule conference id is invalid")
	case sizeErr != nil || startErr != nil || start > len(all):
		refuse(w, http.StatusBadRequest, "paramsError", "error:maxResults or nextToken")
	default:
		end := min(start+size, len(all))
		next := ""
		if end < len(all) {
			next = encodePosition(call.ScheduleConferenceID, end)
		}
		writeJSON(w, map[string]any{
			"totalCount":     len(all),
			"nextToken":      next,
			"conferenceList": append([]Conference{}, all[start:end]...),
		})
	}
}

// throttle reports whether a conference call comes too early. s.mu is held.
func (s *Simulator) throttle(now time.Time) bool {
	if s.CallsPerSecond == 0 {
		return false
	}
	s.recent = slices.DeleteFunc(s.recent, func(t time.Time) bool { return now.Sub(t) >= time.Second })
	if len(s.recent) >= s.CallsPerSecond {
		return true
	}
	s.recent = append(s.recent, now)
	return false
}

func (s *Simulator) pageSize(maxResults string) (int, error) {
	if maxResults == "" {
		return s.DefaultPage, nil
	}
	n, err := strconv.Atoi(maxResults)
	if err == nil && n < 1 {
		err = strconv.ErrRange
	}
	return min(n, s.MaxPage), err
}

// A position is opaque to the caller, and good for its own schedule only.
func encodePosition(id string, n int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(n) + "@" + id))
}

func decodePosition(id, token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, err
	}
	position, of, _ := strings.Cut(string(b), "@")
	if of != id {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.Atoi(position)
	if err == nil && n < 0 {
		err = strconv.ErrRange
	}
	return n, err
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the caller has gone: nothing to tell it
}
