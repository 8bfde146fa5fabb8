package rostrum_test

import (
	"fmt"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

func expectState(t *testing.T, engine *rostrum.Engine, id string, want rostrum.OfferState) {
	t.Helper()
	got, err := engine.OfferState(id)
	check(t, err)
	if got != want {
		t.Errorf("offer %s is %v, expected %v", id, got, want)
	}
}

func TestOffersGoFromStateToState(t *testing.T) {
	engine := newEngine(t, "spread")
	offers := []any{}
	for i, agent := range []string{"x", "x", "y", "z", "w", "y", "y"} {
		offer := makeOffer(fmt.Sprint("o", i), agent, 100)
		offer.ReceivedMS = int64(i)
		offer.TaskCount = 1 // So that the cell stays where its offers go.
		offers = append(offers, offer)
	}
	check(t, engine.AddOffers(batchOf(offers...)))
	expectCells(t, engine, "w x y z")
	expectState(t, engine, "o0", rostrum.OfferHeld)

	ids, err := engine.AcceptOffers("x")
	check(t, err)
	if fmt.Sprint(ids) != "[o0 o1]" {
		t.Errorf("accepted are %v, expected o0 and o1", ids)
	}
	ids, err = engine.AcceptOffers("x")
	check(t, err)
	if ids != nil {
		t.Errorf("accepted again are %v, expected none", ids)
	}
	_, err = engine.AcceptOffers("nobody")
	expectError(t, err, rostrum.ErrNotFound, `"nobody"`)

	check(t, engine.RescindOffer("o2"))
	for _, id := range []string{"o3", "o5", "o6"} {
		check(t, engine.DeclineOffer(id))
	}
	expectError(t, engine.RescindOffer("o0"), rostrum.ErrFailedPrecondition, `"o0"`)
	expectError(t, engine.DeclineOffer("none"), rostrum.ErrNotFound, `"none"`)
	ids, err = engine.ExpireOffers(100)
	check(t, err)
	if fmt.Sprint(ids) != "[o4]" {
		t.Errorf("expired are %v, expected o4", ids)
	}
	ids, err = engine.ExpireOffers(100)
	check(t, err)
	if ids != nil {
		t.Errorf("expired again are %v, expected none", ids)
	}
	check(t, engine.AddOffers(batchOf(makeOffer("o7", "v", 100))))
	check(t, engine.LoseAgent("v"))
	expectError(t, engine.LoseAgent("v"), rostrum.ErrNotFound, `"v"`)
	for id, state := range map[string]rostrum.OfferState{
		"o0": rostrum.OfferAccepted, "o2": rostrum.OfferRescinded, "o3": rostrum.OfferDeclined,
		"o4": rostrum.OfferExpired, "o7": rostrum.OfferExpired,
	} {
		expectState(t, engine, id, state)
	}
	_, err = engine.OfferState("none")
	expectError(t, err, rostrum.ErrNotFound, `"none"`)

	check(t, engine.AddOffers(batchOf(makeOffer("o8", "u", 100), makeOffer("o9", "u", 100), makeOffer("o10", "u", 100), makeOffer("o11", "u", 100))))
	counts, err := engine.CountOffers()
	check(t, err)
	want := rostrum.OfferCounts{Added: 12, Held: 4, Accepted: 2, Declined: 3, Rescinded: 1, Expired: 2}
	if counts != want {
		t.Errorf("the counts are %+v, expected %+v", counts, want)
	}
}

// Every field of an offer arrives, as far as it can be seen on the cell.
func TestAnOfferIsACell(t *testing.T) {
	engine := newEngine(t, "spread")
	offer := makeOffer("offer", "agent", 100)
	offer.Index, offer.TaskCount, offer.Tag = 3, 4, 5
	offer.LRPs = []string{"web", "db"}
	offer.Used = rostrum.Resources{Memory: rostrum.Units(40), Scalars: []rostrum.Scalar{{Name: "gpus", Amount: 1}}}
	offer.Overhead = rostrum.Resources{Memory: rostrum.Units(7)}
	offer.Flags = rostrum.CellNotStarted
	check(t, engine.AddOffers(batchOf(offer)))
	snapshot, err := engine.Snapshot()
	check(t, err)
	cell := snapshot.Cells[0]
	if cell.ID != "agent" || cell.Zone != "zone" || cell.Index != 3 || cell.TaskCount != 4 || cell.Tag != 5 ||
		fmt.Sprint(cell.LRPs) != "[web db]" || cell.Overhead.Memory != rostrum.Units(7) ||
		cell.Total.Memory != rostrum.Units(140) || cell.Available.Memory != rostrum.Units(100) ||
		len(cell.Total.Scalars) != 1 || cell.Flags&rostrum.CellNotStarted == 0 {
		t.Errorf("the cell is %+v, expected it to be as offered", cell)
	}
}

func TestBadOffersAreRefused(t *testing.T) {
	engine := newEngineOfTwo(t, "spread")
	expectError(t, engine.AddOffers(batchOf(makeOffer("o1", "agent", 1), makeOffer("o1", "agent", 1))),
		rostrum.ErrInvalidArgument, `"o1"`)
	expectState(t, engine, "o1", rostrum.OfferHeld) // Those before the bad one have been added.
	expectError(t, engine.AddOffers(batchOf(makeOffer("o2", "a", 1))), rostrum.ErrFailedPrecondition, `"a"`)
	expectError(t, engine.UpdateCells(batchOf(makeCell("agent", "", 1)), false),
		rostrum.ErrFailedPrecondition, `"agent"`)
}
