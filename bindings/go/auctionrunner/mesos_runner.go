package auctionrunner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/bbs/trace"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/rostrum/mesos"
)

// How long calls to the master that are under way may take when the runner ends.
const mesosFlush = time.Second

// After so long whatever the framework was given, and does not have in its queue, was told of.
const mesosToldAfter = 10 * time.Minute

// A mesosRun is a runner while it runs on Mesos: what is asked for goes to a framework, and what the
// framework says of it to the delegate. It asks no cell for its state; those of the BBS that Mesos does
// not run are passed over.
type mesosRun struct {
	*auctionRunner
	framework mesosFramework
	metrics   *mesosMetrics
	debug     *debugServer   // Nil: not served.
	outcomes  *mesosOutcomes // Nil with it.

	// Guards the book, and is held while work is handed to the framework, so that nothing is told of
	// work that is not in the book.
	lock sync.Mutex
	book mesosBook
	feed *rostrum.Batch

	telling sync.Mutex // Held while the delegate is told results.
}

// runOnMesos is Run with -master.
func (a *auctionRunner) runOnMesos(
	mesosSettings mesosSettings, settings settings, signals <-chan os.Signal, ready chan<- struct{},
) error {
	r, err := a.startOnMesos(mesosSettings, settings)
	if err != nil {
		a.logger.Error("failed-to-start-on-mesos", err)
		return err
	}
	defer r.close()
	close(ready)
	return r.serve(signals)
}

func (a *auctionRunner) startOnMesos(mesosSettings mesosSettings, settings settings) (*mesosRun, error) {
	if settings.recordFile != "" {
		return nil, fmt.Errorf("-auction_record is %q, expected none with -master: rounds on Mesos are not "+
			"recorded", settings.recordFile)
	}
	if settings.debugRounds != defaultDebugRounds {
		return nil, fmt.Errorf("-auction_debug_rounds is %q, expected none with -master: rounds on Mesos are "+
			"not kept", settings.debugRounds)
	}
	framework, err := a.openMesos(mesosSettings, settings.strategy, engineOptions{
		binPackFirstFitWeight:         a.binPackFirstFitWeight,
		startingContainerWeight:       a.startingContainerWeight,
		startingContainerCountMaximum: a.startingContainerCountMaximum,
	})
	if err != nil {
		return nil, err
	}
	r := &mesosRun{
		auctionRunner: a,
		framework:     framework,
		metrics:       newMesosMetrics(a.batch.waiting),
		book:          mesosBook{},
		feed:          rostrum.NewBatch(),
	}
	if err := r.start(mesosSettings, settings); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *mesosRun) start(mesosSettings mesosSettings, settings settings) error {
	if settings.debugAddress != "" {
		r.outcomes = newMesosOutcomes()
		var err error
		r.debug, err = settings.serveDebug(r.logger, func(address string) (*debugServer, error) {
			return newMesosDebugServer(address, r)
		})
		if err != nil {
			return err
		}
	}
	if mesosSettings.frameworkIDFile == "" {
		r.logger.Info("mesos-framework-id-is-not-kept", lager.Data{
			"what": "without -mesos_framework_id_file the next start is a new framework, and what runs now ends"})
	}
	if err := r.framework.Start(); err != nil {
		return fmt.Errorf("-master is %q: %w", mesosSettings.master, err)
	}
	return nil
}

func (r *mesosRun) close() {
	if r.debug != nil {
		r.debug.Close()
	}
	r.framework.Close()
}

// serve hands work over until a signal comes, or the framework has failed.
func (r *mesosRun) serve(signals <-chan os.Signal) error {
	followed := make(chan error, 1)
	go func() { followed <- r.follow() }()
	for {
		select {
		case <-signals:
			r.logger.Info("stopping-on-mesos")
			r.framework.Stop(mesosFlush)
			return <-followed
		case err := <-followed:
			r.framework.Stop(mesosFlush)
			return err
		case work := <-r.batch.HasWork:
			r.handOver(work)
		}
	}
}

