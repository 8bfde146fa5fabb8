package auctionrunner

import (
	"cmp"
	"slices"

	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// Above all scores that count: Diego's search starts with it.
const startingScore = 1e20

// zoneSearch is Diego's own search for the cell of an LRP, cell by cell, with its ties broken by the
// names of zones and the places of cells.
type zoneSearch struct {
	lrp       *diego.LRP
	zones     []zoneInstances // Only cells that meet the constraint; sorted by instances.
	scheduler *Scheduler
}

type zoneInstances struct {
	cells     []*Cell
	instances int // Of the process, on all cells of the zone.
}

// search begins a search over the cells as they are now.
func (n *narrator) search(lrp *diego.LRP) *zoneSearch {
	search := &zoneSearch{lrp: lrp, scheduler: n.scheduler}
	for _, name := range zoneNames(n.scheduler.zones) {
		zone := zoneInstances{}
		for _, cell := range n.scheduler.zones[name] {
			zone.instances += cell.countInstances(lrp.ProcessGuid)
			if cell.meets(&lrp.PlacementConstraint) {
				zone.cells = append(zone.cells, cell)
			}
		}
		if len(zone.cells) > 0 {
			search.zones = append(search.zones, zone)
		}
	}
	slices.SortStableFunc(search.zones, func(a, b zoneInstances) int {
		return cmp.Compare(a.instances, b.instances)
	})
	return search
}

// each tries cells in Diego's order, until a zone has a winner and the next one more instances.
func (s *zoneSearch) each(try func(cell *Cell) (score float64, err error)) (winner *Cell) {
	best := startingScore
	for i, zone := range s.zones {
		for _, cell := range zone.cells {
			if score, err := try(cell); err == nil && score < best {
				best, winner = score, cell
			}
		}
		isLast := i+1 == len(s.zones)
		if winner != nil && (isLast || zone.instances != s.zones[i+1].instances) {
			break
		}
	}
	return winner
}

// tell logs the score of each cell that is tried.
func (s *zoneSearch) tell() { s.tellExcept(nil) }

// tellExcept does so for all but one, of which it has been told.
func (s *zoneSearch) tellExcept(told *Cell) {
	options := s.scheduler.options
	s.each(func(cell *Cell) (float64, error) {
		if cell == told {
			return s.score(cell)
		}
		return cell.ScoreForLRP(s.lrp, options.startingContainerWeight, options.binPackFirstFitWeight)
	})
}

// winner returns the cell that Diego would take, if it has the room; nil if there is none.
func (s *zoneSearch) winner() *Cell { return s.each(s.score) }

func (s *zoneSearch) score(cell *Cell) (float64, error) {
	options := s.scheduler.options
	score, err := cell.scoreLRP(s.lrp, options.startingContainerWeight, options.binPackFirstFitWeight)
	return score.sum(), err
}

// failingStates returns, by guid, the states of the cells that have too little.
func (s *zoneSearch) failingStates() map[string]CellResourceState {
	states := map[string]CellResourceState{}
	s.each(func(cell *Cell) (float64, error) {
		score, err := s.score(cell)
		if err != nil {
			states[cell.Guid] = NewCellResourceState(*cell.current())
		}
		return score, err
	})
	return states
}

// meets says whether an LRP or a task with this constraint may run on the cell.
func (c *Cell) meets(constraint *diego.PlacementConstraint) bool {
	return c.MatchRootFS(constraint.RootFs) && c.MatchVolumeDrivers(constraint.VolumeDrivers) &&
		c.MatchPlacementTags(constraint.PlacementTags)
}
