package auctionrunner

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/bbs/trace"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/mesos"
)

// handedBack is how rostrum-executor's words begin when the rep beside it would not have the work.
const handedBack = "rep handed the work back: "

// mesosResults are results by the trace ids of those who asked, in the order in which they came.
type mesosResults struct {
	traceIDs []string
	byTrace  map[string]*auctiontypes.AuctionResults
}

func (m *mesosResults) of(work *bookedWork) *auctiontypes.AuctionResults {
	results := m.byTrace[work.traceID]
	if results == nil {
		results = &auctiontypes.AuctionResults{}
		if m.byTrace == nil {
			m.byTrace = map[string]*auctiontypes.AuctionResults{}
		}
		m.byTrace[work.traceID] = results
		m.traceIDs = append(m.traceIDs, work.traceID)
	}
	return results
}

func (m *mesosResults) succeed(work *bookedWork) {
	results := m.of(work)
	if work.lrp != nil {
		results.SuccessfulLRPs = append(results.SuccessfulLRPs, *work.lrp)
	} else {
		results.SuccessfulTasks = append(results.SuccessfulTasks, *work.task)
	}
}

func (m *mesosResults) fail(work *bookedWork) {
	results := m.of(work)
	if work.lrp != nil {
		results.FailedLRPs = append(results.FailedLRPs, *work.lrp)
	} else {
		results.FailedTasks = append(results.FailedTasks, *work.task)
	}
}

// take sees to events, and tells the delegate the results among them. An error is that of a framework
// that has ended for good.
func (r *mesosRun) take(events []mesos.Event) error {
	results := mesosResults{}
	var failure error
	r.lock.Lock()
	now := r.clock.Now()
	for i := range events {
		if events[i].WorkKind != 0 {
			r.takeOfWork(&events[i], now, &results)
		} else if err := r.takeOfFramework(&events[i]); err != nil {
			failure = err
		}
	}
	r.lock.Unlock()
	r.tell(results)
	return failure
}

func (r *mesosRun) takeOfFramework(event *mesos.Event) error {
	data := lager.Data{"what": event.Text}
	switch event.Kind {
	case mesos.Connected:
		r.logger.Info("connected-to-mesos", data)
	case mesos.Disconnected:
		r.logger.Info("disconnected-from-mesos", data)
	case mesos.Problem:
		r.logger.Error("mesos-problem", errors.New(event.Text))
	case mesos.Failed:
		return fmt.Errorf("the framework on Mesos has ended for good: %s", event.Text)
	}
	return nil
}

func (r *mesosRun) takeOfWork(event *mesos.Event, now time.Time, results *mesosResults) {
	key := "lrp-guid"
	if event.WorkKind == rostrum.Task {
		key = "task-guid"
	}
	data := lager.Data{key: event.Identifier(), "cell-guid": event.AgentID, "hostname": event.Hostname,
		"mesos-task-id": event.TaskID, "state": event.State.String(), "what": event.Text}
	if r.outcomes != nil {
		r.outcomes.note(event, now)
	}
	switch event.Kind {
	case mesos.Placed:
		work, isNew := r.book.place(event, now)
		if isNew {
			results.succeed(work)
			r.metrics.notePlaced(event)
		}
		r.logger.Info(event.WorkKind.String()+"-added-to-cell", data)
	case mesos.Refused:
		results.fail(r.book.refuse(event, now))
		r.metrics.noteRefused(event)
		r.logger.Error(event.WorkKind.String()+"-auction-failed", errors.New(event.Error), lager.Data{key: event.Identifier()})
	case mesos.Requeued:
		r.book.requeue(event)
		r.logger.Info("mesos-launch-dropped", data)
	case mesos.Status:
		if event.State == mesos.TaskRunning {
			r.book.settle(event)
		}
		r.logger.Debug("mesos-task-status", data)
	case mesos.Ended:
		if reason, ok := strings.CutPrefix(event.Text, handedBack); ok {
			results.fail(r.book.handBack(event, now, reason))
			r.metrics.noteHandedBack(event)
			r.logger.Info(event.WorkKind.String()+"-failed-to-be-placed", lager.Data{key: event.Identifier()})
		}
		r.book.settle(event)
		r.logger.Info("mesos-task-ended", data)
	default:
		r.logger.Info("mesos-task-"+event.Kind.String(), data)
	}
}

// tell gives results to the delegate and the metrics' emitter, one after the other, as rounds do.
func (r *mesosRun) tell(all mesosResults) {
	r.telling.Lock()
	defer r.telling.Unlock()
	for _, traceID := range all.traceIDs {
		results := all.byTrace[traceID]
		logger := trace.LoggerWithTraceInfo(r.logger, traceID).Session("auction")
		logger.Info("scheduled", lager.Data{
			"successful-lrp-start-auctions": len(results.SuccessfulLRPs),
			"successful-task-auctions":      len(results.SuccessfulTasks),
			"failed-lrp-start-auctions":     len(results.FailedLRPs),
			"failed-task-auctions":          len(results.FailedTasks),
		})
		if err := r.metricEmitter.AuctionCompleted(*results); err != nil {
			logger.Debug("failed-emitting-auction-complete-metrics", lager.Data{"error": err})
		}
		r.delegate.AuctionCompleted(logger, traceID, *results)
	}
}
