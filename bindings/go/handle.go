//go:build linux && !android && cgo

package rostrum

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// handle guards an object of the C library. Calls on it run between enter and leave; close lets no
// further call in, waits for those that are, and destroys the object.
type handle struct {
	pointer unsafe.Pointer // To be read between enter and leave.
	destroy func(unsafe.Pointer)
	users   atomic.Int64  // Calls in progress, plus handleClosed once closing has begun.
	closing chan struct{} // Closed when closing begins.
	idle    chan struct{} // Closed when closing has begun and no call is in progress.
	closed  chan struct{} // Closed when the object is destroyed.
}

const handleClosed = 1 << 62

// attach takes ownership of an object. Should `owner`, of which the handle is a part, be forgotten
// without a Close, the garbage collector closes it: no call can be in progress then, since enter and
// leave keep the owner alive.
func attach[Owner interface{ Close() error }](
	h *handle, owner Owner, object unsafe.Pointer, destroy func(unsafe.Pointer),
) {
	h.pointer = object
	h.destroy = destroy
	h.closing = make(chan struct{})
	h.idle = make(chan struct{})
	h.closed = make(chan struct{})
	// Not runtime.AddCleanup: Diego's tree may be built with Go 1.23, which lacks it.
	runtime.SetFinalizer(owner, func(forgotten Owner) { forgotten.Close() })
}

// enter returns false if the object is closed, or about to be. Else leave must follow.
func (h *handle) enter() bool {
	for {
		users := h.users.Load()
		if users >= handleClosed || h.closing == nil {
			return false // Closed, or the zero value, which was never made.
		}
		if h.users.CompareAndSwap(users, users+1) {
			return true
		}
	}
}

func (h *handle) leave() {
	if h.users.Add(-1) == handleClosed {
		close(h.idle)
	}
}

// close takes the owner that attach was given. It may be called by any number of goroutines: each
// returns when the object is destroyed.
func (h *handle) close(owner any) {
	if h.closing == nil {
		return
	}
	for {
		users := h.users.Load()
		if users >= handleClosed {
			<-h.closed
			return
		}
		if !h.users.CompareAndSwap(users, users+handleClosed) {
			continue
		}
		close(h.closing)
		if users > 0 {
			<-h.idle
		}
		runtime.SetFinalizer(owner, nil)
		h.destroy(h.pointer)
		h.pointer = nil // What is there later is not ours, and may be Go's.
		close(h.closed)
		return
	}
}
