package auctionrunner

import (
	"sort"

	"code.cloudfoundry.org/auction/auctiontypes"
)

// An auction is a large value, and sort.Sort swaps values many times. So here what it compares is
// sorted in their stead, with the same result for equal ones too, and each auction is moved once.

type auctionKey struct {
	index, memory int32 // Tasks have no index.
	place         int32
}

type auctionKeys []auctionKey

func (k auctionKeys) Len() int      { return len(k) }
func (k auctionKeys) Swap(i, j int) { k[i], k[j] = k[j], k[i] }
func (k auctionKeys) Less(i, j int) bool {
	if k[i].index != k[j].index {
		return k[i].index < k[j].index
	}
	return k[i].memory > k[j].memory
}

// sortLRPAuctions does what sort.Sort(SortableLRPAuctions(auctions)) does.
func sortLRPAuctions(auctions []auctiontypes.LRPAuction) {
	keys := make(auctionKeys, len(auctions))
	for i := range auctions {
		keys[i] = auctionKey{auctions[i].Index, auctions[i].MemoryMB, int32(i)}
	}
	sort.Sort(keys)
	arrange(auctions, func(i int) *int32 { return &keys[i].place })
}

// sortTaskAuctions does what sort.Sort(SortableTaskAuctions(auctions)) does.
func sortTaskAuctions(auctions []auctiontypes.TaskAuction) {
	keys := make(auctionKeys, len(auctions))
	for i := range auctions {
		keys[i] = auctionKey{0, auctions[i].MemoryMB, int32(i)}
	}
	sort.Sort(keys)
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
