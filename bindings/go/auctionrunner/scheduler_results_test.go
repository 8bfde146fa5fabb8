package auctionrunner_test

import (
	"errors"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Scheduler: the order of work", func() {
	// What has room for so much memory shows what comes first: with no room left, the rest fails.
	placed := func(room int32, lrps []diego.LRP, tasks ...diego.Task) []string {
		cells := newCluster()
		cells.add("a", size(room, 10000, 50))
		cells.schedule(lrps, tasks...)
		return cells.received("a")
	}

	DescribeTable("is instances with index 0, tasks, other instances",
		func(room int, expected ...string) {
			lrps := lrpsOf(newLRP("pg-7", 1), newLRP("pg-8", 2, memory(40)), newLRP("pg-8", 1, memory(40)), newLRP("pg-7", 0))
			Expect(placed(int32(room), lrps, newTask("small"), newTask("large", memory(20)))).To(Equal(expected))
		},
		Entry("room for the first", 10, "pg-7.0"),
		Entry("room for the larger task", 30, "pg-7.0", "large"),
		Entry("room for both", 40, "pg-7.0", "large", "small"),
		Entry("room for the larger of the next instances", 80, "pg-7.0", "pg-8.1", "large", "small"),
		Entry("room for both of them", 90, "pg-7.0", "pg-8.1", "pg-7.1", "large", "small"),
		Entry("room for all", 130, "pg-7.0", "pg-8.1", "pg-7.1", "pg-8.2", "large", "small"),
	)

	It("puts larger instances first", func() {
		Expect(placed(100, lrpsOf(newLRP("a", 0), newLRP("b", 0, memory(30)), newLRP("c", 0, memory(20))))).To(
			Equal([]string{"b.0", "c.0", "a.0"}))
	})

	It("puts larger tasks first", func() {
		Expect(placed(100, nil, newTask("a"), newTask("b", memory(30)), newTask("c", memory(20)))).To(
			Equal([]string{"b", "c", "a"}))
	})

	It("puts a task before instances if all of them have index 0", func() {
		Expect(placed(10, lrpsOf(newLRP("pg", 0)), newTask("t"))).To(Equal([]string{"t"}))
		Expect(placed(10, lrpsOf(newLRP("pg", 0), newLRP("pg", 1)), newTask("t"))).To(Equal([]string{"pg.0"}))
	})

	It("leaves the request's lists sorted", func() {
		cells := newCluster()
		cells.add("a")
		request := auctiontypes.AuctionRequest{
			LRPs:  lrpAuctions(cells.queued, newLRP("pg", 1), newLRP("pg", 0)),
			Tasks: taskAuctions(cells.queued, newTask("a"), newTask("b", memory(20))),
		}
		auctionrunner.NewScheduler(cells.pool, cells.zones, cells.clock, cells.logger, 0, 0, 0).Schedule(request)
		Expect(request.LRPs[0].Index).To(BeZero())
		Expect(request.Tasks[0].TaskGuid).To(Equal("b"))
	})
})

