package rostrum_test

import (
	"testing"

	"code.cloudfoundry.org/rostrum"
)

func TestUpdateCellsAddsAndReplaces(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	check(t, engine.UpdateCells(batchOf(makeCell("c", "zone", 10), makeCell("a", "zone", 77)), false))
	expectCells(t, engine, "a b c")
	snapshot, err := engine.Snapshot()
	check(t, err)
	if got := snapshot.Cells[0].Total.Memory; got != rostrum.Units(77) {
		t.Errorf("cell a has %v MB, expected the 77 of its newest state", got)
	}
	check(t, engine.UpdateCells(batchOf(makeCell("b", "zone", 10)), true))
	expectCells(t, engine, "b")
	check(t, engine.UpdateCells(rostrum.NewBatch(), true))
	expectCells(t, engine, "")
}

func TestABadCellChangesNothing(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	tooMuch := makeCell("c", "zone", 1)
	tooMuch.Total.Memory = rostrum.AmountMaximum + 1
	noSignature := makeCell("c", "zone", 1)
	noSignature.Signature = 5
	badFlags := makeCell("c", "zone", 1)
	badFlags.Flags = 1 << 31
	twice := makeCell("c", "zone", 1)
	twice.Total.Scalars = []rostrum.Scalar{{Name: "gpus", Amount: 1}, {Name: "gpus", Amount: 2}}
	for _, test := range []struct {
		cell rostrum.Cell
		part string
	}{
		{makeCell("", "zone", 1), "cell 2 of 2 has no id"},
		{makeCell("c\x00d", "zone", 1), "cell 1: id has a NUL byte after 1 bytes"},
		{makeCell("new", "zone", 1), "\"new\""},
		{tooMuch, "cell \"c\", total: memory"},
		{noSignature, "cell 1: signature is 5"},
		{badFlags, "cell 1: flags is 2147483648"},
		{twice, "\"gpus\" is given twice"},
	} {
		expectError(t, engine.UpdateCells(batchOf(makeCell("new", "zone", 1), test.cell), true),
			rostrum.ErrInvalidArgument, test.part)
	}
	expectCells(t, engine, "a b")
}

func TestABatchThatCouldNotHoldACellIsNotUsed(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	bad := makeCell("c", "zone", 1)
	bad.Signature = -1
	batch := batchOf(bad, makeTask("task", 1), makeOffer("offer", "agent", 1))
	expectError(t, engine.UpdateCells(batch, true), rostrum.ErrInvalidArgument, "signature is -1")
	expectError(t, engine.AddOffers(batch), rostrum.ErrInvalidArgument, "signature is -1")
	_, err := engine.Submit(batch, 0)
	expectError(t, err, rostrum.ErrInvalidArgument, "signature is -1")
	expectCells(t, engine, "a b")
	if size := engine.QueueSize(); size != 0 {
		t.Errorf("%d auctions wait, expected none", size)
	}
}

func TestCellsAreRemovedDisabledAndDrained(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	check(t, engine.RemoveCell("b"))
	expectCells(t, engine, "a")
	expectError(t, engine.RemoveCell("b"), rostrum.ErrNotFound, `"b"`)

	check(t, engine.SetCellDisabled("a", true))
	feed(t, engine, makeTask("task", 10))
	refusal := expectRefused(t, runRound(t, engine), "task", rostrum.RefusalNoCells, "")
	if len(refusal.Reasons) != 1 || refusal.Reasons[0].Code != rostrum.ReasonDisabled {
		t.Errorf("the reasons are %+v, expected that the cell is disabled", refusal.Reasons)
	}
	check(t, engine.SetCellDisabled("a", false))
	expectPlaced(t, runRound(t, engine), "task", "a")
	expectError(t, engine.SetCellDisabled("x", true), rostrum.ErrNotFound, `"x"`)

	check(t, engine.DrainCell("a")) // The task is on it.
	expectCells(t, engine, "a")
	feed(t, engine, makeCell("b", "zone", 10))
	check(t, engine.DrainCell("b"))
	expectCells(t, engine, "a")
	expectError(t, engine.DrainCell("x"), rostrum.ErrNotFound, `"x"`)
}

// C ends a text at a NUL byte: "a\x00b" must not become "a".
func TestIDsWithANULByteNameNothing(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	for name, call := range map[string]func(string) error{
		"RemoveCell":      engine.RemoveCell,
		"SetCellDisabled": func(id string) error { return engine.SetCellDisabled(id, true) },
		"DrainCell":       engine.DrainCell,
		"RescindOffer":    engine.RescindOffer,
		"DeclineOffer":    engine.DeclineOffer,
		"LoseAgent":       engine.LoseAgent,
		"AcceptOffers":    func(id string) error { _, err := engine.AcceptOffers(id); return err },
		"OfferState":      func(id string) error { _, err := engine.OfferState(id); return err },
		"Cancel":          func(id string) error { return engine.Cancel(rostrum.Task, id) },
		"SetOption":       func(key string) error { return engine.SetOption(key, "1") },
		"NewStrategy":     func(name string) error { _, err := rostrum.NewStrategy(name); return err },
		"LoadStrategy":    func(path string) error { _, err := rostrum.LoadStrategy(path); return err },
		"OpenRecorder":    func(path string) error { _, err := rostrum.OpenRecorder(path, 0); return err },
		"ReplayFile":      func(path string) error { _, err := rostrum.ReplayFile(path, nil); return err },
	} {
		t.Run(name, func(t *testing.T) {
			expectError(t, call("a\x00b"), rostrum.ErrInvalidArgument, `"a\x00b", which has a NUL byte at 1`)
		})
	}
	expectCells(t, engine, "a b")
}

func TestFirstFitIndexCountsOnlyWithItsFlag(t *testing.T) {
	for flags, want := range map[rostrum.CellFlags]string{0: "a", rostrum.CellFirstFitIndex: "b"} {
		engine := newEngine(t, "diego")
		check(t, engine.SetOption("bin_pack_first_fit_weight", "1"))
		a, b := makeCell("a", "zone", 1000), makeCell("b", "zone", 1000)
		a.Index, b.Index = 1, 2
		a.FirstFitIndex, b.FirstFitIndex = 9, 0
		a.Flags, b.Flags = flags, flags
		feed(t, engine, a, b, makeLRP("web", 10, 0))
		expectPlaced(t, runRound(t, engine), "web.0", want)
	}
}

func TestASnapshotThatIsNoneIsCorrupt(t *testing.T) {
	for _, bytes := range [][]byte{nil, {1, 2, 3}, []byte("not a snapshot")} {
		_, err := rostrum.ReadSnapshot(bytes)
		expectError(t, err, rostrum.ErrCorrupt, "expected the 16 bytes")
	}
}
