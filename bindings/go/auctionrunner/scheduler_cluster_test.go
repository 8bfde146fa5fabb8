package auctionrunner_test

import (
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/clock/fakeclock"
	"code.cloudfoundry.org/lager/v3/lagertest"
	"code.cloudfoundry.org/rep/repfakes"
	"code.cloudfoundry.org/rostrum/auctionrunner"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/workpool"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// cluster is what a scheduler works on: cells that are not there, by zone. Auctions are queued when
// the cluster is made, a minute before they are scheduled.
type cluster struct {
	zones   map[string]auctionrunner.Zone
	clients map[string]*repfakes.FakeSimClient
	logger  *lagertest.TestLogger
	clock   *fakeclock.FakeClock
	pool    *workpool.WorkPool
	queued  time.Time

	firstFitWeight, startingWeight float64
	startingMaximum                int
}

func newCluster() *cluster {
	pool, err := workpool.NewWorkPool(5)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(pool.Stop)
	queued := time.Unix(1000, 0)
	clock := fakeclock.NewFakeClock(queued)
	clock.Increment(time.Minute)
	return &cluster{
		zones:   map[string]auctionrunner.Zone{},
		clients: map[string]*repfakes.FakeSimClient{},
		logger:  lagertest.NewTestLogger("test"),
		clock:   clock,
		pool:    pool,
		queued:  queued,
	}
}

// add adds a cell to the zone that its state names.
func (c *cluster) add(guid string, changes ...func(*diego.CellState)) {
	state := newState(guid, changes...)
	client := new(repfakes.FakeSimClient)
	c.clients[guid] = client
	c.zones[state.Zone] = append(c.zones[state.Zone],
		auctionrunner.NewCell(c.logger, guid, client, state))
}

func (c *cluster) schedule(lrps []diego.LRP, tasks ...diego.Task) auctiontypes.AuctionResults {
	scheduler := auctionrunner.NewScheduler(c.pool, c.zones, c.clock, c.logger,
		c.firstFitWeight, c.startingWeight, c.startingMaximum)
	return scheduler.Schedule(auctiontypes.AuctionRequest{
		LRPs: lrpAuctions(c.queued, lrps...), Tasks: taskAuctions(c.queued, tasks...)})
}

// received returns the identifiers of all that a cell was sent, LRPs first.
func (c *cluster) received(guid string) []string {
	GinkgoHelper()
	client := c.clients[guid]
	identifiers := []string{}
	Expect(client.PerformCallCount()).To(BeNumerically("<=", 1), "calls of Perform on %s", guid)
	if client.PerformCallCount() == 1 {
		_, work := client.PerformArgsForCall(0)
		for i := range work.LRPs {
			identifiers = append(identifiers, work.LRPs[i].Identifier())
		}
		for i := range work.Tasks {
			identifiers = append(identifiers, work.Tasks[i].Identifier())
		}
	}
	return identifiers
}

func lrpsOf(lrps ...diego.LRP) []diego.LRP { return lrps }

// winners returns the cell of all that was placed, by identifier.
func winners(results auctiontypes.AuctionResults) map[string]string {
	found := map[string]string{}
	for i := range results.SuccessfulLRPs {
		found[results.SuccessfulLRPs[i].Identifier()] = results.SuccessfulLRPs[i].Winner
	}
	for i := range results.SuccessfulTasks {
		found[results.SuccessfulTasks[i].Identifier()] = results.SuccessfulTasks[i].Winner
	}
	return found
}

// failures returns the error of all that was not placed, by identifier.
func failures(results auctiontypes.AuctionResults) map[string]string {
	found := map[string]string{}
	for i := range results.FailedLRPs {
		found[results.FailedLRPs[i].Identifier()] = results.FailedLRPs[i].PlacementError
	}
	for i := range results.FailedTasks {
		found[results.FailedTasks[i].Identifier()] = results.FailedTasks[i].PlacementError
	}
	return found
}
