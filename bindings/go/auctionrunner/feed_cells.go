package auctionrunner

import (
	"slices"

	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// addZones adds all cells. Whether the weight is above zero decides what a cell's Index means.
func (f *feed) addZones(zones map[string]Zone, binPackFirstFitWeight float64) {
	names := zoneNames(zones)
	f.fed = slices.Grow(f.fed, countCells(zones))
	for _, name := range names {
		f.fed = append(f.fed, zones[name]...)
	}
	if f.careful != nil {
		f.careful.reserveCellIDs(zones)
	}
	f.survey.run(f.fed, &f.processes)

	isNumbered := binPackFirstFitWeight > MinBinPackFirstFitWeight
	tag := 0
	for _, name := range names {
		tag = f.addZone(name, zones[name], isNumbered, tag)
	}
}

// addZone adds the cells of a zone, whose tags begin at `tag`, and returns the next one.
func (f *feed) addZone(name string, zone Zone, isNumbered bool, tag int) int {
	// The first of equal cells wins. Rostrum goes by index and id, Diego by the place in the zone;
	// in a zone that the runner built they come to the same. Else the place is made the index.
	isOrdered := f.careful == nil && zone.isOrdered()
	f.cell.Zone = name
	for place, cell := range zone {
		f.addCell(cell, tag+place, place, isOrdered, isNumbered)
	}
	return tag + len(zone)
}

func (f *feed) addCell(cell *Cell, tag, place int, isOrdered, isNumbered bool) {
	state := &cell.state
	fed := &f.cell
	fed.ID = cell.Guid
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
	fed.LRPs = f.survey.namesOf(tag)
	fed.OtherLRPs = int64(len(state.LRPs) - len(fed.LRPs))
	fed.Signature = f.signatures.position(f.survey.signatureOf(tag), f.cells)
	fed.Tag = uint64(tag)
	if f.careful != nil {
		f.careful.mendCell(fed, cell)
	}
	f.cells.AddCell(fed)
}

func fillResources(to *rostrum.Resources, from *diego.Resources) {
	to.Memory = rostrum.Units(int64(from.MemoryMB))
	to.Disk = rostrum.Units(int64(from.DiskMB))
	to.Containers = int64(from.Containers)
}
