//go:build linux && !android && cgo

package mesos

import "sync"

// gate guards an object of C: calls on it run between enter and leave; after close there are none.
type gate struct {
	lock    sync.RWMutex
	closed  bool // Needs the lock.
	closing chan struct{}
	once    sync.Once
}

func newGate() gate { return gate{closing: make(chan struct{})} }

// enter returns false if the object is closed. Else leave must follow. It waits for a close in progress.
func (g *gate) enter() bool {
	g.lock.RLock()
	if g.closed || g.closing == nil {
		g.lock.RUnlock()
		return false // Closed, or the zero value, which was never made.
	}
	return true
}

func (g *gate) leave() { g.lock.RUnlock() }

// isClosing says whether a close has begun, so that a call that waits ends.
func (g *gate) isClosing() bool {
	select {
	case <-g.closing:
		return true
	default:
		return false
	}
}

// close ends what waits by wake, waits for calls in progress, and destroys the object, once.
func (g *gate) close(wake, destroy func()) {
	if g.closing == nil {
		return
	}
	g.once.Do(func() { close(g.closing) })
	if !g.enter() {
		return
	}
	wake()
	g.leave()
	g.lock.Lock()
	defer g.lock.Unlock()
	if !g.closed {
		g.closed = true
		destroy()
	}
}
