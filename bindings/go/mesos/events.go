//go:build linux && !android && cgo

package mesos

// #include "library.h"
import "C"

import (
	"context"
	"errors"
	"strconv"
	"time"
	"unsafe"

	"code.cloudfoundry.org/rostrum"
)

// EventKind says what happened. More may come: treat an unknown one as something to pass over.
type EventKind int32

// What may happen to work.
const (
	// Placed means that a round found a place, and the launch is on its way.
	Placed EventKind = C.ROSTRUM_MESOS_PLACED
	// Refused means that a round found none; Error, Code and Reasons say why. With the option
	// keep_waiting it waits on; else it is over.
	Refused EventKind = C.ROSTRUM_MESOS_REFUSED
	// Status means that a launched task is in another state, and not over.
	Status EventKind = C.ROSTRUM_MESOS_STATUS
	// Ended means that it is over for sure.
	Ended EventKind = C.ROSTRUM_MESOS_ENDED
	// Requeued means that a launch came to nothing by nobody's fault; it waits again.
	Requeued EventKind = C.ROSTRUM_MESOS_REQUEUED
	// Unclear means that its agent is away: it may run or not. Nothing final.
	Unclear EventKind = C.ROSTRUM_MESOS_UNCLEAR
	// Replaced means that it was unclear or lost, and waits for a new place.
	Replaced EventKind = C.ROSTRUM_MESOS_REPLACED
	// Cancelled means that it was taken out of the queue, as asked.
	Cancelled EventKind = C.ROSTRUM_MESOS_CANCELLED
)

// What may happen to the framework as a whole.
const (
	// Connected means that the framework is subscribed.
	Connected EventKind = C.ROSTRUM_MESOS_CONNECTED
	// Disconnected means that it is not any more. It connects again by itself.
	Disconnected EventKind = C.ROSTRUM_MESOS_DISCONNECTED
	// Problem is something that is wrong, which Text names; it goes on trying.
	Problem EventKind = C.ROSTRUM_MESOS_PROBLEM
	// Failed means that it has ended for good: it was removed, replaced by another one with its id, or
	// refused. An operator has to decide.
	Failed EventKind = C.ROSTRUM_MESOS_FAILED
)

// String returns the kind in a word, such as "placed".
func (k EventKind) String() string {
	switch k {
	case Placed:
		return "placed"
	case Refused:
		return "refused"
	case Status:
		return "status"
	case Ended:
		return "ended"
	case Requeued:
		return "requeued"
	case Unclear:
		return "unclear"
	case Replaced:
		return "replaced"
	case Cancelled:
		return "cancelled"
	case Connected:
		return "connected"
	case Disconnected:
		return "disconnected"
	case Problem:
		return "problem"
	case Failed:
		return "failed"
	}
	return "EventKind(" + strconv.Itoa(int(k)) + ")"
}

// TaskState is the state of a task, by Mesos' number, or TaskEndedUnseen.
type TaskState int32

// The states of Mesos.
const (
	TaskStarting       TaskState = 0
	TaskRunning        TaskState = 1
	TaskFinished       TaskState = 2
	TaskFailed         TaskState = 3
	TaskKilled         TaskState = 4
	TaskLost           TaskState = 5
	TaskStaging        TaskState = 6
	TaskError          TaskState = 7
	TaskKilling        TaskState = 8
	TaskDropped        TaskState = 9
	TaskUnreachable    TaskState = 10
	TaskGone           TaskState = 11
	TaskGoneByOperator TaskState = 12
	TaskUnknown        TaskState = 13
)

// TaskEndedUnseen is a state of Rostrum's own: the task is over, and nobody saw whether it succeeded.
// The event's Text begins with "ended unseen".
const TaskEndedUnseen TaskState = C.ROSTRUM_MESOS_TASK_ENDED_UNSEEN

var taskStateNames = [...]string{"TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED", "TASK_FAILED",
	"TASK_KILLED", "TASK_LOST", "TASK_STAGING", "TASK_ERROR", "TASK_KILLING", "TASK_DROPPED",
	"TASK_UNREACHABLE", "TASK_GONE", "TASK_GONE_BY_OPERATOR", "TASK_UNKNOWN"}

// String returns Mesos' name of the state, such as "TASK_RUNNING", or "ENDED_UNSEEN".
func (s TaskState) String() string {
	if s == TaskEndedUnseen {
		return "ENDED_UNSEEN"
	}
	if s >= 0 && int(s) < len(taskStateNames) {
		return taskStateNames[s]
	}
	return "TaskState(" + strconv.Itoa(int(s)) + ")"
}