var _ = Describe("Scheduler: what it returns", func() {
	var cells *cluster
	BeforeEach(func() { cells = newCluster() })

	It("tells of each success the winner, the attempt and the wait", func() {
		cells.add("a")
		results := cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t"))
		record := auctiontypes.AuctionRecord{
			Winner: "a", Attempts: 1, QueueTime: cells.queued, WaitDuration: time.Minute}
		Expect(results).To(Equal(auctiontypes.AuctionResults{
			SuccessfulLRPs:  []auctiontypes.LRPAuction{lrpAuction(newLRP("pg", 0), record)},
			SuccessfulTasks: []auctiontypes.TaskAuction{taskAuction(newTask("t"), record)},
		}))
	})

	It("tells of each failure the error and the attempt", func() {
		cells.add("a")
		results := cells.schedule(lrpsOf(newLRP("pg", 0, memory(101))), newTask("t", disk(201)))
		Expect(results).To(Equal(auctiontypes.AuctionResults{
			FailedLRPs: []auctiontypes.LRPAuction{lrpAuction(newLRP("pg", 0, memory(101)), auctiontypes.AuctionRecord{
				Attempts: 1, QueueTime: cells.queued, PlacementError: "insufficient resources: memory"})},
			FailedTasks: []auctiontypes.TaskAuction{taskAuction(newTask("t", disk(201)), auctiontypes.AuctionRecord{
				Attempts: 1, QueueTime: cells.queued, PlacementError: "insufficient resources: disk"})},
		}))
	})

	It("counts attempts on from those before", func() {
		cells.add("a")
		lrps := lrpAuctions(cells.queued, newLRP("good", 0), newLRP("bad", 0, memory(101)))
		tasks := taskAuctions(cells.queued, newTask("good"), newTask("bad", memory(101)))
		for i := range 2 {
			lrps[i].Attempts, tasks[i].Attempts = 3, 4
		}
		results := auctionrunner.NewScheduler(cells.pool, cells.zones, cells.clock, cells.logger, 0, 0, 0).Schedule(
			auctiontypes.AuctionRequest{LRPs: lrps, Tasks: tasks})
		Expect(results.SuccessfulLRPs[0].Attempts).To(Equal(4))
		Expect(results.FailedLRPs[0].Attempts).To(Equal(4))
		Expect(results.SuccessfulTasks[0].Attempts).To(Equal(5))
		Expect(results.FailedTasks[0].Attempts).To(Equal(5))
	})

	It("is nothing for nothing", func() {
		cells.add("a")
		Expect(cells.schedule(nil)).To(Equal(auctiontypes.AuctionResults{}))
		Expect(cells.received("a")).To(BeEmpty())
	})

	It("leaves the state of a running instance out of a success", func() {
		cells.add("a")
		lrp := newLRP("pg", 0)
		lrp.State = "RUNNING"
		Expect(cells.schedule(lrpsOf(lrp)).SuccessfulLRPs[0].State).To(BeEmpty())
	})

	It("logs each success with its cell", func() {
		cells.add("a")
		cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t"))
		Expect(logged(cells.logger, "lrp-added-to-cell")).To(ConsistOf(
			lager.Data{"lrp-guid": "pg.0", "cell-guid": "a"}))
		Expect(logged(cells.logger, "task-added-to-cell")).To(ConsistOf(
			lager.Data{"task-guid": "t", "cell-guid": "a"}))
	})

	It("tells the debug log how each cell scored for an LRP", func() {
		cells.add("a", withIndex(2))
		cells.add("b", running(newLRP("pg", 1)))
		cells.add("c", running(newLRP("other", 0, memory(100))))
		cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t"))
		Expect(logged(cells.logger, "score-for-lrp")).To(ConsistOf(
			And(HaveLen(6), HaveKeyWithValue("cell-guid", "a"), HaveKeyWithValue("cell-index", 2.),
				HaveKeyWithValue("locality-score", 0.), HaveKeyWithValue("index-score", 0.)),
			And(HaveLen(6), HaveKeyWithValue("cell-guid", "b"), HaveKeyWithValue("cell-index", 0.),
				HaveKeyWithValue("locality-score", 1000.), HaveKeyWithValue("score", BeNumerically(">", 1000)))))
	})

	It("returns successes in the order in which they were decided", Label(ours), func() {
		cells.add("a")
		cells.add("b")
		results := cells.schedule(lrpsOf(newLRP("z", 1), newLRP("b", 1), newLRP("pg", 0), newLRP("b", 0, memory(20))),
			newTask("u"), newTask("t", memory(20)))
		order := []string{}
		for i := range results.SuccessfulLRPs {
			order = append(order, results.SuccessfulLRPs[i].Identifier())
		}
		Expect(order).To(Equal([]string{"b.0", "pg.0", "z.1", "b.1"}))
		Expect([]string{results.SuccessfulTasks[0].TaskGuid, results.SuccessfulTasks[1].TaskGuid}).To(
			Equal([]string{"t", "u"}))
	})

	It("decides an identifier that comes twice once for each", func() {
		cells.add("a")
		results := cells.schedule(lrpsOf(newLRP("pg", 0, memory(101)), newLRP("pg", 0, memory(101))))
		Expect(results.FailedLRPs).To(HaveLen(2))
	})
})

