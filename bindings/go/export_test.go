//go:build linux && !android && cgo

package rostrum

// CallsInProgress lets a test know that a call has begun, also one that waits.
func (e *Engine) CallsInProgress() int { return int(e.handle.users.Load()) }

// HoldsMemory says whether there is still something of C behind the round.
func (r *Round) HoldsMemory() bool { return r.handle.pointer != nil }
