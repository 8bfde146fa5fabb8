package rostrum_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

func TestARoundDecidesAllThatWaits(t *testing.T) {
	engine := newEngine(t, "diego")
	a := makeCell("a", "zone", 1000)
	a.Tag = 77
	web := makeLRP("web", 100, 0, 5)
	web.Tag = 40
	feed(t, engine, a, web, makeTask("large", 5000))
	round, err := engine.RunRound(t.Context(), 1, 250)
	check(t, err)
	defer round.Close()
	if round.Placed() != 2 || round.Refused() != 1 || round.Len() != 3 || round.Refusals() != 1 {
		t.Errorf("%d are placed and %d refused of %d for %d reasons, expected 2 and 1 of 3 for 1",
			round.Placed(), round.Refused(), round.Len(), round.Refusals())
	}
	got := decisionOf(t, round, "web.5")
	want := rostrum.Decision{
		Kind: rostrum.LRP, Identifier: "web.5", CellID: "a", Refusal: -1, Attempts: 1,
		Score: got.Score, WaitMS: 250, Tag: 41, CellTag: 77,
	}
	if got != want || got.Score.Value < 1000 || got.Score.Value > 1001 {
		t.Errorf("web.5 is decided as %+v, expected %+v with a score of a cell that has web.0", got, want)
	}
	refusal := expectRefused(t, round, "large", rostrum.RefusalInsufficientResources,
		"insufficient resources: memory")
	reason := rostrum.Reason{
		Subject: "memory", CellID: "a", Code: rostrum.ReasonResource, Static: true, Cells: 1,
		Asked: rostrum.Units(5000), Free: rostrum.Units(900), ShortBy: rostrum.Units(4100),
	}
	if len(refusal.Reasons) != 1 || refusal.Reasons[0] != reason {
		t.Errorf("the reasons are %+v, expected %+v", refusal.Reasons, reason)
	}
}

func TestARoundTakesPlaceIfItIsAccepted(t *testing.T) {
	engine := newEngine(t, "diego")
	feed(t, engine, makeCell("a", "zone", 1000), makeLRP("web", 100, 0, 5), makeTask("large", 5000))
	run := func(accept func(*rostrum.Round) bool) *rostrum.Round {
		round, err := engine.RunRoundIf(t.Context(), 1, 250, accept)
		check(t, err)
		return round
	}
	var seen *rostrum.Round
	if round := run(func(round *rostrum.Round) bool { seen = round; return false }); round != nil {
		t.Errorf("a round that was not accepted is %v", round)
	}
	if seen.Placed() != 2 || decisionOf(t, seen, "web.5").CellID != "a" {
		t.Errorf("accept saw %d placed of %d, expected 2 on a", seen.Placed(), seen.Len())
	}
	if _, err := engine.HandBack(seen, []int{0}); err == nil {
		t.Error("a round that was not accepted was handed back")
	}
	if got := engine.QueueSize(); got != 3 {
		t.Errorf("%d wait after it, expected all 3", got)
	}
	func() {
		defer func() {
			if got := recover(); got != "not today" {
				t.Errorf("accept panicked with %v", got)
			}
		}()
		run(func(*rostrum.Round) bool { panic("not today") })
	}()
	round := run(func(*rostrum.Round) bool { return true })
	defer round.Close()
	if got := decisionOf(t, round, "web.5"); got.CellID != "a" || got.Attempts != 1 {
		t.Errorf("web.5 is decided as %+v, expected the first attempt on a", got)
	}
	if _, err := engine.RunRoundIf(t.Context(), 1, 250, nil); err == nil {
		t.Error("a round without accept is no error")
	}
}

func TestAnEmptyRoundIsNoError(t *testing.T) {
	engine := newEngine(t, "diego")
	round := runRound(t, engine)
	if round.Len() != 0 || round.Refusals() != 0 || round.Placed() != 0 || round.Refused() != 0 {
		t.Errorf("a round of nothing has %d decisions and %d refusals", round.Len(), round.Refusals())
	}
	feed(t, engine, makeTask("task", 1))
	expectRefused(t, runRound(t, engine), "task", rostrum.RefusalNoCells, "")
}

// As a slice does, since a position that is none is a fault of the program.
func TestPositionsOutsideARoundPanic(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	feed(t, engine, makeTask("task", 1))
	round := runRound(t, engine)
	for _, call := range []func(){
		func() { round.Decision(1) },
		func() { round.Decision(-1) },
		func() { round.Refusal(0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("there was no panic")
				}
			}()
			call()
		}()
	}
}

