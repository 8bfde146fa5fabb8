package auctionrunner

import (
	"encoding/json"
	"strconv"
	"sync"
	"sync/atomic"
)

// Values for the log that come to know whether they are written.

// lateText is a text that notes when a sink writes it.
type lateText struct {
	text       string
	wasWritten atomic.Bool
}

// MarshalJSON is what sinks write it with.
func (t *lateText) MarshalJSON() ([]byte, error) {
	t.wasWritten.Store(true)
	return json.Marshal(t.text)
}

// GoString is what lager writes it with if another value beside it cannot be marshalled.
func (t *lateText) GoString() string {
	t.wasWritten.Store(true)
	return strconv.Quote(t.text)
}

// lateStates are the states of the cells that have too little for an LRP, made up when a sink writes
// them. They are those of the moment, so they expire.
type lateStates struct {
	lock       sync.Mutex
	search     func() *zoneSearch // Nil when they have expired.
	wasWritten bool
}

// MarshalJSON is what sinks write them with. Nothing is left of them for a sink that does so later.
func (s *lateStates) MarshalJSON() ([]byte, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.search == nil {
		return []byte("null"), nil
	}
	s.wasWritten = true
	return json.Marshal(s.search().failingStates())
}

// expire returns whether they have been written.
func (s *lateStates) expire() (wasWritten bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.search = nil
	return s.wasWritten
}
