package auctionrunner

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/mesos"
)

const (
	trace1 = "7f461654-74d1-1ee5-8367-77d85df2cdab"
	trace2 = "7f461654-74d1-1ee5-8367-77d85df2cdac"
)

func TestOnMesosWorkGoesToTheFramework(t *testing.T) {
	m := runMesosTest(t)
	m.askLRPs(trace1, "web", 0, 2)
	m.askTasks(trace1, "t")
	works := m.waitSubmitted(3)
	for i := range works {
		works[i].QueueTimeMS = 0
	}
	lrp := rostrum.Work{Kind: rostrum.LRP, GUID: "web", Domain: "domain", RootFS: linux, Indices: []int32{0},
		Asked:         rostrum.Resources{Memory: rostrum.Units(10), Disk: rostrum.Units(20)},
		PlacementTags: []string{"tag"}, VolumeDrivers: []string{"nfs"}, MaxPIDs: 30}
	if !reflect.DeepEqual(works[0], lrp) {
		t.Errorf("the LRP is\n%+v, expected\n%+v", works[0], lrp)
	}
	task := rostrum.Work{Kind: rostrum.Task, GUID: "t", Domain: "domain", RootFS: linux,
		Asked: rostrum.Resources{Memory: rostrum.Units(10), Disk: rostrum.Units(10)}}
	if last := works[len(works)-1]; !reflect.DeepEqual(last, task) {
		t.Errorf("the task is\n%+v, expected\n%+v", last, task)
	}
	if m.framework.settings.master != "10.0.0.1:5050" || m.framework.strategy != "diego" ||
		m.framework.engine != (engineOptions{0.5, 0.25, 7}) {
		t.Errorf("the framework is made with %+v", m.framework)
	}
}

func TestOnMesosPlacedWorkIsASuccess(t *testing.T) {
	m := runMesosTest(t)
	m.askLRPs(trace1, "web", 0)
	m.askTasks(trace1, "t")
	m.waitSubmitted(2)
	m.clock.Increment(3 * time.Second)
	m.tell(lrpEvent(mesos.Placed, "web", 0), taskEvent(mesos.Placed, "t"))
	done := m.next()
	requireText(t, describeResults(done.results), "web.0 on agent-1\nt on agent-2")
	record := done.results.SuccessfulLRPs[0].AuctionRecord
	if record.Attempts != 1 || record.WaitDuration != 3*time.Second || record.PlacementError != "" {
		t.Errorf("the record is %+v", record)
	}
	if done.traceID != trace1 || done.results.SuccessfulLRPs[0].MemoryMB != 10 {
		t.Errorf("completed is %+v", done)
	}
	if m.metrics.AuctionCompletedCallCount() != 1 || m.metrics.FetchStatesCompletedCallCount() != 0 {
		t.Error("the emitter got other metrics")
	}
	if lines := m.log.lines(t, "lrp-added-to-cell"); len(lines) != 1 || lines[0].Data["cell-guid"] != "agent-1" {
		t.Errorf("logged is %v", lines)
	}
	// What becomes of it afterwards is logged, and nobody's result.
	starting, failed := lrpEvent(mesos.Status, "web", 0), lrpEvent(mesos.Ended, "web", 0)
	failed.State, failed.Text = mesos.TaskFailed, "the instance crashed"
	m.tell(starting, failed)
	m.tell()
	if len(m.completed) != 0 || len(m.log.lines(t, "mesos-task-ended")) != 1 {
		t.Errorf("%d more are completed", len(m.completed))
	}
}

