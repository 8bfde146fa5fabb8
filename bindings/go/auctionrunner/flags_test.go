package auctionrunner

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// The import of the package registers a flag for each thing that is beyond Diego's runner, all off.
func TestFlagsAreRegistered(t *testing.T) {
	for name, expected := range map[string]string{
		"auction_strategy":      "diego",
		"auction_record":        "",
		"auction_record_max_mb": "256",
		"auction_debug_address": "",
	} {
		found := flag.CommandLine.Lookup(name)
		if found == nil || found.DefValue != expected || found.Usage == "" {
			t.Errorf("flag %s is %+v, expected one with default %q", name, found, expected)
		}
	}
	if settings := flagSettings(); settings.strategy != "diego" || settings.recordFile != "" || settings.debugAddress != "" {
		t.Errorf("settings are %+v", settings)
	}
}

func TestFlagsAreReadWhenTheRunnerStarts(t *testing.T) {
	setFlag(t, "auction_strategy", "spread")
	setFlag(t, "auction_record", "/tmp/rec")
	setFlag(t, "auction_record_max_mb", "3")
	setFlag(t, "auction_debug_address", ":1")
	expected := settings{strategy: "spread", recordFile: "/tmp/rec", recordMaximumMB: "3", debugAddress: ":1"}
	if got := flagSettings(); got != expected {
		t.Errorf("settings are %+v", got)
	}
}

func setFlag(t *testing.T, name, value string) {
	before := flag.Lookup(name).Value.String()
	t.Cleanup(func() { flag.Set(name, before) })
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
}