// follow tells what the framework says until it is stopped, or has failed.
func (r *mesosRun) follow() error {
	for {
		events, err := r.framework.Poll(context.Background())
		if errors.Is(err, mesos.ErrStopped) {
			return nil
		}
		if err != nil {
			r.logger.Error("failed-to-poll-mesos", err)
			return err
		}
		if err := r.take(events); err != nil {
			r.logger.Error("mesos-framework-failed", err)
			return err
		}
	}
}

// handOver gives the framework what is in the batch.
func (r *mesosRun) handOver(work Work) {
	logger := trace.LoggerWithTraceInfo(r.logger, work.TraceID).Session("auction")
	logger.Info("fetching-auctions")
	lrps, tasks := r.batch.DedupeAndDrain()
	logger.Info("fetched-auctions", lager.Data{
		"lrp-start-auctions": len(lrps),
		"task-auctions":      len(tasks),
	})
	refused := mesosResults{}
	added := func() uint64 {
		r.lock.Lock()
		defer r.lock.Unlock()
		r.tidyBook()
		booked := r.book.add(&auctiontypes.AuctionRequest{LRPs: lrps, Tasks: tasks}, work.TraceID)
		return r.submit(logger, booked, &refused)
	}()
	logger.Info("handed-to-mesos", lager.Data{"added": added, "passed-over": uint64(len(lrps)+len(tasks)) - added})
	r.tell(refused)
}

// tidyBook forgets what nothing more will be told of. It needs the lock.
func (r *mesosRun) tidyBook() {
	if len(r.book) == 0 {
		return
	}
	if counts, err := r.framework.Counts(); err == nil && counts.Waiting == 0 {
		r.book.forgetPassedOver(r.clock.Now().Add(-mesosToldAfter))
	}
}

// submit submits work. One that the framework cannot take does not keep the others out: it is looked for
// by halves, and refused. It needs the lock.
func (r *mesosRun) submit(logger lager.Logger, work []*bookedWork, refused *mesosResults) (added uint64) {
	if len(work) == 0 {
		return 0
	}
	r.feed.Reset()
	for _, each := range work {
		addBookedWork(r.feed, each)
	}
	added, err := r.framework.Submit(r.feed)
	switch {
	case err == nil:
		return added
	case errors.Is(err, rostrum.ErrInvalidArgument) && len(work) > 1:
		half := len(work) / 2
		return r.submit(logger, work[:half], refused) + r.submit(logger, work[half:], refused)
	}
	for _, each := range work {
		logger.Error("failed-to-hand-to-mesos", err, lager.Data{"guid": each.identifier()})
		delete(r.book, each.key())
		record := each.record()
		record.Attempts++
		record.PlacementError = err.Error()
		refused.fail(each)
	}
	return 0
}

// addBookedWork adds one auction to a batch.
func addBookedWork(batch *rostrum.Batch, booked *bookedWork) {
	item := rostrum.Work{}
	resource, constraint := diego.Resource{}, diego.PlacementConstraint{}
	if booked.lrp != nil {
		lrp := diego.LRPOf(booked.lrp)
		item.Kind, item.GUID, item.Domain, item.Indices = rostrum.LRP, lrp.ProcessGuid, lrp.Domain, []int32{lrp.Index}
		resource, constraint = lrp.Resource, lrp.PlacementConstraint
	} else {
		task := diego.TaskOf(booked.task)
		item.Kind, item.GUID, item.Domain = rostrum.Task, task.TaskGuid, task.Domain
		resource, constraint = task.Resource, task.PlacementConstraint
	}
	item.RootFS = constraint.RootFs
	item.PlacementTags = constraint.PlacementTags
	item.VolumeDrivers = constraint.VolumeDrivers
	item.Asked.Memory = rostrum.Units(int64(resource.MemoryMB))
	item.Asked.Disk = rostrum.Units(int64(resource.DiskMB))
	item.MaxPIDs = resource.MaxPids
	batch.AddWork(&item)
}
