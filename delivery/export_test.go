package delivery

import "time"

// SetMoment sets how long to wait for an engine that has as many rows as its
// LIMIT.
func (s *Server) SetMoment(d time.Duration) { s.moment = d }
