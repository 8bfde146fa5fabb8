package auctionrunner

import (
	"maps"
	"slices"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/rostrum"
)

// A feed turns zones and a request into the batches that an engine is given. Its memory is kept from
// round to round, so that a cell costs no allocation.
//
// Rostrum refuses a batch as a whole if anything in it is not valid, such as a cell without an id.
// Diego's own scheduler takes what it is given. So after a refusal everything is fed again with
// care: what has no valid name gets one that is only used inside, and what cannot be said is left
// out and remembered as a problem. That never happens to what the auctioneer's handlers let through.
type feed struct {
	cells *rostrum.Batch
	work  *rostrum.Batch

	fed        []*Cell // By tag: zones by name, cells as in their zone.
	careful    *carefulFeed
	processes  processSet
	survey     survey
	signatures signatureTable

	hasNegativeProxy bool

	// One of each, to be flattened and used again for the next.
	cell    rostrum.Cell
	item    rostrum.Work
	indices [1]int32
}

// begin starts the batches of a round. Everything refers to the request until end.
func (f *feed) begin(request *auctiontypes.AuctionRequest, withCare bool) {
	if f.cells == nil {
		f.cells, f.work = rostrum.NewBatch(), rostrum.NewBatch()
	}
	f.cells.Reset()
	f.work.Reset()
	f.fed = f.fed[:0]
	f.signatures.clear()
	f.hasNegativeProxy = false
	f.careful = nil
	f.processes.reset(request.LRPs)
	if withCare {
		f.careful = newCarefulFeed()
		f.careful.renameProcesses(&f.processes)
	}
}

// end lets go of what belongs to others, and keeps the memory.
func (f *feed) end() {
	clear(f.fed)
	f.fed = f.fed[:0]
	f.cell = rostrum.Cell{}
	f.item = rostrum.Work{}
	f.processes.clear()
	f.survey.clear()
	f.signatures.clear()
	f.careful = nil
}

// zoneNames returns the names of zones in the order in which they take their turn where all else is
// equal. Diego's own order is that of the map.
func zoneNames(zones map[string]Zone) []string {
	return slices.Sorted(maps.Keys(zones))
}

func countCells(zones map[string]Zone) int {
	count := 0
	for _, zone := range zones {
		count += len(zone)
	}
	return count
}
