package auctionrunner

import (
	"code.cloudfoundry.org/auction/auctiontypes"
)

// doubles are auctions that have the identifier of another in the same request. They are not decided
// on their own: what is decided for the first one, by its place in the request, holds for them.
// Requests that come out of a Batch have none.
type doubles struct {
	lrps, tasks map[int][]int
}

func findDoubles(request *auctiontypes.AuctionRequest) doubles {
	type instance struct {
		guid  string
		index int32
	}
	return doubles{
		lrps: groupDoubles(len(request.LRPs), func(place int) instance {
			return instance{request.LRPs[place].ProcessGuid, request.LRPs[place].Index}
		}),
		tasks: groupDoubles(len(request.Tasks), func(place int) string {
			return request.Tasks[place].TaskGuid
		}),
	}
}

func groupDoubles[Key comparable](count int, key func(place int) Key) map[int][]int {
	firsts := make(map[Key]int, count)
	doubles := map[int][]int{}
	for place := range count {
		first, known := firsts[key(place)]
		if known {
			doubles[first] = append(doubles[first], place)
		} else {
			firsts[key(place)] = place
		}
	}
	return doubles
}
