package auctionrunner

import (
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/bbs/models"
	"code.cloudfoundry.org/clock/fakeclock"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/workpool"
)

var (
	randomSeed  = flag.Uint64("schedule.seed", 0, "the seed of the random requests; 0: by the clock")
	randomCases = flag.Int("schedule.cases", 3000, "how many random requests are scheduled")
)

// Random clusters and requests, small enough for ties and scarcity to be common, are scheduled by
// Rostrum and by the literal scheduler. Everything that comes of it is the same: which auction
// succeeded where, which failed for what, in which order, and what each cell was sent.
func TestScheduleDecidesAsTheLiteralScheduler(t *testing.T) {
	seed := *randomSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d; repeat with -schedule.seed", seed)
	seen := outcomesSeen{}
	for i := range uint64(*randomCases) {
		random := rand.New(rand.NewPCG(seed, i))
		if !scheduleBothWays(t, newRandomCase(random), &seen) {
			t.Fatalf("case %d of seed %d differs", i, seed)
		}
	}
	t.Logf("%+v", seen)
	if *randomCases >= 1000 {
		seen.requireVariety(t)
	}
}

// outcomesSeen counts what the cases were about, so that a generator that has gone wrong is noticed.
type outcomesSeen struct {
	placed, refused, handedBack, sent int
	texts                             map[string]int
}

func (o *outcomesSeen) note(results *auctiontypes.AuctionResults) {
	if o.texts == nil {
		o.texts = map[string]int{}
	}
	o.placed += len(results.SuccessfulLRPs) + len(results.SuccessfulTasks)
	texts := []string{}
	for i := range results.FailedLRPs {
		texts = append(texts, results.FailedLRPs[i].PlacementError)
	}
	for i := range results.FailedTasks {
		texts = append(texts, results.FailedTasks[i].PlacementError)
	}
	for _, text := range texts {
		if text == "" {
			o.handedBack++
			continue
		}
		o.refused++
		o.texts[text[:min(len(text), 40)]]++
	}
}

func (o *outcomesSeen) requireVariety(t *testing.T) {
	if o.placed < 1000 || o.refused < 1000 || o.handedBack < 100 || len(o.texts) < 10 {
		t.Errorf("the cases were too much alike: %+v", *o)
	}
}

// randomCase is a cluster and a request, from which both schedulers get their own copies.
type randomCase struct {
	zones   map[string][]randomCell
	options engineOptions
	lrps    []auctiontypes.LRPAuction
	tasks   []auctiontypes.TaskAuction
	now     time.Time
	salt    uint64
}

type randomCell struct {
	guid  string
	index int
	state diego.CellState
}

func pick[Item any](random *rand.Rand, items ...Item) Item { return items[random.IntN(len(items))] }

func some(random *rand.Rand, names ...string) []string {
	var taken []string
	for _, name := range names {
		if random.IntN(3) == 0 {
			taken = append(taken, name)
		}
	}
	return taken
}

func newRandomCase(random *rand.Rand) *randomCase {
	c := &randomCase{
		zones: map[string][]randomCell{},
		options: engineOptions{
			binPackFirstFitWeight:         pick(random, 0, 0, 0.25, 1, -0.5),
			startingContainerWeight:       pick(random, 0, 0.25, 0.25, 1.5),
			startingContainerCountMaximum: pick(random, 0, 0, 0, -1, 3, 8, 20),
		},
		now:  time.Unix(1_700_000_000, int64(random.IntN(1_000_000_000))),
		salt: random.Uint64(),
	}
	isPlain := random.IntN(2) == 0 // Mostly alike, so that scores are tied.
	negativeProxies := random.IntN(8) == 0
	for _, zone := range []string{"z1", "z2", "", "z-10"}[:1+random.IntN(4)] {
		c.addZone(random, zone, isPlain, negativeProxies)
	}
	size := pick(random, 1, 1, 1, 8) // Lists above 12 are sorted in another way.
	for range size * random.IntN(12) {
		c.addLRPAuction(random)
	}
	for place := range size * random.IntN(5) {
		c.addTaskAuction(random, place)
	}
	return c
}

func (c *randomCase) addZone(random *rand.Rand, zone string, isPlain, negativeProxies bool) {
	cells := make([]randomCell, random.IntN(7))
	isSorted := random.IntN(3) > 0
	for i := range cells {
		guid := fmt.Sprintf("cell-%s-%d", zone, i)
		index := random.IntN(4)
		if isSorted {
			index = i / 2
		}
		state := c.state(random, zone, isPlain)
		state.CellID, state.CellIndex = guid, index
		if negativeProxies {
			state.ProxyMemoryAllocationMB = -20
		}
		cells[i] = randomCell{guid, index, state}
		switch {
		case random.IntN(6) == 0:
			cells[i].index = random.IntN(9) - 2 // As if made by hand.
		case c.options.binPackFirstFitWeight > 0:
			cells[i].index = i
		}
	}
	c.zones[zone] = cells
}

