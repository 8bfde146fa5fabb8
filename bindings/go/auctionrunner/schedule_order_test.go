package auctionrunner

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sort"
	"testing"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
)

// sort.Sort is not stable, so what it makes of equal auctions is part of the behaviour. Lists of all
// lengths with many equal ones come out as it leaves them.
func TestAuctionsAreSortedAsBySort(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range 400 {
		length := random.IntN(1 + round)
		lrps := make([]auctiontypes.LRPAuction, length)
		tasks := make([]auctiontypes.TaskAuction, length)
		for i := range length {
			lrps[i].InstanceGUID, tasks[i].TaskGuid = fmt.Sprint(i), fmt.Sprint(i)
			lrps[i].Index, lrps[i].MemoryMB = random.Int32N(3), random.Int32N(4)
			tasks[i].MemoryMB = random.Int32N(5)
		}
		switch round % 4 {
		case 1:
			sort.Stable(SortableLRPAuctions(lrps))
		case 2:
			sort.Stable(sort.Reverse(SortableLRPAuctions(lrps)))
		}
		expectedLRPs, expectedTasks := slices.Clone(lrps), slices.Clone(tasks)
		sort.Sort(SortableLRPAuctions(expectedLRPs))
		sort.Sort(SortableTaskAuctions(expectedTasks))
		sortLRPAuctions(lrps)
		sortTaskAuctions(tasks)
		if !reflect.DeepEqual(lrps, expectedLRPs) || !reflect.DeepEqual(tasks, expectedTasks) {
			t.Fatalf("lists of %d are in another order, seed %d, round %d", length, seed, round)
		}
	}
}
