package auctionrunner

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/mesos"
)

// notOnMesos is what is answered to questions about cells and rounds, which lie in the framework.
const notOnMesos = "not there on Mesos (-master): the framework decides on offers, and keeps neither " +
	"cells nor rounds to be asked about; see /explain, /metrics, the auctioneer's log, and the master's own state"

// newMesosDebugServer serves /explain and /metrics of a runner on Mesos.
func newMesosDebugServer(address string, run *mesosRun) (*debugServer, error) {
	d := &debugServer{seats: make(chan struct{}, debugRequestsAtOnce)}
	endpoints := []endpoint{questionEndpoint("/explain", fmt.Sprintf("what became of an LRP instance or a task on "+
		"Mesos, and if it was refused why (the last %d are known)", mesosOutcomesKept),
		"/explain?id=PROCESS-GUID.0&format=text", run.outcomes.explain, "id", "kind")}
	for _, path := range []string{"/headroom", "/snapshot"} {
		endpoints = append(endpoints, endpoint{path: path, summary: "not there on Mesos", example: path,
			answer: func(response http.ResponseWriter, _ *http.Request) error {
				http.Error(response, path+" is "+notOnMesos, http.StatusNotImplemented)
				return nil
			}})
	}
	endpoints = append(endpoints, endpoint{path: "/metrics", summary: metricsSummary, example: "/metrics",
		answer: run.writeMetrics})
	if err := d.serve(address, handle(endpoints, d.seated), run.logger); err != nil {
		return nil, err
	}
	return d, nil
}

// mesosMetrics are what a runner on Mesos counts itself. They are safe for concurrent use.
type mesosMetrics struct {
	lock               sync.Mutex
	placed, handedBack kindCounts
	refused            map[rostrum.RefusalCode]kindCounts
	waiting            func() (lrps, tasks int, oldest time.Time)
}

func newMesosMetrics(waiting func() (lrps, tasks int, oldest time.Time)) *mesosMetrics {
	return &mesosMetrics{refused: map[rostrum.RefusalCode]kindCounts{}, waiting: waiting}
}

func placeOfKind(kind rostrum.Kind) int {
	if kind == kinds[0] {
		return 0
	}
	return 1
}

func (m *mesosMetrics) notePlaced(event *mesos.Event) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.placed[placeOfKind(event.WorkKind)]++
}

func (m *mesosMetrics) noteHandedBack(event *mesos.Event) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.handedBack[placeOfKind(event.WorkKind)]++
}

func (m *mesosMetrics) noteRefused(event *mesos.Event) {
	m.lock.Lock()
	defer m.lock.Unlock()
	refused := m.refused[event.Code]
	refused[placeOfKind(event.WorkKind)]++
	m.refused[event.Code] = refused
}

func (r *mesosRun) writeMetrics(response http.ResponseWriter, _ *http.Request) error {
	counts, err := r.framework.Counts()
	if err != nil {
		return err
	}
	response.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	writer := metricsWriter{response}
	r.metrics.lock.Lock()
	defer r.metrics.lock.Unlock()
	writer.writeKinds("rostrum_placements_total", "Auctions that found a place.", r.metrics.placed)
	writer.writeKinds("rostrum_handed_back_total", "Auctions among them that the cell handed back.",
		r.metrics.handedBack)
	writer.writeRefusals(r.metrics.refused)
	writer.writeQueue(r.metrics.waiting())
	writer.writeMesos(counts)
	return nil
}

// writeMesos writes what the framework counts.
func (w metricsWriter) writeMesos(counts mesos.Counts) {
	flag := func(is bool) uint64 {
		if is {
			return 1
		}
		return 0
	}
	for _, metric := range []struct {
		name, kind, help string
		value            uint64
	}{
		{"connected", "gauge", "1 if the framework is subscribed at a master.", flag(counts.Connected)},
		{"failed", "gauge", "1 if the framework has ended for good.", flag(counts.Failed)},
		{"waiting", "gauge", "Instances and tasks that wait for a place.", counts.Waiting},
		{"launched", "gauge", "Tasks on agents that are not over.", counts.Launched},
		{"running", "gauge", "Those of them that run.", counts.Running},
		{"unclear", "gauge", "Those of them whose agent is away.", counts.Unclear},
		{"offers_held", "gauge", "Offers in hand.", counts.OffersHeld},
		{"rounds_total", "counter", "Rounds that were held.", counts.Rounds},
		{"placed_total", "counter", "Launches.", counts.Placed},
		{"ended_total", "counter", "Tasks that are over.", counts.Ended},
		{"requeued_total", "counter", "Launches that came to nothing.", counts.Requeued},
	} {
		name := "rostrum_mesos_" + metric.name
		w.head(name, metric.kind, metric.help)
		w.line(name, float64(metric.value))
	}
}