func (c *randomCase) state(random *rand.Rand, zone string, isPlain bool) diego.CellState {
	state := diego.CellState{
		Zone:            zone,
		TotalResources:  diego.NewResources(100, 200, 10),
		RootFSProviders: diego.RootFSProviders{"preloaded": diego.NewFixedSetRootFSProvider("linux")},
	}
	if !isPlain {
		state.TotalResources = diego.NewResources(pick[int32](random, 0, 50, 100, 300), pick[int32](random, 0, 100, 400),
			pick(random, 0, 2, 5, 20))
		state.RootFSProviders = pick(random, state.RootFSProviders, diego.RootFSProviders{
			"preloaded": diego.NewFixedSetRootFSProvider("linux", "windows"),
			"docker":    diego.ArbitraryRootFSProvider{},
		}, diego.RootFSProviders{"preloaded": nil, "docker": diego.ArbitraryRootFSProvider{}})
		state.VolumeDrivers = some(random, "nfs", "smb")
		state.PlacementTags = some(random, "gpu")
		state.OptionalPlacementTags = some(random, "gpu", "ssd")
		state.ProxyMemoryAllocationMB = pick(random, 0, 0, 4, 30)
		state.StartingContainerCount = random.IntN(3)
	}
	state.AvailableResources = state.TotalResources
	for range random.IntN(4) {
		lrp := randomLRP(random)
		state.AvailableResources.Subtract(&lrp.Resource) // Below zero, too.
		state.LRPs = append(state.LRPs, lrp)
	}
	for i := range random.IntN(2) {
		task := diego.NewTask(fmt.Sprint("old-", i), "domain", diego.NewResource(5, 5, 0), diego.PlacementConstraint{})
		state.AvailableResources.Subtract(&task.Resource)
		state.Tasks = append(state.Tasks, task)
	}
	return state
}

func randomConstraint(random *rand.Rand) diego.PlacementConstraint {
	if random.IntN(4) > 0 {
		return diego.NewPlacementConstraint("preloaded:linux", nil, nil)
	}
	return diego.NewPlacementConstraint(
		pick(random, "preloaded:linux", "preloaded:windows", "docker:///busybox", "%zz", "other:fs"),
		some(random, "gpu", "ssd", "rare"), some(random, "nfs", "smb"))
}

func randomResource(random *rand.Rand) diego.Resource {
	return diego.NewResource(pick[int32](random, 0, 10, 10, 20, 40), pick[int32](random, 0, 10, 10, 60), 5)
}

func randomLRP(random *rand.Rand) diego.LRP {
	process := pick(random, "process-a", "process-b", "process-c", "pg", "process-with-a-longer-guid")
	key := models.NewActualLRPKey(process, int32(random.IntN(pick(random, 1, 4, 20))), "domain")
	return diego.NewLRP("instance", key, randomResource(random), randomConstraint(random))
}

func (c *randomCase) addLRPAuction(random *rand.Rand) {
	auction := auctiontypes.NewLRPAuction(randomLRP(random), c.now.Add(-time.Duration(random.IntN(5000))*time.Millisecond))
	auction.Attempts = random.IntN(3)
	for i := range c.lrps {
		if c.lrps[i].Identifier() == auction.Identifier() {
			return
		}
	}
	c.lrps = append(c.lrps, auction)
}

func (c *randomCase) addTaskAuction(random *rand.Rand, place int) {
	task := diego.NewTask(fmt.Sprint("task-", place), "domain", randomResource(random), randomConstraint(random))
	c.tasks = append(c.tasks, auctiontypes.NewTaskAuction(task, c.now.Add(-time.Second)))
}

func (c *randomCase) request() auctiontypes.AuctionRequest {
	return auctiontypes.AuctionRequest{LRPs: slices.Clone(c.lrps), Tasks: slices.Clone(c.tasks)}
}

// perform is what a cell does with its work: it takes all of it, hands back some, or fails.
func (c *randomCase) perform(guid string, work diego.Work) (diego.Work, error) {
	chance := func(name string, of uint64) bool {
		hash := fnv.New64a()
		fmt.Fprint(hash, c.salt, guid, name)
		return hash.Sum64()%of == 0
	}
	if chance("fails", 10) {
		return diego.Work{LRPs: work.LRPs}, errors.New("no answer")
	}
	var back diego.Work
	for i := range work.LRPs {
		if chance(work.LRPs[i].Identifier(), 8) {
			back.LRPs = append(back.LRPs, work.LRPs[i])
		}
	}
	for i := range work.Tasks {
		if chance(work.Tasks[i].Identifier(), 8) {
			back.Tasks = append(back.Tasks, work.Tasks[i])
		}
	}
	return back, nil
}

