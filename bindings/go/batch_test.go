//go:build linux && !android && cgo

package rostrum

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// What a batch holds; what becomes of it in an engine is tested elsewhere.

func TestEqualTextsThatFollowEachOtherAreStoredOnce(t *testing.T) {
	batch := NewBatch()
	batch.AddSignature(&Signature{})
	for _, zone := range []string{"zone-1", "zone-1", "zone-2", "zone-1"} {
		batch.AddCell(&Cell{ID: "c", Zone: zone, LRPs: []string{"web", "web", "db", "web"}})
	}
	// Four ids, the zones but for the one that comes again, and three texts of each list.
	if got, want := len(batch.bytes), len("c")*4+len("zone-1")*3+len("webdbweb")*4; got != want {
		t.Errorf("the batch holds %d bytes, %q, expected %d", got, batch.bytes, want)
	}
	if first, second := batch.cells[0], batch.cells[1]; first.zone != second.zone {
		t.Errorf("the zones of two cells are stored twice: %v and %v", first.zone, second.zone)
	}
	for i := range batch.cells {
		if got := batch.textOf(batch.cells[i].zone); !strings.HasPrefix(got, "zone-") {
			t.Errorf("cell %d is in zone %q", i, got)
		}
	}

	batch.Reset()
	for i := range 3 {
		batch.AddWork(&Work{
			GUID: fmt.Sprint("task", i), Domain: "cf-apps", RootFS: "docker:///image",
			PlacementTags: []string{"a", "b"}, VolumeDrivers: []string{"nfs"},
		})
	}
	batch.AddWork(&Work{GUID: "task3", Domain: "cf-tasks", RootFS: "docker:///image",
		PlacementTags: []string{"a", "c"}, VolumeDrivers: nil})
	if got := len(batch.texts); got != 3+2 {
		t.Errorf("the lists of the batch have %d texts, expected 5", got)
	}
	for i, want := range []string{"[a b]", "[a b]", "[a b]", "[a c]"} {
		if got := fmt.Sprint(batch.listOf(batch.work[i].placement_tags)); got != want {
			t.Errorf("work %d has the tags %s, expected %s", i, got, want)
		}
	}
	if got := batch.work[3].volume_drivers.count; got != 0 {
		t.Errorf("the last work has %d volume drivers, expected none", got)
	}
}

func (b *Batch) textOf(record textRecord) string {
	return string(b.bytes[record.offset : record.offset+record.length])
}

func (b *Batch) listOf(list rangeRecord) []string {
	var texts []string
	for _, record := range b.texts[list.first : list.first+list.count] {
		texts = append(texts, b.textOf(record))
	}
	return texts
}

// A caller fills in one Cell again and again.
func TestABatchKeepsNothingOfItsCaller(t *testing.T) {
	batch := NewBatch()
	lrps := []string{"one", "two"}
	indices := []int32{4, 5}
	cell := Cell{ID: "a", Zone: "z", LRPs: lrps}
	work := Work{Kind: LRP, GUID: "web", Indices: indices}
	batch.AddCell(&cell)
	batch.AddWork(&work)
	lrps[0], indices[0] = "changed", 99
	cell.ID, work.GUID = "b", "other"
	if got := fmt.Sprint(batch.listOf(batch.cells[0].lrps)); got != "[one two]" {
		t.Errorf("the batch has the LRPs %s", got)
	}
	if got := batch.indices[0]; got != 4 {
		t.Errorf("the batch has the index %d, expected 4", got)
	}
	if got := batch.textOf(batch.cells[0].id); got != "a" {
		t.Errorf("the batch has the cell %q, expected a", got)
	}
}

func TestAddingAllocatesNothingOnceTheBatchHasGrown(t *testing.T) {
	resources := Resources{Memory: Units(1), Scalars: []Scalar{{"gpus", Units(2)}, {"licences", 1}}}
	signature := Signature{
		Providers:     []Provider{{Scheme: "preloaded", Type: ProviderFixedSet, Set: []string{"a", "b"}}},
		VolumeDrivers: []string{"nfs"},
		PlacementTags: []string{"tag"},
	}
	cell := Cell{ID: "cell", Zone: "zone", Total: resources, LRPs: []string{"x", "y", "y", "z"}}
	offer := Offer{ID: "offer", AgentID: "agent", Zone: "zone", Resources: resources}
	work := Work{Kind: LRP, GUID: "guid", Domain: "domain", RootFS: "rootfs", Asked: resources,
		PlacementTags: []string{"tag"}, Indices: []int32{1, 2, 3}}
	batch := NewBatch()
	fill := func() {
		batch.Reset()
		for range 100 {
			cell.Signature = batch.AddSignature(&signature)
			batch.AddCell(&cell)
			batch.AddOffer(&offer)
			batch.AddWork(&work)
		}
	}
	fill()
	if allocations := testing.AllocsPerRun(10, fill); allocations != 0 {
		t.Errorf("filling the batch again allocates %v times, expected 0", allocations)
	}
	if cells, offers, works := batch.Len(); cells != 100 || offers != 100 || works != 100 {
		t.Errorf("the batch holds %d cells, %d offers and %d works, expected 100 of each", cells, offers, works)
	}
}

func TestWhatABatchCannotHoldIsRemembered(t *testing.T) {
	for _, test := range []struct {
		name string
		add  func(*Batch)
		want string
	}{
		{"a negative signature of a cell", func(b *Batch) { b.AddCell(&Cell{ID: "c", Signature: -1}) },
			"cell 0: signature is -1"},
		{"a signature beyond all positions", func(b *Batch) { b.AddCell(&Cell{Signature: math.MaxUint32 + 1}) },
			"cell 0: signature is 4294967296"},
		{"a negative signature of an offer", func(b *Batch) { b.AddOffer(&Offer{Signature: -1}) },
			"offer 0: signature is -1"},
		{"a snapshot whose signature is missing", func(b *Batch) { b.AddCells(&Cells{Cells: []Cell{{ID: "c"}}}) },
			"cell 0: signature is 0, expected a position in the 0 of its snapshot"},
		// What would take gigabytes is asked of the function that all adding goes through.
		{"too much text", func(b *Batch) { b.hasRoom(math.MaxUint32-2, 3, "bytes of text") },
			"more than 4294967295 bytes of text"},
	} {
		batch := NewBatch()
		test.add(batch)
		err := batch.Err()
		if !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s gives %v, expected InvalidArgument with %q", test.name, err, test.want)
		}
		// The first one stays, and nothing is added to a batch that is no good.
		before := len(batch.cells)
		batch.AddCell(&Cell{ID: "good"})
		batch.AddCell(&Cell{ID: "bad", Signature: -7})
		if batch.Err() != err || len(batch.cells) != before {
			t.Errorf("%s: after more cells the batch holds %d with %v", test.name, len(batch.cells), batch.Err())
		}
		batch.Reset()
		if err := batch.Err(); err != nil {
			t.Errorf("%s: after Reset there is still %v", test.name, err)
		}
	}
	if batch := NewBatch(); !batch.hasRoom(math.MaxUint32-3, 3, "bytes of text") {
		t.Errorf("there is no room for the last three bytes: %v", batch.Err())
	}
}

func TestTheZeroBatchIsEmpty(t *testing.T) {
	var batch Batch
	batch.AddCell(&Cell{ID: "c"})
	if cells, _, _ := batch.Len(); cells != 1 || batch.Err() != nil {
		t.Errorf("the batch holds %d cells with %v, expected 1", cells, batch.Err())
	}
}
