package auctionrunner

import (
	"math/bits"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// A processSet answers for every LRP that runs anywhere whether its process is one of the few in the
// request. Nearly always it is not, and that is found out by the length of its guid, or by the last
// bytes of it, in a filter that fits into the processor's first cache: to look at the guid's own
// memory is what costs.
type processSet struct {
	lengths uint64   // A bit for each length, modulo 64.
	filter  []uint64 // A bit for each value of hashTail.
	shift   uint
	names   map[string]string // By guid: the name that Rostrum knows it by.
}

// bitsPerName makes about one of 32 guids that are not there look like one that may be.
const bitsPerName = 32

// reset fills the set with the processes of a request, each under its own name.
func (s *processSet) reset(lrps []auctiontypes.LRPAuction) {
	s.clear()
	if s.names == nil {
		s.names = make(map[string]string)
	}
	for i := range lrps {
		s.names[lrps[i].ProcessGuid] = lrps[i].ProcessGuid
	}
	s.size(len(s.names))
	s.lengths = 0
	for guid := range s.names {
		s.lengths |= lengthBit(guid)
		at := s.hashTail(guid)
		s.filter[at>>6] |= 1 << (at & 63)
	}
}

// clear lets go of all guids, and keeps the memory.
func (s *processSet) clear() { clear(s.names) }

func (s *processSet) size(names int) {
	exponent := max(6, bits.Len(uint(max(names, 1)*bitsPerName-1)))
	s.shift = uint(64 - exponent)
	words := 1 << (exponent - 6)
	if cap(s.filter) < words {
		s.filter = make([]uint64, words)
	}
	s.filter = s.filter[:words]
	clear(s.filter)
}

// collect appends the names of those LRPs whose process is in the set.
func (s *processSet) collect(lrps []diego.LRP, names []string) []string {
	if len(s.names) == 0 {
		return names
	}
	for i := range lrps {
		guid := lrps[i].ProcessGuid
		if s.lengths&lengthBit(guid) == 0 {
			continue
		}
		at := s.hashTail(guid)
		if s.filter[at>>6]&(1<<(at&63)) == 0 {
			continue // Nearly always.
		}
		if name, ok := s.names[guid]; ok {
			names = append(names, name)
		}
	}
	return names
}

func lengthBit(guid string) uint64 { return 1 << (len(guid) & 63) }

// hashTail hashes the last eight bytes of a guid, which differ most among guids, and its length.
func (s *processSet) hashTail(guid string) uint64 {
	tail := uint64(len(guid))
	if n := len(guid); n >= 8 {
		end := guid[n-8:]
		tail += uint64(end[0]) | uint64(end[1])<<8 | uint64(end[2])<<16 | uint64(end[3])<<24 |
			uint64(end[4])<<32 | uint64(end[5])<<40 | uint64(end[6])<<48 | uint64(end[7])<<56
	} else {
		for i := range n {
			tail = tail<<8 + uint64(guid[i])
		}
	}
	return tail * 0x9e3779b97f4a7c15 >> s.shift
}
