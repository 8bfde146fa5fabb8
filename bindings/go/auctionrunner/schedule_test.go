package auctionrunner

import (
	"errors"
	"math"
	"strings"
	"testing"

	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

func TestWithoutZonesEverythingFailsInTheRequestItself(t *testing.T) {
	c := newCluster(t)
	request := c.request([]diego.LRP{anLRP("b", 1), anLRP("a", 0)}, aTask("t"))
	results := c.scheduler().Schedule(request)
	requireText(t, describeResults(results), `
b.1: unable to communicate to compatible cells
a.0: unable to communicate to compatible cells
t: unable to communicate to compatible cells`)
	if request.LRPs[0].Attempts != 1 || request.Tasks[0].Attempts != 1 {
		t.Error("the attempts are not counted in the request")
	}
}

func TestZonesWithoutCellsHaveNoRootFS(t *testing.T) {
	c := newCluster(t)
	c.zones["z1"] = Zone{}
	c.options.startingContainerCountMaximum = 1
	request := c.request([]diego.LRP{anLRP("b", 1), anLRP("a", 0)}, aTask("t"))
	requireText(t, describeResults(c.scheduler().Schedule(request)), `
a.0: found no compatible cell for required rootfs
b.1: found no compatible cell for required rootfs
t: found no compatible cell for required rootfs`)
	if request.LRPs[0].Attempts != 0 {
		t.Error("the request's own attempts are counted")
	}
}

// The zone is the one that the map has it in, whatever the cell says.
func TestAZoneIsItsKey(t *testing.T) {
	c := newCluster(t)
	sameZone := func(state *diego.CellState) { state.Zone = "z1" }
	c.addCell("z1", "a", sameZone, func(state *diego.CellState) {
		state.LRPs = []diego.LRP{anLRP("p", 0)}
	})
	c.addCell("z2", "b", sameZone, func(state *diego.CellState) {
		state.AvailableResources.MemoryMB = 20 // Worse but for the zone.
	})
	requireText(t, describeResults(c.schedule([]diego.LRP{anLRP("p", 1)})), "p.1 on b")
}

// Diego's scheduler looks at no state's Evacuating; the runner has left those cells out.
func TestEvacuatingIsNotForTheScheduler(t *testing.T) {
	c := newCluster(t)
	c.addCell("z1", "a", func(state *diego.CellState) { state.Evacuating = true })
	requireText(t, describeResults(c.schedule([]diego.LRP{anLRP("p", 0)})), "p.0 on a")
}

func TestProvidersOfUnknownTypesOfferNothing(t *testing.T) {
	type foreign struct{ diego.RootFSProvider }
	var none *diego.FixedSetRootFSProvider
	c := newCluster(t)
	for i, provider := range []diego.RootFSProvider{nil, foreign{}, none} {
		c.addCell("z1", string(rune('a'+i)), func(state *diego.CellState) {
			state.RootFSProviders = diego.RootFSProviders{"preloaded": provider}
		})
	}
	requireText(t, describeResults(c.schedule([]diego.LRP{anLRP("p", 0)})),
		"p.0: found no compatible cell for required rootfs")
	c.addCell("z1", "d", func(state *diego.CellState) {
		state.RootFSProviders = diego.RootFSProviders{"preloaded": &diego.FixedSetRootFSProvider{FixedSet: diego.StringSet{"linux": {}}}}
	})
	requireText(t, describeResults(c.schedule([]diego.LRP{anLRP("p", 0)})), "p.0 on d")
}

// Cells are told apart by more than a few last signatures.
func TestManySignatures(t *testing.T) {
	c := newCluster(t)
	const kinds = 3 * recentSignatures
	for i := range 2 * kinds {
		tag := string(rune('a' + i%kinds))
		c.addCell("z1", tag+string(rune('0'+i/kinds)), func(state *diego.CellState) {
			state.PlacementTags = []string{tag}
			state.RootFSProviders = diego.RootFSProviders{"preloaded": diego.NewFixedSetRootFSProvider("linux", tag)}
		})
	}
	var lrps []diego.LRP
	for i := range kinds {
		lrp := anLRP(string(rune('a'+i)), 0)
		lrp.PlacementTags = []string{lrp.ProcessGuid}
		lrp.RootFs = "preloaded:" + lrp.ProcessGuid
		lrps = append(lrps, lrp)
	}
	results := c.schedule(lrps)
	if len(results.SuccessfulLRPs) != kinds {
		t.Fatal(describeResults(results))
	}
	for i := range results.SuccessfulLRPs {
		if lrp := &results.SuccessfulLRPs[i]; lrp.Winner != lrp.ProcessGuid+"0" {
			t.Errorf("%s is on %s", lrp.Identifier(), lrp.Winner)
		}
	}
}

// What is handed in twice is decided once, for both.
func TestDoublesAreDecidedOnce(t *testing.T) {
	c := newCluster(t)
	c.addCell("z1", "a")
	unplaceable := anLRP("q", 0)
	unplaceable.MemoryMB = 1000
	results := c.schedule([]diego.LRP{anLRP("p", 0), unplaceable, anLRP("p", 0), unplaceable}, aTask("t"), aTask("t"))
	requireText(t, describeResults(results), `
p.0 on a
t on a
q.0: insufficient resources: memory
q.0: insufficient resources: memory`)
	if sent := c.sent.sent["a"][0]; len(sent.LRPs) != 1 || len(sent.Tasks) != 1 {
		t.Errorf("a was sent %+v", sent)
	}
}

func TestNamesThatRostrumDoesNotTake(t *testing.T) {
	c := newCluster(t)
	long := strings.Repeat("x", 2000)
	c.addCell("z1", "", func(state *diego.CellState) {
		state.LRPs = []diego.LRP{anLRP("", 7), anLRP(long, 7), anLRP(long, 8), anLRP("a\x00b", 7)}
	})
	c.addCell("z1", "", func(state *diego.CellState) {
		state.LRPs = []diego.LRP{anLRP("", 7), anLRP(long, 7), anLRP("a\x00b", 7), anLRP("a\x00b", 8)}
	})
	c.addCell("z1", long, func(state *diego.CellState) {
		state.LRPs = []diego.LRP{anLRP("", 7), anLRP(long, 7), anLRP("a\x00b", 7), anLRP("unnamed-1", 0)}
		state.CellID = "third"
	})
	nowhere := anLRP("x", 0)
	nowhere.Domain, nowhere.RootFs = "", ""
	results := c.schedule([]diego.LRP{anLRP(long, 0), anLRP("a\x00b", 0), anLRP("", 0), nowhere}, aTask(""), aTask("a\x00b"))
	if len(results.SuccessfulLRPs) != 3 || len(results.SuccessfulTasks) != 2 {
		t.Fatal(describeResults(results))
	}
	// Each process goes where the fewest of it are, whatever name it has inside.
	for i, place := range []int{1, 0, 2} {
		success := results.SuccessfulLRPs[i]
		if success.Identifier() != []string{long + ".0", "a\x00b.0", ".0"}[i] {
			t.Errorf("success %d is %q", i, success.Identifier())
		}
		if got := len(c.zones["z1"][place].workToCommit.LRPs); got != 1 {
			t.Errorf("cell %d got %d LRPs", place, got)
		}
	}
	requireText(t, results.FailedLRPs[0].PlacementError, "found no compatible cell for required rootfs")
}

// An empty root file system is a URL with an empty scheme.
func TestTheEmptyRootFS(t *testing.T) {
	c := newCluster(t)
	c.addCell("z1", "a")
	c.addCell("z1", "b", func(state *diego.CellState) {
		state.RootFSProviders = diego.RootFSProviders{"": diego.NewFixedSetRootFSProvider("")}
	})
	lrp := anLRP("p", 0)
	lrp.RootFs = ""
	requireText(t, describeResults(c.schedule([]diego.LRP{lrp})), "p.0 on b")
}

func TestTwoCellsWithOneGuid(t *testing.T) {
	c := newCluster(t)
	first, second := c.addCell("z1", "a"), c.addCell("z2", "a")
	results := c.schedule([]diego.LRP{anLRP("p", 0), anLRP("p", 1)})
	requireText(t, describeResults(results), "p.0 on a\np.1 on a")
	if len(first.State().LRPs) != 1 || len(second.State().LRPs) != 1 {
		t.Error("they did not get one each")
	}
}

// Nobody asks for less than nothing; whoever does gets nothing, and the others what they ask for.
func TestNegativeAmounts(t *testing.T) {
	c := newCluster(t)
	c.addCell("z1", "a")
	lrp, task := anLRP("p", 0), aTask("t")
	lrp.MemoryMB, task.DiskMB = -1, -2
	results := c.schedule([]diego.LRP{lrp, anLRP("q", 0)}, task, aTask("u"))
	requireText(t, describeResults(results), `
q.0 on a
u on a
p.0: MemoryMB is -1, expected zero or more
t: DiskMB is -2, expected zero or more`)
	if results.FailedLRPs[0].Attempts != 1 || results.FailedTasks[0].Attempts != 1 {
		t.Error("their attempts are not counted")
	}
	if len(c.log.lines(t, "lrp-auction-failed")) != 1 || len(c.log.lines(t, "task-auction-failed")) != 1 {
		t.Error("they are not logged")
	}
}

// A cell that says what cannot be costs the others nothing.
func TestCountsThatCannotBe(t *testing.T) {
	c := newCluster(t)
	c.addCell("z1", "a", func(state *diego.CellState) { state.StartingContainerCount = -5 })
	c.addCell("z1", "b", func(state *diego.CellState) { state.TotalResources.Containers = math.MaxInt64 })
	results := c.schedule([]diego.LRP{anLRP("p", 0), anLRP("p", 1)})
	if len(results.SuccessfulLRPs) != 2 {
		t.Fatal(describeResults(results))
	}
	lines := c.log.lines(t, "cell-state-out-of-range")
	if len(lines) != 2 || lines[0].Data["cell-guid"] != "a" || lines[0].Data["field"] != "StartingContainerCount" {
		t.Errorf("logged %v", lines)
	}
}

func TestSettingsThatAreNoNumbersFailEverything(t *testing.T) {
	c := newCluster(t)
	c.addCell("z1", "a")
	c.options.startingContainerWeight = math.NaN()
	results := c.schedule([]diego.LRP{anLRP("p", 0)}, aTask("t"))
	if len(results.FailedLRPs) != 1 || len(results.FailedTasks) != 1 {
		t.Fatal(describeResults(results))
	}
	text := results.FailedLRPs[0].PlacementError
	if !strings.Contains(text, "starting_container_weight") || !strings.Contains(text, "NaN") {
		t.Errorf("PlacementError is %q", text)
	}
	if lines := c.log.lines(t, "failed-to-place"); len(lines) != 1 {
		t.Errorf("logged %v", lines)
	}
	if len(c.sent.sent) != 0 || results.FailedLRPs[0].Attempts != 1 {
		t.Error("something was placed")
	}

	c.options.startingContainerWeight = 0.25
	requireText(t, describeResults(c.schedule([]diego.LRP{anLRP("p", 0)})), "p.0 on a")
}

// What a cell hands back that it was never given harms nobody.
func TestHandedBackByMistake(t *testing.T) {
	c := newCluster(t)
	cell := c.addCell("z1", "a")
	cell.client = performer{perform: func(diego.Work) (diego.Work, error) {
		return diego.Work{LRPs: []diego.LRP{anLRP("other", 0)}, Tasks: []diego.Task{aTask("other")}}, nil
	}}
	requireText(t, describeResults(c.schedule([]diego.LRP{anLRP("p", 0)})), "p.0 on a")
	if len(c.log.lines(t, "lrp-failed-to-be-placed")) != 1 || len(c.log.lines(t, "task-failed-to-be-placed")) != 1 {
		t.Error("it is not logged")
	}
}

func TestAnErrorOfPerformCountsAsPlaced(t *testing.T) {
	c := newCluster(t)
	cell := c.addCell("z1", "a")
	cell.client = performer{perform: func(work diego.Work) (diego.Work, error) { return work, errors.New("no answer") }}
	requireText(t, describeResults(c.schedule([]diego.LRP{anLRP("p", 0)})), "p.0 on a")
	if len(c.log.lines(t, "failed-to-commit")) != 1 {
		t.Error("it is not logged")
	}
}

// A pool that was stopped does nothing. The work is sent all the same.
func TestAStoppedPool(t *testing.T) {
	c := newCluster(t)
	c.addCell("z1", "a")
	c.addCell("z2", "b")
	c.pool.Stop()
	results := c.schedule([]diego.LRP{anLRP("p", 0), anLRP("p", 1)})
	if len(results.SuccessfulLRPs) != 2 || len(c.sent.sent) != 2 {
		t.Error(describeResults(results))
	}
}

// With less than nothing for a proxy, a cell is tried with less memory than it has to reserve.
func TestACellThatCannotReserve(t *testing.T) {
	c := newCluster(t)
	c.addCell("z1", "a", func(state *diego.CellState) {
		state.AvailableResources.MemoryMB = 5
		state.ProxyMemoryAllocationMB = -20
	})
	requireText(t, describeResults(c.schedule([]diego.LRP{anLRP("p", 0)})), "p.0: insufficient resources: memory")
	lines := c.log.lines(t, "lrp-failed-to-reserve-cell")
	if len(lines) != 1 || lines[0].Data["cell-guid"] != "a" || lines[0].Data["lrp-guid"] != "p.0" {
		t.Errorf("logged %v", lines)
	}
	if len(c.log.lines(t, "lrp-auction-failed")) != 0 {
		t.Error("the auction itself is logged as failed")
	}
}

// Schedulers without a runner share memory, one after the other and at once.
func TestSchedulersAtOnce(t *testing.T) {
	failures := make(chan string)
	const count = 8
	for range count {
		c := newCluster(t)
		go func() {
			for range 20 {
				clear(c.zones)
				c.addCell("z1", "a")
				c.addCell("z2", "b")
				if results := c.schedule([]diego.LRP{anLRP("p", 0)}); len(results.SuccessfulLRPs) != 1 {
					failures <- describeResults(results)
					return
				}
			}
			failures <- ""
		}()
	}
	for range count {
		if failure := <-failures; failure != "" {
			t.Error(failure)
		}
	}
}

// Work that was reserved on a cell before is sent along, as by Diego.
func TestReservedBefore(t *testing.T) {
	c := newCluster(t)
	cell := c.addCell("z1", "a")
	before := anLRP("p", 0)
	if err := cell.ReserveLRP(&before); err != nil {
		t.Fatal(err)
	}
	c.addCell("z1", "b")
	requireText(t, describeResults(c.schedule([]diego.LRP{anLRP("p", 1)})), "p.1 on b")
	if sent := c.sent.sent["a"]; len(sent) != 1 || sent[0].LRPs[0].Index != 0 {
		t.Errorf("a was sent %v", sent)
	}
}
