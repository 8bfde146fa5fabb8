package auctionrunner

import (
	"flag"
	"os"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/bbs/trace"
	"code.cloudfoundry.org/clock"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/workpool"
)

// How long a runner waits when it could not find out which cells there are.
const pauseAfterFailedFetch = time.Second

type auctionRunner struct {
	logger        lager.Logger
	delegate      auctiontypes.AuctionRunnerDelegate
	metricEmitter auctiontypes.AuctionMetricEmitterDelegate
	batch         *Batch
	clock         clock.Clock
	workPool      *workpool.WorkPool

	binPackFirstFitWeight         float64
	startingContainerWeight       float64
	startingContainerCountMaximum int

	openMesos func(mesosSettings, string, engineOptions) (mesosFramework, error)
}

var _ auctiontypes.AuctionRunner = (*auctionRunner)(nil)

// New makes a runner, an auctiontypes.AuctionRunner. Its methods are safe for concurrent use, and a
// process may have several.
//
// binPackFirstFitWeight multiplies the place of a cell in its zone, startingContainerWeight the
// containers that are starting on a cell; both add to its score. With a startingContainerCountMaximum
// above 0, no more containers than that are starting at once on all cells together. clock gives queue
// times and waiting times. The runner stops neither workPool nor anything else that it is given.
func New(
	logger lager.Logger,
	delegate auctiontypes.AuctionRunnerDelegate,
	metricEmitter auctiontypes.AuctionMetricEmitterDelegate,
	clock clock.Clock,
	workPool *workpool.WorkPool,
	binPackFirstFitWeight float64,
	startingContainerWeight float64,
	startingContainerCountMaximum int,
) *auctionRunner {
	return &auctionRunner{
		logger:                        logger,
		delegate:                      delegate,
		metricEmitter:                 metricEmitter,
		batch:                         NewBatch(clock),
		clock:                         clock,
		workPool:                      workPool,
		binPackFirstFitWeight:         binPackFirstFitWeight,
		startingContainerWeight:       startingContainerWeight,
		startingContainerCountMaximum: startingContainerCountMaximum,
		openMesos:                     openMesosFramework,
	}
}

// ScheduleLRPsForAuctions puts the instances that lrpStarts ask for into the next round. It does not
// wait.
func (a *auctionRunner) ScheduleLRPsForAuctions(lrpStarts []diego.LRPStartRequest, traceID string) {
	a.batch.AddLRPStarts(lrpStarts, traceID)
}

// ScheduleTasksForAuctions puts tasks into the next round. It does not wait.
func (a *auctionRunner) ScheduleTasksForAuctions(tasks []diego.TaskStartRequest, traceID string) {
	a.batch.AddTasks(tasks, traceID)
}

// Run holds a round whenever there is work, until a signal comes; a round under way is finished
// first. It closes ready at once. An error is that of one of this package's flags, such as an address that
// is in use, and comes before ready is closed.
//
// With the flag -master it hands work to a framework on Apache Mesos instead, until a signal comes. It
// ends with an error, too, if the framework has ended for good, as when its master has removed it.
func (a *auctionRunner) Run(signals <-chan os.Signal, ready chan<- struct{}) error {
	if err := checkFlags(flag.CommandLine); err != nil {
		a.logger.Error("failed-to-start-rostrum", err)
		return err
	}
	if onMesos := flagMesosSettings(); onMesos.master != "" {
		return a.runOnMesos(onMesos, flagSettings(), signals, ready)
	}
	placer, err := newPlacer(a.logger, flagSettings())
	if err != nil {
		a.logger.Error("failed-to-start-rostrum", err)
		return err
	}
	defer placer.Close()
	placer.metrics.watchQueue(a.batch.waiting)
	close(ready)

	ending := make(chan struct{})
	run := &run{auctionRunner: a, placer: placer, ending: ending}
	for {
		work, ok := nextWork(signals, a.batch.HasWork)
		if !ok {
			return nil
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			run.work(work)
		}()
		select {
		case <-ended:
		case <-signals:
			close(ending)
			<-ended
			return nil
		}
	}
}

