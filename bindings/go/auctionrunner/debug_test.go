package auctionrunner

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// debugged is a cluster whose placer has a debug server.
type debugged struct {
	*testCluster
	placer *placer
}

func newDebugged(t *testing.T) *debugged {
	c := newCluster(t)
	return &debugged{c, c.testPlacerWithDebug()}
}

func (c *testCluster) testPlacerWithDebug() *placer {
	return c.placer(settings{strategy: "diego", debugAddress: "127.0.0.1:0", debugRounds: "3"})
}

func (d *debugged) get(path string) (status int, header http.Header, body string) {
	d.Helper()
	response, err := http.Get("http://" + d.placer.debug.address() + path)
	if err != nil {
		d.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

func (d *debugged) getJSON(path string, into any) {
	d.Helper()
	status, header, body := d.get(path)
	if status != http.StatusOK || header.Get("Content-Type") != "application/json" {
		d.Fatalf("%s: %d %s %s", path, status, header.Get("Content-Type"), body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		d.Fatalf("%s: %v in %s", path, err, body)
	}
}

func (d *debugged) requireStatus(path string, expected int, text string) {
	d.Helper()
	if status, _, body := d.get(path); status != expected || !strings.Contains(body, text) {
		d.Errorf("%s: %d %q, expected %d %q", path, status, body, expected, text)
	}
}

func TestADebugAddressWithoutAHostIsThisMachines(t *testing.T) {
	address, err := settings{debugAddress: ":17019"}.listenAddress()
	if err != nil || address != "127.0.0.1:17019" {
		t.Errorf("%s, %v", address, err)
	}
	address, err = settings{debugAddress: "[::1]:0"}.listenAddress()
	if err != nil || address != "[::1]:0" {
		t.Errorf("%s, %v", address, err)
	}
}

func TestBeforeTheFirstRoundThereIsNothingToTell(t *testing.T) {
	d := newDebugged(t)
	for _, path := range []string{"/explain?id=p.0", "/headroom", "/snapshot"} {
		d.requireStatus(path, http.StatusNotFound, "no round has been held yet")
	}
	d.requireStatus("/metrics", http.StatusOK, "rostrum_rounds_total 0\n")
	response, err := http.Post("http://"+d.placer.debug.address()+"/snapshot", "text/plain", nil)
	if err != nil || response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %v, %v", response, err)
	}
}

// The root lists what there is; whatever else is asked for is pointed there.
func TestTheRootListsWhatThereIs(t *testing.T) {
	d := newDebugged(t)
	d.addCell("z1", "a")
	lrp := anLRP("PROCESS-GUID", 0)
	d.scheduleWith(d.placer, []diego.LRP{lrp})
	_, header, text := d.get("/")
	if header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(text, "the last rounds (3 at most)") ||
		!strings.Contains(text, "with id, kind, format\n") {
		t.Errorf("%v\n%s", header, text)
	}
	var told index
	d.getJSON("/?format=json", &told)
	var paths []string
	for _, entry := range told.Endpoints {
		paths = append(paths, entry.Path)
		for _, part := range []string{entry.Path + " ", entry.Summary + "\n", "e.g. " + entry.Example + "\n"} {
			if !strings.Contains(text, part) {
				t.Errorf("%q is not in\n%s", part, text)
			}
		}
		// The examples are good ones.
		d.requireStatus(entry.Example, http.StatusOK, "")
	}
	if !slices.Equal(paths, []string{"/explain", "/headroom", "/snapshot", "/metrics"}) {
		t.Errorf("there are %q", paths)
	}
	for _, path := range []string{"/favicon.ico", "/explain/", "/metrics/x", "/Explain"} {
		d.requireStatus(path, http.StatusNotFound, `"`+path+`" is not there; / lists what is`)
	}
}

// The format is the same parameter everywhere; the header Accept says it, too.
func TestFormats(t *testing.T) {
	d := newDebugged(t)
	d.addCell("z1", "a")
	d.scheduleWith(d.placer, []diego.LRP{anLRP("p", 0)})
	const (
		isJSON = "application/json"
		isText = "text/plain; charset=utf-8"
	)
	for path, usual := range map[string]string{"/explain?id=p.0": isJSON, "/headroom?": isJSON, "/snapshot?": isJSON, "/?": isText} {
		for _, test := range []struct{ format, accept, expected string }{
			{"", "", usual},
			{"&format=json", "", isJSON},
			{"&format=text", "", isText},
			{"&format=json", "text/plain", isJSON},
			{"", "text/plain", isText},
			{"", "application/json", isJSON},
			{"", "text/plain;q=0.5, application/json", isJSON},
			{"", "application/json;q=0.5,text/plain;q=0.9", isText},
			{"", "*/*", usual},
			{"", "text/*", isText},
			{"", "application/*, text/plain;q=0", isJSON},
			{"", "image/png", usual},
			{"", "text/plain;q=many, ;;", usual},
			{"", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", usual},
		} {
			request, err := http.NewRequest("GET", "http://"+d.placer.debug.address()+path+test.format, nil)
			if err != nil {
				t.Fatal(err)
			}
			if test.accept != "" {
				request.Header.Set("Accept", test.accept)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			kind := response.Header.Get("Content-Type")
			if err != nil || response.StatusCode != http.StatusOK || kind != test.expected || json.Valid(body) != (kind == isJSON) {
				t.Errorf("%s with %+v: %d %s %s", path, test, response.StatusCode, kind, body)
			}
		}
		for query, text := range map[string]string{
			"&format=xml": `format is "xml", expected json or text`,
			"&format=":    `format is "", expected json or text`,
			"&formt=text": `there is no parameter "formt", expected `,
			"&x=%zz":      "expected NAME=VALUE",
		} {
			d.requireStatus(path+query, http.StatusBadRequest, text)
		}
	}
	d.requireStatus("/headroom?memory_mb=30&disk_mb=10&format=text", http.StatusOK,
		"More LRP instances that would fit:\n30 MB of memory, 10 MB of disk: 3\n  zone \"z1\": 3 on 1 cell\nthe limit of")
	d.requireStatus("/headroom?placement_tag=a&placement_tag=b&rootfs=docker:///x&volume_driver=nfs&format=text", http.StatusOK,
		"More LRP instances that would fit, root file system docker:///x, placement tags a, b, volume drivers nfs:\n")
	d.requireStatus("/snapshot?format=text", http.StatusOK, "a in zone \"z1\", index 0: free 90 of 100 MB of memory, "+
		"190 of 200 MB of disk, 9 of 10 containers; 1 LRP, 0 tasks, 1 container starting\n")
}

func TestExplain(t *testing.T) {
	d := newDebugged(t)
	d.addCell("z1", "a")
	d.addCell("z2", "b", func(state *diego.CellState) { state.AvailableResources.MemoryMB = 15 })
	d.addCell("z2", "odd", func(state *diego.CellState) { state.TotalResources.DiskMB = 0 })
	large := anLRP("large", 0)
	large.MemoryMB = 500
	d.scheduleWith(d.placer, []diego.LRP{anLRP("p", 0), large}, aTask("p.0"), aTask("t"))

	var told []explanation
	d.getJSON("/explain?id=large.0", &told)
	if len(told) != 1 || told[0].Placed || told[0].Kind != "lrp" || told[0].Error != "insufficient resources: memory" ||
		!strings.Contains(told[0].Remedy, "more memory") || len(told[0].Answers) != 3 {
		t.Fatalf("told %+v", told)
	}
	answer := told[0].Answers[0]
	if answer.CellID != "a" || answer.Zone != "z1" || answer.Fits || len(answer.Reasons) != 1 {
		t.Errorf("the answer is %+v", answer)
	}
	if reason := answer.Reasons[0]; reason.Subject != "memory" || reason.Asked != 500 || !reason.Static {
		t.Errorf("the reason is %+v", reason)
	}

	// An instance and a task may have one name.
	d.getJSON("/explain?id=p.0", &told)
	if len(told) != 2 || !told[0].Placed || !told[1].Placed || told[0].Kind != "lrp" || told[1].Kind != "task" {
		t.Errorf("told %+v", told)
	}
	// JSON has no infinite numbers.
	winner := told[1].Answers[2]
	if winner.CellID != "odd" || !winner.Winner || winner.Score != "-inf" {
		t.Errorf("the winner is %+v", winner)
	}
	d.getJSON("/explain?id=p.0&kind=task", &told)
	if len(told) != 1 || told[0].Kind != "task" {
		t.Errorf("told %+v", told)
	}

	_, header, text := d.get("/explain?id=large.0&format=text")
	if header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("the header is %v", header)
	}
	for _, line := range []string{
		"lrp large.0: refused: insufficient resources: memory\n",
		"It would fit on cell \"",
		`  a in zone "z1": `,
		"refused: too little memory (asked 500, free 100), for good\n",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
	d.requireStatus("/explain?id=t&format=text", http.StatusOK, `  odd in zone "z2": won, score -inf`)
}

func TestExplainTellsThatNothingIsFree(t *testing.T) {
	told := describeReason(&rostrum.Reason{Code: rostrum.ReasonResource, Subject: "memory",
		Asked: rostrum.Units(5), ShortBy: rostrum.Units(5)})
	written, err := json.Marshal(told)
	if want := `{"reason":"resource","subject":"memory","static":false,"asked":5,"free":0,"short_by":5}`; err != nil ||
		string(written) != want {
		t.Errorf("written as %s (%v), expected %s", written, err, want)
	}
	written, err = json.Marshal(describeReason(&rostrum.Reason{Code: rostrum.ReasonDraining}))
	if err != nil || strings.Contains(string(written), "asked") {
		t.Errorf("written as %s (%v), expected no amounts", written, err)
	}
}

func TestExplainRefusesWhatCannotBe(t *testing.T) {
	d := newDebugged(t)
	d.addCell("z1", "a")
	d.scheduleWith(d.placer, []diego.LRP{anLRP("p", 0)})
	d.requireStatus("/explain", http.StatusBadRequest, "id is missing, expected PROCESS-GUID.INDEX")
	d.requireStatus("/explain?id=p.0&kind=pod", http.StatusBadRequest, `kind is "pod", expected lrp or task`)
	d.requireStatus("/explain?id=p.0&format=xml", http.StatusBadRequest, `format is "xml", expected json or text`)
	d.requireStatus("/explain?id=p.1", http.StatusNotFound, `the last round had no auction "p.1"; an LRP instance is PROCESS-GUID.INDEX`)
	d.requireStatus("/explain?id=p.0%00", http.StatusNotFound, `the last round had no auction "p.0\x00"`)
	d.requireStatus("/explain?id="+strings.Repeat("x", 1<<15), http.StatusRequestHeaderFieldsTooLarge, "")
}

// The latest round that had an auction is told of, of those that are kept.
func TestExplainKnowsTheLastRounds(t *testing.T) {
	d := newDebugged(t)
	d.addCell("z1", "a", func(state *diego.CellState) { state.AvailableResources.MemoryMB = 25 })
	round := func(lrps []diego.LRP, tasks ...diego.Task) {
		d.now = d.now.Add(time.Minute)
		d.scheduleWith(d.placer, lrps, tasks...)
	}
	latest := func(id string) (rounds []uint64) {
		t.Helper()
		var told explanations
		d.getJSON("/explain?id="+id, &told)
		for _, each := range told {
			rounds = append(rounds, each.Round)
		}
		return rounds
	}
	round([]diego.LRP{anLRP("p", 0), anLRP("p", 1)})
	kept := d.placer.history.rounds[0]
	round([]diego.LRP{anLRP("p", 0)})
	round(nil, aTask("p.0"))
	if got := latest("p.0"); !slices.Equal(got, []uint64{2, 3}) { // The instance, and the task of its name.
		t.Errorf("p.0 is told of rounds %v", got)
	}
	if got := latest("p.1"); !slices.Equal(got, []uint64{1}) {
		t.Errorf("p.1 is told of rounds %v", got)
	}
	var told explanations
	d.getJSON("/explain?id=p.1", &told)
	if !told[0].Placed || told[0].Time != d.now.Add(-2*time.Minute).UTC().Format(time.RFC3339Nano) {
		t.Errorf("told %+v", told)
	}
	d.requireStatus("/explain?id=p.1&format=text", http.StatusOK, "lrp p.1: placed\nin round 1, at ")
	// What an earlier round had is as that round left it, and not as it is now.
	d.getJSON("/explain?id=p.0&kind=lrp", &told)
	if told[0].Placed || told[0].Answers[0].Reasons[0].Free != 5 {
		t.Errorf("told %+v", told)
	}

	if _, err := kept.Input(); err != nil {
		t.Errorf("the first round is gone too early: %v", err)
	}
	round([]diego.LRP{anLRP("q", 0)})
	d.requireStatus("/explain?id=p.1", http.StatusNotFound, "the last 3 rounds had no auction")
	if _, err := kept.Input(); !errors.Is(err, rostrum.ErrClosed) {
		t.Errorf("what has fallen out is still there: %v", err)
	}
	d.placer.Close()
	if len(d.placer.history.rounds) != 0 {
		t.Error("rounds outlive their placer")
	}
}

// A round that fails costs no earlier one its explanation, though the engine is another one then.
func TestExplainKnowsRoundsBeforeOneThatFailed(t *testing.T) {
	d := newDebugged(t)
	d.addCell("z1", "a")
	fail := func() {
		d.options.startingContainerWeight = math.Inf(1)
		d.scheduleWith(d.placer, []diego.LRP{anLRP("none", 0)})
		d.options.startingContainerWeight = 0.25
	}
	fail()
	d.requireStatus("/explain?id=p.0", http.StatusNotFound, "no round has been held yet")
	d.scheduleWith(d.placer, []diego.LRP{anLRP("p", 0)})
	engine := d.placer.engine
	fail()
	d.requireStatus("/explain?id=p.0", http.StatusOK, "p.0")
	d.requireStatus("/headroom", http.StatusNotFound, "the last one has failed")
	for i := range 3 {
		if err := engine.SetKeepRefused(false); err != nil {
			t.Errorf("after %d more rounds the engine is gone: %v", i, err)
		}
		d.scheduleWith(d.placer, []diego.LRP{anLRP("q", int32(i))})
		d.requireStatus("/explain?id=q.0", http.StatusOK, "q.0")
	}
	d.requireStatus("/explain?id=p.0", http.StatusNotFound, "p.0")
	if err := engine.SetKeepRefused(false); !errors.Is(err, rostrum.ErrClosed) {
		t.Errorf("the engine outlives its rounds: %v", err)
	}
	fail()
	fail()
	engine = d.placer.history.rounds[0].engine
	d.placer.Close()
	if err := engine.SetKeepRefused(false); !errors.Is(err, rostrum.ErrClosed) {
		t.Errorf("the engine outlives the placer: %v", err)
	}
}

func TestSnapshot(t *testing.T) {
	d := newDebugged(t)
	d.addCell("z1", "a", func(state *diego.CellState) {
		state.LRPs = []diego.LRP{anLRP("p", 3), anLRP("other", 0)}
		state.Tasks = []diego.Task{aTask("t")}
		state.ProxyMemoryAllocationMB = 4
		state.PlacementTags = []string{"gpu"}
		state.RootFSProviders["docker"] = diego.ArbitraryRootFSProvider{}
		state.RootFSProviders["strange"] = nil
	})
	lrp := anLRP("p", 0)
	lrp.PlacementTags = []string{"gpu"}
	d.scheduleWith(d.placer, []diego.LRP{lrp})
	var told struct {
		Cells []cellSnapshot `json:"cells"`
	}
	d.getJSON("/snapshot", &told)
	if len(told.Cells) != 1 {
		t.Fatalf("told %+v", told)
	}
	cell := told.Cells[0]
	if cell.CellID != "a" || cell.Zone != "z1" || cell.LRPCount != 3 || cell.Processes["p"] != 2 ||
		cell.TaskCount != 1 || cell.ProxyMemoryMB != 4 || cell.StartingContainers != 1 ||
		cell.Total != (resourcesSnapshot{100, 200, 10}) || cell.Free != (resourcesSnapshot{90, 190, 9}) ||
		len(cell.PlacementTags) != 1 || cell.VolumeDrivers == nil {
		t.Errorf("the cell is %+v", cell)
	}
	kinds := map[string]string{}
	for _, provider := range cell.RootFSProviders {
		kinds[provider.Scheme] = provider.Type + " " + strings.Join(provider.Set, ",")
	}
	if len(kinds) != 3 || kinds["preloaded"] != "fixed_set linux" || kinds["docker"] != "arbitrary " || kinds["strange"] != "unknown " {
		t.Errorf("the providers are %v", kinds)
	}
}

// What a cell hands back does not take room there.
func TestSnapshotWithoutWhatWasHandedBack(t *testing.T) {
	d := newDebugged(t)
	cell := d.addCell("z1", "a")
	cell.client = performer{perform: func(work diego.Work) (diego.Work, error) { return work, nil }}
	d.scheduleWith(d.placer, []diego.LRP{anLRP("p", 0)}, aTask("t"))
	var told struct {
		Cells []cellSnapshot `json:"cells"`
	}
	d.getJSON("/snapshot", &told)
	if told.Cells[0].Free != (resourcesSnapshot{100, 200, 10}) || told.Cells[0].StartingContainers != 0 {
		t.Errorf("the cell is %+v", told.Cells[0])
	}
	_, _, text := d.get("/metrics")
	requireMetric(t, text, `rostrum_handed_back_total{kind="lrp"} 1`)
	requireMetric(t, text, `rostrum_handed_back_total{kind="task"} 1`)
	requireMetric(t, text, `rostrum_placements_total{kind="lrp"} 0`)
}

func requireMetric(t *testing.T, text, line string) {
	t.Helper()
	if !strings.Contains("\n"+text, "\n"+line+"\n") {
		t.Errorf("%q is not in\n%s", line, text)
	}
}

func TestMetrics(t *testing.T) {
	d := newDebugged(t)
	d.addCell("z1", "a")
	d.addCell(`odd "zone"\`+"\n\xff", "b")
	d.placer.metrics.watchQueue(func() (lrps, tasks int, oldest time.Time) { return 3, 2, time.Now().Add(-time.Hour) })
	d.placer.metrics.notePhase(phaseFetch, 3*time.Second)
	large, elsewhere := anLRP("large", 0), aTask("elsewhere")
	large.MemoryMB = 500
	elsewhere.RootFs = "docker:///x"
	d.scheduleWith(d.placer, []diego.LRP{anLRP("p", 0), large}, aTask("t"), elsewhere)

	status, header, text := d.get("/metrics")
	if status != http.StatusOK || header.Get("Content-Type") != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("%d %v", status, header)
	}
	for _, line := range []string{
		"rostrum_rounds_total 1",
		"rostrum_failed_rounds_total 0",
		`rostrum_placements_total{kind="lrp"} 1`,
		`rostrum_placements_total{kind="task"} 1`,
		`rostrum_handed_back_total{kind="lrp"} 0`,
		`rostrum_refusals_total{kind="lrp",reason="insufficient resources"} 1`,
		`rostrum_refusals_total{kind="task",reason="insufficient resources"} 0`,
		`rostrum_phase_seconds_bucket{phase="fetch",le="2.5"} 0`,
		`rostrum_phase_seconds_bucket{phase="fetch",le="5"} 1`,
		`rostrum_phase_seconds_bucket{phase="fetch",le="+Inf"} 1`,
		`rostrum_phase_seconds_sum{phase="fetch"} 3`,
		`rostrum_phase_seconds_count{phase="feed"} 1`,
		`rostrum_phase_seconds_count{phase="place"} 1`,
		`rostrum_phase_seconds_count{phase="commit"} 1`,
		`rostrum_queue_length{kind="lrp"} 3`,
		`rostrum_queue_length{kind="task"} 2`,
		`rostrum_cells{zone="z1"} 1`,
		`rostrum_cells{zone="odd \"zone\"\\\n` + "\ufffd" + `"} 1`,
		`rostrum_total_memory_bytes{zone="z1"} 1.048576e+08`,
		`rostrum_total_containers{zone="z1"} 10`,
	} {
		requireMetric(t, text, line)
	}
	if !regexp.MustCompile(`\nrostrum_queue_age_seconds 3[56]\d\d(\.\d+)?\n`).MatchString(text) {
		t.Errorf("the age is not in\n%s", text)
	}
	requireExposition(t, text)

	d.options.startingContainerWeight = math.Inf(1)
	d.scheduleWith(d.placer, []diego.LRP{anLRP("p", 1)})
	_, _, text = d.get("/metrics")
	requireMetric(t, text, "rostrum_failed_rounds_total 1")
}

// requireExposition checks the form of every line, and that each family is named before its metrics.
func requireExposition(t *testing.T, text string) {
	t.Helper()
	metric := regexp.MustCompile(`^([a-z_]+?)(_bucket|_sum|_count)?(\{[a-z_]+="([^"\\]|\\[\\"n])*"(,[a-z_]+="([^"\\]|\\[\\"n])*")*\})? \S+$`)
	family := ""
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			family, _, _ = strings.Cut(name, " ")
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		match := metric.FindStringSubmatch(line)
		if match == nil || match[1] != family && match[1]+match[2] != family {
			t.Errorf("%q is no metric of %s", line, family)
		}
	}
}

// So many requests are answered at once, and no more.
func TestTooManyRequestsAtOnce(t *testing.T) {
	d := newDebugged(t)
	for range cap(d.placer.debug.seats) {
		d.placer.debug.seats <- struct{}{}
	}
	status, header, _ := d.get("/metrics")
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("%d %v", status, header)
	}
	<-d.placer.debug.seats
	d.requireStatus("/metrics", http.StatusOK, "")
}

// Rounds go on while questions are asked, and the other way round.
func TestQuestionsDuringRounds(t *testing.T) {
	d := newDebugged(t)
	d.addCell("z1", "a")
	d.addCell("z2", "b")
	var askers sync.WaitGroup
	ended := make(chan struct{})
	for _, path := range []string{"/explain?id=p.0", "/explain?id=p.1", "/headroom", "/snapshot", "/metrics"} {
		askers.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
				}
				if status, _, body := d.get(path); status != http.StatusOK && status != http.StatusNotFound {
					t.Errorf("%s: %d %s", path, status, body)
				}
			}
		})
	}
	for round := range 100 {
		// p.1 is asked for in rounds that are not the last; some fail, so that the engine changes.
		d.options.startingContainerWeight = 0.25
		if round%10 == 9 {
			d.options.startingContainerWeight = math.Inf(1)
		}
		d.scheduleWith(d.placer, []diego.LRP{anLRP("p", int32(round%2))})
		clear(d.zones)
		d.addCell("z1", "a")
		d.addCell("z2", "b")
	}
	close(ended)
	askers.Wait()
}

// The server ends with the runner.
func TestCloseEndsTheServer(t *testing.T) {
	d := newDebugged(t)
	address := d.placer.debug.address()
	idle, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	d.placer.Close()
	if _, err := http.Get("http://" + address + "/metrics"); err == nil {
		t.Error("it still answers")
	}
	if _, err := idle.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still open")
	}
}

func TestHeadroomOverHTTP(t *testing.T) {
	d := newDebugged(t)
	d.addCell("z1", "a", func(state *diego.CellState) { state.ProxyMemoryAllocationMB = 5 })
	d.addCell("z1", "b", func(state *diego.CellState) { state.PlacementTags = []string{"gpu"} })
	d.addCell("z2", "c", func(state *diego.CellState) { state.RootFSProviders = nil })
	d.scheduleWith(d.placer, []diego.LRP{anLRP("p", 0)})

	var told headroomAnswer
	d.getJSON("/headroom?memory_mb=30&disk_mb=10&rootfs="+url.QueryEscape(linux), &told)
	// a has 90 MB left, and each needs 35 to be placed there, of which 30 are taken.
	if len(told.Sizes) != 1 || told.Sizes[0].Fit != 2 || told.RootFS != linux ||
		told.Sizes[0].Zones["z1"] != (headroomZone{Fit: 2, Cells: 1}) ||
		told.Sizes[0].Zones["z2"] != (headroomZone{}) || !strings.Contains(told.Note, "starting_container_count_maximum") {
		t.Errorf("told %+v", told)
	}
	told = headroomAnswer{}
	d.getJSON("/headroom?memory_mb=30&disk_mb=10", &told)
	if told.Sizes[0].Fit != 5 || told.Sizes[0].Zones["z2"].Fit != 3 {
		t.Errorf("told %+v", told)
	}
	told = headroomAnswer{}
	d.getJSON("/headroom?memory_mb=30&disk_mb=10&placement_tag=gpu", &told)
	if told.Sizes[0].Fit != 3 || len(told.PlacementTags) != 1 {
		t.Errorf("told %+v", told)
	}
	told = headroomAnswer{}
	d.getJSON("/headroom", &told)
	if len(told.Sizes) != len(defaultHeadroomMemoryMB) || told.Sizes[0].DiskMB != defaultHeadroomDiskMB {
		t.Errorf("told %+v", told)
	}
	for path, text := range map[string]string{
		"/headroom?memory_mb=much":      `memory_mb is "much", expected a whole number of MB from 0 to 2147483647`,
		"/headroom?disk_mb=-1":          `disk_mb is "-1"`,
		"/headroom?memory_mb=":          `memory_mb is ""`,
		"/headroom?rootfs=%25zz":        `rootfs is "%zz", expected a URL`,
		"/headroom?disk_mb=99999999999": `disk_mb is "99999999999"`,
	} {
		d.requireStatus(path, http.StatusBadRequest, text)
	}
}