func TestOnMesosRefusedWorkIsAFailure(t *testing.T) {
	m := runMesosTest(t)
	m.askLRPs(trace1, "web", 0)
	m.waitSubmitted(1)
	m.askTasks(trace2, "t")
	m.waitSubmitted(2)
	m.tell(refusedAs(lrpEvent(0, "web", 0), rostrum.RefusalInsufficientResources, "insufficient resources: memory"),
		refusedAs(taskEvent(0, "t"), rostrum.RefusalNoCells, "unable to communicate to compatible cells"),
		// Of an earlier life of the framework.
		refusedAs(lrpEvent(0, "old", 4), rostrum.RefusalNoCells, "unable to communicate to compatible cells"))
	first, second, third := m.next(), m.next(), m.next()
	requireText(t, describeResults(first.results), "web.0: insufficient resources: memory")
	requireText(t, describeResults(second.results), "t: unable to communicate to compatible cells")
	requireText(t, describeResults(third.results), "old.4: unable to communicate to compatible cells")
	if first.traceID != trace1 || second.traceID != trace2 || third.traceID != "" {
		t.Errorf("the traces are %q, %q and %q", first.traceID, second.traceID, third.traceID)
	}
	lrp := first.results.FailedLRPs[0]
	if lrp.Attempts != 1 || lrp.Winner != "" || lrp.WaitDuration != 0 || lrp.MemoryMB != 10 {
		t.Errorf("the LRP is %+v", lrp)
	}
	if key := third.results.FailedLRPs[0].ActualLRPKey; key.ProcessGuid != "old" || key.Index != 4 || key.Domain != "domain" {
		t.Errorf("the key is %+v", key)
	}
	// Asked for again it is new.
	m.askLRPs(trace2, "web", 0)
	m.waitSubmitted(3)
	m.tell(lrpEvent(mesos.Placed, "web", 0))
	if again := m.next(); again.traceID != trace2 || again.results.SuccessfulLRPs[0].Attempts != 1 {
		t.Errorf("completed is %+v", again)
	}
}

// A launch that came to nothing waits again in the framework: it is no failure, and no second success.
func TestOnMesosADroppedLaunchCountsOnce(t *testing.T) {
	m := runMesosTest(t)
	m.askLRPs(trace1, "web", 0, 1)
	m.waitSubmitted(2)
	m.tell(lrpEvent(mesos.Placed, "web", 0), lrpEvent(mesos.Placed, "web", 1))
	m.next()
	m.tell(lrpEvent(mesos.Requeued, "web", 0), lrpEvent(mesos.Requeued, "web", 1))
	m.tell(lrpEvent(mesos.Placed, "web", 0),
		refusedAs(lrpEvent(0, "web", 1), rostrum.RefusalInsufficientResources, "insufficient resources: disk"))
	done := m.next()
	requireText(t, describeResults(done.results), "web.1: insufficient resources: disk")
	if attempts := done.results.FailedLRPs[0].Attempts; attempts != 2 {
		t.Errorf("there were %d attempts", attempts)
	}
	if len(m.log.lines(t, "mesos-launch-dropped")) != 2 {
		t.Error("the dropped launches are not logged")
	}
}