var _ = Describe("Scheduler: what cells answer", func() {
	var cells *cluster
	BeforeEach(func() { cells = newCluster() })

	It("tells only those cells that got something, once, and everything at once", func() {
		cells.add("a", size(40, 1000, 50))
		cells.add("b", stacks("windows"))
		cells.schedule(lrpsOf(newLRP("pg", 0), newLRP("pg", 1)), newTask("t"))
		Expect(cells.clients["b"].PerformCallCount()).To(BeZero())
		Expect(cells.clients["a"].PerformCallCount()).To(Equal(1))
		_, work := cells.clients["a"].PerformArgsForCall(0)
		Expect(work).To(Equal(diego.Work{
			LRPs: lrpsOf(newLRP("pg", 0), newLRP("pg", 1)), Tasks: []diego.Task{newTask("t")}, CellID: "a"}))
	})

	It("fails what a cell hands back, with neither winner nor error", func() {
		cells.add("a")
		cells.clients["a"].PerformReturns(diego.Work{
			LRPs: lrpsOf(newLRP("pg", 1)), Tasks: []diego.Task{newTask("u")}}, nil)
		results := cells.schedule(lrpsOf(newLRP("pg", 0), newLRP("pg", 1)), newTask("t"), newTask("u"))
		Expect(winners(results)).To(Equal(map[string]string{"pg.0": "a", "t": "a"}))
		record := auctiontypes.AuctionRecord{Attempts: 1, QueueTime: cells.queued}
		Expect(results.FailedLRPs).To(Equal([]auctiontypes.LRPAuction{lrpAuction(newLRP("pg", 1), record)}))
		Expect(results.FailedTasks).To(Equal([]auctiontypes.TaskAuction{taskAuction(newTask("u"), record)}))
	})

	It("logs what a cell hands back", func() {
		cells.add("a")
		cells.clients["a"].PerformReturns(diego.Work{LRPs: lrpsOf(newLRP("pg", 0)), Tasks: []diego.Task{newTask("t")}}, nil)
		cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t"))
		Expect(logged(cells.logger, "lrp-failed-to-be-placed")).To(ConsistOf(lager.Data{"lrp-guid": "pg.0"}))
		Expect(logged(cells.logger, "task-failed-to-be-placed")).To(ConsistOf(lager.Data{"task-guid": "t"}))
		Expect(logged(cells.logger, "lrp-added-to-cell")).To(BeEmpty())
	})

	It("keeps the work of a cell that fails among the successes: it may have arrived", func() {
		cells.add("a")
		cells.clients["a"].PerformReturns(diego.Work{LRPs: lrpsOf(newLRP("pg", 0))}, errors.New("connection lost"))
		results := cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t"))
		Expect(winners(results)).To(Equal(map[string]string{"pg.0": "a", "t": "a"}))
		Expect(failures(results)).To(BeEmpty())
		Expect(logged(cells.logger, "failed-to-commit")).To(HaveLen(1))
	})

	It("tells all cells at the same time", func() {
		all := make(chan struct{})
		arrived := make(chan struct{}, 3)
		for _, guid := range []string{"a", "b", "c"} {
			cells.add(guid)
			cells.clients[guid].PerformStub = func(lager.Logger, diego.Work) (diego.Work, error) {
				arrived <- struct{}{}
				<-all
				return diego.Work{}, nil
			}
		}
		go func() {
			for range 3 {
				<-arrived
			}
			close(all)
		}()
		Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0), newLRP("pg", 1), newLRP("pg", 2))))).To(HaveLen(3))
	})

	It("does not take what was never given for handed back", Label(ours), func() {
		cells.add("a")
		cells.clients["a"].PerformReturns(diego.Work{
			LRPs: lrpsOf(newLRP("unknown", 7)), Tasks: []diego.Task{newTask("unknown")}}, nil)
		results := cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t"))
		Expect(winners(results)).To(HaveLen(2))
		Expect(failures(results)).To(BeEmpty())
	})

	It("tells cells by itself if the pool was stopped", Label(ours), func() {
		cells.add("a")
		cells.pool.Stop()
		Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(HaveKeyWithValue("pg.0", "a"))
		Expect(cells.received("a")).To(Equal([]string{"pg.0"}))
	})
})
