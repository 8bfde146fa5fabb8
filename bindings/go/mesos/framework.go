//go:build linux && !android && cgo

package mesos

// #include "library.h"
import "C"

import (
	"runtime"
	"strings"
	"sync"
	"time"

	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/internal/flat"
)

// Framework is a framework on Mesos. Functions wait for at most a round and a write to the journal,
// unless they say otherwise.
type Framework struct {
	gate      gate
	library   *library
	framework *C.rostrum_mesos_t

	// One goroutine polls at a time, so that an interrupt comes to the one that it is for.
	turn chan struct{}

	ending   sync.Mutex    // Held while the framework is stopped or torn down.
	stopping chan struct{} // Closed when that begins.
	stopped  chan struct{} // Closed when its threads have ended.
}

// New makes a framework, reads its id and its journal, and counts the start in both. The options may be
// closed at once. strategy is one of the library's, "diego", "binpack", "spread" or "bestfit", or the path
// of a plug-in: what has a slash in it or ends in ".so".
//
// It is InvalidArgument if the options do not go together, NotFound for a strategy or a file that is not,
// FailedPrecondition if another process has the journal or librostrum.so is of another version than
// the library, Corrupt if the journal is damaged or not the newest one of the framework whose id is kept,
// Unavailable if a file cannot be read or written.
func New(options *Options, strategy string) (*Framework, error) {
	if options == nil {
		return nil, invalidArgument("the options are nil, expected some")
	}
	isPath := C.int(0)
	if strings.Contains(strategy, "/") || strings.HasSuffix(strategy, ".so") {
		isPath = 1
		if !strings.Contains(strategy, "/") {
			// The dynamic linker would look for a name without a slash in its own folders alone.
			strategy = "./" + strategy
		}
	}
	name, err := terminated("strategy", strategy)
	if err != nil {
		return nil, err
	}
	if !options.gate.enter() {
		return nil, rostrum.ErrClosed
	}
	defer options.gate.leave()
	library := options.library
	var made *C.rostrum_mesos_t
	var failure *C.rostrum_error_t
	code := C.rostrum_go_mesos_create(library.c(), options.options, name, isPath, &made, &failure)
	if err := library.makeError(code, failure); err != nil {
		return nil, err
	}
	f := &Framework{
		gate:      newGate(),
		library:   library,
		framework: made,
		turn:      make(chan struct{}, 1),
		stopping:  make(chan struct{}),
		stopped:   make(chan struct{}),
	}
	// Not AddCleanup, as in package rostrum.
	runtime.SetFinalizer(f, func(forgotten *Framework) { forgotten.Close() })
	return f, nil
}

func (l *library) destroyFramework(framework *C.rostrum_mesos_t) {
	C.rostrum_go_mesos_destroy(l.c(), framework)
}

// Start starts the framework's threads, which subscribe and go on trying.
//
// It is FailedPrecondition after the first time; Corrupt or Unavailable if the framework's id cannot be
// read.
func (f *Framework) Start() error {
	if !f.gate.enter() {
		return rostrum.ErrClosed
	}
	defer f.gate.leave()
	var failure *C.rostrum_error_t
	return f.library.makeError(C.rostrum_go_mesos_start(f.library.c(), f.framework, &failure), failure)
}

// Stop ends the threads, in flush and a little more, in which calls that wait may still be sent. The
// framework stays registered for its failover timeout, and its tasks go on. What events there are can
// still be polled. Doing it again does nothing.
func (f *Framework) Stop(flush time.Duration) error {
	return f.end(func() error {
		C.rostrum_go_mesos_stop(f.library.c(), f.framework, milliseconds(flush))
		return nil
	})
}

// TearDown ends the framework with all its tasks, for good, then the threads; its id is cleared. It waits
// for the master for at most timeout.
//
// It is Unavailable if the master did not take it in time, and FailedPrecondition if there is no
// connection, or the framework was stopped before; the threads have ended then too.
func (f *Framework) TearDown(timeout time.Duration) error {
	return f.end(func() error {
		var failure *C.rostrum_error_t
		code := C.rostrum_go_mesos_tear_down(f.library.c(), f.framework, milliseconds(timeout), &failure)
		return f.library.makeError(code, failure)
	})
}

func (f *Framework) end(call func() error) error {
	if !f.gate.enter() {
		return rostrum.ErrClosed
	}
	defer f.gate.leave()
	f.ending.Lock()
	defer f.ending.Unlock()
	if isClosed(f.stopping) {
		return call()
	}
	close(f.stopping)
	defer close(f.stopped)
	return call()
}

func isClosed(channel <-chan struct{}) bool {
	select {
	case <-channel:
		return true
	default:
		return false
	}
}

