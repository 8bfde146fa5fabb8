package auctionrunner

import (
	"math/rand/v2"
	"testing"

	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// How many fit is what would be placed one after the other, with the proxy's memory needed for each
// and taken by none.
func TestHeadroomIsWhatCanBePlaced(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 5000 {
		cell := literalCell{state: diego.CellState{
			AvailableResources:      diego.NewResources(random.Int32N(120)-20, random.Int32N(120)-20, random.IntN(12)-2),
			ProxyMemoryAllocationMB: random.IntN(20) - 5,
		}}
		asked := diego.NewResource(random.Int32N(30), random.Int32N(30), 0)
		before := cell.state
		fed := rostrum.Cell{ProxyMemory: rostrum.Units(int64(before.ProxyMemoryAllocationMB))}
		fillResources(&fed.Available, &before.AvailableResources)
		got := countFitting(&fed, rostrum.Units(int64(asked.MemoryMB)), rostrum.Units(int64(asked.DiskMB)))
		expected := int64(0)
		for len(cell.lacks(asked, int32(before.ProxyMemoryAllocationMB))) == 0 && len(cell.lacks(asked, 0)) == 0 {
			cell.state.AddLRP(&diego.LRP{Resource: asked})
			expected++
		}
		if got != expected {
			t.Fatalf("%+v fits %d times on %+v, expected %d; seed %d", asked, got, before, expected, seed)
		}
	}
}
