package rostrum_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

// Random values go through the engine and come out as they went in: what Go flattens, C reads, C
// writes and Go reads again is the same.
//
// ROSTRUM_PROPERTY_SEED=N repeats case N alone; ROSTRUM_PROPERTY_CASES=N sets how many are run.

func forEachCase(t *testing.T, count uint64, run func(t *testing.T, random *maker)) {
	first := uint64(1)
	count = numberFromEnvironment(t, "ROSTRUM_PROPERTY_CASES", count)
	if seed := numberFromEnvironment(t, "ROSTRUM_PROPERTY_SEED", 0); seed != 0 {
		first, count = seed, 1
	}
	t.Logf("%d cases from seed %d", count, first)
	for seed := first; seed < first+count; seed++ {
		run(t, &maker{Rand: rand.New(rand.NewPCG(seed, 0))})
		if t.Failed() {
			t.Fatalf("repeat with ROSTRUM_PROPERTY_SEED=%d", seed)
		}
	}
}

func numberFromEnvironment(t *testing.T, name string, fallback uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return fallback
	}
	number, err := strconv.ParseUint(text, 10, 64)
	check(t, err)
	return number
}

// maker makes random values in the form that the library keeps: sets are sorted and hold nothing
// twice, and resources by name are sorted and not zero.
type maker struct{ *rand.Rand }

// Texts are meant to be UTF-8, but never looked into.
var pieces = []string{"\xff", "a", "zone", "ü", "/", " ", "\"", "日本", "-0123456789abcdef", "."}

func (m *maker) text(most int) string {
	var text string
	for range m.IntN(most + 1) {
		text += pieces[m.IntN(len(pieces))]
	}
	return text
}

func (m *maker) set(most int) []string {
	var texts []string
	for range m.IntN(most + 1) {
		texts = append(texts, m.text(3))
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

func (m *maker) amount(least rostrum.Amount) rostrum.Amount {
	switch m.IntN(5) {
	case 0:
		return max(least, -rostrum.AmountMaximum)
	case 1:
		return rostrum.AmountMaximum
	case 2:
		return 0
	}
	return least/1000 + rostrum.Amount(m.Int64N(1<<40))
}

func (m *maker) resources(least rostrum.Amount) rostrum.Resources {
	resources := rostrum.Resources{
		Memory: m.amount(least), Disk: m.amount(least), CPU: m.amount(least),
		Containers: m.Int64N(1 << 30),
	}
	for i := range m.IntN(3) {
		resources.Scalars = append(resources.Scalars,
			rostrum.Scalar{Name: fmt.Sprint("scalar", i), Amount: 1 + m.amount(0)/2})
	}
	return resources
}

func (m *maker) signature(i int) rostrum.Signature {
	// The tag keeps signatures apart, since equal ones become one.
	signature := rostrum.Signature{
		VolumeDrivers: m.set(2), PlacementTags: m.set(2), OptionalPlacementTags: []string{fmt.Sprint(i)},
	}
	for j := range m.IntN(3) {
		signature.Providers = append(signature.Providers, rostrum.Provider{
			Scheme: fmt.Sprint("scheme", j), Type: rostrum.ProviderType(1 + m.IntN(3)), Set: m.set(3),
		})
	}
	return signature
}

func (m *maker) cell(i, signatures int) rostrum.Cell {
	cell := rostrum.Cell{
		ID:                 fmt.Sprintf("cell-%03d-%s", i, m.text(4)),
		Zone:               m.text(1),
		Index:              m.Int64(),
		Total:              m.resources(0),
		Available:          m.resources(-rostrum.AmountMaximum),
		Overhead:           m.resources(0),
		ProxyMemory:        m.amount(0),
		StartingContainers: m.Int64N(1 << 30),
		TaskCount:          m.Int64N(1 << 30),
		OtherLRPs:          m.Int64N(1 << 30),
		Signature:          m.IntN(signatures),
		Tag:                m.Uint64(),
	}
	for range m.IntN(6) {
		cell.LRPs = append(cell.LRPs, m.text(2))
	}
	for _, flag := range []rostrum.CellFlags{
		rostrum.CellEvacuating, rostrum.CellDisabled, rostrum.CellNotStarted, rostrum.CellFirstFitIndex,
	} {
		if m.IntN(3) == 0 {
			cell.Flags |= flag
		}
	}
	if cell.Flags&rostrum.CellFirstFitIndex != 0 {
		cell.FirstFitIndex = m.Int64()
	}
	// A cell that drains is dropped when it is empty.
	if cell.TaskCount > 0 && m.IntN(3) == 0 {
		cell.Flags |= rostrum.CellDraining
	}
	return cell
}

func (m *maker) cells() *rostrum.Cells {
	cells := &rostrum.Cells{}
	signatures := 1 + m.IntN(4)
	for i := range signatures {
		cells.Signatures = append(cells.Signatures, m.signature(i))
	}
	for i := range m.IntN(30) {
		cells.Cells = append(cells.Cells, m.cell(i, signatures))
	}
	m.Shuffle(len(cells.Cells), func(i, j int) {
		cells.Cells[i], cells.Cells[j] = cells.Cells[j], cells.Cells[i]
	})
	return cells
}

func (m *maker) work(i int) rostrum.Work {
	work := rostrum.Work{
		Kind:          rostrum.Task,
		GUID:          fmt.Sprintf("guid-%03d-%s", i, m.text(4)),
		Domain:        "d" + m.text(1),
		RootFS:        "docker:" + m.text(1),
		Asked:         m.resources(0),
		PlacementTags: m.set(2),
		VolumeDrivers: m.set(2),
		MaxPIDs:       m.Int32(),
		Tag:           m.Uint64N(1 << 60),
		// Read only, so these go no further.
		Attempts: 7, LastRefusal: rostrum.RefusalHandedBack, QueueTimeMS: 8,
	}
	if m.IntN(2) == 0 {
		work.Kind = rostrum.LRP
		for index := range 1 + m.Int32N(4) {
			work.Indices = append(work.Indices, index*m.Int32N(1000)+index)
		}
		slices.Sort(work.Indices)
		work.Indices = slices.Compact(work.Indices)
	}
	return work
}

// inOrder returns what is found again of a snapshot: in order, and with each cell's own signature.
func inOrder(cells *rostrum.Cells) []any {
	sorted := slices.Clone(cells.Cells)
	slices.SortFunc(sorted, func(a, b rostrum.Cell) int {
		return cmp.Or(cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Index, b.Index), cmp.Compare(a.ID, b.ID))
	})
	var values []any
	for _, cell := range sorted {
		signature := cells.Signatures[cell.Signature]
		cell.Signature = 0
		values = append(values, cell, signature)
	}
	return values
}

func compare(t *testing.T, what string, got, want []any) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values come back, expected %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("%s: value %d is\n%+v\nexpected\n%+v", what, i, got[i], want[i])
		}
	}
}

