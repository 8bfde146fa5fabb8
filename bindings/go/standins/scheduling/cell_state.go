package scheduling

import (
	"net/url"
	"slices"
)

// CellState is what a cell says of itself.
type CellState struct {
	RepURL                  string `json:"rep_url"`
	CellID                  string `json:"cell_id"`
	CellIndex               int    `json:"cell_index"`
	RootFSProviders         RootFSProviders
	AvailableResources      Resources
	TotalResources          Resources
	LRPs                    []LRP
	Tasks                   []Task
	StartingContainerCount  int
	Zone                    string
	Evacuating              bool
	VolumeDrivers           []string
	PlacementTags           []string
	OptionalPlacementTags   []string
	ProxyMemoryAllocationMB int
}

// AddLRP counts lrp as starting on the cell.
func (c *CellState) AddLRP(lrp *LRP) {
	c.AvailableResources.Subtract(&lrp.Resource)
	c.StartingContainerCount++
	c.LRPs = append(c.LRPs, *lrp)
}

// AddTask counts task as starting on the cell.
func (c *CellState) AddTask(task *Task) {
	c.AvailableResources.Subtract(&task.Resource)
	c.StartingContainerCount++
	c.Tasks = append(c.Tasks, *task)
}

// ResourceMatch returns an InsufficientResourcesError if asked does not fit.
func (c *CellState) ResourceMatch(asked *Resource) error {
	problems := map[string]struct{}{}
	if asked.MemoryMB > c.AvailableResources.MemoryMB {
		problems["memory"] = struct{}{}
	}
	if asked.DiskMB > c.AvailableResources.DiskMB {
		problems["disk"] = struct{}{}
	}
	if c.AvailableResources.Containers < 1 {
		problems["containers"] = struct{}{}
	}
	if len(problems) > 0 {
		return InsufficientResourcesError{Problems: problems}
	}
	return nil
}

// ComputeScore is the score that the cell would have with asked on it; lower is better.
func (c CellState) ComputeScore(asked *Resource, startingContainerWeight float64) float64 {
	left := c.AvailableResources
	left.Subtract(asked)
	starting := float64(c.StartingContainerCount) * startingContainerWeight
	return left.ComputeScore(&c.TotalResources) + starting
}

// MatchRootFS says whether a provider offers rootFS, which is a URL.
func (c *CellState) MatchRootFS(rootFS string) bool {
	location, err := url.Parse(rootFS)
	return err == nil && c.RootFSProviders.Match(*location)
}

// MatchVolumeDrivers says whether the cell has all of wanted.
func (c *CellState) MatchVolumeDrivers(wanted []string) bool {
	return containsAll(c.VolumeDrivers, wanted)
}

// MatchPlacementTags says whether all the cell's own tags are wanted, and nothing is wanted that is
// neither its own nor optional.
func (c *CellState) MatchPlacementTags(wanted []string) bool {
	if !containsAll(wanted, c.PlacementTags) {
		return false
	}
	for _, tag := range wanted {
		if !slices.Contains(c.PlacementTags, tag) && !slices.Contains(c.OptionalPlacementTags, tag) {
			return false
		}
	}
	return true
}

func containsAll(set, wanted []string) bool {
	for _, name := range wanted {
		if !slices.Contains(set, name) {
			return false
		}
	}
	return true
}
