package auctionrunner

import (
	"sort"

	"code.cloudfoundry.org/auction/auctiontypes"
)

// An auction is a large value, and sort.Sort swaps values many times. So here what it compares is
// sorted in their stead, with the same result for equal ones too, and each auction is moved once.

type lrpKey struct {
	index, memory int32
	place         int32
}

type lrpKeys []lrpKey

func (k lrpKeys) Len() int      { return len(k) }
func (k lrpKeys) Swap(i, j int) { k[i], k[j] = k[j], k[i] }
func (k lrpKeys) Less(i, j int) bool {
	if k[i].index != k[j].index {
		return k[i].index < k[j].index
	}
	return k[i].memory > k[j].memory
}

type taskKey struct{ memory, place int32 }

type taskKeys []taskKey

func (k taskKeys) Len() int           { return len(k) }
func (k taskKeys) Swap(i, j int)      { k[i], k[j] = k[j], k[i] }
func (k taskKeys) Less(i, j int) bool { return k[i].memory > k[j].memory }

// sortLRPAuctions does what sort.Sort(SortableLRPAuctions(auctions)) does.
func sortLRPAuctions(auctions []auctiontypes.LRPAuction) {
	keys := make(lrpKeys, len(auctions))
	for i := range auctions {
		keys[i] = lrpKey{auctions[i].Index, auctions[i].MemoryMB, int32(i)}
	}
	sort.Sort(keys)
	arrange(auctions, func(i int) *int32 { return &keys[i].place })
}

// sortTaskAuctions does what sort.Sort(SortableTaskAuctions(auctions)) does.
func sortTaskAuctions(auctions []auctiontypes.TaskAuction) {
	keys := make(taskKeys, len(auctions))
	for i := range auctions {
		keys[i] = taskKey{auctions[i].MemoryMB, int32(i)}
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
