package auctionrunner_test

import (
	"sort"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/rostrum/auctionrunner"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("sorting auctions", func() {
	DescribeTable("LRPs",
		func(expected []string, lrps ...diego.LRP) {
			auctions := lrpAuctions(time.Time{}, lrps...)
			sort.Sort(auctionrunner.SortableLRPAuctions(auctions))
			identifiers := []string{}
			for i := range auctions {
				identifiers = append(identifiers, auctions[i].Identifier())
			}
			Expect(identifiers).To(Equal(expected))
		},
		Entry("puts the most memory first among equal indices", []string{"big.0", "middle.0", "small.0"},
			newLRP("small", 0, memory(1)), newLRP("big", 0, memory(3)), newLRP("middle", 0, memory(2))),
		Entry("puts the smallest index first, whatever the memory", []string{"pg.0", "pg.1", "pg.2"},
			newLRP("pg", 2, memory(9)), newLRP("pg", 0, memory(1)), newLRP("pg", 1, memory(5))),
		Entry("puts index before memory", []string{"b.0", "a.0", "a.1", "b.1"},
			newLRP("a", 1, memory(4)), newLRP("b", 1, memory(3)), newLRP("b", 0, memory(2)), newLRP("a", 0, memory(1))),
		Entry("has nothing to say about nothing", []string{}),
	)

	It("puts tasks with the most memory first", func() {
		auctions := taskAuctions(time.Time{},
			newTask("small", memory(1)), newTask("big", memory(3)), newTask("middle", memory(2)))
		sort.Sort(auctionrunner.SortableTaskAuctions(auctions))
		Expect(auctions).To(Equal([]auctiontypes.TaskAuction(taskAuctions(time.Time{},
			newTask("big", memory(3)), newTask("middle", memory(2)), newTask("small", memory(1))))))
	})

	It("sorts the cells of a zone by the index of their states", func() {
		zone := auctionrunner.Zone{}
		for _, index := range []int{5, 0, 3} {
			zone = append(zone, auctionrunner.NewCell(nil, "cell", nil, newState("cell", withIndex(index))))
		}
		sort.Sort(zone)
		Expect(zone).To(HaveLen(3))
		Expect([]int{zone[0].Index, zone[1].Index, zone[2].Index}).To(Equal([]int{0, 3, 5}))
	})
})
