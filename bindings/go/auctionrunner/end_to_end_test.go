package auctionrunner_test

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/auction/auctiontypes/fakes"
	"code.cloudfoundry.org/clock"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/lager/v3/lagertest"
	"code.cloudfoundry.org/rep"
	"code.cloudfoundry.org/rostrum/auctionrunner"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/workpool"
	"github.com/tedsuo/ifrit"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// httpDelegate makes clients for reps as the auctioneer's does, from what cells registered.
type httpDelegate struct {
	delegate
	factory   diego.ClientFactory
	addresses map[string]string // By guid.
}

func (d *httpDelegate) FetchCellReps(_ lager.Logger, traceID string) (map[string]diego.Client, error) {
	clients := map[string]diego.Client{}
	for guid, address := range d.addresses {
		client, err := d.factory.CreateClient("", address, traceID)
		if err != nil {
			return nil, err
		}
		clients[guid] = client
	}
	return clients, nil
}

var _ = Describe("auctions over the wire", func() {
	const trace = "7f461654-74d1-1ee5-8367-77d85df2cdab"

	var (
		reps      *httpDelegate
		logger    *lagertest.TestLogger
		metrics   *fakes.FakeAuctionMetricEmitterDelegate
		runner    auctiontypes.AuctionRunner
		timeout   time.Duration // For GET /state.
		tlsConfig rep.TLSConfig
	)

	BeforeEach(func() {
		logger = lagertest.NewTestLogger("test")
		metrics = new(fakes.FakeAuctionMetricEmitterDelegate)
		reps = &httpDelegate{delegate: *newDelegate(), addresses: map[string]string{}}
		timeout = patience
		tlsConfig = rep.TLSConfig{
			RequireTLS:      true,
			CaCertFile:      certificates.certFile("authority"),
			CertFile:        certificates.certFile("auctioneer"),
			KeyFile:         certificates.keyFile("auctioneer"),
			ClientCacheSize: 16,
		}
	})

	JustBeforeEach(func() {
		var err error
		reps.factory, err = rep.NewClientFactory(
			&http.Client{Timeout: patience, Transport: &http.Transport{}},
			&http.Client{Timeout: timeout, Transport: &http.Transport{}}, &tlsConfig)
		Expect(err).NotTo(HaveOccurred())

		pool, err := workpool.NewWorkPool(10)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(pool.Stop)
		runner = auctionrunner.New(logger, reps, metrics, clock.NewClock(), pool, 0, 0.25, 0)
		process := ifrit.Invoke(runner)
		DeferCleanup(func() {
			process.Signal(os.Interrupt)
			Eventually(process.Wait(), patience).Should(Receive(BeNil()))
		})
	})

	// stateOf is what a rep answers: an empty linux cell with 1000 MB of memory.
	stateOf := func(cellID, zone string) string {
		return fmt.Sprintf(`{"rep_url":"https://%s.cell.internal:1801","cell_id":"%s","cell_index":3,
			"RootFSProviders":{"docker":{"type":"arbitrary"},"preloaded":{"type":"fixed_set","set":{"linux":{}}}},
			"AvailableResources":{"MemoryMB":1000,"DiskMB":2000,"Containers":100},
			"TotalResources":{"MemoryMB":1000,"DiskMB":2000,"Containers":100},
			"LRPs":null,"Tasks":null,"StartingContainerCount":0,"Zone":"%s","Evacuating":false,
			"VolumeDrivers":["nfs"],"PlacementTags":null,"OptionalPlacementTags":["opt"],
			"ProxyMemoryAllocationMB":0}`, cellID, cellID, zone)
	}

	addRep := func(guid, state string) *httpRep {
		r := startRep(guid, state)
		reps.addresses[guid] = r.server.URL
		return r
	}

	startLRPs := func(starts ...diego.LRPStartRequest) { runner.ScheduleLRPsForAuctions(starts, trace) }

	It("brings LRPs and tasks to cells, in reps' own JSON", func() {
		a := addRep("a", stateOf("a", "z1"))
		release := make(chan struct{})
		a.beforeState = func() { <-release }
		startLRPs(lrpStart("pg", []int{0, 1}, wantsDrivers("nfs"), wantsTags("opt")))
		runner.ScheduleTasksForAuctions([]diego.TaskStartRequest{taskStart("t", rootFS("docker:///busybox"))}, trace)
		close(release)
		Expect(winners(reps.next().results)).To(Equal(map[string]string{"pg.0": "a", "pg.1": "a", "t": "a"}))

		Expect(a.got("/work")).To(HaveLen(1))
		Expect(a.got("/work")[0].body).To(MatchJSON(`{
			"LRPs": [
				{"instance_guid":"","process_guid":"pg","index":0,"domain":"domain","PlacementTags":["opt"],
				 "VolumeDrivers":["nfs"],"RootFs":"preloaded:linux","MemoryMB":10,"DiskMB":20,"MaxPids":30,"state":""},
				{"instance_guid":"","process_guid":"pg","index":1,"domain":"domain","PlacementTags":["opt"],
				 "VolumeDrivers":["nfs"],"RootFs":"preloaded:linux","MemoryMB":10,"DiskMB":20,"MaxPids":30,"state":""}],
			"Tasks": [
				{"TaskGuid":"t","Domain":"domain","PlacementTags":[],"VolumeDrivers":[],"RootFs":"docker:///busybox",
				 "MemoryMB":10,"DiskMB":20,"MaxPids":30,"state":"Invalid","failed":false}],
			"cell_id": "a"}`))
	})

	It("asks each rep once, with the trace id and the auctioneer's certificate", func() {
		a := addRep("a", stateOf("a", "z1"))
		b := addRep("b", stateOf("b", "z2"))
		startLRPs(lrpStart("pg", []int{0}))
		Expect(reps.next().traceID).To(Equal(trace))
		for _, r := range []*httpRep{a, b} {
			Expect(r.got("/state")).To(Equal([]httpRequest{
				{method: "GET", path: "/state", traceID: trace, client: "auctioneer"}}))
		}
		work := append(a.got("/work"), b.got("/work")...)
		Expect(work).To(HaveLen(1))
		Expect(work[0].traceID).To(Equal(trace))
		Expect(work[0].client).To(Equal("auctioneer"))
	})

	It("knows what runs on a cell", func() {
		addRep("a", `{"cell_id":"a","Zone":"z1","RootFSProviders":{"preloaded":{"type":"fixed_set","set":{"linux":{}}}},
			"AvailableResources":{"MemoryMB":900,"DiskMB":1900,"Containers":98},
			"TotalResources":{"MemoryMB":1000,"DiskMB":2000,"Containers":100},
			"LRPs":[{"instance_guid":"i","process_guid":"pg","index":1,"domain":"domain","PlacementTags":null,
				"VolumeDrivers":null,"RootFs":"preloaded:linux","MemoryMB":50,"DiskMB":50,"MaxPids":0,"state":"RUNNING"}],
			"Tasks":[{"TaskGuid":"u","Domain":"domain","PlacementTags":null,"VolumeDrivers":null,
				"RootFs":"preloaded:linux","MemoryMB":50,"DiskMB":50,"MaxPids":0,"state":"Running","failed":false}]}`)
		addRep("b", `{"cell_id":"b","Zone":"z1","RootFSProviders":{"preloaded":{"type":"fixed_set","set":{"linux":{}}}},
			"AvailableResources":{"MemoryMB":100,"DiskMB":100,"Containers":10},
			"TotalResources":{"MemoryMB":1000,"DiskMB":2000,"Containers":100}}`)
		startLRPs(lrpStart("pg", []int{0}))
		Expect(winners(reps.next().results)).To(Equal(map[string]string{"pg.0": "b"}))
		runner.ScheduleTasksForAuctions([]diego.TaskStartRequest{taskStart("t")}, trace)
		Expect(winners(reps.next().results)).To(Equal(map[string]string{"t": "b"}))
	})

	It("spreads many instances over zones and cells", func() {
		for i := range 6 {
			guid := fmt.Sprintf("cell-%d", i)
			addRep(guid, stateOf(guid, fmt.Sprintf("z%d", i%3)))
		}
		indices := make([]int, 24)
		for i := range indices {
			indices[i] = i
		}
		startLRPs(lrpStart("pg", indices))
		instances := map[string]int{}
		for _, guid := range winners(reps.next().results) {
			instances[guid]++
		}
		Expect(instances).To(And(HaveLen(6), HaveEach(4)))
	})

	Describe("with a rep that fails", func() {
		var bad *httpRep

		// The zone of the bad rep has none of the process, so that it would be taken first.
		BeforeEach(func() {
			addRep("good", fmt.Sprintf(`{"cell_id":"good","Zone":"z1","RootFSProviders":{"preloaded":{"type":"fixed_set","set":{"linux":{}}}},
				"AvailableResources":{"MemoryMB":500,"DiskMB":500,"Containers":50},
				"TotalResources":{"MemoryMB":1000,"DiskMB":2000,"Containers":100},
				"LRPs":[%s]}`, `{"process_guid":"pg","index":9,"domain":"domain","RootFs":"preloaded:linux","MemoryMB":1}`))
			bad = addRep("bad", stateOf("bad", "z2"))
		})

		expectGood := func() {
			GinkgoHelper()
			startLRPs(lrpStart("pg", []int{0}))
			done := reps.next()
			Expect(winners(done.results)).To(Equal(map[string]string{"pg.0": "good"}))
			Expect(failures(done.results)).To(BeEmpty())
			Expect(bad.got("/work")).To(BeEmpty())
		}

		It("passes over one that is not healthy, whatever it says", func() {
			bad.stateStatus = http.StatusServiceUnavailable
			expectGood()
			Expect(metrics.FailedCellStateRequestCallCount()).To(Equal(1))
			Expect(logged(logger, "failed-to-get-state")).To(ConsistOf(And(
				HaveKeyWithValue("cell-guid", "bad"),
				HaveKeyWithValue("error", "unexpected status code: 503"))))
		})

		It("passes over one whose state is no JSON", func() {
			bad.state = "<html>"
			expectGood()
			Expect(metrics.FailedCellStateRequestCallCount()).To(Equal(1))
		})

		It("passes over one that is another cell", func() {
			bad.state = stateOf("another", "z2")
			expectGood()
			Expect(logged(logger, "cell-id-mismatch")).To(ConsistOf(And(
				HaveKeyWithValue("cell-guid", "bad"), HaveKeyWithValue("cell-state-guid", "another"))))
		})

		It("passes over one that is evacuating", func() {
			bad.state = `{"cell_id":"bad","Zone":"z2","Evacuating":true}`
			expectGood()
			Expect(logged(logger, "ignored-evacuating-cell")).To(HaveLen(1))
		})

		It("passes over one that is gone", func() {
			bad.server.Close()
			expectGood()
			Expect(metrics.FailedCellStateRequestCallCount()).To(Equal(1))
		})

		It("takes a root file system provider of an unknown type for none", Label(ours), func() {
			bad.state = `{"cell_id":"bad","Zone":"z2","RootFSProviders":{"preloaded":{"type":"brand-new"}},
				"AvailableResources":{"MemoryMB":1000,"DiskMB":2000,"Containers":100},
				"TotalResources":{"MemoryMB":1000,"DiskMB":2000,"Containers":100}}`
			expectGood()
		})

		Describe("that is slow", func() {
			BeforeEach(func() { timeout = 500 * time.Millisecond })

			It("passes over it", func() {
				release := make(chan struct{})
				DeferCleanup(func() { close(release) })
				bad.beforeState = func() { <-release }
				expectGood()
				Expect(metrics.FailedCellStateRequestCallCount()).To(Equal(1))
			})
		})

		It("fails what it hands back", func() {
			bad.perform = func(work diego.Work) diego.Work { return diego.Work{LRPs: work.LRPs[:1]} }
			startLRPs(lrpStart("pg", []int{0}), lrpStart("pg-2", []int{0}, memory(5)))
			done := reps.next()
			Expect(bad.got("/work")).To(HaveLen(1))
			Expect(failures(done.results)).To(Equal(map[string]string{"pg.0": ""}))
			Expect(done.results.FailedLRPs[0].Winner).To(BeEmpty())
			Expect(winners(done.results)).To(HaveKey("pg-2.0"))
			Expect(logged(logger, "lrp-failed-to-be-placed")).To(ConsistOf(HaveKeyWithValue("lrp-guid", "pg.0")))
		})

		DescribeTable("keeps the work that it may have taken",
			func(change func(), errorText string) {
				change()
				startLRPs(lrpStart("pg", []int{0}))
				done := reps.next()
				Expect(winners(done.results)).To(Equal(map[string]string{"pg.0": "bad"}))
				Expect(failures(done.results)).To(BeEmpty())
				Expect(bad.got("/work")).To(HaveLen(1))
				Expect(logged(logger, "failed-to-commit")).To(ConsistOf(And(
					HaveKeyWithValue("cell-guid", "bad"),
					HaveKeyWithValue("error", ContainSubstring(errorText)))))
			},
			Entry("and answers with an error", func() { bad.workStatus = http.StatusInternalServerError },
				"unexpected status code: 500"),
			Entry("and is another cell than it said", func() { bad.cellID = "another" },
				"unexpected status code: 500"),
			Entry("and breaks off", func() { bad.breakWork = true }, "EOF"),
		)
	})

	Describe("among strangers", func() {
		expectNothing := func() {
			GinkgoHelper()
			a := addRep("a", stateOf("a", "z1"))
			startLRPs(lrpStart("pg", []int{0}))
			Expect(failures(reps.next().results)).To(
				Equal(map[string]string{"pg.0": "unable to communicate to compatible cells"}))
			Expect(a.got("/state")).To(BeEmpty())
			Expect(metrics.FailedCellStateRequestCallCount()).To(Equal(4))
		}

		Describe("with a certificate that reps do not know", func() {
			BeforeEach(func() {
				tlsConfig.CertFile = strangers.certFile("auctioneer")
				tlsConfig.KeyFile = strangers.keyFile("auctioneer")
			})
			It("is not answered", expectNothing)
		})

		Describe("with an authority that does not know the reps", func() {
			BeforeEach(func() { tlsConfig.CaCertFile = strangers.certFile("authority") })
			It("does not ask", expectNothing)
		})
	})
})
