package auctionrunner

import (
	"context"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/auction/auctiontypes/fakes"
	"code.cloudfoundry.org/clock/fakeclock"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/rostrum/mesos"
	"github.com/tedsuo/ifrit"
)

// fakeMesos stands in for a framework. A test says what it tells.
type fakeMesos struct {
	settings mesosSettings
	strategy string
	engine   engineOptions
	startErr error

	events   chan []mesos.Event
	stopped  chan struct{}
	stopOnce sync.Once

	lock      sync.Mutex
	core      *rostrum.Engine // Says whether work is valid, and what it is.
	submitted []rostrum.Work
	counts    mesos.Counts
	isStarted bool
	isClosed  bool
}

func newFakeMesos(t *testing.T) *fakeMesos {
	strategy, err := rostrum.NewStrategy("diego")
	if err != nil {
		t.Fatal(err)
	}
	core, err := rostrum.NewEngine(strategy)
	if err != nil {
		t.Fatal(err)
	}
	strategy.Close()
	t.Cleanup(func() { core.Close() })
	return &fakeMesos{core: core, events: make(chan []mesos.Event), stopped: make(chan struct{})}
}

func (f *fakeMesos) Start() error {
	f.isStarted = true
	return f.startErr
}

func (f *fakeMesos) Submit(batch *rostrum.Batch) (uint64, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	added, err := f.core.Submit(batch, 0)
	if err != nil {
		return 0, err
	}
	waiting, err := f.core.Waiting()
	if err != nil {
		return 0, err
	}
	f.submitted = append(f.submitted, waiting...)
	for i := range waiting {
		work := &waiting[i]
		identifier := work.GUID
		if work.Kind == rostrum.LRP {
			identifier = (&mesos.Event{WorkKind: work.Kind, GUID: work.GUID, Index: work.Indices[0]}).Identifier()
		}
		if err := f.core.Cancel(work.Kind, identifier); err != nil {
			return 0, err
		}
	}
	return added, nil
}

func (f *fakeMesos) Poll(ctx context.Context) ([]mesos.Event, error) {
	select {
	case events := <-f.events:
		return events, nil
	case <-f.stopped:
		return nil, mesos.ErrStopped
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (f *fakeMesos) Counts() (mesos.Counts, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.counts, nil
}

func (f *fakeMesos) Stop(time.Duration) error {
	f.stopOnce.Do(func() { close(f.stopped) })
	return nil
}

func (f *fakeMesos) Close() error {
	f.Stop(0)
	f.isClosed = true
	return nil
}

func (f *fakeMesos) works() []rostrum.Work {
	f.lock.Lock()
	defer f.lock.Unlock()
	return append([]rostrum.Work(nil), f.submitted...)
}

// mesosTest is a runner on a fake framework.
type mesosTest struct {
	*testing.T
	framework *fakeMesos
	log       *testLog
	clock     *fakeclock.FakeClock
	metrics   *fakes.FakeAuctionMetricEmitterDelegate
	completed chan mesosCompletion
	runner    *auctionRunner
	process   ifrit.Process
}

type mesosCompletion struct {
	traceID string
	results auctiontypes.AuctionResults
}

func (m *mesosTest) FetchCellReps(lager.Logger, string) (map[string]diego.Client, error) {
	m.Error("the delegate is asked for cells")
	return nil, nil
}

func (m *mesosTest) AuctionCompleted(_ lager.Logger, traceID string, results auctiontypes.AuctionResults) {
	m.completed <- mesosCompletion{traceID, results}
}

// newMesosTest makes a runner with -master, which is not run yet.
func newMesosTest(t *testing.T) *mesosTest {
	setFlag(t, "master", "10.0.0.1:5050")
	setFlag(t, "executor_image", "cell")
	m := &mesosTest{
		T:         t,
		framework: newFakeMesos(t),
		log:       newTestLog(lager.INFO),
		clock:     fakeclock.NewFakeClock(time.Unix(1_700_000_000, 0)),
		metrics:   new(fakes.FakeAuctionMetricEmitterDelegate),
		completed: make(chan mesosCompletion, 100),
	}
	m.runner = New(m.log.logger, m, m.metrics, m.clock, nil, 0.5, 0.25, 7)
	m.runner.openMesos = func(settings mesosSettings, strategy string, engine engineOptions) (mesosFramework, error) {
		m.framework.settings, m.framework.strategy, m.framework.engine = settings, strategy, engine
		return m.framework, nil
	}
	return m
}

func runMesosTest(t *testing.T) *mesosTest {
	m := newMesosTest(t)
	m.run()
	return m
}

func (m *mesosTest) run() {
	m.Helper()
	m.process = ifrit.Invoke(m.runner)
	m.Cleanup(func() { m.process.Signal(os.Interrupt) })
}

// end waits for the end of the runner.
func (m *mesosTest) end() error {
	m.Helper()
	select {
	case err := <-m.process.Wait():
		return err
	case <-time.After(20 * time.Second):
		m.Fatal("the runner does not end")
		return nil
	}
}

func (m *mesosTest) next() mesosCompletion {
	m.Helper()
	select {
	case done := <-m.completed:
		return done
	case <-time.After(20 * time.Second):
		m.Fatal("nothing is completed")
		return mesosCompletion{}
	}
}

func (m *mesosTest) tell(events ...mesos.Event) {
	m.Helper()
	select {
	case m.framework.events <- events:
	case <-time.After(20 * time.Second):
		m.Fatal("the runner does not listen")
	}
}

// waitSubmitted waits until so many instances and tasks were submitted.
func (m *mesosTest) waitSubmitted(count int) []rostrum.Work {
	m.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if works := m.framework.works(); len(works) >= count {
			return works
		}
		if time.Now().After(deadline) {
			m.Fatalf("submitted is %+v, expected %d", m.framework.works(), count)
		}
	}
}

func (m *mesosTest) askLRPs(traceID string, processGUID string, indices ...int) {
	m.runner.ScheduleLRPsForAuctions([]diego.LRPStartRequest{{ProcessGuid: processGUID, Domain: "domain",
		Indices: indices, Resource: diego.NewResource(10, 20, 30),
		PlacementConstraint: diego.NewPlacementConstraint(linux, []string{"tag"}, []string{"nfs"})}}, traceID)
}

func (m *mesosTest) askTasks(traceID string, guids ...string) {
	var starts []diego.TaskStartRequest
	for _, guid := range guids {
		starts = append(starts, diego.TaskStartRequest{Task: aTask(guid)})
	}
	m.runner.ScheduleTasksForAuctions(starts, traceID)
}

func (m *mesosTest) get(address, path string) (status int, body string) {
	m.Helper()
	response, err := http.Get("http://" + address + path)
	if err != nil {
		m.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		m.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func lrpEvent(kind mesos.EventKind, processGUID string, index int32) mesos.Event {
	return mesos.Event{Kind: kind, WorkKind: rostrum.LRP, GUID: processGUID, Index: index, Domain: "domain",
		AgentID: "agent-1", Hostname: "host-1", TaskID: processGUID + "-task"}
}

func taskEvent(kind mesos.EventKind, guid string) mesos.Event {
	return mesos.Event{Kind: kind, WorkKind: rostrum.Task, GUID: guid, Domain: "domain", AgentID: "agent-2"}
}

func refusedAs(event mesos.Event, code rostrum.RefusalCode, text string) mesos.Event {
	event.Kind, event.Code, event.Error, event.AgentID = mesos.Refused, code, text, ""
	return event
}
