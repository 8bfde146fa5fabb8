package auctionrunner

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// With a debug log, the cells that Diego would have tried for each LRP are there with their scores,
// in random clusters and requests.
func TestTheDebugLogHasWhatDiegoTries(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	told := 0
	for i := range uint64(300) {
		c := newRandomCase(rand.New(rand.NewPCG(seed, i)))
		log := newTestLog(lager.DEBUG)
		c.runOurs(&cellWork{}, log.logger)
		_, _, literal := c.runLiterally(&cellWork{})

		var got []triedCell
		for _, line := range log.lines(t, "score-for-lrp") {
			// A score that JSON has no number for leaves nothing but a complaint.
			if guid, ok := line.Data["cell-guid"].(string); ok {
				got = append(got, triedCell{guid, line.Data["score"].(float64)})
			}
		}
		expected := slices.DeleteFunc(literal.tried, func(tried triedCell) bool {
			return math.IsNaN(tried.score) || math.IsInf(tried.score, 0)
		})
		told += len(expected)
		sortTried(got)
		sortTried(expected)
		if len(got)+len(expected) > 0 && !reflect.DeepEqual(got, expected) {
			t.Fatalf("case %d of seed %d: the log has\n%v, expected\n%v", i, seed, got, expected)
		}
	}
	if told < 1000 {
		t.Errorf("only %d cells were tried in all", told)
	}
}

func sortTried(tried []triedCell) {
	slices.SortFunc(tried, func(a, b triedCell) int {
		return cmp.Or(cmp.Compare(a.guid, b.guid), cmp.Compare(a.score, b.score))
	})
}

// countingLogger counts what it is told at the lowest level.
type countingLogger struct {
	lager.Logger
	debugs map[string]int
	data   []lager.Data
}

func (l *countingLogger) Debug(action string, data ...lager.Data) {
	l.debugs[action]++
	l.data = append(l.data, data...)
	l.Logger.Debug(action, data...)
}

// Without one, nobody is told of more than one cell, and nothing is made up for the log.
func TestNobodyListens(t *testing.T) {
	c := newCluster(t)
	logger := &countingLogger{Logger: c.log.logger, debugs: map[string]int{}}
	c.log.logger = logger
	for i := range 8 {
		c.addCell("z1", fmt.Sprint("cell-", i))
	}
	var lrps []diego.LRP
	for i := range 20 {
		lrps = append(lrps, anLRP("p", int32(i)))
	}
	tooLarge := anLRP("q", 0)
	tooLarge.MemoryMB = 1000
	results := c.schedule(append(lrps, tooLarge))
	if len(results.SuccessfulLRPs) != 20 || len(results.FailedLRPs) != 1 {
		t.Fatal(describeResults(results))
	}
	if logger.debugs["score-for-lrp"] != 1 || logger.debugs["cells-failing-score-for-lrp"] != 1 {
		t.Errorf("told %v", logger.debugs)
	}
	// What was not written in time is not there any more.
	for _, data := range logger.data {
		if states, ok := data["states"]; ok {
			text, err := json.Marshal(states)
			if err != nil || string(text) != "null" {
				t.Errorf("the states are %s, %v", text, err)
			}
		}
	}
}

// The states are those at the moment of the refusal: what was placed before is off them.
func TestStatesOfCellsThatRefuse(t *testing.T) {
	c := newCluster(t)
	c.log = newTestLog(lager.DEBUG)
	c.addCell("z1", "a", func(state *diego.CellState) { state.AvailableResources.MemoryMB = 45 })
	c.addCell("z2", "windows", func(state *diego.CellState) {
		state.RootFSProviders = diego.RootFSProviders{"preloaded": diego.NewFixedSetRootFSProvider("windows")}
	})
	large := anLRP("large", 1)
	large.MemoryMB = 40
	results := c.schedule([]diego.LRP{anLRP("p", 0), large, anLRP("q", 1)})
	if len(results.SuccessfulLRPs) != 2 || len(results.FailedLRPs) != 1 {
		t.Fatal(describeResults(results))
	}
	lines := c.log.lines(t, "cells-failing-score-for-lrp")
	if len(lines) != 1 {
		t.Fatalf("logged %v", lines)
	}
	states := lines[0].Data["states"].(map[string]any)
	if len(states) != 1 {
		t.Fatalf("the states are %v", states)
	}
	state := states["a"].(map[string]any)
	if available := state["AvailableResources"].(map[string]any); available["MemoryMB"] != 35.0 {
		t.Errorf("available are %v", available)
	}
	if state["cell_id"] != "a" || state["LRPs"] != nil {
		t.Errorf("the state is %v", state)
	}
	failed := c.log.lines(t, "lrp-auction-failed")
	if len(failed) != 1 || failed[0].Data["error"] != "insufficient resources: memory" ||
		failed[0].Data["lrp-guid"] != "large.1" ||
		failed[0].Data["lrp-resource"].(map[string]any)["MemoryMB"] != 40.0 {
		t.Errorf("logged %v", failed)
	}
}
