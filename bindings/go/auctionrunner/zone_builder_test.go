package auctionrunner_test

import (
	"errors"
	"fmt"
	"sync/atomic"

	"code.cloudfoundry.org/auction/auctiontypes/fakes"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/lager/v3/lagertest"
	"code.cloudfoundry.org/rep/repfakes"
	"code.cloudfoundry.org/rostrum/auctionrunner"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/workpool"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("FetchStateAndBuildZones", func() {
	var (
		logger  *lagertest.TestLogger
		pool    *workpool.WorkPool
		metrics *fakes.FakeAuctionMetricEmitterDelegate
		clients map[string]diego.Client
	)

	BeforeEach(func() {
		logger = lagertest.NewTestLogger("test")
		metrics = new(fakes.FakeAuctionMetricEmitterDelegate)
		clients = map[string]diego.Client{}
		var err error
		pool, err = workpool.NewWorkPool(3)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(pool.Stop)
	})

	addCell := func(guid string, state diego.CellState, err error) *repfakes.FakeSimClient {
		client := new(repfakes.FakeSimClient)
		client.StateReturns(state, err)
		clients[guid] = client
		return client
	}

	fetch := func(firstFitWeight float64) map[string]auctionrunner.Zone {
		return auctionrunner.FetchStateAndBuildZones(logger, pool, clients, metrics, firstFitWeight)
	}

	guids := func(zones map[string]auctionrunner.Zone) map[string][]string {
		found := map[string][]string{}
		for name, zone := range zones {
			for _, cell := range zone {
				found[name] = append(found[name], cell.Guid)
			}
		}
		return found
	}

	haveTaken := BeNumerically(">=", 0)

	It("asks each client once and builds a zone of those in the same one", func() {
		a := addCell("a", newState("a", inZone("z1")), nil)
		b := addCell("b", newState("b", inZone("z2")), nil)
		c := addCell("c", newState("c", inZone("z1")), nil)
		Expect(guids(fetch(0))).To(MatchAllZones(map[string][]string{"z1": {"a", "c"}, "z2": {"b"}}))
		for _, client := range []*repfakes.FakeSimClient{a, b, c} {
			Expect(client.StateCallCount()).To(Equal(1))
			Expect(client.StateArgsForCall(0)).To(BeIdenticalTo(logger))
		}
	})

	It("keeps a cell's state, and its client for later", func() {
		state := newState("a", withIndex(3), running(newLRP("pg", 0)))
		client := addCell("a", state, nil)
		cell := fetch(0)["z1"][0]
		Expect(cell.State()).To(Equal(state))
		lrp := newLRP("pg", 1)
		Expect(cell.ReserveLRP(&lrp)).To(Succeed())
		cell.Commit()
		Expect(client.PerformCallCount()).To(Equal(1))
	})

	It("builds a zone without a name of cells that name none", func() {
		addCell("a", newState("a", inZone("")), nil)
		Expect(fetch(0)).To(HaveKey(""))
	})

	It("logs each cell, and how long it took", func() {
		addCell("a", newState("a"), nil)
		addCell("b", newState("b"), nil)
		fetch(0)
		Expect(logged(logger, "fetched-cell-state")).To(ConsistOf(
			haveData(lager.Data{"cell-guid": "a", "duration_ns": haveTaken}),
			haveData(lager.Data{"cell-guid": "b", "duration_ns": haveTaken})))
	})

	It("asks many cells with few workers", func() {
		const count = 200
		for i := range count {
			guid := fmt.Sprintf("cell-%d", i)
			addCell(guid, newState(guid), nil)
		}
		Expect(fetch(0)["z1"]).To(HaveLen(count))
	})

	It("asks as many at a time as the pool has workers", func() {
		var asking atomic.Int32
		all := make(chan struct{})
		for i := range 3 {
			guid := fmt.Sprintf("cell-%d", i)
			addCell(guid, newState(guid), nil).StateStub = func(lager.Logger) (diego.CellState, error) {
				if asking.Add(1) == 3 {
					close(all)
				}
				<-all
				return newState(guid), nil
			}
		}
		Expect(fetch(0)["z1"]).To(HaveLen(3))
	})

	Describe("leaving cells out", func() {
		BeforeEach(func() { addCell("good", newState("good"), nil) })

		It("leaves out a cell that fails, counts and logs it", func() {
			addCell("bad", newState("bad"), errors.New("boom"))
			Expect(guids(fetch(0))).To(Equal(map[string][]string{"z1": {"good"}}))
			Expect(metrics.FailedCellStateRequestCallCount()).To(Equal(1))
			Expect(logged(logger, "failed-to-get-state")).To(ConsistOf(
				haveData(lager.Data{"cell-guid": "bad", "error": "boom", "duration_ns": haveTaken})))
		})

		It("goes on when that cannot be counted, and logs it", func() {
			addCell("bad", newState("bad"), errors.New("boom"))
			metrics.FailedCellStateRequestStub = func() error { return errors.New("no metrics") }
			Expect(guids(fetch(0))).To(Equal(map[string][]string{"z1": {"good"}}))
			Expect(logged(logger, "failed-to-emit-get-cell-state-failure-metric")).To(HaveLen(1))
			Expect(logged(logger, "failed-to-get-state")).To(HaveLen(1))
		})

		It("leaves out a cell that is evacuating", func() {
			addCell("leaving", newState("leaving", func(s *diego.CellState) { s.Evacuating = true }), nil)
			Expect(guids(fetch(0))).To(Equal(map[string][]string{"z1": {"good"}}))
			Expect(metrics.FailedCellStateRequestCallCount()).To(BeZero())
			Expect(logged(logger, "ignored-evacuating-cell")).To(ConsistOf(
				haveData(lager.Data{"cell-guid": "leaving", "duration_ns": haveTaken})))
		})

		It("leaves out a cell that says it is another", func() {
			addCell("asked", newState("answered"), nil)
			Expect(guids(fetch(0))).To(Equal(map[string][]string{"z1": {"good"}}))
			Expect(metrics.FailedCellStateRequestCallCount()).To(BeZero())
			Expect(logged(logger, "cell-id-mismatch")).To(ConsistOf(
				haveData(lager.Data{"cell-guid": "asked", "cell-state-guid": "answered", "duration_ns": haveTaken})))
		})

		It("takes a cell that does not say who it is", func() {
			addCell("silent", newState(""), nil)
			Expect(guids(fetch(0))["z1"]).To(ConsistOf("good", "silent"))
		})

		It("does not ask again as long as one is left", func() {
			bad := addCell("bad", diego.CellState{}, errors.New("boom"))
			fetch(0)
			Expect(bad.StateCallCount()).To(Equal(1))
			Expect(logged(logger, "failed-to-communicate-to-cells-retry")).To(BeEmpty())
		})
	})

	Describe("when no cell is left", func() {
		It("asks all again, four times in all, and gives up", func() {
			a := addCell("a", diego.CellState{}, errors.New("boom"))
			b := addCell("b", diego.CellState{}, errors.New("boom"))
			zones := fetch(0)
			Expect(zones).To(BeEmpty())
			Expect(zones).NotTo(BeNil())
			Expect(a.StateCallCount()).To(Equal(4))
			Expect(b.StateCallCount()).To(Equal(4))
			Expect(metrics.FailedCellStateRequestCallCount()).To(Equal(8))
			Expect(logged(logger, "failed-to-communicate-to-cells-retry")).To(HaveLen(3))
			Expect(logged(logger, "failed-to-communicate-to-cells-abort")).To(HaveLen(1))
		})

		It("stops asking as soon as one answers", func() {
			flaky := addCell("a", diego.CellState{}, nil)
			flaky.StateStub = func(lager.Logger) (diego.CellState, error) {
				if flaky.StateCallCount() < 3 {
					return diego.CellState{}, errors.New("boom")
				}
				return newState("a"), nil
			}
			Expect(guids(fetch(0))).To(Equal(map[string][]string{"z1": {"a"}}))
			Expect(flaky.StateCallCount()).To(Equal(3))
			Expect(logged(logger, "failed-to-communicate-to-cells-retry")).To(HaveLen(2))
			Expect(logged(logger, "failed-to-communicate-to-cells-abort")).To(BeEmpty())
		})

		It("also asks again where there is none to ask", func() {
			Expect(fetch(0)).To(BeEmpty())
			Expect(logged(logger, "failed-to-communicate-to-cells-retry")).To(HaveLen(3))
			Expect(logged(logger, "failed-to-communicate-to-cells-abort")).To(HaveLen(1))
		})
	})

	Describe("the order and the indices of cells", func() {
		BeforeEach(func() {
			addCell("b", newState("b", withIndex(7)), nil)
			addCell("a", newState("a", withIndex(9)), nil)
			addCell("c", newState("c", withIndex(2)), nil)
			addCell("d", newState("d", withIndex(4), inZone("z2")), nil)
		})

		indices := func(zone auctionrunner.Zone) []int {
			found := []int{}
			for _, cell := range zone {
				found = append(found, cell.Index)
			}
			return found
		}

		It("numbers the cells of each zone by their index if the first-fit weight is above zero", func() {
			zones := fetch(0.1)
			Expect(guids(zones)).To(Equal(map[string][]string{"z1": {"c", "b", "a"}, "z2": {"d"}}))
			Expect(indices(zones["z1"])).To(Equal([]int{0, 1, 2}))
			Expect(indices(zones["z2"])).To(Equal([]int{0}))
			Expect(zones["z1"][2].State().CellIndex).To(Equal(9))
		})

		DescribeTable("keeps the indices of the states if it is not",
			func(weight float64) {
				zones := fetch(weight)
				Expect(indices(zones["z1"])).To(ConsistOf(2, 7, 9))
				Expect(indices(zones["z2"])).To(ConsistOf(4))
			},
			Entry("zero", auctionrunner.MinBinPackFirstFitWeight),
			Entry("less", -1.0),
		)

		It("sorts by index, then by guid, in either case", Label(ours), func() {
			addCell("e", newState("e", withIndex(7)), nil)
			addCell("0", newState("0", withIndex(7)), nil)
			for _, weight := range []float64{0, 0.1} {
				Expect(guids(fetch(weight))["z1"]).To(Equal([]string{"c", "0", "b", "e", "a"}))
			}
		})
	})

	Describe("a pool that does nothing", Label(ours), func() {
		BeforeEach(func() {
			addCell("a", newState("a"), nil)
			addCell("b", newState("b"), nil)
		})

		It("is done without when it was stopped", func() {
			pool.Stop()
			Expect(guids(fetch(0))["z1"]).To(ConsistOf("a", "b"))
		})

		It("is done without when all its workers wait for this very call", func() {
			var err error
			pool, err = workpool.NewWorkPool(1)
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(pool.Stop)
			fetched := make(chan map[string]auctionrunner.Zone)
			pool.Submit(func() { fetched <- fetch(0) })
			Expect(guids(<-fetched)["z1"]).To(ConsistOf("a", "b"))
		})
	})
})

// MatchAllZones compares zones whose cells may be in any order.
func MatchAllZones(expected map[string][]string) OmegaMatcher {
	matchers := []OmegaMatcher{HaveLen(len(expected))}
	for name, guids := range expected {
		matchers = append(matchers, HaveKeyWithValue(name, ConsistOf(guids)))
	}
	return And(matchers...)
}