// nextWork waits for work or for a signal, which comes first if both are there.
func nextWork(signals <-chan os.Signal, hasWork <-chan Work) (work Work, ok bool) {
	select {
	case <-signals:
		return Work{}, false
	default:
	}
	select {
	case <-signals:
		return Work{}, false
	case work = <-hasWork:
		return work, true
	}
}

// A run is a runner while it runs.
type run struct {
	*auctionRunner
	placer *placer
	ending <-chan struct{} // Closed when a signal has come.
}

// work holds one round, once it is known which cells there are.
func (r *run) work(work Work) {
	for !r.holdRound(work) {
		select {
		case <-r.ending:
			return
		case <-time.After(pauseAfterFailedFetch):
		}
	}
}

func (r *run) holdRound(work Work) (fetched bool) {
	logger := trace.LoggerWithTraceInfo(r.logger, work.TraceID).Session("auction")

	logger.Info("fetching-cell-reps")
	clients, err := r.delegate.FetchCellReps(logger, work.TraceID)
	if err != nil {
		logger.Error("failed-to-fetch-reps", err)
		return false
	}
	logger.Info("fetched-cell-reps", lager.Data{"cell-reps-count": len(clients)})

	zones := r.fetchZones(&stateFetch{
		logger:        logger,
		workPool:      r.workPool,
		clients:       clients,
		metricEmitter: r.metricEmitter,
		ending:        r.ending,
	})
	request := r.takeAuctions(logger)
	if len(request.LRPs) == 0 && len(request.Tasks) == 0 {
		logger.Info("nothing-to-auction")
		return true
	}
	r.auction(logger, work, zones, request)
	return true
}

func (r *run) fetchZones(fetch *stateFetch) map[string]Zone {
	logger := fetch.logger
	logger.Info("fetching-zone-state")
	start := time.Now()
	zones := fetch.buildZones(r.binPackFirstFitWeight)
	took := time.Since(start)
	r.placer.metrics.notePhase(phaseFetch, took)
	if err := r.metricEmitter.FetchStatesCompleted(took); err != nil {
		logger.Error("failed-sending-fetch-states-completed-metric", err)
	}

	for _, name := range zoneNames(zones) {
		logger.Info("zone-state", lager.Data{"zone": name, "cell-count": len(zones[name])})
	}
	cellCount := countCells(zones)
	logger.Info("fetched-zone-state", lager.Data{
		"cell-state-count":    cellCount,
		"num-failed-requests": len(fetch.clients) - cellCount,
		"duration":            took.String(),
	})
	return zones
}

func (r *run) takeAuctions(logger lager.Logger) auctiontypes.AuctionRequest {
	logger.Info("fetching-auctions")
	lrps, tasks := r.batch.DedupeAndDrain()
	logger.Info("fetched-auctions", lager.Data{
		"lrp-start-auctions": len(lrps),
		"task-auctions":      len(tasks),
	})
	return auctiontypes.AuctionRequest{LRPs: lrps, Tasks: tasks}
}

func (r *run) auction(
	logger lager.Logger, work Work, zones map[string]Zone, request auctiontypes.AuctionRequest,
) {
	logger.Info("scheduling")
	scheduler := NewScheduler(r.workPool, zones, r.clock, logger,
		r.binPackFirstFitWeight, r.startingContainerWeight, r.startingContainerCountMaximum)
	scheduler.placer, scheduler.ending = r.placer, r.ending
	results := scheduler.Schedule(request)
	logger.Info("scheduled", lager.Data{
		"successful-lrp-start-auctions": len(results.SuccessfulLRPs),
		"successful-task-auctions":      len(results.SuccessfulTasks),
		"failed-lrp-start-auctions":     len(results.FailedLRPs),
		"failed-task-auctions":          len(results.FailedTasks),
	})

	if err := r.metricEmitter.AuctionCompleted(results); err != nil {
		logger.Debug("failed-emitting-auction-complete-metrics", lager.Data{"error": err})
	}
	r.delegate.AuctionCompleted(logger, work.TraceID, results)
}
