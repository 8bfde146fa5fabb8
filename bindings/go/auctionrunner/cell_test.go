package auctionrunner_test

import (
	"encoding/json"
	"errors"
	"sync"

	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/lager/v3/lagertest"
	"code.cloudfoundry.org/rep/repfakes"
	"code.cloudfoundry.org/rostrum/auctionrunner"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Cell", func() {
	var (
		logger *lagertest.TestLogger
		client *repfakes.FakeSimClient
	)

	BeforeEach(func() {
		logger = lagertest.NewTestLogger("test")
		client = new(repfakes.FakeSimClient)
	})

	newCell := func(changes ...func(*diego.CellState)) *auctionrunner.Cell {
		return auctionrunner.NewCell(logger, "cell-1", client, newState("cell-1", changes...))
	}

	It("has the guid under which it was found and the index of its state", func() {
		cell := auctionrunner.NewCell(logger, "guid", client, newState("other", withIndex(7)))
		Expect(cell.Guid).To(Equal("guid"))
		Expect(cell.Index).To(Equal(7))
		Expect(cell.State().CellID).To(Equal("other"))
	})

	It("returns the state that it was given", func() {
		state := newState("cell-1", running(newLRP("pg", 0)), runningTasks(newTask("t")), starting(3))
		cell := auctionrunner.NewCell(logger, "cell-1", client, state)
		Expect(cell.State()).To(Equal(state))
		Expect(cell.StartingContainerCount()).To(Equal(3))
	})

	Describe("matching", func() {
		DescribeTable("root file systems",
			func(available diego.RootFSProviders, url string, expected bool) {
				cell := newCell(func(s *diego.CellState) { s.RootFSProviders = available })
				Expect(cell.MatchRootFS(url)).To(Equal(expected))
			},
			Entry("one of the set", providers("linux", "windows"), windows, true),
			Entry("not of the set", providers("linux"), windows, false),
			Entry("another scheme", providers("linux"), "docker:///busybox", false),
			Entry("anything of a scheme",
				diego.RootFSProviders{"docker": diego.ArbitraryRootFSProvider{}}, "docker:///busybox#1.0", true),
			Entry("no provider", nil, linux, false),
			Entry("no URL", providers("linux"), ":linux", false),
			Entry("no scheme", providers("linux"), "linux", false),
			Entry("what follows a question mark is no part of the name", providers("linux"), linux+"?layer=1", true),
		)

		It("takes a provider of an unknown type for none", Label(ours), func() {
			var available diego.RootFSProviders
			Expect(json.Unmarshal([]byte(`{"preloaded":{"type":"brand-new"}}`), &available)).To(Succeed())
			cell := newCell(func(s *diego.CellState) { s.RootFSProviders = available })
			Expect(cell.MatchRootFS(linux)).To(BeFalse())
		})

		DescribeTable("volume drivers",
			func(available, wanted []string, expected bool) {
				Expect(newCell(hasDrivers(available...)).MatchVolumeDrivers(wanted)).To(Equal(expected))
			},
			Entry("none of none", nil, nil, true),
			Entry("none of some", []string{"nfs"}, nil, true),
			Entry("one of some", []string{"nfs", "smb"}, []string{"smb"}, true),
			Entry("one twice", []string{"nfs"}, []string{"nfs", "nfs"}, true),
			Entry("one that is missing", []string{"nfs"}, []string{"nfs", "smb"}, false),
		)

		DescribeTable("placement tags",
			func(required, optional, wanted []string, expected bool) {
				cell := newCell(hasTags(required...), hasOptionalTags(optional...))
				Expect(cell.MatchPlacementTags(wanted)).To(Equal(expected))
			},
			Entry("none on either side", nil, nil, nil, true),
			Entry("all that are required", []string{"a", "b"}, nil, []string{"b", "a"}, true),
			Entry("a required one is not wanted", []string{"a", "b"}, nil, []string{"a"}, false),
			Entry("nothing is wanted of a cell that requires", []string{"a"}, nil, nil, false),
			Entry("one that the cell lacks", []string{"a"}, nil, []string{"a", "b"}, false),
			Entry("an optional one as well", []string{"a"}, []string{"b"}, []string{"a", "b"}, true),
			Entry("an optional one is not wanted", []string{"a"}, []string{"b"}, []string{"a"}, true),
			Entry("only optional ones, wanted", nil, []string{"a", "b"}, []string{"b"}, true),
			Entry("a tag twice", []string{"a"}, nil, []string{"a", "a"}, true),
		)
	})

	Describe("the score for an LRP", func() {
		score := func(cell *auctionrunner.Cell, lrp diego.LRP, startingWeight, firstFitWeight float64) float64 {
			GinkgoHelper()
			score, err := cell.ScoreForLRP(&lrp, startingWeight, firstFitWeight)
			Expect(err).NotTo(HaveOccurred())
			return score
		}

		It("is the mean of the used fractions of memory, disk and containers with the LRP on the cell", func() {
			lrp := newLRP("pg", 0, memory(25), disk(20))
			Expect(score(newCell(), lrp, 0, 0)).To(BeNumerically("~", (25./100+20./200+1./50)/3, 1e-12))

			busy := newCell(running(newLRP("other", 0, memory(50), disk(100))))
			Expect(score(busy, lrp, 0, 0)).To(BeNumerically("~", (75./100+120./200+2./50)/3, 1e-12))
		})

		DescribeTable("is worse",
			func(better, worse func(*diego.CellState)) {
				lrp := newLRP("pg", 0)
				Expect(score(newCell(better), lrp, 0.5, 0)).To(BeNumerically("<", score(newCell(worse), lrp, 0.5, 0)))
			},
			Entry("with less memory", size(200, 200, 50), size(100, 200, 50)),
			Entry("with less disk", size(100, 400, 50), size(100, 200, 50)),
			Entry("with fewer containers", size(100, 200, 100), size(100, 200, 50)),
			Entry("with more containers that start", starting(1), starting(2)),
			Entry("with an instance of the process", running(newLRP("pg-2", 1)), running(newLRP("pg", 1))),
		)

		It("grows by the weight for each container that starts", func() {
			lrp := newLRP("pg", 0)
			without := score(newCell(starting(3)), lrp, 0, 0)
			Expect(without).To(Equal(score(newCell(), lrp, 0.25, 0)))
			Expect(score(newCell(starting(3)), lrp, 0.25, 0)).To(BeNumerically("~", without+0.75, 1e-12))
		})

		It("grows by a thousand for each instance of the process", func() {
			lrp := newLRP("pg", 9)
			others := newCell(running(newLRP("pg-2", 0), newLRP("pg-2", 1)))
			same := newCell(running(newLRP("pg", 0), newLRP("pg", 1)))
			Expect(auctionrunner.LocalityOffset).To(Equal(1000))
			Expect(score(same, lrp, 0, 0)).To(BeNumerically("~", score(others, lrp, 0, 0)+2000, 1e-9))
		})

		It("does not count tasks as instances", func() {
			lrp := newLRP("pg", 0)
			Expect(score(newCell(runningTasks(newTask("pg"))), lrp, 0, 0)).To(BeNumerically("<", 1))
		})

		It("grows by the first-fit weight for the index", func() {
			lrp := newLRP("pg", 0)
			cell := newCell(withIndex(4))
			without := score(cell, lrp, 0, 0)
			Expect(score(cell, lrp, 0, 0.5)).To(BeNumerically("~", without+2, 1e-12))
			cell.Index = 1
			Expect(score(cell, lrp, 0, 0.5)).To(BeNumerically("~", without+0.5, 1e-12))
		})

		It("counts the memory of the proxy", func() {
			lrp := newLRP("pg", 0, memory(40))
			Expect(score(newCell(proxyMemory(20)), lrp, 0, 0)).To(Equal(
				score(newCell(), newLRP("pg", 0, memory(60)), 0, 0)))
		})

		It("takes an LRP that fits exactly, with its proxy", func() {
			lrp := newLRP("pg", 0, memory(90), disk(200))
			Expect(score(newCell(proxyMemory(10), size(100, 200, 1)), lrp, 0, 0)).To(BeNumerically("~", 1, 1e-12))
		})

		DescribeTable("is an error where the LRP does not fit",
			func(lrp diego.LRP, change func(*diego.CellState), text string) {
				score, err := newCell(change).ScoreForLRP(&lrp, 0, 0)
				Expect(score).To(BeZero())
				Expect(err).To(MatchError(text))
				Expect(err).To(BeAssignableToTypeOf(diego.InsufficientResourcesError{}))
			},
			Entry("for memory", newLRP("pg", 0, memory(101)), size(100, 200, 50), "insufficient resources: memory"),
			Entry("for disk", newLRP("pg", 0, disk(201)), size(100, 200, 50), "insufficient resources: disk"),
			Entry("for containers", newLRP("pg", 0), size(100, 200, 0), "insufficient resources: containers"),
			Entry("for the proxy", newLRP("pg", 0, memory(96)), proxyMemory(5), "insufficient resources: memory"),
			Entry("for everything", newLRP("pg", 0, memory(101), disk(201)), size(100, 200, 0),
				"insufficient resources: containers, disk, memory"),
		)

		It("is logged in its parts", func() {
			cell := newCell(withIndex(4), running(newLRP("pg", 1)))
			cell.Index = 2
			total := score(cell, newLRP("pg", 0), 0, 0.5)
			Expect(logged(logger, "score-for-lrp")).To(ConsistOf(haveData(lager.Data{
				"cell-guid":      "cell-1",
				"cell-index":     4.,
				"locality-score": 1000.,
				"resource-score": BeNumerically("~", total-1001, 1e-9),
				"index-score":    1.,
				"score":          total,
			})))
		})
	})

	Describe("the score for a task", func() {
		score := func(cell *auctionrunner.Cell, task diego.Task, startingWeight float64) float64 {
			GinkgoHelper()
			score, err := cell.ScoreForTask(&task, startingWeight)
			Expect(err).NotTo(HaveOccurred())
			return score
		}

		It("is the mean of the used fractions, with the weight for containers that start", func() {
			task := newTask("t", memory(25), disk(20))
			Expect(score(newCell(starting(2)), task, 0.25)).To(
				BeNumerically("~", (25./100+20./200+1./50)/3+0.5, 1e-12))
		})

		It("grows by a thousand for each task on the cell, whatever it is", func() {
			task := newTask("t")
			two := newCell(runningTasks(newTask("u"), newTask("v")))
			lrps := newCell(running(newLRP("u", 0), newLRP("v", 0)))
			Expect(score(two, task, 0)).To(BeNumerically("~", score(lrps, task, 0)+2000, 1e-9))
		})

		It("knows neither proxy nor index", func() {
			task := newTask("t", memory(100))
			Expect(score(newCell(proxyMemory(10), withIndex(9)), task, 0)).To(Equal(score(newCell(), task, 0)))
		})

		DescribeTable("is an error where the task does not fit",
			func(task diego.Task, change func(*diego.CellState), text string) {
				score, err := newCell(change).ScoreForTask(&task, 0)
				Expect(score).To(BeZero())
				Expect(err).To(MatchError(text))
			},
			Entry("for memory", newTask("t", memory(101)), size(100, 200, 50), "insufficient resources: memory"),
			Entry("for disk", newTask("t", disk(201)), size(100, 200, 50), "insufficient resources: disk"),
			Entry("for containers", newTask("t"), size(100, 200, 0), "insufficient resources: containers"),
		)
	})

	Describe("reserving", func() {
		It("takes an LRP's resources, without the proxy's, and starts a container", func() {
			cell := newCell(starting(1), proxyMemory(10))
			lrp := newLRP("pg", 0, memory(30), disk(40))
			Expect(cell.ReserveLRP(&lrp)).To(Succeed())

			state := cell.State()
			Expect(state.AvailableResources).To(Equal(diego.NewResources(70, 160, 49)))
			Expect(state.TotalResources).To(Equal(diego.NewResources(100, 200, 50)))
			Expect(state.LRPs).To(Equal([]diego.LRP{lrp}))
			Expect(state.StartingContainerCount).To(Equal(2))
			Expect(cell.StartingContainerCount()).To(Equal(2))
		})

		It("takes a task's resources and starts a container", func() {
			cell := newCell()
			task := newTask("t", memory(30), disk(40))
			Expect(cell.ReserveTask(&task)).To(Succeed())

			state := cell.State()
			Expect(state.AvailableResources).To(Equal(diego.NewResources(70, 160, 49)))
			Expect(state.Tasks).To(Equal([]diego.Task{task}))
			Expect(state.StartingContainerCount).To(Equal(1))
		})

		It("counts for the next score", func() {
			cell := newCell()
			lrp, task := newLRP("pg", 0), newTask("t")
			Expect(cell.ReserveLRP(&lrp)).To(Succeed())
			Expect(cell.ReserveTask(&task)).To(Succeed())

			expected := newCell(running(lrp), runningTasks(task), starting(2))
			for _, next := range []diego.LRP{newLRP("pg", 1), newLRP("pg-2", 0)} {
				score, err := cell.ScoreForLRP(&next, 0.25, 0)
				Expect(err).NotTo(HaveOccurred())
				Expect(expected.ScoreForLRP(&next, 0.25, 0)).To(Equal(score))
			}
			next := newTask("u")
			score, err := cell.ScoreForTask(&next, 0.25)
			Expect(err).NotTo(HaveOccurred())
			Expect(expected.ScoreForTask(&next, 0.25)).To(Equal(score))
		})

		It("goes on until the cell is full", func() {
			cell := newCell(size(30, 200, 50))
			for i := range 3 {
				lrp := newLRP("pg", i)
				Expect(cell.ReserveLRP(&lrp)).To(Succeed())
			}
			lrp, task := newLRP("pg", 3), newTask("t")
			Expect(cell.ReserveLRP(&lrp)).To(MatchError("insufficient resources: memory"))
			Expect(cell.ReserveTask(&task)).To(MatchError("insufficient resources: memory"))
			Expect(cell.State().LRPs).To(HaveLen(3))
		})

		It("changes nothing where something does not fit", func() {
			cell := newCell()
			before := cell.State()
			lrp, task := newLRP("pg", 0, memory(101)), newTask("t", disk(201))
			Expect(cell.ReserveLRP(&lrp)).To(MatchError("insufficient resources: memory"))
			Expect(cell.ReserveTask(&task)).To(MatchError("insufficient resources: disk"))
			Expect(cell.State()).To(Equal(before))
			Expect(cell.Commit()).To(BeZero())
			Expect(client.PerformCallCount()).To(BeZero())
		})

		It("leaves the lists alone that the state came with", Label(ours), func() {
			lrps := append(make([]diego.LRP, 0, 8), newLRP("pg", 0))
			tasks := append(make([]diego.Task, 0, 8), newTask("t"))
			cell := newCell(func(s *diego.CellState) { s.LRPs, s.Tasks = lrps, tasks })
			lrp, task := newLRP("pg", 1), newTask("u")
			Expect(cell.ReserveLRP(&lrp)).To(Succeed())
			Expect(cell.ReserveTask(&task)).To(Succeed())
			Expect(cell.State().LRPs).To(HaveLen(2))
			Expect(lrps[:2][1]).To(BeZero())
			Expect(tasks[:2][1]).To(BeZero())
		})

		It("can be looked at from many goroutines", func() {
			cell := newCell()
			for i := range 5 {
				lrp := newLRP("pg", i)
				Expect(cell.ReserveLRP(&lrp)).To(Succeed())
			}
			var looking sync.WaitGroup
			counts := make([]int, 8)
			for i := range counts {
				looking.Add(1)
				go func() {
					defer looking.Done()
					counts[i] = len(cell.State().LRPs)
				}()
			}
			looking.Wait()
			Expect(counts).To(HaveEach(5))
		})
	})

	Describe("committing", func() {
		It("does not bother a cell with nothing", func() {
			Expect(newCell().Commit()).To(BeZero())
			Expect(client.PerformCallCount()).To(BeZero())
		})

		It("sends what was reserved, in its order, to the cell that was found", func() {
			cell := newCell(func(s *diego.CellState) { s.CellID = "" })
			lrps := []diego.LRP{newLRP("pg", 0), newLRP("pg", 1)}
			tasks := []diego.Task{newTask("t"), newTask("u")}
			Expect(cell.ReserveTask(&tasks[0])).To(Succeed())
			Expect(cell.ReserveLRP(&lrps[0])).To(Succeed())
			Expect(cell.ReserveLRP(&lrps[1])).To(Succeed())
			Expect(cell.ReserveTask(&tasks[1])).To(Succeed())
			cell.Commit()

			Expect(client.PerformCallCount()).To(Equal(1))
			usedLogger, work := client.PerformArgsForCall(0)
			Expect(work).To(Equal(diego.Work{LRPs: lrps, Tasks: tasks, CellID: "cell-1"}))
			Expect(usedLogger).To(BeIdenticalTo(logger))
		})

		It("returns what the cell hands back", func() {
			cell := newCell()
			lrp := newLRP("pg", 0)
			Expect(cell.ReserveLRP(&lrp)).To(Succeed())
			handedBack := diego.Work{LRPs: []diego.LRP{lrp}}
			client.PerformReturns(handedBack, nil)
			Expect(cell.Commit()).To(Equal(handedBack))
		})

		It("returns nothing after an error, and logs it", func() {
			cell := newCell()
			lrp := newLRP("pg", 0)
			Expect(cell.ReserveLRP(&lrp)).To(Succeed())
			client.PerformReturns(diego.Work{LRPs: []diego.LRP{lrp}}, errors.New("connection lost"))
			Expect(cell.Commit()).To(BeZero())
			Expect(logged(logger, "failed-to-commit")).To(ConsistOf(
				haveData(lager.Data{"cell-guid": "cell-1", "error": "connection lost"})))
		})
	})
})

