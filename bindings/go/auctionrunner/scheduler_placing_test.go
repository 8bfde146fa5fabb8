package auctionrunner_test

import (
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Scheduler: which cell it takes", func() {
	var cells *cluster
	BeforeEach(func() { cells = newCluster() })

	Describe("for an LRP", func() {
		It("is the one that is emptiest on average", func() {
			cells.add("memory", running(newLRP("a", 0, memory(50), disk(0))))
			cells.add("disk", running(newLRP("a", 0, memory(0), disk(80))))
			cells.add("both", running(newLRP("a", 0, memory(30), disk(60))))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(Equal(map[string]string{"pg.0": "disk"}))
		})

		It("is one with no other instance of its process, even if it is fuller", func() {
			cells.add("empty", running(newLRP("pg", 1, memory(0), disk(0))))
			cells.add("full", running(newLRP("other", 0, memory(80), disk(100))))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(Equal(map[string]string{"pg.0": "full"}))
		})

		It("is one with an instance of its process, if no other has room", func() {
			cells.add("same", running(newLRP("pg", 1)))
			cells.add("full", running(newLRP("other", 0, memory(100))))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(Equal(map[string]string{"pg.0": "same"}))
		})

		It("has room for the proxy as well", func() {
			cells.add("plain", running(newLRP("other", 0, memory(50), disk(100))))
			cells.add("proxied", proxyMemory(70))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0, memory(40)))))).To(
				Equal(map[string]string{"pg.0": "plain"}))
		})

		It("starts fewer containers, if they have a weight", func() {
			cells.add("starting", starting(3))
			cells.add("busy", running(newLRP("other", 0, memory(50), disk(100))))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(
				Equal(map[string]string{"pg.0": "starting"}))
			cells = newCluster()
			cells.startingWeight = 0.25
			cells.add("starting", starting(3))
			cells.add("busy", running(newLRP("other", 0, memory(50), disk(100))))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(
				Equal(map[string]string{"pg.0": "busy"}))
		})

		It("is the first one, if the index has a weight", func() {
			cells.firstFitWeight = 10
			cells.add("second", withIndex(1))
			cells.add("first", withIndex(0), running(newLRP("other", 0, memory(80), disk(100))))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0, memory(15)), newLRP("pg-2", 0, memory(12)))))).To(
				Equal(map[string]string{"pg.0": "first", "pg-2.0": "second"}))
		})

		It("multiplies the weight with the cell's own Index, not its place or its state's", func() {
			cells.firstFitWeight = 10
			cells.add("a", withIndex(0))
			cells.add("b", withIndex(1))
			cells.zones["z1"][0].Index = 5
			cells.zones["z1"][1].Index = 2
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(Equal(map[string]string{"pg.0": "b"}))
		})
	})

	Describe("for an LRP, among zones", func() {
		It("is in the one with the fewest instances of the process, even if that is fuller", func() {
			cells.add("a", inZone("z1"), running(newLRP("pg", 1, memory(0), disk(0))))
			cells.add("b", inZone("z1"))
			cells.add("c", inZone("z2"), running(newLRP("other", 0, memory(80), disk(100))))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(Equal(map[string]string{"pg.0": "c"}))
		})

		It("is the best cell of all zones with equally few", func() {
			cells.add("a", inZone("z1"), running(newLRP("other", 0)))
			cells.add("b", inZone("z2"))
			cells.add("c", inZone("z3"), running(newLRP("other", 0, memory(20))))
			cells.add("d", inZone("z4"), running(newLRP("pg", 1, memory(0), disk(0))))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(Equal(map[string]string{"pg.0": "b"}))
		})

		It("is in the next one, if the first has no room", func() {
			cells.add("a", inZone("z1"), running(newLRP("other", 0, memory(95))))
			cells.add("b", inZone("z2"), running(newLRP("pg", 1)))
			cells.add("c", inZone("z3"), running(newLRP("pg", 2), newLRP("pg", 3)))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(Equal(map[string]string{"pg.0": "b"}))
		})

		It("is in one with more, if the others cannot take it at all", func() {
			cells.add("a", inZone("z1"), stacks("windows"))
			cells.add("b", inZone("z2"), running(newLRP("pg", 1)))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(Equal(map[string]string{"pg.0": "b"}))
		})

		It("counts instances on cells that cannot take it", func() {
			cells.add("a", inZone("z1"), stacks("windows"), running(newLRP("pg", 1)))
			cells.add("b", inZone("z1"))
			cells.add("c", inZone("z2"), running(newLRP("other", 0, memory(50))))
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(Equal(map[string]string{"pg.0": "c"}))
		})

		It("spreads the instances of a process over zones, and then over cells", func() {
			cells.add("a1", inZone("z1"))
			cells.add("a2", inZone("z1"))
			cells.add("b1", inZone("z2"))
			cells.add("b2", inZone("z2"))
			placed := winners(cells.schedule(lrpsOf(
				newLRP("pg", 0), newLRP("pg", 1), newLRP("pg", 2), newLRP("pg", 3))))
			Expect([]string{placed["pg.0"], placed["pg.1"], placed["pg.2"], placed["pg.3"]}).To(
				ConsistOf("a1", "a2", "b1", "b2"))
			Expect(placed["pg.0"][0]).NotTo(Equal(placed["pg.1"][0]))
		})
	})

	Describe("for a task", func() {
		It("is the one that is emptiest on average", func() {
			cells.add("a", inZone("z1"), running(newLRP("other", 0)))
			cells.add("b", inZone("z2"))
			Expect(winners(cells.schedule(nil, newTask("t")))).To(Equal(map[string]string{"t": "b"}))
		})

		It("is one with fewer tasks, even if it is fuller", func() {
			cells.add("a", runningTasks(newTask("u", memory(0), disk(0))))
			cells.add("b", running(newLRP("other", 0, memory(80), disk(100))))
			Expect(winners(cells.schedule(nil, newTask("t")))).To(Equal(map[string]string{"t": "b"}))
		})

		It("may be in any zone", func() {
			cells.add("a", inZone("z1"), running(newLRP("t", 0)))
			cells.add("b", inZone("z1"), running(newLRP("t", 1)))
			cells.add("c", inZone("z2"), running(newLRP("other", 0, memory(50))))
			Expect(winners(cells.schedule(nil, newTask("t")))).NotTo(HaveKeyWithValue("t", "c"))
		})

		It("knows neither proxy nor index", func() {
			cells.firstFitWeight = 10
			cells.add("a", withIndex(0), running(newLRP("other", 0)))
			cells.add("b", withIndex(9), proxyMemory(100))
			Expect(winners(cells.schedule(nil, newTask("t", memory(80))))).To(Equal(map[string]string{"t": "b"}))
		})

		It("starts fewer containers, if they have a weight", func() {
			cells.startingWeight = 0.25
			cells.add("starting", starting(3))
			cells.add("busy", running(newLRP("other", 0, memory(50), disk(100))))
			Expect(winners(cells.schedule(nil, newTask("t")))).To(Equal(map[string]string{"t": "busy"}))
		})
	})

	It("counts what it has placed already", func() {
		cells.add("a", size(30, 200, 50))
		cells.add("b", size(30, 200, 50))
		results := cells.schedule(lrpsOf(newLRP("pg", 0), newLRP("pg-2", 0), newLRP("pg-3", 0)),
			newTask("t"), newTask("u"), newTask("v"), newTask("w"))
		Expect(winners(results)).To(HaveLen(6))
		Expect(failures(results)).To(HaveLen(1))
		Expect(cells.received("a")).To(HaveLen(3))
		Expect(cells.received("b")).To(HaveLen(3))
	})

	It("knows in the next call what was placed in the last", func() {
		cells.add("a", size(20, 200, 50))
		Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(HaveLen(1))
		Expect(winners(cells.schedule(nil, newTask("t")))).To(HaveLen(1))
		Expect(failures(cells.schedule(lrpsOf(newLRP("pg", 1))))).To(
			Equal(map[string]string{"pg.1": "insufficient resources: memory"}))
		state := cells.zones["z1"][0].State()
		Expect(state.AvailableResources).To(Equal(diego.NewResources(0, 160, 48)))
		Expect(state.LRPs).To(HaveLen(1))
		Expect(state.Tasks).To(HaveLen(1))
		Expect(state.StartingContainerCount).To(Equal(2))
	})

	It("does its best with a bit of everything", func() {
		cells.add("a", inZone("z1"), running(newLRP("pg-1", 0), newLRP("pg-2", 0)))
		cells.add("b", inZone("z2"), running(newLRP("pg-3", 0), newLRP("pg-4", 0, memory(20), disk(40))))
		results := cells.schedule(
			lrpsOf(newLRP("pg-3", 1, memory(40), disk(80)), newLRP("pg-2", 1, memory(5), disk(10)),
				newLRP("nowhere", 1, rootFS(".net"))),
			newTask("t-1", memory(40), disk(80)), newTask("t-2", memory(5), disk(10)),
			newTask("nowhere", rootFS(".net")))
		Expect(winners(results)).To(Equal(map[string]string{"pg-3.1": "a", "pg-2.1": "b", "t-1": "a", "t-2": "b"}))
		Expect(failures(results)).To(HaveLen(2))
		Expect(cells.received("a")).To(Equal([]string{"pg-3.1", "t-1"}))
		Expect(cells.received("b")).To(Equal([]string{"pg-2.1", "t-2"}))
	})
})