// Event is something that happened to work or to the framework.
type Event struct {
	Kind     EventKind
	WorkKind rostrum.Kind // 0 for an event of the framework as a whole.
	GUID     string       // The process guid of an LRP, the guid of a task.
	Domain   string
	Index    int32     // Of an LRP instance.
	State    TaskState // Of a launched task.
	Tag      uint64    // As submitted, for an LRP plus the instance's position in Indices.

	TaskID   string // Of launched work, as the next three.
	AgentID  string
	Hostname string
	Zone     string

	Text     string // Words for people.
	Error    string // If refused: Diego's text where Diego has one.
	Reasons  []rostrum.Reason
	Wait     time.Duration // If placed or refused: since it was submitted.
	Code     rostrum.RefusalCode
	Attempts int32 // If refused: how many rounds have refused it.
}

// Identifier returns "PROCESS-GUID.INDEX" of an LRP instance, the guid of a task, "" of the framework.
func (e *Event) Identifier() string {
	if e.WorkKind == rostrum.LRP {
		return e.GUID + "." + strconv.Itoa(int(e.Index))
	}
	return e.GUID
}

// ErrStopped is returned by Poll when the framework was stopped and all events were handed out.
var ErrStopped = errors.New("mesos: the framework was stopped, and all its events were handed out")

// The longest time for which the library waits in one call.
const pollTime = time.Hour

// Poll hands out what happened since the last poll, in order; it waits until there is something, or the
// context ends. One goroutine polls at a time; others wait for it.
//
// After Stop or TearDown it hands out what there is, then fails with ErrStopped.
func (f *Framework) Poll(ctx context.Context) ([]Event, error) {
	if !f.gate.enter() {
		return nil, rostrum.ErrClosed
	}
	defer f.gate.leave()
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-f.gate.closing:
		return nil, rostrum.ErrClosed
	}
	// Should it come when this poll has ended, the next one looks once more than it needs to.
	stop := context.AfterFunc(ctx, func() {
		if f.gate.enter() {
			f.interrupt()
			f.gate.leave()
		}
	})
	defer stop()
	for {
		if f.gate.isClosing() {
			return nil, rostrum.ErrClosed
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		wasStopping := isClosed(f.stopping)
		if wasStopping {
			// There may be more events until the threads have ended.
			select {
			case <-f.stopped:
			case <-ctx.Done():
				continue
			case <-f.gate.closing:
				continue
			}
		}
		events, err := f.poll()
		if err != nil || len(events) > 0 {
			return events, err
		}
		if wasStopping {
			return nil, ErrStopped
		}
	}
}

// poll needs the gate and the turn.
func (f *Framework) poll() ([]Event, error) {
	polled := C.rostrum_go_mesos_poll(f.library.c(), f.framework, milliseconds(pollTime))
	if err := f.library.makeError(polled.code, polled.error); err != nil {
		return nil, err
	}
	defer C.rostrum_go_mesos_events_destroy(f.library.c(), polled.events)
	return readEvents(&polled), nil
}

// readEvents copies events out of the memory of C; their texts are parts of one.
func readEvents(polled *C.rostrum_go_polled_t) []Event {
	text := string(unsafe.Slice((*byte)(unsafe.Pointer(polled.bytes)), int(polled.byte_count)))
	part := func(at C.rostrum_text_t) string {
		return text[at.offset : uint64(at.offset)+uint64(at.length)]
	}
	reasons := unsafe.Slice(polled.reasons, int(polled.reason_count))
	records := unsafe.Slice(polled.records, int(polled.record_count))
	events := make([]Event, len(records))
	for i := range records {
		record := &records[i]
		events[i] = Event{
			Kind:     EventKind(record.kind),
			WorkKind: rostrum.Kind(record.work_kind),
			GUID:     part(record.guid),
			Domain:   part(record.domain),
			Index:    int32(record.index),
			State:    TaskState(record.state),
			Tag:      uint64(record.tag),
			TaskID:   part(record.task_id),
			AgentID:  part(record.agent_id),
			Hostname: part(record.hostname),
			Zone:     part(record.zone),
			Text:     part(record.text),
			Error:    part(record.error),
			Wait:     time.Duration(record.wait_ms) * time.Millisecond,
			Code:     rostrum.RefusalCode(record.code),
			Attempts: int32(record.attempts),
		}
		first, count := uint64(record.reasons.first), uint64(record.reasons.count)
		for _, reason := range reasons[first : first+count] {
			events[i].Reasons = append(events[i].Reasons, rostrum.Reason{
				Subject: part(reason.subject),
				CellID:  part(reason.cell_id),
				Code:    rostrum.ReasonCode(reason.code),
				Static:  reason.is_static != 0,
				Cells:   uint64(reason.cells),
				Asked:   rostrum.Amount(reason.asked),
				Free:    rostrum.Amount(reason.free),
				ShortBy: rostrum.Amount(reason.short_by),
			})
		}
	}
	return events
}