// A value that cannot be is an error that names the flag, the value and what was expected.
func TestBadFlags(t *testing.T) {
	folder := t.TempDir()
	noRecording := filepath.Join(folder, "text")
	if err := os.WriteFile(noRecording, []byte("this is no recording, only a text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	record := filepath.Join(folder, "rec")
	for _, bad := range []struct {
		settings settings
		expected []string
	}{
		{settings{strategy: ""}, []string{"-auction_strategy", `""`, "diego, binpack"}},
		{settings{strategy: "worst"}, []string{"-auction_strategy", `"worst"`, "diego, binpack"}},
		{settings{strategy: "wo\x00rst"}, []string{"-auction_strategy", `"wo\x00rst"`, "diego, binpack"}},
		{settings{strategy: "absent.so"}, []string{"-auction_strategy", `"absent.so"`, "./absent.so"}},
		{settings{strategy: folder + "/absent"}, []string{"-auction_strategy", folder + "/absent"}},
		{settings{strategy: noRecording}, []string{"-auction_strategy", noRecording}},
		{settings{strategy: "diego", recordFile: record}, []string{"-auction_record_max_mb", `""`, "1 to"}},
		{settings{strategy: "diego", recordFile: record, recordMaximumMB: "0"}, []string{"-auction_record_max_mb", `"0"`, "1 to"}},
		{settings{strategy: "diego", recordFile: record, recordMaximumMB: "-1"}, []string{"-auction_record_max_mb", `"-1"`}},
		{settings{strategy: "diego", recordFile: record, recordMaximumMB: "many"}, []string{"-auction_record_max_mb", `"many"`}},
		{settings{strategy: "diego", recordFile: record, recordMaximumMB: "99999999999"}, []string{"-auction_record_max_mb", "99999999999"}},
		{settings{strategy: "diego", recordFile: folder, recordMaximumMB: "1"}, []string{"-auction_record ", folder}},
		{settings{strategy: "diego", recordFile: folder + "/no/rec", recordMaximumMB: "1"}, []string{"-auction_record ", folder + "/no/rec"}},
		{settings{strategy: "diego", recordFile: noRecording, recordMaximumMB: "1"}, []string{"-auction_record ", noRecording, "recording"}},
		{settings{strategy: "diego", debugAddress: "17019"}, []string{"-auction_debug_address", `"17019"`, "host:port"}},
		{settings{strategy: "diego", debugAddress: ":"}, []string{"-auction_debug_address", `":"`, "host:port"}},
		{settings{strategy: "diego", debugAddress: "localhost:http"}, []string{"-auction_debug_address", "localhost:http"}},
		{settings{strategy: "diego", debugAddress: ":99999"}, []string{"-auction_debug_address", ":99999"}},
		{settings{strategy: "diego", debugAddress: "192.0.2.1:17019"}, []string{"-auction_debug_address", "192.0.2.1"}},
	} {
		placer, err := newPlacer(lager.NewLogger("flags"), bad.settings)
		if err == nil {
			placer.Close()
			t.Errorf("%+v is taken", bad.settings)
			continue
		}
		for _, part := range bad.expected {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%+v: the error is %q, expected it to name %q", bad.settings, err, part)
			}
		}
	}
}

func TestStrategiesByName(t *testing.T) {
	for _, name := range []string{"diego", "binpack", "spread", "bestfit"} {
		strategy, err := openStrategy(name)
		if err != nil {
			t.Fatal(err)
		}
		if strategy.Name() != name {
			t.Errorf("%s is %s", name, strategy.Name())
		}
		strategy.Close()
	}
}

// A strategy of another name decides otherwise: where Diego takes the emptiest cell, binpack takes
// the one with the least room.
func TestAnotherStrategyPlaces(t *testing.T) {
	for strategy, expected := range map[string]string{"diego": "p.0 on roomy", "binpack": "p.0 on full"} {
		c := newCluster(t)
		c.addCell("z1", "roomy", func(state *diego.CellState) {
			state.Tasks = []diego.Task{aTask("t")}
			state.AvailableResources.MemoryMB = 90
		})
		c.addCell("z1", "full", func(state *diego.CellState) {
			state.Tasks = []diego.Task{aTask("t")}
			state.AvailableResources.MemoryMB = 20
		})
		placer := c.placer(settings{strategy: strategy})
		requireText(t, describeResults(c.scheduleWith(placer, []diego.LRP{anLRP("p", 0)})), expected)
	}
}

// pluginSource is a strategy for which the last cell by index is the best, and one of whose rounds
// fails.
const pluginSource = `
#include <rostrum/rostrum.h>
static int32_t begin_round(void* user_data, const rostrum_round_context_t* context) {
  static int round = 0;
  (void)user_data;
  (void)context;
  return ++round == FAILING_ROUND;
}
static int32_t score(void* user_data, const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  (void)user_data;
  score->value = -(double)cell->index;
  score->tier = 0;
  return 0;
}
static const rostrum_strategy_table_t table = {
    .size = sizeof(rostrum_strategy_table_t),
    .name = "last-cell",
    .order = ROSTRUM_ORDER_LARGER_FIRST,
    .begin_round = begin_round,
    .base_score = score,
};
ROSTRUM_API const rostrum_strategy_table_t* rostrum_strategy_plugin(uint32_t version, void** user_data) {
  (void)version;
  *user_data = 0;
  return &table;
}
`

// buildPlugin compiles the plug-in and returns its path. One of its rounds fails, from 1 on, or none.
func buildPlugin(t *testing.T, failingRound int) string {
	t.Helper()
	flags, err := exec.Command("pkg-config", "--cflags", "rostrum").Output()
	if err != nil {
		t.Fatalf("pkg-config --cflags rostrum: %v", err)
	}
	folder := t.TempDir()
	source, object := filepath.Join(folder, "last_cell.c"), filepath.Join(folder, "last_cell.so")
	if err := os.WriteFile(source, []byte(pluginSource), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := []string{"-shared", "-fPIC", fmt.Sprintf("-DFAILING_ROUND=%d", failingRound), source, "-o", object}
	arguments = append(arguments, strings.Fields(string(flags))...)
	if output, err := exec.Command("cc", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, output)
	}
	return object
}

func TestAPluginPlaces(t *testing.T) {
	c := newCluster(t)
	for _, guid := range []string{"first", "second", "last"} {
		c.addCell("z1", guid)
	}
	placer := c.placer(settings{strategy: buildPlugin(t, 0)})
	requireText(t, describeResults(c.scheduleWith(placer, []diego.LRP{anLRP("p", 0), anLRP("p", 1)}, aTask("t"))), `
p.0 on last
p.1 on last
t on last`)
}
