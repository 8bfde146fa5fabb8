package rostrum_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"code.cloudfoundry.org/rostrum"
)

// A small cluster: three cells that run any Docker image, two of them in one zone.
func exampleBatch() *rostrum.Batch {
	batch := rostrum.NewBatch()
	docker := batch.AddSignature(&rostrum.Signature{
		Providers: []rostrum.Provider{{Scheme: "docker", Type: rostrum.ProviderArbitrary}},
	})
	total := rostrum.Resources{
		Memory: rostrum.Units(1024), Disk: rostrum.Units(4096), Containers: 10, // MB, MB, pieces.
	}
	for _, cell := range []rostrum.Cell{
		{ID: "cell-a", Zone: "zone-1"}, {ID: "cell-b", Zone: "zone-1"}, {ID: "cell-c", Zone: "zone-2"},
	} {
		cell.Total, cell.Available, cell.Signature = total, total, docker
		batch.AddCell(&cell)
	}
	return batch
}

// Places four instances of a web application and says why a task has no place.
func Example() {
	strategy, err := rostrum.NewStrategy("diego")
	if err != nil {
		log.Fatal(err)
	}
	defer strategy.Close()
	engine, err := rostrum.NewEngine(strategy)
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()

	batch := exampleBatch() // Cells, and now work as well.
	batch.AddWork(&rostrum.Work{
		Kind: rostrum.LRP, GUID: "web", Domain: "cf-apps", RootFS: "docker:///library/httpd",
		Asked:   rostrum.Resources{Memory: rostrum.Units(256), Disk: rostrum.Units(512)},
		Indices: []int32{0, 1, 2, 3},
	})
	batch.AddWork(&rostrum.Work{
		Kind: rostrum.Task, GUID: "train", Domain: "cf-apps", RootFS: "docker:///library/httpd",
		Asked: rostrum.Resources{Memory: rostrum.Units(4096), Disk: rostrum.Units(512)},
	})
	if err := engine.UpdateCells(batch, true); err != nil {
		log.Fatal(err)
	}
	if _, err := engine.Submit(batch, 0); err != nil {
		log.Fatal(err)
	}

	round, err := engine.RunRound(context.Background(), 0, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer round.Close()
	for i := range round.Len() {
		decision := round.Decision(i)
		if decision.Placed() {
			fmt.Println(decision.Identifier, "on", decision.CellID)
			continue
		}
		refusal := round.Refusal(decision.Refusal)
		fmt.Println(decision.Identifier, "refused:", refusal.Text)
		for _, reason := range refusal.Reasons {
			fmt.Printf("  %d cells lack %s: %v MB asked, %v free at best\n",
				reason.Cells, reason.Subject, reason.Asked, reason.Free)
		}
	}
	// Output:
	// web.0 on cell-a
	// train refused: insufficient resources: memory
	//   3 cells lack memory: 4096 MB asked, 1024 free at best
	// web.1 on cell-c
	// web.2 on cell-b
	// web.3 on cell-c
}

func ExampleEngine_Explain() {
	engine, round := exampleRound()
	defer engine.Close()
	defer round.Close()
	explanation, err := engine.Explain(context.Background(), round, rostrum.Task, "large")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(explanation.Text)
	fmt.Println(explanation.Remedy)
	for _, answer := range explanation.Answers {
		for _, reason := range answer.Reasons {
			fmt.Printf("%s: short by %v MB of %s\n", answer.CellID, reason.ShortBy, reason.Subject)
		}
	}
	// Output:
	// insufficient resources: memory
	// It would fit on cell "cell-a" with 976 MB more memory (asked 2000 MB, free 1024 MB); that is more than the cell has in all.
	// cell-a: short by 976 MB of memory
	// cell-b: short by 976 MB of memory
	// cell-c: short by 976 MB of memory
}

// exampleRound places one task and refuses another.
func exampleRound() (*rostrum.Engine, *rostrum.Round) {
	strategy, err := rostrum.NewStrategy("diego")
	if err != nil {
		log.Fatal(err)
	}
	defer strategy.Close() // The engine keeps what it needs of it.
	engine, err := rostrum.NewEngine(strategy)
	if err != nil {
		log.Fatal(err)
	}
	batch := exampleBatch()
	work := rostrum.Work{Kind: rostrum.Task, RootFS: "docker:///image"}
	work.GUID, work.Asked.Memory = "small", rostrum.Units(100)
	batch.AddWork(&work) // Copied, so that the next may be written over it.
	work.GUID, work.Asked.Memory = "large", rostrum.Units(2000)
	batch.AddWork(&work)
	if err := engine.UpdateCells(batch, true); err != nil {
		log.Fatal(err)
	}
	if _, err := engine.Submit(batch, 0); err != nil {
		log.Fatal(err)
	}
	round, err := engine.RunRound(context.Background(), 0, 0)
	if err != nil {
		log.Fatal(err)
	}
	return engine, round
}

// What a cell would not take is handed back, and waits for the next round.
func ExampleEngine_HandBack() {
	engine, round := exampleRound()
	defer engine.Close()
	defer round.Close()
	var refused []int
	for i := range round.Len() {
		if decision := round.Decision(i); decision.Placed() {
			refused = append(refused, i) // As the cell said.
		}
	}
	undone, err := engine.HandBack(round, refused)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(undone, "taken off its cell,", engine.QueueSize(), "waiting")
	// Output: 1 taken off its cell, 2 waiting
}

// Errors are told apart by their kind, and carry a text for people.
func ExampleError() {
	engine, round := exampleRound()
	defer engine.Close()
	defer round.Close()
	err := engine.RemoveCell("cell-z")
	if errors.Is(err, rostrum.ErrNotFound) {
		fmt.Println("gone already")
	}
	var failure *rostrum.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Code, failure.Text, failure.Retriable)
	}
	// Output:
	// gone already
	// NOT_FOUND there is no cell "cell-z" false
}

