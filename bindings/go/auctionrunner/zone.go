package auctionrunner

import "cmp"

// Zone is the cells of one availability zone. It sorts by the cells' index.
type Zone []*Cell

func (z Zone) Len() int           { return len(z) }
func (z Zone) Swap(i, j int)      { z[i], z[j] = z[j], z[i] }
func (z Zone) Less(i, j int) bool { return z[i].state.CellIndex < z[j].state.CellIndex }

// isOrdered says whether the cells are in the order in which Rostrum breaks ties, each in a place
// of its own.
func (z Zone) isOrdered() bool {
	for i := 1; i < len(z); i++ {
		if compareCells(z[i-1], z[i]) >= 0 {
			return false
		}
	}
	return true
}

// compareCells orders the cells of a zone as Rostrum breaks ties.
func compareCells(a, b *Cell) int {
	return cmp.Or(cmp.Compare(a.state.CellIndex, b.state.CellIndex), cmp.Compare(a.Guid, b.Guid))
}