func TestCellsComeBackAsTheyWentIn(t *testing.T) {
	used := map[string]bool{}
	batch := rostrum.NewBatch()
	forEachCase(t, 200, func(t *testing.T, random *maker) {
		cells := random.cells()
		noteUsed(used, cells.Cells)
		engine := newEngine(t, "diego")
		defer engine.Close()
		batch.Reset()
		if random.IntN(2) == 0 {
			// What stands in the batch before moves all positions.
			batch.AddSignature(&rostrum.Signature{PlacementTags: []string{"not used"}})
			batch.AddWork(&rostrum.Work{Kind: rostrum.Task, GUID: "not used"})
		}
		batch.AddCells(cells)
		check(t, engine.UpdateCells(batch, true))

		snapshot, err := engine.Snapshot()
		check(t, err)
		compare(t, "snapshot", inOrder(snapshot), inOrder(cells))

		written, err := engine.WriteSnapshot()
		check(t, err)
		read, err := rostrum.ReadSnapshot(written)
		check(t, err)
		compare(t, "written snapshot", inOrder(read), inOrder(cells))

		// A second engine that is given the first one's snapshot has the same.
		other := newEngine(t, "binpack")
		defer other.Close()
		batch.Reset()
		batch.AddCells(snapshot)
		check(t, other.UpdateCells(batch, true))
		again, err := other.Snapshot()
		check(t, err)
		if !reflect.DeepEqual(again, snapshot) {
			t.Errorf("the snapshot of a snapshot is\n%+v\nexpected\n%+v", again, snapshot)
		}
	})
	if os.Getenv("ROSTRUM_PROPERTY_SEED") == "" {
		expectAllUsed(t, used, reflect.TypeOf(rostrum.Cell{}))
	}
}

