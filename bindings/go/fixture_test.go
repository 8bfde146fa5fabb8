package rostrum_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// expectError expects an error of a kind, one of the Err... variables, whose text has a part.
func expectError(t testing.TB, err, kind error, part string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), part) {
		t.Errorf("the error is %v, expected one like %v with %q", err, kind, part)
	}
}

// newEngine makes an engine with one of the library's strategies, to be closed when the test ends.
func newEngine(t testing.TB, name string) *rostrum.Engine {
	t.Helper()
	strategy, err := rostrum.NewStrategy(name)
	check(t, err)
	defer strategy.Close() // The engine keeps what it needs.
	return newEngineWith(t, strategy)
}

func newEngineWith(t testing.TB, strategy *rostrum.Strategy) *rostrum.Engine {
	t.Helper()
	engine, err := rostrum.NewEngine(strategy)
	check(t, err)
	t.Cleanup(func() { engine.Close() })
	return engine
}

// makeCell makes a cell that runs any "docker" image, of 1000 GB of disk, 64 cores and 1000 containers.
// Its signature is the batch's first.
func makeCell(id, zone string, megabytes int64) rostrum.Cell {
	total := rostrum.Resources{
		Memory:     rostrum.Units(megabytes),
		Disk:       rostrum.Units(1_000_000),
		CPU:        rostrum.Units(64),
		Containers: 1000,
	}
	return rostrum.Cell{ID: id, Zone: zone, Total: total, Available: total}
}

func makeOffer(id, agentID string, megabytes int64) rostrum.Offer {
	cell := makeCell(agentID, "zone", megabytes)
	return rostrum.Offer{ID: id, AgentID: agentID, Zone: cell.Zone, Resources: cell.Total}
}

func makeTask(guid string, megabytes int64) rostrum.Work {
	return rostrum.Work{
		Kind: rostrum.Task, GUID: guid, Domain: "domain", RootFS: "docker:///image",
		Asked: rostrum.Resources{Memory: rostrum.Units(megabytes), Disk: rostrum.Units(1)},
	}
}

func makeLRP(guid string, megabytes int64, indices ...int32) rostrum.Work {
	work := makeTask(guid, megabytes)
	work.Kind, work.Indices = rostrum.LRP, indices
	return work
}

func batchOf(values ...any) *rostrum.Batch {
	batch := rostrum.NewBatch()
	batch.AddSignature(&rostrum.Signature{
		Providers: []rostrum.Provider{{Scheme: "docker", Type: rostrum.ProviderArbitrary}},
	})
	for _, value := range values {
		switch value := value.(type) {
		case rostrum.Cell:
			batch.AddCell(&value)
		case rostrum.Offer:
			batch.AddOffer(&value)
		case rostrum.Work:
			batch.AddWork(&value)
		default:
			panic("no value for a batch")
		}
	}
	return batch
}

// feed gives cells and work to an engine, at time 0.
func feed(t testing.TB, engine *rostrum.Engine, values ...any) {
	t.Helper()
	batch := batchOf(values...)
	check(t, engine.UpdateCells(batch, false))
	_, err := engine.Submit(batch, 0)
	check(t, err)
}

// newEngineOfTwo has cells "a" and "b" of 1000 MB in one zone.
func newEngineOfTwo(t testing.TB, strategy string) *rostrum.Engine {
	t.Helper()
	engine := newEngine(t, strategy)
	feed(t, engine, makeCell("a", "zone", 1000), makeCell("b", "zone", 1000))
	return engine
}

func runRound(t testing.TB, engine *rostrum.Engine) *rostrum.Round {
	t.Helper()
	round, err := engine.RunRound(context.Background(), 0, 0)
	check(t, err)
	t.Cleanup(func() { round.Close() })
	return round
}

// positionOf returns the position of an auction's decision.
func positionOf(t testing.TB, round *rostrum.Round, identifier string) int {
	t.Helper()
	for i := range round.Len() {
		if round.Decision(i).Identifier == identifier {
			return i
		}
	}
	t.Fatalf("the round has no %q", identifier)
	return -1
}

func decisionOf(t testing.TB, round *rostrum.Round, identifier string) rostrum.Decision {
	t.Helper()
	return round.Decision(positionOf(t, round, identifier))
}

func expectPlaced(t testing.TB, round *rostrum.Round, identifier, cellID string) {
	t.Helper()
	decision := decisionOf(t, round, identifier)
	if !decision.Placed() || decision.CellID != cellID || decision.Refusal != -1 {
		t.Errorf("%s is decided as %+v, expected it on %s", identifier, decision, cellID)
	}
}

// expectRefused returns the refusal.
func expectRefused(t testing.TB, round *rostrum.Round, identifier string, code rostrum.RefusalCode,
	part string) rostrum.Refusal {
	t.Helper()
	decision := decisionOf(t, round, identifier)
	if decision.Code != code || decision.Placed() || decision.CellID != "" {
		t.Fatalf("%s is decided as %+v, expected %v", identifier, decision, code)
	}
	refusal := round.Refusal(decision.Refusal)
	if refusal.Code != code || !strings.Contains(refusal.Text, part) {
		t.Errorf("%s is refused with %+v, expected %v with %q", identifier, refusal, code, part)
	}
	return refusal
}

func cellIDs(t testing.TB, engine *rostrum.Engine) string {
	t.Helper()
	snapshot, err := engine.Snapshot()
	check(t, err)
	var ids []string
	for _, cell := range snapshot.Cells {
		ids = append(ids, cell.ID)
	}
	return strings.Join(ids, " ")
}

func expectCells(t testing.TB, engine *rostrum.Engine, want string) {
	t.Helper()
	if got := cellIDs(t, engine); got != want {
		t.Errorf("the cells are %q, expected %q", got, want)
	}
}

// exported returns the exported fields of a struct by name.
func exported(value any) map[string]any {
	fields := map[string]any{}
	layout := reflect.TypeOf(value)
	for i := range layout.NumField() {
		if layout.Field(i).IsExported() {
			fields[layout.Field(i).Name] = reflect.ValueOf(value).Field(i).Interface()
		}
	}
	return fields
}
