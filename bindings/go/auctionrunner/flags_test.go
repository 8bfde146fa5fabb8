package auctionrunner

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
		"auction_debug_rounds":  "16",
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
	setFlag(t, "auction_debug_rounds", "4")
	expected := settings{strategy: "spread", recordFile: "/tmp/rec", recordMaximumMB: "3", debugAddress: ":1",
		debugRounds: "4"}
	if got := flagSettings(); got != expected {
		t.Errorf("settings are %+v", got)
	}
}

// A flag that means nothing without another one says so. One that is given its default asks for nothing.
func TestFlagsThatNeedAnother(t *testing.T) {
	for _, test := range []struct {
		arguments []string
		expected  string
	}{
		{nil, ""},
		{[]string{"-auction_record_max_mb=64"}, "-auction_record_max_mb needs -auction_record, which is not set"},
		{[]string{"-auction_record_max_mb=64", "-auction_record="},
			"-auction_record_max_mb needs -auction_record, which is not set"},
		{[]string{"-auction_record_max_mb=64", "-auction_record=f"}, ""},
		{[]string{"-auction_record_max_mb=256", "-mesos_ca_file="}, ""},
		{[]string{"-auction_debug_rounds=64"}, "-auction_debug_rounds needs -auction_debug_address, which is not set"},
		{[]string{"-auction_debug_rounds=64", "-auction_debug_address=:1"}, ""},
		{[]string{"-mesos_role=a", "-auction_strategy=spread", "-executor_image=b"},
			"-executor_image, -mesos_role need -master, which is not set"},
		{[]string{"-mesos_role=a", "-auction_record_max_mb=1"}, "-auction_record_max_mb needs -auction_record, " +
			"which is not set; -mesos_role needs -master, which is not set"},
		{[]string{"-mesos_key_file=k", "-master=m"}, "-mesos_key_file needs -mesos_certificate_file, which is not set"},
		{[]string{"-mesos_certificate_file=c", "-master=m"}, ""},
		{[]string{"-mesos_authentication_secret_file=s", "-master=m"},
			"-mesos_authentication_secret_file needs -mesos_authentication_principal, which is not set"},
		{[]string{"-mesos_authentication_principal=p", "-master=m"}, ""},
	} {
		set := flag.NewFlagSet("", flag.ContinueOnError)
		flag.VisitAll(func(registered *flag.Flag) {
			if _, ours := flagNeeds[registered.Name]; ours {
				set.String(registered.Name, registered.DefValue, registered.Usage)
			}
		})
		if err := set.Parse(test.arguments); err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(checkFlags(set)); text != cmp.Or(test.expected, "<nil>") {
			t.Errorf("%q: the error is %q, expected %q", test.arguments, text, test.expected)
		}
	}
}

// Every flag of Mesos needs -master.
func TestEveryFlagOfMesosNeedsAMaster(t *testing.T) {
	for name, needs := range flagNeeds {
		if strings.HasPrefix(flag.Lookup(name).Usage, onMesos) != slices.Contains(needs, "master") {
			t.Errorf("-%s needs %q", name, needs)
		}
	}
}

// requireNotReady runs a runner, whose error must name all parts and come before it is ready.
func requireNotReady(t *testing.T, run func(<-chan os.Signal, chan<- struct{}) error, parts ...string) {
	t.Helper()
	ready := make(chan struct{})
	requireParts(t, run(nil, ready), parts...)
	select {
	case <-ready:
		t.Error("it was ready")
	default:
	}
}

