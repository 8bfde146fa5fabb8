package auctionrunner

import (
	"sync"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/rostrum"
)

// phase is a part of a runner's round.
type phase int

const (
	phaseFetch  phase = iota // Asking all cells for their states.
	phaseFeed                // Telling Rostrum about cells and auctions.
	phasePlace               // Deciding.
	phaseCommit              // Sending the cells their work.
	phaseCount
)

func (p phase) String() string { return [phaseCount]string{"fetch", "feed", "place", "commit"}[p] }

// kinds are those of work, in the order in which metrics count them.
var kinds = [...]rostrum.Kind{rostrum.LRP, rostrum.Task}

// kindCounts count one thing for each of the kinds.
type kindCounts [len(kinds)]uint64

// metrics are what a runner counts for /metrics. They are safe for concurrent use. Nil ones count nothing.
type metrics struct {
	lock sync.Mutex
	counts
	waiting func() (lrps, tasks int, oldest time.Time) // Nil: nobody has said where work waits.
}

// counts can be copied, to be written at leisure.
type counts struct {
	rounds, failedRounds uint64
	phases               [phaseCount]histogram
	placed, handedBack   kindCounts
	refused              map[rostrum.RefusalCode]kindCounts
}

func newMetrics() *metrics {
	return &metrics{counts: counts{refused: map[rostrum.RefusalCode]kindCounts{}}}
}

func (m *metrics) watchQueue(waiting func() (lrps, tasks int, oldest time.Time)) {
	if m == nil {
		return
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	m.waiting = waiting
}

func (m *metrics) notePhase(phase phase, duration time.Duration) {
	if m == nil {
		return
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	m.phases[phase].observe(duration)
}

func (m *metrics) noteFailedRound() {
	if m == nil {
		return
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	m.failedRounds++
}

// noteRound counts what became of a round's auctions.
func (m *metrics) noteRound(round *rostrum.Round, results *auctiontypes.AuctionResults) {
	if m == nil {
		return
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	m.rounds++
	decided := kindCounts{}
	for i := range round.Len() {
		decision := round.Decision(i)
		kind := 0
		if decision.Kind != kinds[kind] {
			kind = 1
		}
		if decision.Placed() {
			decided[kind]++
			continue
		}
		refused := m.refused[decision.Code]
		refused[kind]++
		m.refused[decision.Code] = refused
	}
	for kind, succeeded := range [...]int{len(results.SuccessfulLRPs), len(results.SuccessfulTasks)} {
		m.placed[kind] += uint64(succeeded)
		m.handedBack[kind] += decided[kind] - uint64(succeeded)
	}
}

// A watch measures phases that follow each other.
type watch struct{ since time.Time }

func startWatch() *watch { return &watch{time.Now()} }

// notePhase counts the time since the watch was last looked at.
func (p *placer) notePhase(phase phase, watch *watch) {
	if p.metrics == nil {
		return
	}
	now := time.Now()
	p.metrics.notePhase(phase, now.Sub(watch.since))
	watch.since = now
}

// A histogram counts durations by size.
type histogram struct {
	below [len(histogramBounds) + 1]uint64 // Each one in the first that it fits; the last has no bound.
	sum   time.Duration
}

var histogramBounds = [...]time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond,
	25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond,
	500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second,
	10 * time.Second, 30 * time.Second, time.Minute,
}

func (h *histogram) observe(duration time.Duration) {
	place := 0
	for place < len(histogramBounds) && duration > histogramBounds[place] {
		place++
	}
	h.below[place]++
	h.sum += duration
}
