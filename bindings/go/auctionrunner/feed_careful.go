package auctionrunner

import (
	"fmt"
	"slices"
	"strings"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/rostrum"
)

const (
	longestName    = 1024
	mostContainers = 1_000_000_000_000
	emptyRootFS    = "/" // A URL that has neither scheme nor opaque part, as the empty one.
	unnamedDomain  = "-" // The domain of an LRP that has none; it has no part in placing.
)

// carefulFeed mends what Rostrum would refuse, and remembers what cannot be mended.
type carefulFeed struct {
	cellIDs   map[string]bool // True once it was given to a cell.
	taskGUIDs map[string]bool
	made      int // How many names were made up.

	cells       []cellProblem
	failedLRPs  map[int]string // By place in the request: why it cannot be placed.
	failedTasks map[int]string
}

// cellProblem is a number in a cell's state that is taken for the nearest possible one.
type cellProblem struct {
	cell  *Cell
	field string
	value int64
}

func newCarefulFeed() *carefulFeed {
	return &carefulFeed{
		cellIDs:     map[string]bool{},
		taskGUIDs:   map[string]bool{},
		failedLRPs:  map[int]string{},
		failedTasks: map[int]string{},
	}
}

func (c *carefulFeed) reserveCellIDs(zones map[string]Zone) {
	for _, zone := range zones {
		for _, cell := range zone {
			c.cellIDs[cell.Guid] = false
		}
	}
}

func (c *carefulFeed) reserveTaskGUIDs(tasks []auctiontypes.TaskAuction) {
	for i := range tasks {
		c.taskGUIDs[tasks[i].TaskGuid] = false
	}
}

func isName(name string) bool {
	return name != "" && len(name) <= longestName && strings.IndexByte(name, 0) < 0
}

// makeName returns a name that nothing in the set has, and adds it.
func (c *carefulFeed) makeName(taken map[string]bool) string {
	for {
		c.made++
		name := fmt.Sprintf("unnamed-%d", c.made)
		if _, ok := taken[name]; !ok {
			taken[name] = true
			return name
		}
	}
}

// mendCell gives a cell that has no valid id, or that of another, one of its own.
func (c *carefulFeed) mendCell(fed *rostrum.Cell, cell *Cell) {
	if isName(fed.ID) && !c.cellIDs[fed.ID] {
		c.cellIDs[fed.ID] = true
	} else {
		fed.ID = c.makeName(c.cellIDs)
	}
	c.clamp(&fed.Total.Containers, -mostContainers, cell, "TotalResources.Containers")
	c.clamp(&fed.Available.Containers, -mostContainers, cell, "AvailableResources.Containers")
	c.clamp(&fed.StartingContainers, 0, cell, "StartingContainerCount")
}

func (c *carefulFeed) clamp(value *int64, least int64, cell *Cell, field string) {
	mended := min(max(*value, least), mostContainers)
	if mended != *value {
		c.cells = append(c.cells, cellProblem{cell, field, *value})
		*value = mended
	}
}

// mendLRP returns false if the LRP cannot be placed.
func (c *carefulFeed) mendLRP(item *rostrum.Work, place int) bool {
	if item.Domain == "" {
		item.Domain = unnamedDomain
	}
	return c.mendItem(item, place, c.failedLRPs)
}

// mendTask returns false if the task cannot be placed.
func (c *carefulFeed) mendTask(item *rostrum.Work, place int) bool {
	if !isName(item.GUID) {
		item.GUID = c.makeName(c.taskGUIDs)
	}
	return c.mendItem(item, place, c.failedTasks)
}

func (c *carefulFeed) mendItem(item *rostrum.Work, place int, failed map[int]string) bool {
	if item.RootFS == "" {
		item.RootFS = emptyRootFS
	}
	switch {
	case item.Asked.Memory < 0:
		failed[place] = fmt.Sprintf("MemoryMB is %v, expected zero or more", item.Asked.Memory)
	case item.Asked.Disk < 0:
		failed[place] = fmt.Sprintf("DiskMB is %v, expected zero or more", item.Asked.Disk)
	default:
		return true
	}
	return false
}

// renameProcesses gives processes without a valid guid a name of their own.
func (c *carefulFeed) renameProcesses(processes *processSet) {
	taken := map[string]bool{}
	var unnamed []string
	for guid := range processes.names {
		taken[guid] = true
		if !isName(guid) {
			unnamed = append(unnamed, guid)
		}
	}
	slices.Sort(unnamed)
	for _, guid := range unnamed {
		processes.names[guid] = c.makeName(taken)
	}
}
