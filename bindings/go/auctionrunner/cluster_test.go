package auctionrunner

import (
	"bytes"
	"encoding/json"
	"strings"
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

const linux = "preloaded:linux"

// testCluster is a small cluster with a scheduler over it, for tests that say what is different.
type testCluster struct {
	*testing.T
	zones   map[string]Zone
	options engineOptions
	log     *testLog
	sent    cellWork
	now     time.Time
	pool    *workpool.WorkPool
}

func newCluster(t *testing.T) *testCluster {
	pool, err := workpool.NewWorkPool(4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Stop)
	return &testCluster{
		T:       t,
		zones:   map[string]Zone{},
		options: engineOptions{startingContainerWeight: 0.25},
		log:     newTestLog(lager.INFO),
		now:     time.Unix(1_700_000_000, 0),
		pool:    pool,
	}
}

// addCell adds an empty cell of 100 MB, 200 MB of disk and 10 containers, unless it is changed. It
// takes all its work.
func (c *testCluster) addCell(zone, guid string, changes ...func(*diego.CellState)) *Cell {
	state := diego.CellState{
		CellID:             guid,
		CellIndex:          len(c.zones[zone]),
		Zone:               zone,
		TotalResources:     diego.NewResources(100, 200, 10),
		AvailableResources: diego.NewResources(100, 200, 10),
		RootFSProviders:    diego.RootFSProviders{"preloaded": diego.NewFixedSetRootFSProvider("linux")},
	}
	for _, change := range changes {
		change(&state)
	}
	client := performer{perform: func(work diego.Work) (diego.Work, error) {
		c.sent.add(guid, work)
		return diego.Work{}, nil
	}}
	cell := NewCell(c.log.logger, guid, client, state)
	c.zones[zone] = append(c.zones[zone], cell)
	return cell
}

func (c *testCluster) scheduler() *Scheduler {
	return NewScheduler(c.pool, c.zones, fakeclock.NewFakeClock(c.now), c.log.logger,
		c.options.binPackFirstFitWeight, c.options.startingContainerWeight,
		c.options.startingContainerCountMaximum)
}

func (c *testCluster) schedule(lrps []diego.LRP, tasks ...diego.Task) auctiontypes.AuctionResults {
	return c.scheduler().Schedule(c.request(lrps, tasks...))
}

func (c *testCluster) request(lrps []diego.LRP, tasks ...diego.Task) auctiontypes.AuctionRequest {
	request := auctiontypes.AuctionRequest{}
	for _, lrp := range lrps {
		request.LRPs = append(request.LRPs, auctiontypes.NewLRPAuction(lrp, c.now.Add(-time.Second)))
	}
	for _, task := range tasks {
		request.Tasks = append(request.Tasks, auctiontypes.NewTaskAuction(task, c.now.Add(-time.Second)))
	}
	return request
}

// anLRP asks for 10 MB of memory and of disk on linux.
func anLRP(processGUID string, index int32) diego.LRP {
	return diego.NewLRP("", models.NewActualLRPKey(processGUID, index, "domain"),
		diego.NewResource(10, 10, 0), diego.NewPlacementConstraint(linux, nil, nil))
}

func aTask(guid string) diego.Task {
	return diego.NewTask(guid, "domain", diego.NewResource(10, 10, 0), diego.NewPlacementConstraint(linux, nil, nil))
}

// describe says in a line what became of each auction, in order.
func describeResults(results auctiontypes.AuctionResults) string {
	var text strings.Builder
	for i := range results.SuccessfulLRPs {
		text.WriteString(results.SuccessfulLRPs[i].Identifier() + " on " + results.SuccessfulLRPs[i].Winner + "\n")
	}
	for i := range results.SuccessfulTasks {
		text.WriteString(results.SuccessfulTasks[i].Identifier() + " on " + results.SuccessfulTasks[i].Winner + "\n")
	}
	for i := range results.FailedLRPs {
		text.WriteString(results.FailedLRPs[i].Identifier() + ": " + results.FailedLRPs[i].PlacementError + "\n")
	}
	for i := range results.FailedTasks {
		text.WriteString(results.FailedTasks[i].Identifier() + ": " + results.FailedTasks[i].PlacementError + "\n")
	}
	return text.String()
}

func requireText(t *testing.T, got, expected string) {
	t.Helper()
	if got = strings.TrimSpace(got); got != strings.TrimSpace(expected) {
		t.Errorf("got\n%s\nexpected\n%s", got, strings.TrimSpace(expected))
	}
}

// testLog is a log that can be read.
type testLog struct {
	logger lager.Logger
	lock   sync.Mutex
	text   bytes.Buffer
}

type logLine struct {
	Message string         `json:"message"`
	Data    map[string]any `json:"data"`
}

func newTestLog(level lager.LogLevel) *testLog {
	log := &testLog{logger: lager.NewLogger("test")}
	log.logger.RegisterSink(lager.NewWriterSink(log, level))
	return log
}

func (l *testLog) Write(text []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.Write(text)
}

// lines returns what was logged with a message, such as "lrp-auction-failed".
func (l *testLog) lines(t *testing.T, message string) []logLine {
	l.lock.Lock()
	defer l.lock.Unlock()
	var lines []logLine
	for _, text := range bytes.Split(bytes.TrimSpace(l.text.Bytes()), []byte("\n")) {
		var line logLine
		if len(text) == 0 {
			continue
		}
		if err := json.Unmarshal(text, &line); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if strings.HasSuffix(line.Message, "."+message) {
			lines = append(lines, line)
		}
	}
	return lines
}