// What the cell's rep would not have is a failure after all, as in Diego, with the reason.
func TestOnMesosWhatARepHandsBackIsAFailure(t *testing.T) {
	m := newMesosTest(t)
	setFlag(t, "auction_debug_address", "127.0.0.1:0")
	m.run()
	m.askLRPs(trace1, "web", 0, 1)
	m.waitSubmitted(2)
	m.tell(lrpEvent(mesos.Placed, "web", 0), lrpEvent(mesos.Placed, "web", 1))
	m.next()
	// One of them is asked for again before its end is known.
	m.askLRPs(trace2, "web", 1)
	m.waitSubmitted(3)
	back := func(index int32) mesos.Event {
		event := lrpEvent(mesos.Ended, "web", index)
		event.State, event.Text = mesos.TaskFailed, "rep handed the work back: the cell is evacuating"
		return event
	}
	m.tell(lrpEvent(mesos.Status, "web", 0), back(0), back(1))
	first, second := m.next(), m.next()
	requireText(t, describeResults(first.results), "web.0: the cell is evacuating")
	requireText(t, describeResults(second.results), "web.1: the cell is evacuating")
	for _, record := range []auctiontypes.AuctionRecord{first.results.FailedLRPs[0].AuctionRecord, second.results.FailedLRPs[0].AuctionRecord} {
		if record.Attempts != 1 || record.Winner != "agent-1" {
			t.Errorf("the record is %+v", record)
		}
	}
	if first.traceID != trace1 || first.results.FailedLRPs[0].MemoryMB != 10 {
		t.Errorf("completed is %+v", first)
	}
	m.tell(lrpEvent(mesos.Placed, "web", 1))
	if again := m.next(); again.traceID != trace2 || len(again.results.SuccessfulLRPs) != 1 {
		t.Errorf("completed is %+v", again)
	}
	address, _ := m.log.lines(t, "serving-debug")[0].Data["address"].(string)
	_, text := m.get(address, "/metrics")
	requireMetric(t, text, `rostrum_handed_back_total{kind="lrp"} 2`)
	if len(m.log.lines(t, "lrp-failed-to-be-placed")) != 2 {
		t.Error("it is not logged")
	}
}

// One that is not valid does not keep the others out.
func TestOnMesosBadWorkIsRefusedAlone(t *testing.T) {
	m := runMesosTest(t)
	m.askTasks(trace1, "a", "b", "bad\x00", "c", "d", "e")
	m.waitSubmitted(5)
	done := m.next()
	if len(done.results.FailedTasks) != 1 || done.traceID != trace1 {
		t.Fatalf("completed is %+v", done)
	}
	bad := done.results.FailedTasks[0]
	if bad.TaskGuid != "bad\x00" || bad.Attempts != 1 || !strings.Contains(bad.PlacementError, "NUL") {
		t.Errorf("refused is %+v", bad)
	}
}

func TestOnMesosWhatIsPassedOverIsForgotten(t *testing.T) {
	book := mesosBook{}
	m := newCluster(t)
	request := m.request(nil, aTask("waits"), aTask("launched"))
	book.add(&request, "")
	launched := taskEvent(mesos.Placed, "launched")
	book.place(&launched, m.now)
	book.forgetPassedOver(m.now.Add(-time.Hour))
	if len(book) != 2 {
		t.Errorf("the book has %d, expected 2", len(book))
	}
	book.forgetPassedOver(m.now)
	if len(book) != 1 {
		t.Errorf("the book has %d, expected 1", len(book))
	}
	ended := taskEvent(mesos.Ended, "launched")
	book.settle(&ended)
	if len(book) != 0 {
		t.Errorf("the book has %d, expected none", len(book))
	}
}

// --- Starts and ends.

func TestOnMesosASignalStopsTheFramework(t *testing.T) {
	m := runMesosTest(t)
	m.process.Signal(os.Interrupt)
	if err := m.end(); err != nil {
		t.Error(err)
	}
	if !m.framework.isStarted || !m.framework.isClosed {
		t.Errorf("the framework is %+v", m.framework)
	}
}

func TestOnMesosTheEndOfTheFrameworkEndsTheRunner(t *testing.T) {
	m := runMesosTest(t)
	m.tell(mesos.Event{Kind: mesos.Connected, Text: "framework f"}, mesos.Event{Kind: mesos.Disconnected},
		mesos.Event{Kind: mesos.Problem, Text: "no leader"})
	m.tell(mesos.Event{Kind: mesos.Failed, Text: "Framework has been removed"})
	if err := m.end(); err == nil || !strings.Contains(err.Error(), "Framework has been removed") {
		t.Errorf("the runner ended with %v", err)
	}
	for _, message := range []string{"connected-to-mesos", "disconnected-from-mesos", "mesos-problem", "mesos-framework-failed"} {
		if len(m.log.lines(t, message)) != 1 {
			t.Errorf("%s is not logged", message)
		}
	}
	if !m.framework.isClosed {
		t.Error("the framework is not closed")
	}
}