// What a flag asks for and cannot have is an error at the start, and not one in the log of a runner that
// goes on without.
func TestWhatCannotBeHadIsAnErrorAtTheStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rounds.rec")
	first := newCluster(t)
	one := first.placer(settings{strategy: "diego", recordFile: file, recordMaximumMB: "1", debugAddress: "127.0.0.1:0", debugRounds: "1"})
	address := one.debug.address()
	run := func(flags ...string) func(<-chan os.Signal, chan<- struct{}) error {
		for i := 0; i < len(flags); i += 2 {
			setFlag(t, flags[i], flags[i+1])
		}
		return New(lager.NewLogger("flags"), nil, nil, nil, nil, 0, 0, 0).Run
	}
	requireNotReady(t, run("auction_debug_address", address), "-auction_debug_address", address, "address already in use")
	requireNotReady(t, run("auction_debug_address", "", "auction_record", file), "-auction_record", file, "another recorder")
	requireNotReady(t, run("auction_record", "", "auction_record_max_mb", "7"), "-auction_record_max_mb", "-auction_record,")
	requireNotReady(t, run("auction_record_max_mb", "256", "mesos_library", "x.so"), "-mesos_library", "-master")
	requireNotReady(t, run("mesos_library", flag.Lookup("mesos_library").DefValue, "auction_strategy", "none.so"), "none.so")
	one.Close()

	// Both are free again.
	again := first.placer(settings{strategy: "diego", recordFile: file, recordMaximumMB: "1", debugAddress: address, debugRounds: "1"})
	again.Close()
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
		{settings{strategy: "diego", debugAddress: "17019", debugRounds: "1"}, []string{"-auction_debug_address", `"17019"`, "host:port"}},
		{settings{strategy: "diego", debugAddress: ":", debugRounds: "1"}, []string{"-auction_debug_address", `":"`, "host:port"}},
		{settings{strategy: "diego", debugAddress: "localhost:http", debugRounds: "1"}, []string{"-auction_debug_address", "localhost:http"}},
		{settings{strategy: "diego", debugAddress: ":99999", debugRounds: "1"}, []string{"-auction_debug_address", ":99999"}},
		{settings{strategy: "diego", debugAddress: "192.0.2.1:17019", debugRounds: "1"}, []string{"-auction_debug_address", "192.0.2.1"}},
		{settings{strategy: "diego", debugAddress: ":0", debugRounds: "0"}, []string{"-auction_debug_rounds", `"0"`, "1 to 1000"}},
		{settings{strategy: "diego", debugAddress: ":0", debugRounds: "-1"}, []string{"-auction_debug_rounds", `"-1"`, "1 to 1000"}},
		{settings{strategy: "diego", debugAddress: ":0", debugRounds: "1001"}, []string{"-auction_debug_rounds", `"1001"`, "1 to 1000"}},
		{settings{strategy: "diego", debugAddress: ":0"}, []string{"-auction_debug_rounds", `""`, "1 to 1000"}},
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

// pluginSource is a strategy for which the last cell by index is the best, which fails on a cell "sick",
// and one of whose rounds fails.
const pluginSource = `
#include <rostrum/rostrum.h>
#include <stdio.h>
#include <string.h>
static int32_t begin_round(void* user_data, const rostrum_round_context_t* context) {
  static int round = 0;
  (void)user_data;
  (void)context;
  return ++round == FAILING_ROUND;
}
static int32_t score(void* user_data, const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  (void)user_data;
  if (cell->id_length == 4 && memcmp(cell->id, "sick", 4) == 0) return -1;
  score->value = -(double)cell->index;
  score->tier = 0;
  return 0;
}
static void failure_text(void* user_data, char* text, size_t capacity) {
  (void)user_data;
  snprintf(text, capacity, "out of licences");
}
static const rostrum_strategy_table_t table = {
    .size = sizeof(rostrum_strategy_table_t),
    .name = "last-cell",
    .order = ROSTRUM_ORDER_LARGER_FIRST,
    .begin_round = begin_round,
    .base_score = score,
    .failure_text = failure_text,
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

// What a plug-in says went wrong is told to everybody: Diego, the log and whoever asks.
func TestWhatAPluginFailsWithIsTold(t *testing.T) {
	c := newCluster(t)
	d := &debugged{c, c.placer(settings{strategy: buildPlugin(t, 0), debugAddress: "127.0.0.1:0", debugRounds: "1"})}
	c.addCell("z1", "sick")
	const expected = `strategy "last-cell" failed on cell "sick": its base_score failed: out of licences`
	results := c.scheduleWith(d.placer, []diego.LRP{anLRP("p", 0)}, aTask("t"))
	if results.FailedLRPs[0].PlacementError != expected || results.FailedTasks[0].PlacementError != expected {
		t.Error(describeResults(results))
	}
	for _, message := range []string{"lrp-auction-failed", "task-auction-failed"} {
		if lines := c.log.lines(t, message); len(lines) != 1 || lines[0].Data["error"] != expected {
			t.Errorf("logged %v", lines)
		}
	}
	var told explanations
	d.getJSON("/explain?id=p.0", &told)
	if told[0].Error != expected || told[0].Answers[0].Reasons[0].Subject != "its base_score failed: out of licences" {
		t.Errorf("told %+v", told)
	}
}
