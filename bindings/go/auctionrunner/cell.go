package auctionrunner

import (
	"net/url"
	"slices"
	"sync"

	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// LocalityOffset is what each instance of the same process on a cell adds to the score of an LRP
// there, and each task on it to that of a task. All else in a score is small beside it.
const LocalityOffset = 1000

// Cell is one cell during one round: the state that it had, the work that was reserved on it since,
// and the way to tell it. Methods that only look are safe for concurrent use with each other.
type Cell struct {
	// Guid is the name under which the cell was found, not that in its state.
	Guid string
	// Index is what the bin-pack weight multiplies. At first it is the state's cell index.
	Index int

	logger       lager.Logger
	client       diego.Client
	workToCommit diego.Work

	// Copying the lists of LRPs and tasks to add to them is most of what a reservation costs, so
	// that waits until somebody looks: the first so many of workToCommit are in state already.
	state                     diego.CellState
	applying                  sync.Mutex
	appliedLRPs, appliedTasks int
}

// NewCell makes a cell with nothing reserved. The state's lists are not written to.
func NewCell(logger lager.Logger, guid string, client diego.Client, state diego.CellState) *Cell {
	return &Cell{
		Guid:         guid,
		Index:        state.CellIndex,
		logger:       logger,
		client:       client,
		workToCommit: diego.Work{CellID: guid},
		state:        state,
	}
}

// StartingContainerCount counts containers that are starting, with the work that is reserved.
func (c *Cell) StartingContainerCount() int {
	return c.current().StartingContainerCount
}

// MatchRootFS says whether the cell has rootFS, a URL. What is no URL, it does not have.
func (c *Cell) MatchRootFS(rootFS string) bool {
	location, err := url.Parse(rootFS)
	if err != nil {
		return false
	}
	// A provider of a type that rep does not know is nil.
	provider := c.state.RootFSProviders[location.Scheme]
	return provider != nil && provider.Match(*location)
}

// MatchVolumeDrivers says whether the cell has all of volumeDrivers.
func (c *Cell) MatchVolumeDrivers(volumeDrivers []string) bool {
	return c.state.MatchVolumeDrivers(volumeDrivers)
}

// MatchPlacementTags says whether work with placementTags may run on the cell.
func (c *Cell) MatchPlacementTags(placementTags []string) bool {
	return c.state.MatchPlacementTags(placementTags)
}

// State is the cell's state with all that is reserved on it.
func (c *Cell) State() diego.CellState {
	return *c.current()
}

// ScoreForLRP says how good the cell is for lrp; lower is better. An LRP brings the cell's proxy
// along, so it takes that much more memory here, though not in ReserveLRP. What does not fit gives
// diego.InsufficientResourcesError.
func (c *Cell) ScoreForLRP(lrp *diego.LRP, startingContainerWeight, binPackFirstFitWeight float64) (float64, error) {
	score, err := c.scoreLRP(lrp, startingContainerWeight, binPackFirstFitWeight)
	if err != nil {
		return 0, err
	}
	c.logger.Debug("score-for-lrp", score.logData(c))
	return score.sum(), nil
}

// lrpScore is a cell's score for an LRP, in its parts.
type lrpScore struct {
	locality        int
	resource, index float64
}

func (s lrpScore) sum() float64 { return s.resource + float64(s.locality) + s.index }

func (s lrpScore) logData(c *Cell) lager.Data {
	return lager.Data{
		"cell-guid":      c.Guid,
		"cell-index":     c.state.CellIndex,
		"locality-score": s.locality,
		"resource-score": s.resource,
		"index-score":    s.index,
		"score":          s.sum(),
	}
}

// scoreLRP is ScoreForLRP without a word to the log.
func (c *Cell) scoreLRP(lrp *diego.LRP, startingContainerWeight, binPackFirstFitWeight float64) (lrpScore, error) {
	state := c.current()
	withProxy := lrp.Resource
	withProxy.MemoryMB += int32(state.ProxyMemoryAllocationMB)
	if err := state.ResourceMatch(&withProxy); err != nil {
		return lrpScore{}, err
	}
	return lrpScore{
		locality: LocalityOffset * c.countInstances(lrp.ProcessGuid),
		resource: state.ComputeScore(&withProxy, startingContainerWeight),
		index:    float64(c.Index) * binPackFirstFitWeight,
	}, nil
}

// countInstances counts the LRPs of a process on the cell.
func (c *Cell) countInstances(processGUID string) int {
	state := c.current()
	count := 0
	for i := range state.LRPs {
		if state.LRPs[i].ProcessGuid == processGUID {
			count++
		}
	}
	return count
}

// ScoreForTask says how good the cell is for task; lower is better. What does not fit gives
// diego.InsufficientResourcesError.
func (c *Cell) ScoreForTask(task *diego.Task, startingContainerWeight float64) (float64, error) {
	state := c.current()
	if err := state.ResourceMatch(&task.Resource); err != nil {
		return 0, err
	}
	localityScore := LocalityOffset * len(state.Tasks)
	return state.ComputeScore(&task.Resource, startingContainerWeight) + float64(localityScore), nil
}

// ReserveLRP takes lrp's resources off the cell and puts lrp on the list for Commit. What does not
// fit gives diego.InsufficientResourcesError and changes nothing.
func (c *Cell) ReserveLRP(lrp *diego.LRP) error {
	if err := c.current().ResourceMatch(&lrp.Resource); err != nil {
		return err
	}
	c.placeLRP(lrp)
	return nil
}

// ReserveTask takes task's resources off the cell and puts task on the list for Commit. What does
// not fit gives diego.InsufficientResourcesError and changes nothing.
func (c *Cell) ReserveTask(task *diego.Task) error {
	if err := c.current().ResourceMatch(&task.Resource); err != nil {
		return err
	}
	c.placeTask(task)
	return nil
}

// Commit sends the cell what was reserved, if there is anything, and returns what it hands back.
// When that fails, some of the work may have arrived, so nothing is returned: starting it a second
// time would be worse, and Diego finds out later what is missing.
func (c *Cell) Commit() diego.Work {
	if !c.hasWork() {
		return diego.Work{}
	}
	handedBack, err := c.client.Perform(c.logger, c.workToCommit)
	if err != nil {
		c.logger.Error("failed-to-commit", err, lager.Data{"cell-guid": c.Guid})
		return diego.Work{}
	}
	return handedBack
}

func (c *Cell) hasWork() bool {
	return len(c.workToCommit.LRPs) > 0 || len(c.workToCommit.Tasks) > 0
}

// placeLRP reserves lrp without asking whether it fits: whoever places it knows.
func (c *Cell) placeLRP(lrp *diego.LRP) {
	c.workToCommit.LRPs = append(c.workToCommit.LRPs, *lrp)
}

// placeTask reserves task without asking whether it fits: whoever places it knows.
func (c *Cell) placeTask(task *diego.Task) {
	c.workToCommit.Tasks = append(c.workToCommit.Tasks, *task)
}

// current is the state with all that is reserved.
func (c *Cell) current() *diego.CellState {
	c.applyPending()
	return &c.state
}

// applyPending brings state up to date. What reads state must call it first, unless it needs only
// what a reservation does not change.
func (c *Cell) applyPending() {
	c.applying.Lock()
	defer c.applying.Unlock()

	if lrps := c.workToCommit.LRPs[c.appliedLRPs:]; len(lrps) > 0 {
		c.state.LRPs = room(c.state.LRPs, c.appliedLRPs, len(lrps))
		for i := range lrps {
			c.state.AddLRP(&lrps[i])
		}
		c.appliedLRPs += len(lrps)
	}
	if tasks := c.workToCommit.Tasks[c.appliedTasks:]; len(tasks) > 0 {
		c.state.Tasks = room(c.state.Tasks, c.appliedTasks, len(tasks))
		for i := range tasks {
			c.state.AddTask(&tasks[i])
		}
		c.appliedTasks += len(tasks)
	}
}

// room makes room in list for added items. As long as nothing was added before, the list is the
// client's: what lies behind its end may be used by others.
func room[Item any](list []Item, addedBefore, added int) []Item {
	if addedBefore == 0 {
		list = slices.Clip(list)
	}
	return slices.Grow(list, added)
}
