package auctionrunner

import (
	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/clock"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/workpool"
)

// Scheduler places auctions on the cells of one round and sends the cells their work. It is for one
// goroutine at a time.
type Scheduler struct {
	workPool *workpool.WorkPool
	zones    map[string]Zone
	clock    clock.Clock
	logger   lager.Logger
	options  engineOptions
	placer   *placer // Nil: borrowed for each call.

	// Closed when the runner is to end; a work pool that does nothing is not waited for then. May be
	// nil.
	ending <-chan struct{}
}

// NewScheduler makes a scheduler over zones, which it changes: their cells keep what is reserved on
// them. A zone has the name that it has in the map, whatever its cells say.
//
// The weights are those of [New], as is startingContainerCountMaximum; 0 or less is no limit.
// Schedulers made here place by Diego's rule whatever the program's flags say, which are for runners.
func NewScheduler(
	workPool *workpool.WorkPool,
	zones map[string]Zone,
	clock clock.Clock,
	logger lager.Logger,
	binPackFirstFitWeight float64,
	startingContainerWeight float64,
	startingContainerCountMaximum int,
) *Scheduler {
	return &Scheduler{
		workPool: workPool,
		zones:    zones,
		clock:    clock,
		logger:   logger,
		options: engineOptions{
			binPackFirstFitWeight:         binPackFirstFitWeight,
			startingContainerWeight:       startingContainerWeight,
			startingContainerCountMaximum: startingContainerCountMaximum,
		},
	}
}

// Schedule decides which cell gets what, one auction after the other: instances with index 0, the
// larger ones first, then tasks likewise, then the other instances. Then every cell that got
// something is sent its work. It returns what became of each auction; which succeeded is in the
// order of the decisions, and so is which failed, with what cells handed back behind.
//
// The request's lists are sorted, and the PlacementError of an auction that finds no cell is written
// into them. An identifier that comes twice is decided once, for both.
//
// If Rostrum itself fails, which takes a lack of memory or settings that are no numbers, every
// auction fails with a PlacementError that says why, and the next call tries again.
func (s *Scheduler) Schedule(auctionRequest auctiontypes.AuctionRequest) auctiontypes.AuctionResults {
	if len(s.zones) == 0 {
		return s.failRequest(&auctionRequest, auctiontypes.ErrorCellCommunication.Error())
	}
	sortLRPAuctions(auctionRequest.LRPs)
	sortTaskAuctions(auctionRequest.Tasks)
	if countCells(s.zones) == 0 {
		return s.failAll(&auctionRequest, auctiontypes.ErrorCellMismatch.Error())
	}

	placer, giveBack, err := s.usePlacer()
	if err != nil {
		return s.failToPlace(&auctionRequest, err)
	}
	defer giveBack()
	placement, err := placer.place(s.zones, &auctionRequest, s.options, s.clock.Now())
	if err != nil {
		return s.failToPlace(&auctionRequest, err)
	}
	defer placement.end()
	call := &scheduleCall{Scheduler: s, request: &auctionRequest, placement: placement}
	return s.markResults(call.carryOut())
}

// failRequest fails all auctions in the request's own lists.
func (s *Scheduler) failRequest(request *auctiontypes.AuctionRequest, text string) auctiontypes.AuctionResults {
	setPlacementError(request, text)
	return s.markResults(auctiontypes.AuctionResults{FailedLRPs: request.LRPs, FailedTasks: request.Tasks})
}

// failAll fails all auctions in lists of their own, so that the request's attempts stay as they are.
func (s *Scheduler) failAll(request *auctiontypes.AuctionRequest, text string) auctiontypes.AuctionResults {
	setPlacementError(request, text)
	return s.markResults(auctiontypes.AuctionResults{
		FailedLRPs:  append([]auctiontypes.LRPAuction(nil), request.LRPs...),
		FailedTasks: append([]auctiontypes.TaskAuction(nil), request.Tasks...),
	})
}

func setPlacementError(request *auctiontypes.AuctionRequest, text string) {
	for i := range request.LRPs {
		request.LRPs[i].PlacementError = text
	}
	for i := range request.Tasks {
		request.Tasks[i].PlacementError = text
	}
}

func (s *Scheduler) failToPlace(request *auctiontypes.AuctionRequest, err error) auctiontypes.AuctionResults {
	s.logger.Error("failed-to-place", err, lager.Data{
		"lrp-start-auctions": len(request.LRPs), "task-auctions": len(request.Tasks),
	})
	return s.failAll(request, "no placement was made: "+err.Error())
}

// markResults counts the attempt for all, and how long those that succeeded have waited.
func (s *Scheduler) markResults(results auctiontypes.AuctionResults) auctiontypes.AuctionResults {
	now := s.clock.Now()
	for i := range results.FailedLRPs {
		results.FailedLRPs[i].Attempts++
	}
	for i := range results.FailedTasks {
		results.FailedTasks[i].Attempts++
	}
	for i := range results.SuccessfulLRPs {
		record := &results.SuccessfulLRPs[i].AuctionRecord
		record.Attempts++
		record.WaitDuration = now.Sub(record.QueueTime)
	}
	for i := range results.SuccessfulTasks {
		record := &results.SuccessfulTasks[i].AuctionRecord
		record.Attempts++
		record.WaitDuration = now.Sub(record.QueueTime)
	}
	return results
}
