package delivery

import "time"

// SetLimitWait sets how long to wait for an engine that has as many rows as its
// LIMIT.
func (s *Server) SetLimitWait(d time.Duration) { s.limitWait = d }

// CollectEvery is after how many rows of a linked engine's scan garbage is collected.
const CollectEvery = collectEvery