func TestOnMesosAStartThatFailsIsAnErrorBeforeItIsReady(t *testing.T) {
	for name, prepare := range map[string]func(*mesosTest){
		"opening": func(m *mesosTest) {
			m.runner.openMesos = func(mesosSettings, string, engineOptions) (mesosFramework, error) {
				return nil, errors.New("opening fails")
			}
		},
		"starting":               func(m *mesosTest) { m.framework.startErr = errors.New("starting fails") },
		"-auction_record":        func(m *mesosTest) { setFlag(m.T, "auction_record", "/tmp/record") },
		"-auction_debug_address": func(m *mesosTest) { setFlag(m.T, "auction_debug_address", "nowhere") },
		"-auction_debug_rounds": func(m *mesosTest) {
			setFlag(m.T, "auction_debug_address", "127.0.0.1:0")
			setFlag(m.T, "auction_debug_rounds", "3")
		},
		"address already in use": func(m *mesosTest) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				m.Fatal(err)
			}
			m.Cleanup(func() { listener.Close() })
			setFlag(m.T, "auction_debug_address", listener.Addr().String())
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMesosTest(t)
			prepare(m)
			requireNotReady(t, m.runner.Run, name)
			if len(m.log.lines(t, "failed-to-start-on-mesos")) != 1 {
				t.Error("it is not logged")
			}
		})
	}
}