// cellWork is what cells were sent, by guid. It is safe for concurrent use.
type cellWork struct {
	lock sync.Mutex
	sent map[string][]diego.Work
}

func (w *cellWork) add(guid string, work diego.Work) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.sent == nil {
		w.sent = map[string][]diego.Work{}
	}
	w.sent[guid] = append(w.sent[guid], work)
}

// performer is a cell as a client.
type performer struct {
	diego.Client
	perform func(diego.Work) (diego.Work, error)
}

func (p performer) Perform(_ lager.Logger, work diego.Work) (diego.Work, error) {
	return p.perform(work)
}

func copyState(state diego.CellState) diego.CellState {
	state.LRPs = slices.Clone(state.LRPs)
	state.Tasks = slices.Clone(state.Tasks)
	return state
}

// makeZones makes the cluster's cells.
func (c *randomCase) makeZones(sent *cellWork, logger lager.Logger) map[string]Zone {
	zones := map[string]Zone{}
	for name, cells := range c.zones {
		zones[name] = Zone{}
		for _, cell := range cells {
			client := performer{perform: func(work diego.Work) (diego.Work, error) {
				sent.add(cell.guid, work)
				return c.perform(cell.guid, work)
			}}
			made := NewCell(logger, cell.guid, client, copyState(cell.state))
			made.Index = cell.index
			zones[name] = append(zones[name], made)
		}
	}
	return zones
}

func (c *randomCase) runOurs(
	sent *cellWork, logger lager.Logger,
) (auctiontypes.AuctionResults, auctiontypes.AuctionRequest, map[string]Zone) {
	pool, err := workpool.NewWorkPool(4)
	if err != nil {
		panic(err)
	}
	defer pool.Stop()
	zones := c.makeZones(sent, logger)
	scheduler := NewScheduler(pool, zones, fakeclock.NewFakeClock(c.now), logger, c.options.binPackFirstFitWeight,
		c.options.startingContainerWeight, c.options.startingContainerCountMaximum)
	request := c.request()
	return scheduler.Schedule(request), request, zones
}

func (c *randomCase) runLiterally(sent *cellWork) (auctiontypes.AuctionResults, auctiontypes.AuctionRequest, *literalScheduler) {
	literal := &literalScheduler{zones: map[string][]*literalCell{}, options: c.options, now: c.now}
	for name, cells := range c.zones {
		for _, cell := range cells {
			literal.zones[name] = append(literal.zones[name], &literalCell{
				guid:  cell.guid,
				index: cell.index,
				state: copyState(cell.state),
				work:  diego.Work{CellID: cell.guid},
				perform: func(work diego.Work) (diego.Work, error) {
					sent.add(cell.guid, work)
					return c.perform(cell.guid, work)
				},
			})
		}
	}
	request := c.request()
	return literal.schedule(request), request, literal
}

func scheduleBothWays(t *testing.T, c *randomCase, seen *outcomesSeen) bool {
	var sent, expectedSent cellWork
	results, request, zones := c.runOurs(&sent, lager.NewLogger("random"))
	expected, expectedRequest, literal := c.runLiterally(&expectedSent)
	seen.note(&results)
	seen.sent += len(sent.sent)
	same := requireSame(t, "successful LRPs", results.SuccessfulLRPs, expected.SuccessfulLRPs)
	same = requireSame(t, "successful tasks", results.SuccessfulTasks, expected.SuccessfulTasks) && same
	same = requireSame(t, "failed LRPs", results.FailedLRPs, expected.FailedLRPs) && same
	same = requireSame(t, "failed tasks", results.FailedTasks, expected.FailedTasks) && same
	same = requireSame(t, "the request's LRPs", request.LRPs, expectedRequest.LRPs) && same
	same = requireSame(t, "the request's tasks", request.Tasks, expectedRequest.Tasks) && same
	for _, guid := range slices.Sorted(maps.Keys(expectedSent.sent)) {
		same = requireSame(t, "work of "+guid, sent.sent[guid], expectedSent.sent[guid]) && same
	}
	if len(sent.sent) != len(expectedSent.sent) {
		t.Errorf("%d cells were sent work, expected %d", len(sent.sent), len(expectedSent.sent))
		same = false
	}
	for name, cells := range literal.zones {
		for i, cell := range cells {
			same = requireSame(t, "state of "+cell.guid, []diego.CellState{zones[name][i].State()}, []diego.CellState{cell.state}) && same
		}
	}
	return same
}

// requireSame compares lists, of which nil is an empty one.
func requireSame[Item any](t *testing.T, what string, got, expected []Item) bool {
	t.Helper()
	if len(got) == 0 && len(expected) == 0 || reflect.DeepEqual(got, expected) {
		return true
	}
	t.Errorf("%s are\n  %+v, expected\n  %+v", what, got, expected)
	return false
}
