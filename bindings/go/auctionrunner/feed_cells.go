package auctionrunner

import (
	"slices"

	"code.cloudfoundry.org/rep"
	"code.cloudfoundry.org/rostrum"
)

// addZones adds all cells. Whether the weight is above zero decides what a cell's Index means.
func (f *feed) addZones(zones map[string]Zone, binPackFirstFitWeight float64) {
	f.fed = slices.Grow(f.fed, countCells(zones))
	if f.careful != nil {
		f.careful.reserveCellIDs(zones)
	}
	isNumbered := binPackFirstFitWeight > MinBinPackFirstFitWeight
	for _, name := range zoneNames(zones) {
		f.addZone(name, zones[name], isNumbered)
	}
}

func (f *feed) addZone(name string, zone Zone, isNumbered bool) {
	// The first of equal cells wins. Rostrum goes by index and id, Diego by the place in the zone;
	// in a zone that the runner built they come to the same. Else the place is made the index.
	isOrdered := f.careful == nil && zone.isOrdered()
	for place, cell := range zone {
		f.addCell(name, cell, place, isOrdered, isNumbered)
	}
}

func (f *feed) addCell(zone string, cell *Cell, place int, isOrdered, isNumbered bool) {
	state := cell.current()
	fed := &f.cell
	fed.ID = cell.Guid
	fed.Zone = zone
	fed.Index = int64(place)
	if isOrdered {
		fed.Index = int64(state.CellIndex)
	}
	// What Rostrum would multiply the first-fit weight with by itself.
	expected := fed.Index
	if isNumbered {
		expected = int64(place)
	}
	fed.Flags = 0
	fed.FirstFitIndex = int64(cell.Index)
	if fed.FirstFitIndex != expected {
		fed.Flags = rostrum.CellFirstFitIndex
	}
	fillResources(&fed.Total, &state.TotalResources)
	fillResources(&fed.Available, &state.AvailableResources)
	proxyMemory := int32(state.ProxyMemoryAllocationMB)
	fed.ProxyMemory = rostrum.Units(int64(proxyMemory))
	f.hasNegativeProxy = f.hasNegativeProxy || proxyMemory < 0
	fed.StartingContainers = int64(state.StartingContainerCount)
	fed.TaskCount = int64(len(state.Tasks))
	fed.LRPs = f.processes.collect(state.LRPs, fed.LRPs[:0])
	fed.OtherLRPs = int64(len(state.LRPs) - len(fed.LRPs))
	fed.Signature = f.signature.position(state, f.cells)
	fed.Tag = uint64(len(f.fed))
	if f.careful != nil {
		f.careful.mendCell(fed, cell)
	}
	f.cells.AddCell(fed)
	f.fed = append(f.fed, cell)
}

func fillResources(to *rostrum.Resources, from *rep.Resources) {
	to.Memory = rostrum.Units(int64(from.MemoryMB))
	to.Disk = rostrum.Units(int64(from.DiskMB))
	to.Containers = int64(from.Containers)
}