// Without -master the runner asks for cells, and nothing is loaded.
func TestWithoutAMasterItIsPlainDiego(t *testing.T) {
	m := newMesosTest(t)
	setFlag(t, "master", "")
	setFlag(t, "executor_image", "")
	m.runner.openMesos = func(mesosSettings, string, engineOptions) (mesosFramework, error) {
		t.Error("a framework is made")
		return nil, nil
	}
	m.run()
	select {
	case <-m.process.Ready():
	case err := <-m.process.Wait():
		t.Fatalf("the runner ended with %v", err)
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err == nil && strings.Contains(string(maps), "librostrum-mesos") && !hasLoadedMesos.Load() {
		t.Error("the library is loaded")
	}
	m.process.Signal(os.Interrupt)
	if err := m.end(); err != nil {
		t.Error(err)
	}
}

// --- The debug address.

func TestOnMesosTheDebugAddress(t *testing.T) {
	m := newMesosTest(t)
	setFlag(t, "auction_debug_address", "127.0.0.1:0")
	m.framework.counts = mesos.Counts{Waiting: 1, Launched: 22, Running: 20, Unclear: 2, OffersHeld: 3, Rounds: 4,
		Placed: 25, Ended: 3, Requeued: 5, Connected: true}
	m.run()
	address, _ := m.log.lines(t, "serving-debug")[0].Data["address"].(string)
	m.askLRPs(trace1, "web", 0, 1)
	m.waitSubmitted(2)
	m.tell(lrpEvent(mesos.Placed, "web", 0),
		refusedAs(lrpEvent(0, "web", 1), rostrum.RefusalInsufficientResources, "insufficient resources: disk"))
	m.next()
	status, text := m.get(address, "/metrics")
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	requireExposition(t, text)
	for _, line := range []string{
		`rostrum_placements_total{kind="lrp"} 1`,
		`rostrum_placements_total{kind="task"} 0`,
		`rostrum_refusals_total{kind="lrp",reason="insufficient resources"} 1`,
		`rostrum_queue_length{kind="lrp"} 0`,
		"rostrum_mesos_connected 1",
		"rostrum_mesos_failed 0",
		"rostrum_mesos_waiting 1",
		"rostrum_mesos_launched 22",
		"rostrum_mesos_running 20",
		"rostrum_mesos_unclear 2",
		"rostrum_mesos_offers_held 3",
		"rostrum_mesos_rounds_total 4",
		"rostrum_mesos_placed_total 25",
		"rostrum_mesos_ended_total 3",
		"rostrum_mesos_requeued_total 5",
	} {
		requireMetric(t, text, line)
	}
	if status, text := m.get(address, "/"); status != http.StatusOK || !strings.Contains(text, "/headroom  not there on Mesos\n") ||
		!strings.Contains(text, "e.g. /metrics\n") {
		t.Errorf("/: %d %s", status, text)
	}
	for _, path := range []string{"/headroom", "/snapshot"} {
		if status, text := m.get(address, path); status != http.StatusNotImplemented || !strings.Contains(text, "not there on Mesos") {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

func TestOnMesosExplainTellsWhatBecameOfWork(t *testing.T) {
	m := newMesosTest(t)
	setFlag(t, "auction_debug_address", "127.0.0.1:0")
	m.run()
	address, _ := m.log.lines(t, "serving-debug")[0].Data["address"].(string)
	hopeless := refusedAs(lrpEvent(0, "web", 1), rostrum.RefusalInsufficientResources,
		"insufficient resources: gpus (the framework does not have the capability GPU_RESOURCES)")
	hopeless.Reasons = []rostrum.Reason{{Code: rostrum.ReasonResource, Subject: "gpus", Static: true}}
	hopeless.Attempts = 1
	m.tell(lrpEvent(mesos.Placed, "web", 0), hopeless)
	m.next()
	explain := func(path string, wantStatus int, wants ...string) {
		t.Helper()
		status, text := m.get(address, path)
		if status != wantStatus {
			t.Errorf("%s: status %d, expected %d: %s", path, status, wantStatus, text)
		}
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %s, expected %q in it", path, text, want)
			}
		}
	}
	explain("/explain?id=web.1&format=text", http.StatusOK,
		"lrp web.1: refused: insufficient resources: gpus (the framework does not have the capability GPU_RESOURCES)\nat ",
		", after 1 round\n  too little gpus (asked 0, free 0), for good\n")
	explain("/explain?id=web.1", http.StatusOK, `"placed": false`, `"static": true`, `"subject": "gpus"`, `"kind": "lrp"`)
	explain("/explain?id=web.0&format=text", http.StatusOK, "lrp web.0: placed on ")
	explain("/explain?id=web.0&kind=task", http.StatusNotFound, `nothing has been said of an auction "web.0"`)
	explain("/explain?id=web.7", http.StatusNotFound, `nothing has been said of an auction "web.7"`)
	explain("/explain", http.StatusBadRequest, "id is missing")

	running := lrpEvent(mesos.Status, "web", 0)
	running.State = mesos.TaskRunning
	m.tell(running)
	m.tell(lrpEvent(mesos.Placed, "web", 2)) // When this is taken in, the one before was.
	m.next()
	explain("/explain?id=web.0", http.StatusOK, `"outcome": "status"`, `"state": "TASK_RUNNING"`, `"placed": true`)
}

func TestOnMesosExplainForgetsTheOldest(t *testing.T) {
	outcomes := newMesosOutcomes()
	now := time.Now()
	for i := range mesosOutcomesKept + 2 {
		event := lrpEvent(mesos.Placed, "web", int32(i))
		outcomes.note(&event, now)
		outcomes.note(&event, now)
	}
	for i, want := range map[int]bool{0: false, 1: false, 2: true, mesosOutcomesKept + 1: true} {
		_, err := outcomes.explain(nil, url.Values{"id": {"web." + strconv.Itoa(i)}})
		if (err == nil) != want {
			t.Errorf("web.%d: %v, expected it to be known: %v", i, err, want)
		}
	}
	if len(outcomes.latest) != mesosOutcomesKept || len(outcomes.order) != mesosOutcomesKept {
		t.Errorf("%d outcomes and %d names are kept, expected %d", len(outcomes.latest), len(outcomes.order), mesosOutcomesKept)
	}
}
