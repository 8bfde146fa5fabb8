package rostrum_test

import (
	"context"
	"fmt"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

// What each crossing costs, at the size of a large installation. One Benchmark stands for one
// crossing; "Add" ones for what is done in Go before it.
//
//	go test -run '^$' -bench . -benchtime 20x

const (
	benchmarkCells   = 10_000
	benchmarkLRPs    = 20 // On each cell.
	benchmarkWork    = 1_000
	benchmarkZones   = 3
	benchmarkDomains = "cf-apps"
)

// benchmarkCluster is in the caller's own terms, as it would come from the cells.
func benchmarkCluster() []rostrum.Cell {
	total := rostrum.Resources{
		Memory: rostrum.Units(65536), Disk: rostrum.Units(262144), Containers: 250,
	}
	free := total
	free.Memory = rostrum.Units(65536 / 2)
	cells := make([]rostrum.Cell, benchmarkCells)
	for i := range cells {
		lrps := make([]string, benchmarkLRPs)
		for j := range lrps {
			lrps[j] = fmt.Sprintf("%08d-0000-4000-8000-%012d", (i+j)%5000, j)
		}
		cells[i] = rostrum.Cell{
			ID:        fmt.Sprintf("%08d-1111-4000-8000-000000000000", i),
			Zone:      fmt.Sprintf("z%d", i%benchmarkZones+1),
			Index:     int64(i),
			Total:     total,
			Available: free,
			LRPs:      lrps,
		}
	}
	return cells
}

func addCluster(batch *rostrum.Batch, cells []rostrum.Cell) {
	batch.AddSignature(&rostrum.Signature{
		Providers: []rostrum.Provider{{Scheme: "preloaded", Type: rostrum.ProviderFixedSet,
			Set: []string{"cflinuxfs4"}}},
	})
	for i := range cells {
		batch.AddCell(&cells[i])
	}
}

func benchmarkAuctions() []rostrum.Work {
	work := make([]rostrum.Work, benchmarkWork)
	for i := range work {
		work[i] = rostrum.Work{
			Kind:    rostrum.LRP,
			GUID:    fmt.Sprintf("%08d-0000-4000-8000-%012d", i, 0),
			Domain:  "cf-apps",
			RootFS:  "preloaded:cflinuxfs4",
			Asked:   rostrum.Resources{Memory: rostrum.Units(int64(64 + i%16*64)), Disk: rostrum.Units(512)},
			Indices: []int32{0},
			Tag:     uint64(i),
		}
	}
	return work
}

func addAuctions(batch *rostrum.Batch, work []rostrum.Work) {
	for i := range work {
		batch.AddWork(&work[i])
	}
}

func BenchmarkAddCells10000(b *testing.B) {
	cells, batch := benchmarkCluster(), rostrum.NewBatch()
	addCluster(batch, cells)
	b.ReportAllocs()
	for b.Loop() {
		batch.Reset()
		addCluster(batch, cells)
	}
}

func BenchmarkUpdateCells10000(b *testing.B) {
	engine := newEngine(b, "diego")
	batch := rostrum.NewBatch()
	addCluster(batch, benchmarkCluster())
	b.ReportAllocs()
	for b.Loop() {
		check(b, engine.UpdateCells(batch, true))
	}
}

// The same cells where only processes that are auctioned are named.
func BenchmarkUpdateCells10000OtherLRPs(b *testing.B) {
	engine := newEngine(b, "diego")
	cells, batch := benchmarkCluster(), rostrum.NewBatch()
	for i := range cells {
		cells[i].OtherLRPs, cells[i].LRPs = int64(len(cells[i].LRPs)), nil
	}
	addCluster(batch, cells)
	b.ReportAllocs()
	for b.Loop() {
		check(b, engine.UpdateCells(batch, true))
	}
}

func BenchmarkAddWork1000(b *testing.B) {
	work, batch := benchmarkAuctions(), rostrum.NewBatch()
	addAuctions(batch, work)
	b.ReportAllocs()
	for b.Loop() {
		batch.Reset()
		addAuctions(batch, work)
	}
}

// Without a round in between, every auction waits already from the second turn on, so a fresh engine
// takes each.
func BenchmarkSubmit1000(b *testing.B) {
	batch := rostrum.NewBatch()
	addAuctions(batch, benchmarkAuctions())
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		engine := newEngine(b, "diego")
		b.StartTimer()
		_, err := engine.Submit(batch, 0)
		check(b, err)
		b.StopTimer()
		engine.Close()
		b.StartTimer()
	}
}