var _ = Describe("Scheduler: which of equal cells it takes", Label(ours), func() {
	var cells *cluster
	BeforeEach(func() { cells = newCluster() })

	It("is the first by zone", func() {
		cells.add("a", inZone("z3"))
		cells.add("b", inZone("z1"))
		cells.add("c", inZone("z2"))
		Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t")))).To(
			Equal(map[string]string{"pg.0": "c", "t": "b"}))
	})

	It("is the first in its zone", func() {
		cells.add("b", withIndex(1))
		cells.add("c", withIndex(0))
		cells.add("a", withIndex(2))
		Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0), newLRP("pg-2", 1)), newTask("t")))).To(
			HaveKeyWithValue("pg.0", "b"))
	})

	It("is the same in every run", func() {
		place := func() ([]string, map[string]string) {
			cells = newCluster()
			for _, zone := range []string{"z1", "z2", "z3"} {
				for _, cell := range []string{"a", "b", "c", "d"} {
					cells.add(zone+cell, inZone(zone), size(1000, 1000, 50))
				}
			}
			lrps, tasks := []diego.LRP{}, []diego.Task{}
			for i := range 30 {
				lrps = append(lrps, newLRP("pg", i), newLRP("pg-2", i))
				tasks = append(tasks, newTask("t-"+lrps[i].Identifier()))
			}
			results := cells.schedule(lrps, tasks...)
			order := []string{}
			for i := range results.SuccessfulLRPs {
				order = append(order, results.SuccessfulLRPs[i].Identifier())
			}
			for i := range results.SuccessfulTasks {
				order = append(order, results.SuccessfulTasks[i].Identifier())
			}
			return order, winners(results)
		}
		order, placed := place()
		Expect(placed).To(HaveLen(90))
		for range 5 {
			againOrder, againPlaced := place()
			Expect(againOrder).To(Equal(order))
			Expect(againPlaced).To(Equal(placed))
		}
	})
})