func TestSettingsHoldFromTheNextRoundOn(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	check(t, engine.SetOption("starting_container_count_maximum", "1"))
	feed(t, engine, makeTask("one", 1), makeTask("two", 1))
	round := runRound(t, engine)
	if round.Placed() != 1 {
		t.Errorf("%d are placed, expected the 1 that may start", round.Placed())
	}
	expectError(t, engine.SetOption("starting_container_weight", "heavy"), rostrum.ErrInvalidArgument, "heavy")
	expectError(t, engine.SetOption("weight", "1"), rostrum.ErrInvalidArgument, "weight")
}

func TestOptionsAreThoseThatCanBeSet(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	options := rostrum.Options()
	if len(options) == 0 {
		t.Fatal("there is no option")
	}
	for _, option := range options {
		check(t, engine.SetOption(option.Key, option.Default))
		if option.Unit == "" || option.Expected == "" || option.Description == "" {
			t.Errorf("%+v lacks something", option)
		}
	}
}

func TestSetStrategyHoldsFromTheNextRoundOn(t *testing.T) {
	engine := newEngine(t, "spread")
	busy := makeCell("busy", "zone", 1000)
	busy.TaskCount = 1
	feed(t, engine, busy, makeCell("idle", "zone", 1000), makeLRP("one", 10, 0))
	expectPlaced(t, runRound(t, engine), "one.0", "idle")
	check(t, engine.RemoveCell("idle"))
	binpack, err := rostrum.NewStrategy("binpack")
	check(t, err)
	check(t, engine.SetStrategy(binpack))
	binpack.Close()
	feed(t, engine, makeCell("idle", "zone", 1000), makeLRP("two", 10, 0))
	expectPlaced(t, runRound(t, engine), "two.0", "busy")
	expectError(t, engine.SetStrategy(nil), rostrum.ErrInvalidArgument, "strategy")
}

func TestWhatIsHandedBackWaitsAgain(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	feed(t, engine, makeLRP("web", 100, 0, 1), makeTask("large", 5000))
	round := runRound(t, engine)
	first, second := positionOf(t, round, "web.0"), positionOf(t, round, "web.1")
	refused := positionOf(t, round, "large")
	for _, test := range []struct {
		decisions []int
		kind      error
		part      string
	}{
		{[]int{first, refused}, rostrum.ErrNotFound, "was refused"},
		{[]int{first, 3}, rostrum.ErrNotFound, "3"},
		{[]int{first, -1}, rostrum.ErrInvalidArgument, "decision 1 of the list is -1, expected a position in the round's 3"},
		{[]int{math.MaxUint32 + 1 + first}, rostrum.ErrInvalidArgument, "decision 0 of the list is 4294967"},
		{[]int{first, first}, rostrum.ErrNotFound, "was handed back"},
	} {
		undone, err := engine.HandBack(round, test.decisions)
		expectError(t, err, test.kind, test.part)
		if undone != 0 || engine.QueueSize() != 1 {
			t.Errorf("%d were undone and %d wait, expected nothing to be changed", undone, engine.QueueSize())
		}
	}
	undone, err := engine.HandBack(round, []int{first, second})
	check(t, err)
	if undone != 2 || engine.QueueSize() != 3 {
		t.Errorf("%d were undone and %d wait, expected 2 and 3", undone, engine.QueueSize())
	}
	waiting, err := engine.Waiting()
	check(t, err)
	for _, work := range waiting {
		if work.GUID == "web" && work.LastRefusal != rostrum.RefusalHandedBack {
			t.Errorf("what was handed back waits as %+v", work)
		}
	}
	undone, err = engine.HandBack(round, nil)
	if undone != 0 || err != nil {
		t.Errorf("none are undone as %d with %v", undone, err)
	}
	_, err = newEngineOfTwo(t, "diego").HandBack(round, []int{first})
	expectError(t, err, rostrum.ErrNotFound, "engine")
	_, err = engine.HandBack(nil, nil)
	expectError(t, err, rostrum.ErrInvalidArgument, "round is nil")
}