// mostFreeDisk is a strategy of one's own: the cell with the most free disk, but none of zone-1.
type mostFreeDisk struct{}

func (mostFreeDisk) Name() string { return "most-free-disk" }

func (mostFreeDisk) Score(_ *rostrum.AuctionView, cell *rostrum.CellView) (rostrum.Score, error) {
	return rostrum.Score{Value: -cell.DiskFree.Float64()}, nil // Lower is better.
}

func (mostFreeDisk) Accepts(_ *rostrum.AuctionView, cell *rostrum.CellView) (bool, string, error) {
	return cell.Zone() != "zone-1", "zone-1 is full of cables", nil
}

// The compiler sees to it that the methods are those of the interfaces.
var (
	_ rostrum.Scorer   = mostFreeDisk{}
	_ rostrum.Accepter = mostFreeDisk{}
)

func ExampleNewGoStrategy() {
	strategy, err := rostrum.NewGoStrategy(mostFreeDisk{})
	if err != nil {
		log.Fatal(err)
	}
	defer strategy.Close()
	engine, err := rostrum.NewEngine(strategy)
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	batch := exampleBatch()
	batch.AddWork(&rostrum.Work{Kind: rostrum.Task, GUID: "task", RootFS: "docker:///image"})
	if err := engine.UpdateCells(batch, true); err != nil {
		log.Fatal(err)
	}
	if _, err := engine.Submit(batch, 0); err != nil {
		log.Fatal(err)
	}
	round, err := engine.RunRound(context.Background(), 0, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer round.Close()
	fmt.Println(round.Decision(0).CellID)

	explanation, err := engine.Explain(context.Background(), round, rostrum.Task, "task")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(explanation.Answers[0].CellID, explanation.Answers[0].Reasons[0].Subject)
	// Output:
	// cell-c
	// cell-a zone-1 is full of cables
}

// A snapshot is plain values, which can be looked at, changed, and given to another engine.
func ExampleEngine_Snapshot() {
	engine, round := exampleRound()
	defer engine.Close()
	defer round.Close()
	cells, err := engine.Snapshot()
	if err != nil {
		log.Fatal(err)
	}
	for _, cell := range cells.Cells {
		fmt.Println(cell.ID, cell.Available.Memory, "MB free", cell.TaskCount, "tasks")
	}
	batch := rostrum.NewBatch()
	batch.AddCells(cells) // For engine.UpdateCells.
	fmt.Println(batch.Len())
	// Output:
	// cell-a 924 MB free 1 tasks
	// cell-b 1024 MB free 0 tasks
	// cell-c 1024 MB free 0 tasks
	// 3 0 0
}

// A flight recorder, and what another strategy would have decided.
func ExampleReplayFile() {
	folder, err := os.MkdirTemp("", "rostrum")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "rounds.rec")
	recorder, err := rostrum.OpenRecorder(path, 1<<20) // At most 1 MiB; the oldest rounds go first.
	if err != nil {
		log.Fatal(err)
	}
	engine, round := exampleRound()
	defer engine.Close()
	defer round.Close()
	if err := recorder.Append(round, "diego"); err != nil {
		log.Fatal(err)
	}
	if err := recorder.Close(); err != nil {
		log.Fatal(err)
	}

	replay, err := rostrum.ReplayFile(path, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(replay.Rounds, replay.Decisions, replay.Identical)
	// Output: 1 2 true
}
