package auctionrunner

import (
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"testing"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/clock"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/workpool"
)

// benchmarkSizes are what is measured, and what is placed where: a hash of all placements in order.
// TestBenchmarksPlaceAsTheLiteralScheduler says where the hashes come from.
var benchmarkSizes = []struct {
	workload
	placed int
	hash   uint64
}{
	{workload{cells: 100, lrps: 20, auctions: 100}, 100, 0xcfe798db3e361101},
	{workload{cells: 1000, lrps: 20, auctions: 1000}, 1000, 0xf65ce7699b1fd99},
	{workload{cells: 10000, lrps: 20, auctions: 1000}, 1000, 0x9f4b8cc2385aa933},
	{workload{cells: 10000, lrps: 20, auctions: 1000, realGUIDs: true}, 1000, 0x4cfd892b26cee887},
	{workload{cells: 10000, lrps: 20, auctions: 10000}, 10000, 0xf246ee481c0e722d},
}

func (w workload) String() string {
	name := fmt.Sprintf("%d,%d,%d", w.cells, w.lrps, w.auctions)
	if w.realGUIDs {
		name += ",guids"
	}
	return name
}

// BenchmarkSchedule is one call of Schedule of a scheduler that belongs to no runner, as in Diego's
// own figures: cells, LRPs on each, auctions; a logger of lager's without sinks. What is placed where
// is checked each time.
func BenchmarkSchedule(b *testing.B) {
	for _, size := range benchmarkSizes {
		b.Run(size.String(), func(b *testing.B) {
			benchmarkSchedule(b, size.workload, size.placed, size.hash, lager.NewLogger("benchmark"))
		})
	}
}

// BenchmarkScheduleWithLog is the same with a log at the usual level, which goes nowhere. In a small
// cluster most of the time is lager's then.
func BenchmarkScheduleWithLog(b *testing.B) {
	logger := lager.NewLogger("benchmark")
	logger.RegisterSink(lager.NewWriterSink(io.Discard, lager.INFO))
	for _, size := range benchmarkSizes[:2] {
		b.Run(size.String(), func(b *testing.B) {
			benchmarkSchedule(b, size.workload, size.placed, size.hash, logger)
		})
	}
}

func benchmarkSchedule(b *testing.B, workload workload, placed int, hash uint64, logger lager.Logger) {
	pool := newBenchmarkPool(b)
	states, request := workload.states(), workload.request()
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		scheduler := NewScheduler(pool, zonesOf(states), clock.NewClock(), logger, 0, 0.25, 0)
		asked := auctiontypes.AuctionRequest{LRPs: slices.Clone(request.LRPs)}
		b.StartTimer()
		results := scheduler.Schedule(asked)
		b.StopTimer()
		checkPlacements(b, &results, placed, hash)
		b.StartTimer()
	}
}

func newBenchmarkPool(b *testing.B) *workpool.WorkPool {
	pool, err := workpool.NewWorkPool(1000)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Stop)
	return pool
}

// BenchmarkSchedulePhases is a runner's Schedule, with the time of each of its phases.
func BenchmarkSchedulePhases(b *testing.B) {
	workload := workload{cells: 10000, lrps: 20, auctions: 1000, realGUIDs: true}
	pool := newBenchmarkPool(b)
	states, request := workload.states(), workload.request()
	placer, err := newPlacer(lager.NewLogger("benchmark"), defaultSettings())
	if err != nil {
		b.Fatal(err)
	}
	defer placer.Close()
	placer.metrics = newMetrics()
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		scheduler := NewScheduler(pool, zonesOf(states), clock.NewClock(), lager.NewLogger("benchmark"), 0, 0.25, 0)
		scheduler.placer = placer
		asked := auctiontypes.AuctionRequest{LRPs: slices.Clone(request.LRPs)}
		b.StartTimer()
		scheduler.Schedule(asked)
	}
	for phase := phaseFeed; phase < phaseCount; phase++ {
		spent := placer.metrics.phases[phase].sum
		b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), phase.String()+"-ms/op")
	}
}

// checkPlacements compares what was placed where, in order.
func checkPlacements(tb testing.TB, results *auctiontypes.AuctionResults, placed int, hash uint64) {
	tb.Helper()
	sum := fnv.New64a()
	for i := range results.SuccessfulLRPs {
		fmt.Fprintf(sum, "%s on %s\n", results.SuccessfulLRPs[i].Identifier(), results.SuccessfulLRPs[i].Winner)
	}
	if len(results.SuccessfulLRPs) != placed || sum.Sum64() != hash {
		tb.Fatalf("%d placed with hash %#x, expected %d with %#x", len(results.SuccessfulLRPs),
			sum.Sum64(), placed, hash)
	}
}

var literalLarge = flag.Bool("schedule.large", false, "the literal scheduler places on 10,000 cells too")

func TestBenchmarksPlaceAsTheLiteralScheduler(t *testing.T) {
	for _, size := range benchmarkSizes {
		if size.cells > 1000 && !*literalLarge {
			continue
		}
		literal := &literalScheduler{
			zones:   map[string][]*literalCell{},
			options: engineOptions{startingContainerWeight: 0.25},
		}
		for _, state := range size.states() {
			literal.zones[state.Zone] = append(literal.zones[state.Zone], &literalCell{
				guid: state.CellID, index: state.CellIndex, state: state, perform: obligingClient{}.take,
			})
		}
		results := literal.schedule(size.request())
		checkPlacements(t, &results, size.placed, size.hash)
	}
}
