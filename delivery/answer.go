package delivery

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	gproto "google.golang.org/protobuf/proto"
)

// pageRows is how many rows of an answer are kept as they are; once there are
// as many, they are packed.
const pageRows = 1000

// answer is what a scan has brought so far, for any number of readers, each at
// its own pace. The scan ends when the last reader has left.
type answer struct {
	question question
	wish     *wish // the largest of its readers'
	cancel   context.CancelFunc
	ended    chan struct{} // closed when the scan is done

	mu      sync.Mutex
	changed chan struct{} // closed, and replaced, when there is more
	packed  [][]byte      // pages of pageRows rows
	tail    []*proto.Row  // the rows after those
	done    bool
	err     error

	// Guarded by answers.mu:
	readers int
	place   *list.Element // in answers.order; nil once it is forgotten
	kept    time.Time     // when the scan had ended; zero while it is under way
	bytes   int64         // what it takes in memory, about; set with kept
	// beginning is how many rows there are of an answer whose scan ended as the
	// engine had as many rows as its LIMIT; 0 for any other.
	beginning int64
}

// scanFunc is a scan that calls put with its rows.
type scanFunc func(ctx context.Context, wish *wish, put func(*proto.ExecuteResponse) error) error

// begin starts the scan for an answer.
func begin(ctx context.Context, q question, scan scanFunc, onEnd func(*answer, error)) *answer {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	a := &answer{question: q, wish: newWish(q.limit), cancel: cancel, ended: make(chan struct{}), changed: make(chan struct{})}
	go func() {
		defer close(a.ended)
		defer cancel()
		err := scan(ctx, a.wish, a.add)
		// Before the readers know: they may leave at once.
		onEnd(a, err)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.done, a.err = true, err
		close(a.changed)
	}()
	return a
}

// add appends a row.
func (a *answer) add(r *proto.ExecuteResponse) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tail = append(a.tail, r.GetRow())
	if len(a.tail) == pageRows {
		page, err := gproto.Marshal(&proto.QueryResult{Rows: a.tail})
		if err != nil {
			return fmt.Errorf("keeping the rows: %w", err)
		}
		// Readers may still hold the slice.
		a.packed, a.tail = append(a.packed, page), nil
	}
	close(a.changed)
	a.changed = make(chan struct{})
	return nil
}

// read calls each with all rows, those to come as well, until it fails. The
// error is each's, the scan's, or why ctx ended.
func (a *answer) read(ctx context.Context, each func(*proto.Row) error) error {
	for page, row := 0, 0; ; {
		rows, whole, done, changed, err := a.since(page, row)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := each(r); err != nil {
				return err
			}
		}
		switch {
		case whole:
			page, row = page+1, 0
		case len(rows) > 0:
			row += len(rows)
		case done:
			return nil
		default:
			select {
			case <-changed:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
}

// since returns the rows of a page from a row on, and whether they are its
// last. An answer that has failed has no rows.
func (a *answer) since(page, row int) (rows []*proto.Row, whole, done bool, changed <-chan struct{}, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return nil, false, true, nil, a.err
	}
	if page == len(a.packed) {
		return a.tail[row:len(a.tail):len(a.tail)], false, a.done, a.changed, nil
	}
	var unpacked proto.QueryResult
	if err := gproto.Unmarshal(a.packed[page], &unpacked); err != nil {
		return nil, false, false, nil, fmt.Errorf("reading the rows kept: %w", err)
	}
	return unpacked.Rows[row:], true, false, nil, nil
}

// size is about what the answer takes in memory. The scan is done.
func (a *answer) size() int64 {
	n := int64(512)
	for _, page := range a.packed {
		n += int64(len(page))
	}
	for _, row := range a.tail {
		n += int64(rowOverhead + gproto.Size(row))
	}
	return n
}

// rowOverhead is what a row takes in memory beside its values.
const rowOverhead = 1500

// answers are those under way and those remembered, which are served until
// their time is over or there is no room for them. They stand in for the SDK's
// query cache, which shares and remembers by rules that may cut an answer
// short. What is shared and remembered here is the answer to one question: one
// connection, table and set of key values.
type answers struct {
	mu      sync.Mutex
	enabled bool
	maxAge  time.Duration
	maxSize int64 // bytes; 0 is no bound
	size    int64
	all     map[string][]*answer // by the key of their question
	order   *list.List           // of *answer, as they came
	// forgotten counts how often answers were forgotten at once.
	forgotten int
}

func newAnswers() *answers { return &answers{all: map[string][]*answer{}, order: list.New()} }

// join returns an answer to the question: one under way or remembered, the
// beginning of one that has as many rows as are wished for, or one begun. The
// caller must leave it. fresh is true for one begun.
func (as *answers) join(ctx context.Context, q question, scan scanFunc) (a *answer, fresh bool) {
	as.mu.Lock()
	defer as.mu.Unlock()
	as.expire()
	var found *answer
	for _, a := range as.all[q.key] {
		if !a.question.covers(q) || !a.kept.IsZero() && time.Since(a.kept) > q.maxAge {
			continue
		}
		if a.beginning == 0 {
			found = a
			break
		}
		if q.limit != noLimit && q.limit <= a.beginning {
			found = a
		}
	}
	if found != nil {
		found.readers++
		found.wish.raise(q.limit)
		return found, false
	}
	a = begin(ctx, q, scan, as.keep)
	a.readers = 1
	as.add(a)
	return a, true
}

// add lets others join an answer. as.mu is held.
func (as *answers) add(a *answer) {
	key := a.question.key
	a.place = as.order.PushBack(a)
	as.all[key] = append(as.all[key], a)
}

// leave ends a reader's interest. The last to leave an answer under way ends
// its scan, and waits for that.
func (as *answers) leave(a *answer) {
	as.mu.Lock()
	a.readers--
	last := a.readers == 0 && a.kept.IsZero()
	keep := last && a.place != nil
	before := as.forgotten
	if last {
		as.forget(a)
	}
	as.mu.Unlock()
	if !last {
		return
	}
	a.cancel()
	<-a.ended
	if rows, ok := a.worth(); ok && keep {
		as.keepLeft(a, rows, before)
	}
}

// worth is what an answer that was left under way is worth keeping as: 0 is the
// whole, which its scan has brought after all, and another number the beginning
// with so many rows, as many as its readers' LIMIT. ok is false for any other.
func (a *answer) worth() (beginning int64, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		return 0, true
	}
	n := int64(len(a.packed)*pageRows + len(a.tail))
	left, limited := a.wish.left(n)
	return n, limited && left == 0 && n > 0 && errors.Is(a.err, context.Canceled)
}

