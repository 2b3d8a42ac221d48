package delivery

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"
)

// resultCache has the results of running scans and of finished ones. It evicts finished
// results by age and size. Queries share a scan or a result only if they have the same
// scan request: the same connection, table and key values. It replaces the SDK's query
// cache, with which a query may return too few rows (contributing/sdk-faults.md).
type resultCache struct {
	mu      sync.Mutex
	enabled bool
	maxAge  time.Duration
	maxSize int64 // bytes; 0 is any size
	size    int64
	byKey   map[string][]*result // by the key of their scan request
	order   *list.List           // of *result, the oldest first
	clears  int                  // how often clear was called
	// eviction evicts what has expired, at evictAt; nil if nothing is to be evicted.
	eviction *time.Timer
	evictAt  time.Time // with the time of the monotonic clock, as the timer has
	now      func() time.Time
}

func newResultCache() *resultCache {
	return &resultCache{byKey: map[string][]*result{}, order: list.New(), now: wallClock}
}

// wallClock returns the time of day without that of the monotonic clock, which stands still
// while the machine sleeps.
func wallClock() time.Time { return time.Now().Round(0) }

// expired reports whether a finished result is older than an age, or from the future: the
// clock was set back, and nobody knows its age.
func (c *resultCache) expired(r *result, maxAge time.Duration) bool {
	age := c.now().Sub(r.cachedAt)
	return age > maxAge || age < 0
}

// get returns a result for a scan request from the cache: that of a running scan, a
// finished one, or a partial one if the request's LIMIT wants no more rows. If there is
// none, get starts a scan and returns its result; then started is true. The caller must
// release the result.
func (c *resultCache) get(ctx context.Context, request scanRequest, scan scanFunc) (r *result, started bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.find(request)
	if found != nil {
		found.readers++
		found.wanted.raise(request.limit)
		return found, false
	}
	r = startScan(ctx, request, scan, c.finish)
	r.readers = 1
	c.insert(r)
	return r, true
}

// find returns a result for a scan request, as get does; nil is none. It evicts those that
// are too old. The caller holds c.mu.
func (c *resultCache) find(request scanRequest) (found *result) {
	for _, r := range slices.Clone(c.byKey[request.key]) {
		if !r.cachedAt.IsZero() && c.expired(r, c.life(r)) {
			c.removeLocked(r) // for good: the clock may be set back
			continue
		}
		if !r.request.covers(request) || !r.cachedAt.IsZero() && c.expired(r, request.maxAge) {
			continue
		}
		if r.partial == 0 {
			return r
		}
		if request.limit != noLimit && request.limit <= r.partial {
			found = r
		}
	}
	return found
}

// finished returns the result of a finished scan for a scan request; nil if there is none.
func (c *resultCache) finished(request scanRequest) *result {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.find(request); r != nil && !r.cachedAt.IsZero() {
		return r
	}
	return nil
}

// insert puts a result into the cache. The caller holds c.mu.
func (c *resultCache) insert(r *result) {
	r.element = c.order.PushBack(r)
	c.byKey[r.request.key] = append(c.byKey[r.request.key], r)
}

// release ends a reader's use of a result. After the last reader of a running
// scan, it cancels the scan, and returns when the scan has ended.
func (c *resultCache) release(r *result) {
	c.mu.Lock()
	r.readers--
	cancel := r.readers == 0 && r.cachedAt.IsZero()
	keep := cancel && r.element != nil
	clears := c.clears
	if cancel {
		c.removeLocked(r)
	}
	c.mu.Unlock()
	if !cancel {
		return
	}
	r.cancel()
	<-r.ended
	if partial, ok := r.cacheable(); ok && keep {
		c.storeCancelled(r, partial, clears)
	}
}

// storeCancelled stores the result of a scan that was cancelled, unless the cache
// has been cleared since: a query with the same LIMIT will need no more rows.
func (c *resultCache) storeCancelled(r *result, partial int64, clears int) {
	r.mu.Lock()
	r.err = nil
	r.mu.Unlock()
	size := r.memory()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.clears != clears {
		return
	}
	r.partial = partial
	c.insert(r)
	c.store(r, size)
}

// finish stores the result of a scan that has ended, or removes it if the scan
// failed.
func (c *resultCache) finish(r *result, err error) {
	size := r.memory()
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || r.element == nil {
		c.removeLocked(r)
		return
	}
	c.store(r, size)
}

// store stores a finished result, and evicts the oldest if the cache is too large. The
// caller holds c.mu.
func (c *resultCache) store(r *result, size int64) {
	r.cachedAt, r.size = c.now(), size
	c.size += size
	for e := c.order.Front(); e != nil && c.maxSize > 0 && c.size > c.maxSize; {
		oldest := e.Value.(*result)
		e = e.Next()
		if !oldest.cachedAt.IsZero() { // its scan has ended
			c.removeLocked(oldest)
		}
	}
	c.evictAfter(c.life(r))
}

// life is how long a finished result is of use.
func (c *resultCache) life(r *result) time.Duration { return min(c.maxAge, r.request.maxAge) }

// evictAfter makes a second after a time, or earlier, the next time at which expired
// results are evicted. The caller holds c.mu.
func (c *resultCache) evictAfter(wait time.Duration) {
	wait += time.Second
	at := time.Now().Add(wait)
	if c.eviction != nil {
		if !at.Before(c.evictAt) {
			return
		}
		c.eviction.Stop()
	}
	c.eviction, c.evictAt = time.AfterFunc(wait, c.evictExpired), at
}

// evictExpired evicts the results that are too old, and comes back for the next one.
func (c *resultCache) evictExpired() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.eviction = nil
	for e := c.order.Front(); e != nil; {
		r := e.Value.(*result)
		e = e.Next()
		switch {
		case r.cachedAt.IsZero(): // its scan is running
		case c.expired(r, c.life(r)):
			c.removeLocked(r)
		default:
			c.evictAfter(c.life(r) - c.now().Sub(r.cachedAt))
		}
	}
}

// remove takes a result out of the cache. Queries that read it continue to.
func (c *resultCache) remove(r *result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removeLocked(r)
}

// removeLocked does what remove does, for a caller that holds c.mu.
func (c *resultCache) removeLocked(r *result) {
	if r.element == nil {
		return
	}
	c.order.Remove(r.element)
	r.element = nil
	c.size -= r.size
	key := r.request.key
	c.byKey[key] = slices.DeleteFunc(c.byKey[key], func(other *result) bool { return other == r })
	if len(c.byKey[key]) == 0 {
		delete(c.byKey, key)
	}
}

// clear removes the results of the named connections, or of all if none is named.
func (c *resultCache) clear(connections ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clears++
	for e := c.order.Front(); e != nil; {
		r := e.Value.(*result)
		e = e.Next()
		if len(connections) == 0 || slices.Contains(connections, r.request.connection) {
			c.removeLocked(r)
		}
	}
}

// configure sets the bounds of the cache, and clears it.
func (c *resultCache) configure(enabled bool, maxAge time.Duration, maxSizeMb int64) {
	c.clear()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.enabled, c.maxAge, c.maxSize = enabled, maxAge, max(0, maxSizeMb)<<20
}

func (c *resultCache) isEnabled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.enabled
}