func TestExplainTellsEveryCellsAnswer(t *testing.T) {
	engine := newEngine(t, "diego")
	feed(t, engine, makeCell("a", "z1", 1000), makeCell("b", "z2", 50), makeLRP("web", 100, 0),
		makeTask("large", 5000))
	round := runRound(t, engine)
	placed, err := engine.Explain(t.Context(), round, rostrum.LRP, "web.0")
	check(t, err)
	if placed.Text != "" || placed.Remedy != "" || len(placed.Answers) != 2 {
		t.Fatalf("the explanation is %+v, expected two answers and no refusal", placed)
	}
	a, b := placed.Answers[0], placed.Answers[1]
	if a.CellID != "a" || a.Zone != "z1" || !a.Fits || !a.Winner || a.Reasons != nil ||
		a.Score != decisionOf(t, round, "web.0").Score {
		t.Errorf("cell a answers %+v, expected it to win", a)
	}
	if b.CellID != "b" || b.Zone != "z2" || b.Fits || b.Winner || len(b.Reasons) != 1 ||
		b.Reasons[0].ShortBy != rostrum.Units(50) {
		t.Errorf("cell b answers %+v, expected it to lack 50 MB", b)
	}
	refused, err := engine.Explain(t.Context(), round, rostrum.Task, "large")
	check(t, err)
	if !strings.Contains(refused.Text, "insufficient resources") || refused.Remedy == "" {
		t.Errorf("the explanation is %+v, expected the refusal's text and a remedy", refused)
	}
	_, err = engine.Explain(t.Context(), round, rostrum.Task, "web.0")
	expectError(t, err, rostrum.ErrNotFound, "web.0")
	_, err = engine.Explain(t.Context(), round, 0, "web.0")
	expectError(t, err, rostrum.ErrInvalidArgument, "kind is 0")
	_, err = engine.Explain(t.Context(), nil, rostrum.LRP, "web.0")
	expectError(t, err, rostrum.ErrInvalidArgument, "round is nil")
	_, err = engine.Explain(t.Context(), round, rostrum.LRP, "web\x00.0")
	expectError(t, err, rostrum.ErrInvalidArgument, "NUL")
}

// The same input gives the same decisions, also where it has been through Round.Input.
func TestARoundCanBeRunAgainElsewhere(t *testing.T) {
	forEachCase(t, 30, func(t *testing.T, random *maker) {
		first := newEngine(t, "diego")
		defer first.Close()
		values := []any{}
		for i := range 1 + random.IntN(20) {
			cell := makeCell(fmt.Sprint("cell", i), fmt.Sprint("zone", random.IntN(3)), random.Int64N(2000))
			values = append(values, cell)
		}
		for i := range random.IntN(60) {
			values = append(values, makeLRP(fmt.Sprint("lrp", i%20), random.Int64N(500), int32(i)))
		}
		feed(t, first, values...)
		round := runRound(t, first)
		input, err := round.Input()
		check(t, err)
		second := newEngine(t, "diego")
		defer second.Close()
		batch := rostrum.NewBatch()
		batch.AddCells(&input.Cells)
		for i := range input.Work {
			batch.AddWork(&input.Work[i])
		}
		check(t, second.UpdateCells(batch, true))
		_, err = second.Submit(batch, 0)
		check(t, err)
		again := runRound(t, second)
		if again.Len() != round.Len() {
			t.Fatalf("%d decisions, expected %d", again.Len(), round.Len())
		}
		for i := range round.Len() {
			if got, want := again.Decision(i), round.Decision(i); got != want {
				t.Errorf("decision %d is %+v, expected %+v", i, got, want)
			}
		}
	})
}

// Work with 0 MB on a cell with 0 MB of disk has no score: 0/0 is no number.
func TestAScoreThatIsNoNumberIsNoScore(t *testing.T) {
	engine := newEngine(t, "diego")
	cell := makeCell("a", "zone", 1000)
	cell.Total.Disk, cell.Available.Disk = 0, 0
	task := makeTask("task", 10)
	task.Asked.Disk = 0
	feed(t, engine, cell, task)
	refusal := expectRefused(t, runRound(t, engine), "task", rostrum.RefusalInsufficientResources, "")
	if len(refusal.Reasons) != 1 || refusal.Reasons[0].Code != rostrum.ReasonScore {
		t.Errorf("the reasons are %+v, expected that the score is no number", refusal.Reasons)
	}
}

// Whatever its size, a batch crosses without an allocation in Go, and so is a decision read.
func TestCrossingsAllocateNothing(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	values := []any{}
	for i := range 100 {
		values = append(values, makeCell(fmt.Sprint("cell", i), "zone", 1000), makeLRP(fmt.Sprint("lrp", i), 10, 0, 1))
	}
	batch := batchOf(values...)
	feed(t, engine, values...)
	round := runRound(t, engine)
	for name, call := range map[string]func(){
		"UpdateCells": func() { check(t, engine.UpdateCells(batch, true)) },
		"Submit":      func() { check(t, submit(engine, batch)) },
		"Decision": func() {
			for i := range round.Len() {
				if !round.Decision(i).Placed() {
					t.Error("a task was refused")
				}
			}
		},
		"QueueSize": func() { engine.QueueSize() },
	} {
		if allocations := testing.AllocsPerRun(10, call); allocations != 0 {
			t.Errorf("%s allocates %v times, expected 0", name, allocations)
		}
	}
}
