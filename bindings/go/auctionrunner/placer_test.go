package auctionrunner

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// placer makes a placer as a runner has it, which is closed at the end of the test.
func (c *testCluster) placer(settings settings) *placer {
	c.Helper()
	placer, err := newPlacer(c.log.logger, settings)
	if err != nil {
		c.Fatal(err)
	}
	c.Cleanup(placer.Close)
	return placer
}

func (c *testCluster) scheduleWith(placer *placer, lrps []diego.LRP, tasks ...diego.Task) auctiontypes.AuctionResults {
	scheduler := c.scheduler()
	scheduler.placer = placer
	return scheduler.Schedule(c.request(lrps, tasks...))
}

func TestARoundAfterCloseFailsClearly(t *testing.T) {
	c := newCluster(t)
	c.addCell("z1", "a")
	placer := c.placer(defaultSettings())
	placer.Close()
	placer.Close()
	results := c.scheduleWith(placer, []diego.LRP{anLRP("p", 0)}, aTask("t"))
	requireText(t, describeResults(results), `
p.0: no placement was made: rostrum: used after Close
t: no placement was made: rostrum: used after Close`)
}

// A round that fails loses nothing, and leaves nothing behind for the next one.
func TestARoundThatFails(t *testing.T) {
	c := newCluster(t)
	c.addCell("z1", "a")
	placer := c.placer(settings{strategy: buildPlugin(t, 2)})
	requireText(t, describeResults(c.scheduleWith(placer, []diego.LRP{anLRP("p", 0)})), "p.0 on a")
	results := c.scheduleWith(placer, []diego.LRP{anLRP("p", 1)}, aTask("t"))
	if len(results.FailedLRPs) != 1 || len(results.FailedTasks) != 1 {
		t.Fatal(describeResults(results))
	}
	for _, text := range []string{results.FailedLRPs[0].PlacementError, results.FailedTasks[0].PlacementError} {
		if !strings.HasPrefix(text, "no placement was made: ") || !strings.Contains(text, `strategy "last-cell" could not begin the round: its begin_round failed: out of licences`) {
			t.Errorf("PlacementError is %q", text)
		}
	}
	if lines := c.log.lines(t, "failed-to-place"); len(lines) != 1 || lines[0].Data["lrp-start-auctions"] != 1.0 {
		t.Errorf("logged %v", lines)
	}
	requireText(t, describeResults(c.scheduleWith(placer, []diego.LRP{anLRP("p", 2)})), "p.2 on a")
}

// recordRandomRounds records rounds of random clusters and requests, with settings that change from
// one to the next.
func recordRandomRounds(t *testing.T, settings settings, seed uint64, count int) (auctions int) {
	c := newCluster(t)
	placer := c.placer(settings)
	defer placer.Close()
	for i := range count {
		random := newRandomCase(rand.New(rand.NewPCG(seed, uint64(i))))
		c.zones, c.options, c.now = random.makeZones(&cellWork{}, c.log.logger), random.options, random.now
		scheduler := c.scheduler()
		scheduler.placer = placer
		scheduler.Schedule(random.request())
		if countCells(c.zones) > 0 {
			auctions += len(random.lrps) + len(random.tasks)
		}
	}
	if lines := c.log.lines(t, "failed-to-record-round"); len(lines) != 0 {
		t.Errorf("logged %v", lines)
	}
	return auctions
}

func TestARecordingRunsAgainToTheSame(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for _, strategy := range []string{"diego", "binpack", "spread", "bestfit"} {
		file := filepath.Join(t.TempDir(), "rounds.rec")
		settings := settings{strategy: strategy, recordFile: file, recordMaximumMB: "64"}
		auctions := recordRandomRounds(t, settings, seed, 100)
		replay, err := rostrum.ReplayFile(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !replay.Identical || replay.Decisions != uint64(auctions) {
			t.Errorf("%s: %d decisions, expected %d; %s", strategy, replay.Decisions, auctions, replay.FirstDifference)
		}
	}
}

// A recording of a plug-in's rounds is run again with the plug-in.
func TestARecordingOfAPlugin(t *testing.T) {
	plugin := buildPlugin(t, 0)
	file := filepath.Join(t.TempDir(), "rounds.rec")
	recordRandomRounds(t, settings{strategy: plugin, recordFile: file, recordMaximumMB: "64"}, 7, 20)
	strategy, err := rostrum.LoadStrategy(plugin)
	if err != nil {
		t.Fatal(err)
	}
	defer strategy.Close()
	replay, err := rostrum.ReplayFile(file, strategy)
	if err != nil || !replay.Identical || replay.Rounds == 0 {
		t.Errorf("the replay is %+v, %v", replay, err)
	}
}

func TestARecordingGrowsNoLargerThanAllowed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rounds.rec")
	c := newCluster(t)
	placer := c.placer(settings{strategy: "diego", recordFile: file, recordMaximumMB: "1"})
	for i := range 2000 {
		c.addCell("z1", fmt.Sprintf("a-cell-with-a-long-guid-%d", i))
	}
	for round := range 60 {
		c.scheduleWith(placer, []diego.LRP{anLRP("p", int32(round))})
	}
	placer.Close()
	size := int64(0)
	for _, path := range []string{file, file + ".1"} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if size > 1<<20 {
		t.Errorf("the files have %d bytes", size)
	}
	replay, err := rostrum.ReplayFile(file, nil)
	if err != nil || !replay.Identical || replay.Rounds == 0 {
		t.Errorf("the replay is %+v, %v", replay, err)
	}
}

// A logger that a runner was given counts its sessions, and the first one is the auction's.
func TestThePlacerOpensNoSession(t *testing.T) {
	c := newCluster(t)
	c.placer(defaultSettings())
	c.log.logger.Session("auction").Info("here", lager.Data{})
	if lines := c.log.lines(t, "here"); lines[0].Data["session"] != "1" {
		t.Errorf("logged %v", lines)
	}
}

// What a weight is written as is read as the same number.
func TestWeightsCrossUnchanged(t *testing.T) {
	c := newCluster(t)
	placer := c.placer(defaultSettings())
	for _, weight := range []float64{0, 0.1, 1e-300, -3.25e20, 1.0 / 3} {
		if _, err := placer.readyEngine(engineOptions{weight, weight, -7}); err != nil {
			t.Fatal(err)
		}
	}
	engine, err := placer.readyEngine(engineOptions{1.0 / 3, 1e-7, 5})
	if err != nil {
		t.Fatal(err)
	}
	round, err := engine.RunRound(t.Context(), 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer round.Close()
	input, err := round.Input()
	if err != nil {
		t.Fatal(err)
	}
	if context := input.Context; context.BinPackFirstFitWeight != 1.0/3 || context.StartingContainerWeight != 1e-7 ||
		context.StartingContainerCountMaximum != 5 {
		t.Errorf("the settings are %+v", context)
	}
}

func TestTheRunnerSetsEveryOptionOfEngines(t *testing.T) {
	var ours, known []string
	for _, option := range (engineOptions{}).list() {
		ours = append(ours, option.key)
	}
	for _, option := range rostrum.Options() {
		known = append(known, option.Key)
	}
	if !slices.Equal(ours, known) {
		t.Errorf("it sets %v, expected %v", ours, known)
	}
}