func TestWorkComesBackAsItWentIn(t *testing.T) {
	used := map[string]bool{}
	forEachCase(t, 200, func(t *testing.T, random *maker) {
		engine := newEngine(t, "diego")
		defer engine.Close()
		batch := rostrum.NewBatch()
		cells := random.cells()
		batch.AddCells(cells)
		check(t, engine.UpdateCells(batch, true))
		batch.Reset()
		var lrps, tasks []any
		now := random.Int64()
		for i := range random.IntN(30) {
			work := random.work(i)
			noteUsed(used, []rostrum.Work{work})
			batch.AddWork(&work)
			if work.Kind == rostrum.LRP {
				lrps = append(lrps, auctionsOf(work, now)...)
			} else {
				tasks = append(tasks, auctionsOf(work, now)...)
			}
		}
		want := append(lrps, tasks...)
		added, err := engine.Submit(batch, now)
		check(t, err)
		if int(added) != len(want) || engine.QueueSize() != len(want) {
			t.Errorf("%d auctions were added and %d wait, expected %d", added, engine.QueueSize(), len(want))
		}
		if oldest := engine.OldestQueueTimeMS(); len(want) > 0 && oldest != now {
			t.Errorf("the oldest came at %d, expected %d", oldest, now)
		}
		waiting, err := engine.Waiting()
		check(t, err)
		compare(t, "waiting", toAny(waiting), want)

		check(t, engine.SetOption("starting_container_weight", "0.5"))
		check(t, engine.SetOption("bin_pack_first_fit_weight", "0.125"))
		check(t, engine.SetOption("starting_container_count_maximum", "12"))
		seed := random.Uint64()
		round, err := engine.RunRound(context.Background(), seed, now)
		check(t, err)
		defer round.Close()
		if round.Len() != len(want) || round.Placed()+round.Refused() != round.Len() {
			t.Errorf("the round has %d decisions, %d and %d, expected %d", round.Len(), round.Placed(),
				round.Refused(), len(want))
		}
		input, err := round.Input()
		check(t, err)
		compare(t, "input's work", toAny(input.Work), want)
		compare(t, "input's cells", inOrder(&input.Cells), inOrder(cells))
		context := rostrum.RoundContext{
			Seed: seed, NowMS: now, BinPackFirstFitWeight: 0.125, StartingContainerWeight: 0.5,
			StartingContainerCountMaximum: 12,
		}
		if input.Context != context {
			t.Errorf("the round was run with %+v, expected %+v", input.Context, context)
		}
	})
	if os.Getenv("ROSTRUM_PROPERTY_SEED") == "" {
		expectAllUsed(t, used, reflect.TypeOf(rostrum.Work{}))
	}
}

// The lists of a snapshot are parts of one; growing one does not reach into the next.
func TestListsOfASnapshotMayBeGrown(t *testing.T) {
	engine := newEngine(t, "diego")
	a, b := makeCell("a", "zone", 10), makeCell("b", "zone", 10)
	a.LRPs, b.LRPs = []string{"one"}, []string{"two"}
	feed(t, engine, a, b)
	snapshot, err := engine.Snapshot()
	check(t, err)
	_ = append(snapshot.Cells[0].LRPs, "more")
	if got := snapshot.Cells[1].LRPs[0]; got != "two" {
		t.Errorf("the next cell has %q now, expected two", got)
	}
}

// auctionsOf returns the work as it waits: each index is an auction of its own.
func auctionsOf(work rostrum.Work, now int64) []any {
	work.Attempts, work.LastRefusal, work.QueueTimeMS = 0, rostrum.RefusalNone, now
	work.Asked.Containers = 0 // Work takes one, whatever it says.
	if work.Kind == rostrum.Task {
		return []any{work}
	}
	var auctions []any
	for i, index := range work.Indices {
		auction := work
		auction.Indices = []int32{index}
		auction.Tag += uint64(i)
		auctions = append(auctions, auction)
	}
	return auctions
}

func toAny[Value any](values []Value) []any {
	var all []any
	for _, value := range values {
		all = append(all, value)
	}
	return all
}

// noteUsed notes which fields had a value that is not zero, so that one that is added some day and not
// made above is found out.
func noteUsed[Value any](used map[string]bool, values []Value) {
	for _, value := range values {
		fields := reflect.ValueOf(value)
		for i := range fields.NumField() {
			if !fields.Field(i).IsZero() {
				used[fields.Type().Field(i).Name] = true
			}
		}
	}
}

func expectAllUsed(t *testing.T, used map[string]bool, layout reflect.Type) {
	t.Helper()
	for i := range layout.NumField() {
		if name := layout.Field(i).Name; !used[name] {
			t.Errorf("no case had a %s in its %s", name, layout)
		}
	}
}