var _ = Describe("CellResourceState", func() {
	It("is the state without the work that runs there", func() {
		state := newState("cell-1", running(newLRP("pg", 0)), runningTasks(newTask("t")),
			hasTags("a"), hasOptionalTags("b"), hasDrivers("nfs"))
		Expect(auctionrunner.NewCellResourceState(state)).To(Equal(auctionrunner.CellResourceState{
			CellID:                "cell-1",
			RootFSProviders:       state.RootFSProviders,
			AvailableResources:    diego.NewResources(80, 160, 48),
			TotalResources:        diego.NewResources(100, 200, 50),
			PlacementTags:         []string{"a"},
			OptionalPlacementTags: []string{"b"},
		}))
	})

	It("is JSON as reps speak it", func() {
		text, err := json.Marshal(auctionrunner.NewCellResourceState(newState("cell-1", hasTags("a"))))
		Expect(err).NotTo(HaveOccurred())
		Expect(text).To(MatchJSON(`{
			"cell_id": "cell-1",
			"RootFSProviders": {"preloaded": {"type": "fixed_set", "set": {"linux": {}}}},
			"AvailableResources": {"MemoryMB": 100, "DiskMB": 200, "Containers": 50},
			"TotalResources": {"MemoryMB": 100, "DiskMB": 200, "Containers": 50},
			"PlacementTags": ["a"],
			"OptionalPlacementTags": []
		}`))
	})
})