// A whole round in the engine, and its results in Go; the placements are undone each time.
func BenchmarkRunRound10000x1000(b *testing.B) {
	engine := newEngine(b, "diego")
	cells, work := rostrum.NewBatch(), rostrum.NewBatch()
	addCluster(cells, benchmarkCluster())
	check(b, engine.UpdateCells(cells, true))
	check(b, engine.SetKeepRefused(false))
	addAuctions(work, benchmarkAuctions())
	positions := make([]int, benchmarkWork)
	for i := range positions {
		positions[i] = i
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		_, err := engine.Submit(work, 0)
		check(b, err)
		b.StartTimer()
		round, err := engine.RunRound(context.Background(), 1, 1)
		b.StopTimer()
		check(b, err)
		_, err = engine.HandBack(round, positions)
		check(b, err)
		round.Close()
		b.StartTimer()
	}
}

func BenchmarkDecisions1000(b *testing.B) {
	engine := newEngine(b, "diego")
	batch := rostrum.NewBatch()
	addCluster(batch, benchmarkCluster())
	check(b, engine.UpdateCells(batch, true))
	batch.Reset()
	addAuctions(batch, benchmarkAuctions())
	_, err := engine.Submit(batch, 0)
	check(b, err)
	round, err := engine.RunRound(context.Background(), 1, 1)
	check(b, err)
	defer round.Close()
	b.ReportAllocs()
	placed := 0
	for b.Loop() {
		for i := range round.Len() {
			if decision := round.Decision(i); decision.Placed() {
				placed += len(decision.CellID)
			}
		}
	}
	if placed == 0 {
		b.Fatal("nothing was placed")
	}
}

func BenchmarkSnapshot10000(b *testing.B) {
	engine := newEngine(b, "diego")
	batch := rostrum.NewBatch()
	addCluster(batch, benchmarkCluster())
	check(b, engine.UpdateCells(batch, true))
	b.ReportAllocs()
	for b.Loop() {
		cells, err := engine.Snapshot()
		check(b, err)
		if len(cells.Cells) != benchmarkCells {
			b.Fatalf("the snapshot has %d cells", len(cells.Cells))
		}
	}
}

type emptiest struct{}

func (emptiest) Name() string { return "emptiest" }
func (emptiest) Score(_ *rostrum.AuctionView, cell *rostrum.CellView) (rostrum.Score, error) {
	return rostrum.Score{Value: -float64(cell.MemoryFree)}, nil
}

// 10,000 calls from C into Go for each auction.
func BenchmarkGoStrategy10000Calls(b *testing.B) {
	strategy, err := rostrum.NewGoStrategy(emptiest{})
	check(b, err)
	defer strategy.Close()
	engine, err := rostrum.NewEngine(strategy)
	check(b, err)
	defer engine.Close()
	check(b, engine.SetKeepRefused(false))
	cells, work := rostrum.NewBatch(), rostrum.NewBatch()
	addCluster(cells, benchmarkCluster())
	check(b, engine.UpdateCells(cells, true))
	addAuctions(work, benchmarkAuctions()[:1])
	b.ReportAllocs()
	for b.Loop() {
		_, err := engine.Submit(work, 0)
		check(b, err)
		round, err := engine.RunRound(context.Background(), 1, 1)
		check(b, err)
		_, err = engine.HandBack(round, []int{0})
		check(b, err)
		round.Close()
	}
}
