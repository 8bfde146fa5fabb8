package auctionrunner

import (
	"cmp"
	"errors"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// literalScheduler decides as Diego's own scheduler is described to: one auction after the other, one
// cell after the other, by the plain formula. It is slow and plain, and shares nothing with the
// scheduler that it is compared with. Where Diego goes by the order of a map, it goes by zone name.
type literalScheduler struct {
	zones    map[string][]*literalCell
	options  engineOptions
	now      time.Time
	results  auctiontypes.AuctionResults
	starting int
	tried    []triedCell // By LRPs that fit.
}

type triedCell struct {
	guid  string
	score float64
}

// literalCell is a cell and how it takes its work.
type literalCell struct {
	guid    string
	index   int
	state   diego.CellState
	work    diego.Work
	perform func(diego.Work) (diego.Work, error)
}

var (
	errRootFS  = errors.New("found no compatible cell for required rootfs")
	errDrivers = errors.New("found no compatible cell with required volume drivers")
)

// tagsError is of a kind of its own, since it gives way to others.
type tagsError struct{ tags []string }

func (e tagsError) Error() string {
	quoted := make([]string, len(e.tags))
	for i, tag := range e.tags {
		quoted[i] = `"` + tag + `"`
	}
	const text = "found no compatible cell with "
	switch last := len(quoted) - 1; last {
	case -1:
		return text + "no placement tags"
	case 0:
		return text + "placement tag " + quoted[0]
	default:
		return text + "placement tags " + strings.Join(quoted[:last], ", ") + " and " + quoted[last]
	}
}

func (l *literalScheduler) zoneNames() []string { return slices.Sorted(maps.Keys(l.zones)) }

// schedule returns what became of the request, whose lists it sorts.
func (l *literalScheduler) schedule(request auctiontypes.AuctionRequest) auctiontypes.AuctionResults {
	for _, cells := range l.zones {
		for _, cell := range cells {
			l.starting += cell.state.StartingContainerCount
		}
	}
	sort.Sort(SortableLRPAuctions(request.LRPs))
	sort.Sort(SortableTaskAuctions(request.Tasks))
	split := slices.IndexFunc(request.LRPs, func(lrp auctiontypes.LRPAuction) bool { return lrp.Index > 0 })
	split = max(0, split)

	for i := range request.LRPs[:split] {
		l.scheduleLRP(&request.LRPs[i])
	}
	for i := range request.Tasks {
		l.scheduleTask(&request.Tasks[i])
	}
	for i := range request.LRPs[split:] {
		l.scheduleLRP(&request.LRPs[split+i])
	}
	l.commit(request)
	return l.mark()
}

func (l *literalScheduler) isFull() bool {
	limit := l.options.startingContainerCountMaximum
	return limit > 0 && l.starting >= limit
}

func (l *literalScheduler) scheduleLRP(auction *auctiontypes.LRPAuction) {
	cell, err := l.findForLRP(diego.LRPOf(auction))
	if err != nil {
		auction.PlacementError = err.Error()
		l.results.FailedLRPs = append(l.results.FailedLRPs, *auction)
		return
	}
	cell.state.AddLRP(diego.LRPOf(auction))
	cell.work.LRPs = append(cell.work.LRPs, *diego.LRPOf(auction))
	l.starting++
	success := auction.Copy()
	success.Winner = cell.guid
	l.results.SuccessfulLRPs = append(l.results.SuccessfulLRPs, success)
}

func (l *literalScheduler) scheduleTask(auction *auctiontypes.TaskAuction) {
	cell, err := l.findForTask(diego.TaskOf(auction))
	if err != nil {
		auction.PlacementError = err.Error()
		l.results.FailedTasks = append(l.results.FailedTasks, *auction)
		return
	}
	cell.state.AddTask(diego.TaskOf(auction))
	cell.work.Tasks = append(cell.work.Tasks, *diego.TaskOf(auction))
	l.starting++
	success := auction.Copy()
	success.Winner = cell.guid
	l.results.SuccessfulTasks = append(l.results.SuccessfulTasks, success)
}

type literalZone struct {
	cells     []*literalCell // That meet the constraint.
	instances int
}

// matching returns the zones that have a cell for a constraint, or what the log and Diego's user are
// told if there is none.
func (l *literalScheduler) matching(constraint diego.PlacementConstraint, processGUID string) ([]literalZone, error) {
	var zones []literalZone
	reported := errRootFS // Of zones without a cell, too.
	for _, name := range l.zoneNames() {
		zone := literalZone{}
		err := errRootFS
		for _, cell := range l.zones[name] {
			for _, lrp := range cell.state.LRPs {
				if lrp.ProcessGuid == processGUID {
					zone.instances++
				}
			}
			switch {
			case !hasRootFS(cell.state.RootFSProviders, constraint.RootFs):
			case !cell.state.MatchVolumeDrivers(constraint.VolumeDrivers):
				if err == errRootFS {
					err = errDrivers
				}
			case !cell.state.MatchPlacementTags(constraint.PlacementTags):
				if err == errRootFS || err == errDrivers {
					err = tagsError{constraint.PlacementTags}
				}
			default:
				zone.cells = append(zone.cells, cell)
			}
		}
		if len(zone.cells) > 0 {
			zones = append(zones, zone)
			continue
		}
		_, isTags := err.(tagsError)
		_, wasTags := reported.(tagsError)
		if reported == errRootFS || wasTags || reported == errDrivers && isTags {
			reported = err
		}
	}
	if len(zones) == 0 {
		return nil, reported
	}
	return zones, nil
}

func hasRootFS(providers diego.RootFSProviders, rootFS string) bool {
	location, err := url.Parse(rootFS)
	if err != nil {
		return false
	}
	switch provider := providers[location.Scheme].(type) {
	case diego.ArbitraryRootFSProvider:
		return true
	case diego.FixedSetRootFSProvider:
		_, ok := provider.FixedSet[location.Opaque]
		return ok
	}
	return false
}

var errInflight = errors.New("waiting to start instance: reached in-flight start limit")

func (l *literalScheduler) findForLRP(lrp *diego.LRP) (*literalCell, error) {
	if l.isFull() {
		return nil, errInflight
	}
	zones, err := l.matching(lrp.PlacementConstraint, lrp.ProcessGuid)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(zones, func(a, b literalZone) int { return cmp.Compare(a.instances, b.instances) })
	contest := newContest()
	for i, zone := range zones {
		for _, cell := range zone.cells {
			score := cell.scoreLRP(lrp, l.options)
			lacks := cell.lacks(lrp.Resource, int32(cell.state.ProxyMemoryAllocationMB))
			if len(lacks) == 0 {
				l.tried = append(l.tried, triedCell{cell.guid, score})
			}
			contest.enter(cell, score, lacks)
		}
		isTied := i+1 < len(zones) && zones[i+1].instances == zone.instances
		if contest.winner != nil && !isTied {
			break
		}
	}
	return contest.end(lrp.Resource)
}

func (l *literalScheduler) findForTask(task *diego.Task) (*literalCell, error) {
	if l.isFull() {
		return nil, errInflight
	}
	zones, err := l.matching(task.PlacementConstraint, "")
	if err != nil {
		return nil, err
	}
	contest := newContest()
	for _, zone := range zones {
		for _, cell := range zone.cells {
			contest.enter(cell, cell.scoreTask(task, l.options), cell.lacks(task.Resource, 0))
		}
	}
	return contest.end(task.Resource)
}

// contest goes on among the cells that may have an auction.
type contest struct {
	best     float64
	winner   *literalCell
	problems []string // That every cell so far has had.
}

func newContest() *contest {
	return &contest{best: 1e20, problems: []string{"containers", "disk", "memory"}}
}

func (c *contest) enter(cell *literalCell, score float64, lacks []string) {
	switch {
	case len(lacks) > 0:
		c.problems = slices.DeleteFunc(c.problems, func(problem string) bool {
			return !slices.Contains(lacks, problem)
		})
	case score < c.best:
		c.best, c.winner = score, cell
	}
}

// end returns the winner if it has the room: what was asked of it may have been less than it takes.
func (c *contest) end(asked diego.Resource) (*literalCell, error) {
	if c.winner == nil {
		return nil, insufficient(c.problems)
	}
	if lacks := c.winner.lacks(asked, 0); len(lacks) > 0 {
		return nil, insufficient(lacks)
	}
	return c.winner, nil
}

func insufficient(problems []string) error {
	if len(problems) == 0 {
		return errors.New("insufficient resources")
	}
	return errors.New("insufficient resources: " + strings.Join(problems, ", "))
}

// lacks names what is short on the cell, sorted.
func (c *literalCell) lacks(asked diego.Resource, proxyMB int32) []string {
	var lacks []string
	if c.state.AvailableResources.Containers < 1 {
		lacks = append(lacks, "containers")
	}
	if c.state.AvailableResources.DiskMB < asked.DiskMB {
		lacks = append(lacks, "disk")
	}
	if c.state.AvailableResources.MemoryMB < asked.MemoryMB+proxyMB {
		lacks = append(lacks, "memory")
	}
	return lacks
}

func (c *literalCell) fullness(asked diego.Resource, proxyMB int32, options engineOptions) float64 {
	free, total := c.state.AvailableResources, c.state.TotalResources
	memory := 1.0 - float64(free.MemoryMB-(asked.MemoryMB+proxyMB))/float64(total.MemoryMB)
	disk := 1.0 - float64(free.DiskMB-asked.DiskMB)/float64(total.DiskMB)
	containers := 1.0 - float64(free.Containers-1)/float64(total.Containers)
	starting := float64(c.state.StartingContainerCount) * options.startingContainerWeight
	return float64((memory+disk+containers)/3.0) + starting
}

func (c *literalCell) scoreLRP(lrp *diego.LRP, options engineOptions) float64 {
	instances := 0
	for _, other := range c.state.LRPs {
		if other.ProcessGuid == lrp.ProcessGuid {
			instances++
		}
	}
	return c.fullness(lrp.Resource, int32(c.state.ProxyMemoryAllocationMB), options) +
		float64(1000*instances) + float64(float64(c.index)*options.binPackFirstFitWeight)
}

func (c *literalCell) scoreTask(task *diego.Task, options engineOptions) float64 {
	return c.fullness(task.Resource, 0, options) + float64(1000*len(c.state.Tasks))
}

// commit sends the work and takes what is handed back from the successes, cell by cell.
func (l *literalScheduler) commit(request auctiontypes.AuctionRequest) {
	for _, name := range l.zoneNames() {
		for _, cell := range l.zones[name] {
			if len(cell.work.LRPs)+len(cell.work.Tasks) == 0 {
				continue
			}
			back, err := cell.perform(cell.work)
			if err != nil {
				continue
			}
			for i := range back.LRPs {
				l.takeBackLRP(back.LRPs[i].Identifier(), request)
			}
			for i := range back.Tasks {
				l.takeBackTask(back.Tasks[i].Identifier(), request)
			}
		}
	}
}

func (l *literalScheduler) takeBackLRP(identifier string, request auctiontypes.AuctionRequest) {
	is := func(auction auctiontypes.LRPAuction) bool { return auction.Identifier() == identifier }
	l.results.SuccessfulLRPs = slices.DeleteFunc(l.results.SuccessfulLRPs, is)
	l.results.FailedLRPs = append(l.results.FailedLRPs, request.LRPs[slices.IndexFunc(request.LRPs, is)])
}

func (l *literalScheduler) takeBackTask(identifier string, request auctiontypes.AuctionRequest) {
	is := func(auction auctiontypes.TaskAuction) bool { return auction.Identifier() == identifier }
	l.results.SuccessfulTasks = slices.DeleteFunc(l.results.SuccessfulTasks, is)
	l.results.FailedTasks = append(l.results.FailedTasks, request.Tasks[slices.IndexFunc(request.Tasks, is)])
}

func (l *literalScheduler) mark() auctiontypes.AuctionResults {
	results := l.results
	for i := range results.FailedLRPs {
		results.FailedLRPs[i].Attempts++
	}
	for i := range results.FailedTasks {
		results.FailedTasks[i].Attempts++
	}
	for i := range results.SuccessfulLRPs {
		results.SuccessfulLRPs[i].Attempts++
		results.SuccessfulLRPs[i].WaitDuration = l.now.Sub(results.SuccessfulLRPs[i].QueueTime)
	}
	for i := range results.SuccessfulTasks {
		results.SuccessfulTasks[i].Attempts++
		results.SuccessfulTasks[i].WaitDuration = l.now.Sub(results.SuccessfulTasks[i].QueueTime)
	}
	return results
}