// keepLeft remembers an answer that was left under way: whoever has such a LIMIT
// again wants no more, as a rule.
func (as *answers) keepLeft(a *answer, beginning int64, forgotten int) {
	a.mu.Lock()
	a.err = nil
	a.mu.Unlock()
	size := a.size()
	as.mu.Lock()
	defer as.mu.Unlock()
	if as.forgotten != forgotten {
		return
	}
	a.beginning = beginning
	as.add(a)
	as.remember(a, size)
}

// keep remembers an answer whose scan is done, or forgets one that failed.
func (as *answers) keep(a *answer, err error) {
	size := a.size()
	as.mu.Lock()
	defer as.mu.Unlock()
	if err != nil || a.place == nil {
		as.forget(a)
		return
	}
	as.remember(a, size)
}

// remember makes an answer one of those that are remembered. as.mu is held.
func (as *answers) remember(a *answer, size int64) {
	a.kept, a.bytes = time.Now(), size
	as.size += size
	as.dropOldest(func(*answer) bool { return as.maxSize > 0 && as.size > as.maxSize })
}

// drop lets no one join an answer any more.
func (as *answers) drop(a *answer) {
	as.mu.Lock()
	defer as.mu.Unlock()
	as.forget(a)
}

// expire forgets the answers whose time is over. as.mu is held.
func (as *answers) expire() {
	as.dropOldest(func(a *answer) bool { return time.Since(a.kept) > min(as.maxAge, a.question.maxAge) })
}

// dropOldest forgets remembered answers from the oldest on, as long as drop
// says so. as.mu is held.
func (as *answers) dropOldest(drop func(*answer) bool) {
	for e := as.order.Front(); e != nil; {
		a := e.Value.(*answer)
		e = e.Next()
		switch {
		case a.kept.IsZero():
		case drop(a):
			as.forget(a)
		default:
			return
		}
	}
}

// forget lets no one join an answer any more. as.mu is held.
func (as *answers) forget(a *answer) {
	if a.place == nil {
		return
	}
	as.order.Remove(a.place)
	a.place = nil
	as.size -= a.bytes
	key := a.question.key
	as.all[key] = slices.DeleteFunc(as.all[key], func(other *answer) bool { return other == a })
	if len(as.all[key]) == 0 {
		delete(as.all, key)
	}
}

// forgetConnections forgets the answers of some connections; all, if none is
// named.
func (as *answers) forgetConnections(names ...string) {
	as.mu.Lock()
	defer as.mu.Unlock()
	as.forgotten++
	for e := as.order.Front(); e != nil; {
		a := e.Value.(*answer)
		e = e.Next()
		if len(names) == 0 || slices.Contains(names, a.question.connection) {
			as.forget(a)
		}
	}
}

// configure sets what is remembered, and forgets all.
func (as *answers) configure(enabled bool, maxAge time.Duration, maxSizeMb int64) {
	as.forgetConnections()
	as.mu.Lock()
	defer as.mu.Unlock()
	as.enabled, as.maxAge, as.maxSize = enabled, maxAge, max(0, maxSizeMb)<<20
}

func (as *answers) on() bool {
	as.mu.Lock()
	defer as.mu.Unlock()
	return as.enabled
}
