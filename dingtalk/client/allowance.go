package client

import (
	"fmt"
	"sync"
	"time"
)

// Allowance is how many of the calls that count against an organization's month may be
// made. The zero value allows all.
type Allowance struct {
	// Argument is the name of the setting, for the error.
	Argument string
	// Calls is the most calls; 0 is any number.
	Calls int
	// Period is the time of which the calls are counted, a day at most: in any such
	// time, no more are made. 0 is the time since the process began.
	Period time.Duration
}

// purse has the calls that were made under an allowance. A call is under way from when it
// is allowed until it is sent. DingTalk does not count a call that it throttles
// (https://open.dingtalk.com/document/development/dingtalk-application-development-platform-billing-model),
// so that it is put back. The zero value is ready to use.
type purse struct {
	mu       sync.Mutex
	underWay int
	sent     int // since the process began
	usage    usage
}

// made returns how many calls were made in a period, 0 for ever.
func (p *purse) made(now time.Time, period time.Duration) int {
	if period == 0 {
		return p.sent
	}
	return p.usage.last(now, period)
}

// lastDay returns how many calls were made in the last day.
func (p *purse) lastDay() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.usage.last(time.Now(), day)
}

// allow takes a call out of the purse, or returns an error if the allowance has none left.
func (p *purse) allow(a Allowance) *Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if made := p.made(now, a.Period); a.Calls > 0 && made+p.underWay >= a.Calls {
		return p.spent(now, a, made)
	}
	p.underWay++
	return nil
}

// spent returns the error of an allowance that has no call left.
func (p *purse) spent(now time.Time, a Allowance, made int) *Error {
	e := &Error{Kind: AllowanceSpent, Advice: adviceRunSpent}
	of := "since the program started"
	if a.Period > 0 {
		free := now.Add(a.Period) // if it will be one of those that are not sent yet
		if p.underWay < a.Calls {
			free = p.usage.fewer(now, a.Period, a.Calls-p.underWay)
		}
		at := free.Format("2006-01-02 15:04:05 -07:00")
		e.Advice = adviceDayAllowanceSpent.format(Advice{at, at})
		of = fmt.Sprintf("in the last %.0f hours", a.Period.Hours())
	}
	calls := many(int64(made+p.underWay), "call that counts against the organization's month was", "calls that count against the organization's month were")
	e.Message = fmt.Sprintf("%s is %d, and %s made %s: the query stopped before its next call", a.Argument, a.Calls, calls, of)
	return e
}

// send reports that a call is sent. If it was sent before, and its connection was dead,
// it is not under way any more and cannot be stopped, so that one more may be sent than
// the allowance has: most likely, the first did not arrive.
func (p *purse) send(at time.Time, again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !again {
		p.underWay--
	}
	p.sent++
	p.usage.add(at, 1)
}

// putBack puts back a call that was not sent.
func (p *purse) putBack() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underWay--
}

// refund puts back a call that was sent and that DingTalk does not count.
func (p *purse) refund(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent--
	p.usage.add(at, -1)
}

// permit is the right to send one call as far as the allowances are concerned. A permit
// is of one goroutine at a time.
type permit struct {
	purses []*purse
	sentAt time.Time // zero: it is not sent
}

// permit takes a call out of the purses of the client, if it is one that counts.
func (c *Client) permit(r request) (*permit, error) {
	p := &permit{}
	if !r.api.counted {
		return p, nil
	}
	for _, take := range []struct {
		*purse
		Allowance
	}{{c.month, c.allowance}, {&c.limits.purse, c.limits.Allowance}} {
		if err := take.allow(take.Allowance); err != nil {
			p.close()
			return nil, err
		}
		p.purses = append(p.purses, take.purse)
	}
	return p, nil
}

// send reports that the call is sent, or sent once more.
func (p *permit) send() {
	again := !p.sentAt.IsZero()
	p.sentAt = time.Now()
	for _, purse := range p.purses {
		purse.send(p.sentAt, again)
	}
}

// refund puts the call back that DingTalk does not count.
func (p *permit) refund() {
	for _, purse := range p.purses {
		purse.refund(p.sentAt)
	}
}

// close puts the call back, which was not sent.
func (p *permit) close() {
	for _, purse := range p.purses {
		purse.putBack()
	}
}
