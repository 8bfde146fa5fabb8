package auctionrunner_test

import (
	"errors"
	"os"
	"sync"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/auction/auctiontypes/fakes"
	"code.cloudfoundry.org/clock/fakeclock"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/lager/v3/lagertest"
	"code.cloudfoundry.org/rep/repfakes"
	"code.cloudfoundry.org/rostrum/auctionrunner"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/workpool"
	"github.com/tedsuo/ifrit"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// patience is how long a spec waits for what another goroutine will do; it is never waited for to the
// end unless something is wrong.
const patience = 20 * time.Second

// delegate knows cells and remembers results.
type delegate struct {
	lock        sync.Mutex
	clients     map[string]diego.Client
	fetchErrors []error // Of the next calls, one by one.
	fetchedFor  []string

	completed chan completion
}

type completion struct {
	logger  lager.Logger
	traceID string
	results auctiontypes.AuctionResults
}

func newDelegate() *delegate {
	return &delegate{clients: map[string]diego.Client{}, completed: make(chan completion, 100)}
}

func (d *delegate) FetchCellReps(_ lager.Logger, traceID string) (map[string]diego.Client, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.fetchedFor = append(d.fetchedFor, traceID)
	if len(d.fetchErrors) > 0 {
		err := d.fetchErrors[0]
		d.fetchErrors = d.fetchErrors[1:]
		return map[string]diego.Client{}, err
	}
	return d.clients, nil
}

func (d *delegate) AuctionCompleted(logger lager.Logger, traceID string, results auctiontypes.AuctionResults) {
	d.completed <- completion{logger, traceID, results}
}

func (d *delegate) fetched() []string {
	d.lock.Lock()
	defer d.lock.Unlock()
	return append([]string{}, d.fetchedFor...)
}

func (d *delegate) addCell(guid string, changes ...func(*diego.CellState)) *repfakes.FakeSimClient {
	client := new(repfakes.FakeSimClient)
	client.StateReturns(newState(guid, changes...), nil)
	d.clients[guid] = client
	return client
}

// next waits for the results of the next round.
func (d *delegate) next() completion {
	GinkgoHelper()
	var done completion
	Eventually(d.completed, patience).Should(Receive(&done))
	return done
}

var _ = Describe("the runner", func() {
	var (
		cells   *delegate
		metrics *fakes.FakeAuctionMetricEmitterDelegate
		logger  *lagertest.TestLogger
		clock   *fakeclock.FakeClock
		pool    *workpool.WorkPool
		runner  auctiontypes.AuctionRunner
		process ifrit.Process

		firstFitWeight, startingWeight float64
		startingMaximum                int
	)

	BeforeEach(func() {
		cells = newDelegate()
		metrics = new(fakes.FakeAuctionMetricEmitterDelegate)
		logger = lagertest.NewTestLogger("test")
		clock = fakeclock.NewFakeClock(time.Unix(1000, 0))
		firstFitWeight, startingWeight, startingMaximum = 0, 0, 0
		var err error
		pool, err = workpool.NewWorkPool(5)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(pool.Stop)
	})

	newRunner := func() auctiontypes.AuctionRunner {
		return auctionrunner.New(logger, cells, metrics, clock, pool, firstFitWeight, startingWeight, startingMaximum)
	}

	JustBeforeEach(func() {
		runner = newRunner()
		process = ifrit.Invoke(runner)
		DeferCleanup(func() {
			process.Signal(os.Interrupt)
			Eventually(process.Wait(), patience).Should(Receive())
		})
	})

	end := func() {
		GinkgoHelper()
		process.Signal(os.Interrupt)
		Eventually(process.Wait(), patience).Should(Receive(BeNil()))
	}

	startLRPs := func(starts ...diego.LRPStartRequest) { runner.ScheduleLRPsForAuctions(starts, "trace-1") }
	startTasks := func(starts ...diego.TaskStartRequest) { runner.ScheduleTasksForAuctions(starts, "trace-1") }

	It("is ready at once and ends on a signal", func() {
		Expect(process.Ready()).To(BeClosed())
		end()
		Expect(cells.fetched()).To(BeEmpty())
	})

	It("can run again", func() {
		cells.addCell("a")
		end()
		startLRPs(lrpStart("pg", []int{0}))
		process = ifrit.Invoke(runner)
		Expect(winners(cells.next().results)).To(Equal(map[string]string{"pg.0": "a"}))
	})

	Describe("a round", func() {
		var a, b *repfakes.FakeSimClient
		BeforeEach(func() {
			a = cells.addCell("a")
			b = cells.addCell("b", inZone("z2"), running(newLRP("other", 0)))
		})

		It("sends work to cells and the results to the delegate, with the trace id", func() {
			startLRPs(lrpStart("pg", []int{0, 1}))
			done := cells.next()
			Expect(done.traceID).To(Equal("trace-1"))
			Expect(cells.fetched()).To(Equal([]string{"trace-1"}))
			Expect(winners(done.results)).To(Equal(map[string]string{"pg.0": "a", "pg.1": "b"}))
			_, work := a.PerformArgsForCall(0)
			Expect(work).To(Equal(diego.Work{LRPs: lrpsOf(newLRP("pg", 0)), CellID: "a"}))
			_, work = b.PerformArgsForCall(0)
			Expect(work).To(Equal(diego.Work{LRPs: lrpsOf(newLRP("pg", 1)), CellID: "b"}))
		})

		It("starts tasks as well", func() {
			startTasks(taskStart("t"))
			Expect(winners(cells.next().results)).To(HaveKey("t"))
		})

		It("counts the wait with the clock it was given", func() {
			a.StateStub = func(lager.Logger) (diego.CellState, error) {
				clock.Increment(time.Minute)
				return newState("a"), nil
			}
			startTasks(taskStart("t"))
			results := cells.next().results
			Expect(results.SuccessfulTasks[0].WaitDuration).To(Equal(time.Minute))
			Expect(results.SuccessfulTasks[0].QueueTime).To(Equal(time.Unix(1000, 0)))
		})

		It("asks for the states of all cells anew each time", func() {
			startTasks(taskStart("t"))
			cells.next()
			startTasks(taskStart("t"))
			cells.next()
			Expect(a.StateCallCount()).To(Equal(2))
			Expect(cells.fetched()).To(HaveLen(2))
		})

		It("has each identifier once", func() {
			release := make(chan struct{})
			a.StateStub = func(lager.Logger) (diego.CellState, error) { <-release; return newState("a"), nil }
			startLRPs(lrpStart("pg", []int{0, 0}))
			startLRPs(lrpStart("pg", []int{0}))
			startTasks(taskStart("t"), taskStart("t"))
			close(release)
			Expect(winners(cells.next().results)).To(And(HaveLen(2), HaveKey("pg.0"), HaveKey("t")))
			startTasks(taskStart("u"))
			Expect(winners(cells.next().results)).To(And(HaveLen(1), HaveKey("u")))
		})

		It("takes what comes as long as cells are asked", func() {
			asked, release := make(chan struct{}), make(chan struct{})
			a.StateStub = func(lager.Logger) (diego.CellState, error) {
				close(asked)
				<-release
				return newState("a"), nil
			}
			startLRPs(lrpStart("pg", []int{0}))
			Eventually(asked, patience).Should(BeClosed())
			runner.ScheduleTasksForAuctions([]diego.TaskStartRequest{taskStart("t")}, "trace-2")
			close(release)
			done := cells.next()
			Expect(winners(done.results)).To(And(HaveKey("pg.0"), HaveKey("t")))
			Expect(done.traceID).To(Equal("trace-1"))
		})

		It("leaves for the next round what comes later, all of it together", func() {
			performing, release := make(chan struct{}), make(chan struct{})
			a.PerformStub = func(lager.Logger, diego.Work) (diego.Work, error) {
				if a.PerformCallCount() == 1 {
					close(performing)
					<-release
				}
				return diego.Work{}, nil
			}
			startLRPs(lrpStart("pg", []int{0, 1}))
			Eventually(performing, patience).Should(BeClosed())
			runner.ScheduleTasksForAuctions([]diego.TaskStartRequest{taskStart("t")}, "trace-2")
			runner.ScheduleLRPsForAuctions([]diego.LRPStartRequest{lrpStart("pg", []int{2})}, "trace-3")
			close(release)
			Expect(winners(cells.next().results)).To(And(HaveLen(2), HaveKey("pg.0"), HaveKey("pg.1")))
			done := cells.next()
			Expect(winners(done.results)).To(And(HaveLen(2), HaveKey("pg.2"), HaveKey("t")))
			Expect(done.traceID).To(Equal("trace-2"))
		})

		It("tells the delegate of failures", func() {
			startLRPs(lrpStart("pg", []int{0}, memory(101)))
			startTasks(taskStart("t", rootFS(windows)))
			failed := map[string]string{}
			for len(failed) < 2 {
				for identifier, text := range failures(cells.next().results) {
					failed[identifier] = text
				}
			}
			Expect(failed).To(Equal(map[string]string{"pg.0": noResources + ": memory", "t": noRootFS}))
		})

		It("tells the delegate of what a cell hands back", func() {
			a.PerformReturns(diego.Work{LRPs: lrpsOf(newLRP("pg", 0))}, nil)
			startLRPs(lrpStart("pg", []int{0, 1}))
			done := cells.next()
			Expect(winners(done.results)).To(Equal(map[string]string{"pg.1": "b"}))
			Expect(failures(done.results)).To(Equal(map[string]string{"pg.0": ""}))
		})

		It("ends before cells are tried if there is nothing to auction", func() {
			startLRPs()
			Eventually(func() []lager.Data { return logged(logger, "nothing-to-auction") }, patience).Should(HaveLen(1))
			Expect(a.StateCallCount()).To(Equal(1))
			Expect(metrics.FetchStatesCompletedCallCount()).To(Equal(1))
			Expect(metrics.AuctionCompletedCallCount()).To(BeZero())
			Expect(logged(logger, "scheduling")).To(BeEmpty())
			startLRPs(lrpStart("pg", []int{0}))
			Expect(winners(cells.next().results)).To(HaveLen(1))
		})

		Describe("with a weight for the first cells", func() {
			BeforeEach(func() {
				firstFitWeight = 10
				cells.addCell("c", withIndex(40), inZone("z3"))
				cells.addCell("d", withIndex(20), inZone("z3"))
			})

			It("fills the first cell of each zone first", func() {
				startTasks()
				startLRPs(lrpStart("pg", []int{0}), lrpStart("pg-2", []int{0}), lrpStart("pg-3", []int{0}), lrpStart("pg-4", []int{0}))
				Expect(winners(cells.next().results)).NotTo(ContainElement("c"))
			})
		})

		Describe("with a weight for containers that start", func() {
			BeforeEach(func() {
				startingWeight = 1
				cells.clients = map[string]diego.Client{}
				cells.addCell("a", starting(1))
				cells.addCell("b", running(newLRP("other", 0, memory(80), disk(180))))
			})

			It("minds them", func() {
				startLRPs(lrpStart("pg", []int{0}))
				Expect(winners(cells.next().results)).To(Equal(map[string]string{"pg.0": "b"}))
			})
		})

		Describe("with a maximum of containers that start", func() {
			BeforeEach(func() { startingMaximum = 1 })

			It("starts no more", func() {
				startLRPs(lrpStart("pg", []int{0, 1}))
				Expect(failures(cells.next().results)).To(HaveLen(1))
			})
		})
	})

	Describe("what it tells", func() {
		BeforeEach(func() { cells.addCell("a") })

		It("emits how long states took, and then the results, before the delegate has them", func() {
			var order []string
			metrics.FetchStatesCompletedStub = func(took time.Duration) error {
				Expect(took).To(BeNumerically(">=", 0))
				order = append(order, "states")
				return nil
			}
			metrics.AuctionCompletedStub = func(auctiontypes.AuctionResults) error {
				Expect(cells.completed).To(BeEmpty())
				order = append(order, "results")
				return nil
			}
			startLRPs(lrpStart("pg", []int{0}))
			done := cells.next()
			Expect(order).To(Equal([]string{"states", "results"}))
			Expect(metrics.AuctionCompletedArgsForCall(0)).To(Equal(done.results))
		})

		It("goes on if nothing can be emitted, and logs it", func() {
			metrics.FetchStatesCompletedStub = func(time.Duration) error { return errors.New("no states") }
			metrics.AuctionCompletedStub = func(auctiontypes.AuctionResults) error { return errors.New("no results") }
			startLRPs(lrpStart("pg", []int{0}))
			Expect(winners(cells.next().results)).To(HaveLen(1))
			Expect(logged(logger, "failed-sending-fetch-states-completed-metric")).To(ConsistOf(
				HaveKeyWithValue("error", "no states")))
			Expect(logged(logger, "failed-emitting-auction-complete-metrics")).To(HaveLen(1))
		})

		It("logs each step", func() {
			startTasks(taskStart("t"))
			cells.next()
			Expect(loggedMessages(logger, "test.auction.")).To(Equal([]string{
				"fetching-cell-reps",
				"fetched-cell-reps",
				"fetching-zone-state",
				"fetched-cell-state",
				"zone-state",
				"fetched-zone-state",
				"fetching-auctions",
				"fetched-auctions",
				"scheduling",
				"task-added-to-cell",
				"scheduled",
			}))
		})

		It("logs the numbers of each step", func() {
			cells.addCell("b", func(s *diego.CellState) { s.Evacuating = true })
			cells.addCell("c", func(s *diego.CellState) { s.CellID = "other" })
			cells.addCell("d").StateReturns(diego.CellState{}, errors.New("boom"))
			cells.addCell("e", inZone("z2"))
			startLRPs()
			Eventually(func() []lager.Data { return logged(logger, "nothing-to-auction") }, patience).Should(HaveLen(1))

			Expect(logged(logger, "fetched-cell-reps")).To(ConsistOf(lager.Data{"cell-reps-count": 5.}))
			Expect(logged(logger, "zone-state")).To(ConsistOf(
				lager.Data{"zone": "z1", "cell-count": 1.}, lager.Data{"zone": "z2", "cell-count": 1.}))
			Expect(logged(logger, "fetched-zone-state")).To(ConsistOf(haveData(lager.Data{
				"cell-state-count": 2., "num-failed-requests": 3.,
				"duration": WithTransform(time.ParseDuration, BeNumerically(">=", 0))})))
			Expect(logged(logger, "fetched-auctions")).To(ConsistOf(
				lager.Data{"lrp-start-auctions": 0., "task-auctions": 0.}))
		})

		It("logs how many auctions there were and how they went", func() {
			release := make(chan struct{})
			cells.addCell("b").StateStub = func(lager.Logger) (diego.CellState, error) { <-release; return newState("b"), nil }
			startLRPs(lrpStart("pg", []int{0, 1}), lrpStart("large", []int{0}, memory(101)))
			startTasks(taskStart("t"), taskStart("large-1", memory(101)), taskStart("large-2", memory(101)))
			close(release)
			cells.next()
			Expect(logged(logger, "fetched-auctions")).To(ConsistOf(
				lager.Data{"lrp-start-auctions": 3., "task-auctions": 3.}))
			Expect(logged(logger, "scheduled")).To(ConsistOf(lager.Data{
				"successful-lrp-start-auctions": 2.,
				"successful-task-auctions":      1.,
				"failed-lrp-start-auctions":     1.,
				"failed-task-auctions":          2.,
			}))
		})

		It("logs trace and span of a trace id, all along", func() {
			runner.ScheduleTasksForAuctions([]diego.TaskStartRequest{taskStart("t")}, "7f461654-74d1-1ee5-8367-77d85df2cdab")
			done := cells.next()
			Expect(done.traceID).To(Equal("7f461654-74d1-1ee5-8367-77d85df2cdab"))
			for _, entry := range logger.Logs() {
				Expect(entry.Data).To(HaveKeyWithValue("trace-id", "7f46165474d11ee5836777d85df2cdab"), entry.Message)
				Expect(entry.Data).To(HaveKey("span-id"), entry.Message)
			}
		})

		It("logs no trace of what is no trace id", func() {
			startTasks(taskStart("t"))
			cells.next()
			for _, entry := range logger.Logs() {
				Expect(entry.Data).NotTo(HaveKey("trace-id"), entry.Message)
			}
		})

		It("gives the delegate the round's logger", func() {
			startTasks(taskStart("t"))
			Expect(cells.next().logger.SessionName()).To(Equal("test.auction"))
		})
	})

	Describe("when it cannot find out which cells there are", func() {
		BeforeEach(func() { cells.addCell("a") })

		Describe("for a while", func() {
			BeforeEach(func() { cells.fetchErrors = []error{errors.New("bbs is away")} })

			It("tries again for the same trace id, with all that has come since", func() {
				runner.ScheduleTasksForAuctions([]diego.TaskStartRequest{taskStart("t")}, "first")
				Eventually(cells.fetched, patience).Should(HaveLen(1))
				runner.ScheduleTasksForAuctions([]diego.TaskStartRequest{taskStart("u")}, "second")
				done := cells.next()
				Expect(done.traceID).To(Equal("first"))
				Expect(winners(done.results)).To(Equal(map[string]string{"t": "a", "u": "a"}))
				Expect(cells.fetched()).To(Equal([]string{"first", "first"}))
				Expect(logged(logger, "failed-to-fetch-reps")).To(ConsistOf(lager.Data{"error": "bbs is away"}))
				Expect(logged(logger, "fetching-cell-reps")).To(HaveLen(2))
			})
		})

		Describe("for good", func() {
			BeforeEach(func() {
				for range 1000 {
					cells.fetchErrors = append(cells.fetchErrors, errors.New("bbs is away"))
				}
			})

			It("ends on a signal", func() {
				startTasks(taskStart("t"))
				Eventually(cells.fetched, patience).ShouldNot(BeEmpty())
				end()
			})
		})
	})

	Describe("when no cell can be asked", func() {
		It("fails everything after four tries", func() {
			a := cells.addCell("a")
			a.StateReturns(diego.CellState{}, errors.New("boom"))
			startLRPs(lrpStart("pg", []int{0}))
			Expect(failures(cells.next().results)).To(
				Equal(map[string]string{"pg.0": "unable to communicate to compatible cells"}))
			Expect(a.StateCallCount()).To(Equal(4))
			Expect(metrics.FailedCellStateRequestCallCount()).To(Equal(4))
			Expect(logged(logger, "fetched-zone-state")).To(ConsistOf(haveData(lager.Data{
				"cell-state-count": 0., "num-failed-requests": 1., "duration": Not(BeEmpty())})))
		})
	})

	Describe("a signal during a round", func() {
		It("lets the round end", func() {
			performing, release := make(chan struct{}), make(chan struct{})
			cells.addCell("a").PerformStub = func(lager.Logger, diego.Work) (diego.Work, error) {
				close(performing)
				<-release
				return diego.Work{}, nil
			}
			startTasks(taskStart("t"))
			Eventually(performing, patience).Should(BeClosed())
			process.Signal(os.Interrupt)
			Expect(process.Wait()).NotTo(Receive())
			close(release)
			Eventually(process.Wait(), patience).Should(Receive(BeNil()))
			Expect(winners(cells.next().results)).To(HaveLen(1))
		})

		It("comes before further work", Label(ours), func() {
			// Not the process: it passes signals on a little later.
			signals, ended := make(chan os.Signal, 1), make(chan error, 1)
			another := newRunner()
			performing, release := make(chan struct{}), make(chan struct{})
			cells.addCell("a").PerformStub = func(lager.Logger, diego.Work) (diego.Work, error) {
				close(performing)
				<-release
				return diego.Work{}, nil
			}
			another.ScheduleTasksForAuctions([]diego.TaskStartRequest{taskStart("t")}, "")
			go func() { ended <- another.Run(signals, make(chan struct{})) }()
			Eventually(performing, patience).Should(BeClosed())
			another.ScheduleTasksForAuctions([]diego.TaskStartRequest{taskStart("u")}, "")
			signals <- os.Interrupt
			close(release)
			Eventually(ended, patience).Should(Receive(BeNil()))
			Expect(cells.fetched()).To(HaveLen(1))
		})
	})

	Describe("a pool that was stopped", func() {
		It("does not keep it from ending", func() {
			pool.Stop()
			end()
		})

		It("does not keep it from auctions either", Label(ours), func() {
			a := cells.addCell("a")
			cells.addCell("b")
			pool.Stop()
			startLRPs(lrpStart("pg", []int{0, 1}))
			Expect(winners(cells.next().results)).To(Equal(map[string]string{"pg.0": "a", "pg.1": "b"}))
			Expect(a.PerformCallCount()).To(Equal(1))
			end()
		})

		It("is not waited for when a signal has come, and nothing is lost", Label(ours), func() {
			asked, release := make(chan struct{}, 100), make(chan struct{})
			for _, guid := range []string{"a", "b", "c"} {
				cells.addCell(guid).StateStub = func(lager.Logger) (diego.CellState, error) {
					asked <- struct{}{}
					<-release
					return newState(guid), nil
				}
			}
			pool.Stop()
			startLRPs(lrpStart("pg", []int{0}))
			// The runner asks the first of them itself.
			Eventually(asked, patience).Should(Receive())
			process.Signal(os.Interrupt)
			close(release)
			Eventually(process.Wait(), patience).Should(Receive(BeNil()))
			done := cells.next()
			Expect(len(done.results.SuccessfulLRPs) + len(done.results.FailedLRPs)).To(Equal(1))
		})
	})

	It("is one of several in a process, with one pool", func() {
		runners, delegates := []auctiontypes.AuctionRunner{runner}, []*delegate{cells}
		cells.addCell("cell")
		for range 3 {
			cells = newDelegate()
			cells.addCell("cell")
			other := newRunner()
			another := ifrit.Invoke(other)
			DeferCleanup(func() {
				another.Signal(os.Interrupt)
				Eventually(another.Wait(), patience).Should(Receive())
			})
			runners, delegates = append(runners, other), append(delegates, cells)
		}
		var placing sync.WaitGroup
		for i := range runners {
			placing.Add(1)
			go func() {
				defer placing.Done()
				defer GinkgoRecover()
				for round := range 20 {
					runners[i].ScheduleLRPsForAuctions([]diego.LRPStartRequest{lrpStart("pg", []int{round})}, "")
					Expect(winners(delegates[i].next().results)).To(HaveLen(1))
				}
			}()
		}
		placing.Wait()
	})
})
