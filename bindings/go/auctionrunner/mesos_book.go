package auctionrunner

import (
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/bbs/models"
	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/rostrum/mesos"
)

// workKey names an LRP instance or a task.
type workKey struct {
	kind  rostrum.Kind
	guid  string
	index int32
}

func keyOfLRP(lrp *diego.LRP) workKey    { return workKey{rostrum.LRP, lrp.ProcessGuid, lrp.Index} }
func keyOfTask(task *diego.Task) workKey { return workKey{rostrum.Task, task.TaskGuid, 0} }
func keyOfEvent(event *mesos.Event) workKey {
	return workKey{event.WorkKind, event.GUID, event.Index}
}

// bookedWork is an auction that was handed to the framework: an LRP's or a task's.
type bookedWork struct {
	lrp     *auctiontypes.LRPAuction
	task    *auctiontypes.TaskAuction
	traceID string

	isLaunched bool // It was placed, and nobody has said yet that it runs or is over.
	isCounted  bool // It was placed, and its launch came to nothing.
}

func (w *bookedWork) record() *auctiontypes.AuctionRecord {
	if w.lrp != nil {
		return &w.lrp.AuctionRecord
	}
	return &w.task.AuctionRecord
}

func (w *bookedWork) key() workKey {
	if w.lrp != nil {
		return keyOfLRP(diego.LRPOf(w.lrp))
	}
	return keyOfTask(diego.TaskOf(w.task))
}

func (w *bookedWork) identifier() string {
	if w.lrp != nil {
		return w.lrp.Identifier()
	}
	return w.task.Identifier()
}

// mesosBook keeps what was asked for until the framework says what became of it: the framework knows
// only as much of it as it needs. What is not found there is made of the event, without what nobody
// asks a result for, its resources.
type mesosBook map[workKey]*bookedWork

// add books what a request brings, and returns it. What waits already stays as it is.
func (b mesosBook) add(request *auctiontypes.AuctionRequest, traceID string) []*bookedWork {
	added := make([]*bookedWork, 0, len(request.LRPs)+len(request.Tasks))
	book := func(work *bookedWork) {
		key := work.key()
		if known := b[key]; known == nil || known.isLaunched {
			b[key] = work
		}
		added = append(added, work)
	}
	for i := range request.LRPs {
		lrp := &request.LRPs[i]
		book(&bookedWork{lrp: lrp, traceID: traceID})
	}
	for i := range request.Tasks {
		task := &request.Tasks[i]
		book(&bookedWork{task: task, traceID: traceID})
	}
	return added
}

// find returns what an event is about.
func (b mesosBook) find(event *mesos.Event, now time.Time) *bookedWork {
	if work := b[keyOfEvent(event)]; work != nil {
		return work
	}
	return makeBookedWork(event, now)
}

func makeBookedWork(event *mesos.Event, now time.Time) *bookedWork {
	queued := now.Add(-event.Wait)
	if event.WorkKind == rostrum.LRP {
		key := models.NewActualLRPKey(event.GUID, event.Index, event.Domain)
		auction := auctiontypes.NewLRPAuction(
			diego.NewLRP("", key, diego.Resource{}, diego.PlacementConstraint{}), queued)
		return &bookedWork{lrp: &auction}
	}
	auction := auctiontypes.NewTaskAuction(
		diego.NewTask(event.GUID, event.Domain, diego.Resource{}, diego.PlacementConstraint{}), queued)
	return &bookedWork{task: &auction}
}

// place notes that it was placed. It returns false if that was told before, of a launch that came to
// nothing.
func (b mesosBook) place(event *mesos.Event, now time.Time) (work *bookedWork, isNew bool) {
	work = b.find(event, now)
	b[keyOfEvent(event)] = work
	work.isLaunched = true
	record := work.record()
	record.Attempts++
	record.Winner = event.AgentID
	record.WaitDuration = now.Sub(record.QueueTime)
	return work, !work.isCounted
}

// refuse notes that it found no place, and that it is over.
func (b mesosBook) refuse(event *mesos.Event, now time.Time) *bookedWork {
	work := b.find(event, now)
	delete(b, keyOfEvent(event))
	record := work.record()
	record.Attempts++
	record.Winner = ""
	record.PlacementError = event.Error
	return work
}

// handBack notes that a cell would not have it, and why. Work that was asked for once more stays.
func (b mesosBook) handBack(event *mesos.Event, now time.Time, reason string) *bookedWork {
	work := b[keyOfEvent(event)]
	if work == nil || !work.isLaunched {
		work = makeBookedWork(event, now)
		work.record().Winner, work.record().Attempts = event.AgentID, 1
	} else {
		delete(b, keyOfEvent(event))
	}
	work.record().PlacementError = reason
	return work
}

// requeue notes that a launch came to nothing, so that it waits again.
func (b mesosBook) requeue(event *mesos.Event) {
	if work := b[keyOfEvent(event)]; work != nil && work.isLaunched {
		work.isLaunched, work.isCounted = false, true
	}
}

// settle notes that a launch came to something. Work that was asked for once more stays.
func (b mesosBook) settle(event *mesos.Event) {
	if work := b[keyOfEvent(event)]; work != nil && work.isLaunched {
		delete(b, keyOfEvent(event))
	}
}

// forgetPassedOver forgets what was asked for before a time, and of which nothing was told: the
// framework has passed it over, since it starts or runs. It is to be called when nothing waits there.
func (b mesosBook) forgetPassedOver(before time.Time) {
	for key, work := range b {
		if !work.isLaunched && work.record().QueueTime.Before(before) {
			delete(b, key)
		}
	}
}