// milliseconds rounds up, so that a little is not nothing.
func milliseconds(duration time.Duration) C.int64_t {
	return C.int64_t((duration + time.Millisecond - 1) / time.Millisecond)
}

// Close stops the framework, if it runs, and lets go of it. Closing again does nothing. It always
// returns nil.
func (f *Framework) Close() error {
	f.gate.close(f.interrupt, func() {
		runtime.SetFinalizer(f, nil)
		f.library.destroyFramework(f.framework)
		f.framework = nil
	})
	return nil
}

// interrupt needs the gate.
func (f *Framework) interrupt() { C.rostrum_go_mesos_interrupt(f.library.c(), f.framework) }

// Submit queues the batch's work. What waits already, or was launched and starts or runs (see the option
// launch_known), is passed over. Cells and offers of the batch are not looked at. It returns how many
// instances and tasks were queued.
//
// It is InvalidArgument if one is not valid, or there is no executor; nothing was queued then.
func (f *Framework) Submit(b *rostrum.Batch) (added uint64, err error) {
	work, err := flat.WorkOf(b)
	if err != nil {
		return 0, err
	}
	if !f.gate.enter() {
		return 0, rostrum.ErrClosed
	}
	defer f.gate.leave()
	var count C.uint64_t
	var failure *C.rostrum_error_t
	code := C.rostrum_go_mesos_submit(f.library.c(), f.framework,
		(*C.char)(work.Bytes.First), C.size_t(work.Bytes.Count),
		(*C.rostrum_text_t)(work.Texts.First), C.size_t(work.Texts.Count),
		(*C.rostrum_scalar_t)(work.Scalars.First), C.size_t(work.Scalars.Count),
		(*C.int32_t)(work.Indices.First), C.size_t(work.Indices.Count),
		(*C.rostrum_work_t)(work.Work.First), C.size_t(work.Work.Count), &count, &failure)
	return uint64(count), f.library.makeError(code, failure)
}

// Cancel takes all instances of an LRP, or a task, out of the queue, and kills what was launched of it.
// It returns how many were found.
func (f *Framework) Cancel(kind rostrum.Kind, guid string) (found uint64, err error) {
	return f.find("guid", guid, func(name *C.char, found *C.uint64_t, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_go_mesos_cancel(f.library.c(), f.framework, C.int32_t(kind), name, found, failure)
	})
}

// StopInstance does the same for one instance of an LRP.
func (f *Framework) StopInstance(processGUID string, index int32) (found uint64, err error) {
	return f.find("process guid", processGUID, func(name *C.char, found *C.uint64_t, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_go_mesos_stop_instance(f.library.c(), f.framework, name, C.int32_t(index), found, failure)
	})
}

func (f *Framework) find(
	what, guid string, call func(*C.char, *C.uint64_t, **C.rostrum_error_t) C.rostrum_code_t,
) (uint64, error) {
	name, err := terminated(what, guid)
	if err != nil {
		return 0, err
	}
	if !f.gate.enter() {
		return 0, rostrum.ErrClosed
	}
	defer f.gate.leave()
	var found C.uint64_t
	var failure *C.rostrum_error_t
	code := call(name, &found, &failure)
	return uint64(found), f.library.makeError(code, failure)
}

// Counts say how a framework stands.
type Counts struct {
	Waiting    uint64 // Instances and tasks in the queue.
	Launched   uint64 // Tasks that are not over, those that are unclear included.
	Running    uint64 // Those of them that run.
	Unclear    uint64 // Those whose agent is away.
	OffersHeld uint64 // Offers in hand.
	Rounds     uint64 // Since the start, as the next three.
	Placed     uint64
	Ended      uint64
	Requeued   uint64
	Connected  bool // Whether the framework is subscribed now.
	Failed     bool // Whether it has ended for good; see [Failed].
}

// Counts returns how the framework stands.
func (f *Framework) Counts() (Counts, error) {
	if !f.gate.enter() {
		return Counts{}, rostrum.ErrClosed
	}
	defer f.gate.leave()
	var counts C.rostrum_mesos_counts_t
	var failure *C.rostrum_error_t
	code := C.rostrum_go_mesos_count(f.library.c(), f.framework, &counts, &failure)
	if err := f.library.makeError(code, failure); err != nil {
		return Counts{}, err
	}
	return Counts{
		Waiting:    uint64(counts.waiting),
		Launched:   uint64(counts.launched),
		Running:    uint64(counts.running),
		Unclear:    uint64(counts.unclear),
		OffersHeld: uint64(counts.offers_held),
		Rounds:     uint64(counts.rounds),
		Placed:     uint64(counts.placed),
		Ended:      uint64(counts.ended),
		Requeued:   uint64(counts.requeued),
		Connected:  counts.connected != 0,
		Failed:     counts.failed != 0,
	}, nil
}
