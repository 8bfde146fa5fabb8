package auctionrunner

// Zone is the cells of one availability zone. It sorts by the cells' index.
type Zone []*Cell

func (z Zone) Len() int           { return len(z) }
func (z Zone) Swap(i, j int)      { z[i], z[j] = z[j], z[i] }
func (z Zone) Less(i, j int) bool { return z[i].state.CellIndex < z[j].state.CellIndex }

// isOrdered says whether the cells are in the order in which Rostrum breaks ties, each in a place
// of its own: by index, then by guid.
func (z Zone) isOrdered() bool {
	for i := 1; i < len(z); i++ {
		before, cell := z[i-1], z[i]
		if before.state.CellIndex > cell.state.CellIndex {
			return false
		}
		if before.state.CellIndex == cell.state.CellIndex && before.Guid >= cell.Guid {
			return false
		}
	}
	return true
}
