package auctionrunner

import (
	"cmp"
	"slices"

	"code.cloudfoundry.org/auction/auctiontypes"
)

// An auction is a large value, and sort.Sort swaps values many times. So here what it compares is
// sorted in their stead, with the same result for equal ones too, and each auction is moved once.

type auctionKey struct {
	index, memory int32 // Tasks have no index.
	place         int32
}

// Earlier instances come first, and the larger before the smaller. slices.SortFunc moves equal ones as
// sort.Sort does.
func compareKeys(a, b auctionKey) int {
	return cmp.Or(cmp.Compare(a.index, b.index), cmp.Compare(b.memory, a.memory))
}

// sortLRPAuctions does what sort.Sort(SortableLRPAuctions(auctions)) does.
func sortLRPAuctions(auctions []auctiontypes.LRPAuction) {
	keys := make([]auctionKey, len(auctions))
	for i := range auctions {
		keys[i] = auctionKey{auctions[i].Index, auctions[i].MemoryMB, int32(i)}
	}
	slices.SortFunc(keys, compareKeys)
	arrange(auctions, func(i int) *int32 { return &keys[i].place })
}

// sortTaskAuctions does what sort.Sort(SortableTaskAuctions(auctions)) does.
func sortTaskAuctions(auctions []auctiontypes.TaskAuction) {
	keys := make([]auctionKey, len(auctions))
	for i := range auctions {
		keys[i] = auctionKey{0, auctions[i].MemoryMB, int32(i)}
	}
	slices.SortFunc(keys, compareKeys)
	arrange(auctions, func(i int) *int32 { return &keys[i].place })
}

// arrange moves the item at place(i) to i, for all i, along the cycles of the permutation. The places
// are used up on the way.
func arrange[Item any](items []Item, place func(i int) *int32) {
	for start := range items {
		if int(*place(start)) == start {
			continue
		}
		first := items[start]
		at := start
		for {
			from := int(*place(at))
			*place(at) = int32(at)
			if from == start {
				break
			}
			items[at] = items[from]
			at = from
		}
		items[at] = first
	}
}
