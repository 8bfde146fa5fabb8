package rostrum_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

// record writes rounds of a small cluster to a file, and returns its path.
func record(t *testing.T, engine *rostrum.Engine, strategyName string, rounds int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recording")
	recorder, err := rostrum.OpenRecorder(path, 0)
	check(t, err)
	for i := range rounds {
		feed(t, engine, makeTask(fmt.Sprint("task", i), 10), makeLRP(fmt.Sprint("lrp", i), 2000, 0))
		check(t, recorder.Append(runRound(t, engine), strategyName))
	}
	check(t, recorder.Close())
	return path
}

func TestARecordingIsReplayed(t *testing.T) {
	path := record(t, newEngineOfTwo(t, "diego"), "diego", 3)
	replay, err := rostrum.ReplayFile(path, nil)
	check(t, err)
	// What is refused in one round is decided on again in the next.
	if want := (rostrum.Replay{Identical: true, Rounds: 3, Decisions: 2 + 3 + 4}); *replay != want {
		t.Errorf("the replay is %+v, expected %+v", *replay, want)
	}
	spread, err := rostrum.NewStrategy("spread")
	check(t, err)
	defer spread.Close()
	replay, err = rostrum.ReplayFile(path, spread)
	check(t, err)
	if replay.Identical || replay.FirstDifference == "" || replay.Rounds != 3 ||
		replay.Moved+replay.ScoreOnly != 3 {
		t.Errorf("the replay by another strategy is %+v, expected the placements to differ", *replay)
	}
}

// A strategy of one's own is given, since the library cannot know it by name.
func TestAReplayIsGivenAStrategyOfGo(t *testing.T) {
	engine, strategy := newEngineOf(t, scoring(equal))
	path := record(t, engine, strategy.Name(), 2)
	replay, err := rostrum.ReplayFile(path, strategy)
	check(t, err)
	if !replay.Identical || replay.Rounds != 2 {
		t.Errorf("the replay is %+v, expected it to be identical", *replay)
	}
	_, err = rostrum.ReplayFile(path, nil)
	expectError(t, err, rostrum.ErrNotFound, `"test"`)

	none, err := rostrum.NewGoStrategy(accepting{equal,
		func(*rostrum.AuctionView, *rostrum.CellView) (bool, string, error) { return false, "", nil }})
	check(t, err)
	defer none.Close()
	replay, err = rostrum.ReplayFile(path, none)
	check(t, err)
	if replay.NowRefused != 2 {
		t.Errorf("the replay is %+v, expected both placements to be refused", *replay)
	}
	failing, err := rostrum.NewGoStrategy(beginning{equal, func(rostrum.RoundContext) error { return errOfTest }})
	check(t, err)
	defer failing.Close()
	_, err = rostrum.ReplayFile(path, failing)
	expectError(t, err, rostrum.ErrFailedPrecondition, "begin_round")
}

func TestBadRecordings(t *testing.T) {
	path := record(t, newEngineOfTwo(t, "diego"), "diego", 2)
	content, err := os.ReadFile(path)
	check(t, err)
	content[len(content)/2] ^= 0x55
	check(t, os.WriteFile(path, content, 0o600))
	_, err = rostrum.ReplayFile(path, nil)
	expectError(t, err, rostrum.ErrCorrupt, path)
	_, err = rostrum.OpenRecorder(path, 0)
	expectError(t, err, rostrum.ErrFailedPrecondition, path)
	_, err = rostrum.ReplayFile(path+".none", nil)
	expectError(t, err, rostrum.ErrNotFound, path+".none")
	_, err = rostrum.OpenRecorder(path, 5)
	expectError(t, err, rostrum.ErrInvalidArgument, "1024")
}

func TestARecordingIsGoneOnWithAndKeptSmall(t *testing.T) {
	const most = 4096
	path := filepath.Join(t.TempDir(), "recording")
	engine := newEngineOfTwo(t, "diego")
	feed(t, engine, makeTask("large", 5000))
	for range 5 {
		recorder, err := rostrum.OpenRecorder(path, most)
		check(t, err)
		for range 20 {
			check(t, recorder.Append(runRound(t, engine), "diego"))
		}
		check(t, recorder.Close())
	}
	size := int64(0)
	for _, name := range []string{path, path + ".1"} {
		file, err := os.Stat(name)
		check(t, err)
		size += file.Size()
	}
	if size > most {
		t.Errorf("the recording has %d bytes, expected at most %d", size, most)
	}
	replay, err := rostrum.ReplayFile(path, nil)
	check(t, err)
	if !replay.Identical || replay.Rounds == 0 {
		t.Errorf("the replay is %+v, expected it to be identical", *replay)
	}
}

func TestARecorderIsOfNoUseAfterClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "recording")
	recorder, err := rostrum.OpenRecorder(path, 0)
	check(t, err)
	_, err = rostrum.OpenRecorder(path, 0)
	expectError(t, err, rostrum.ErrFailedPrecondition, path) // Two would write over each other.
	round := runRound(t, newEngineOfTwo(t, "diego"))
	expectError(t, recorder.Append(nil, "diego"), rostrum.ErrInvalidArgument, "round is nil")
	expectError(t, recorder.Append(round, "die\x00go"), rostrum.ErrInvalidArgument, "NUL")
	check(t, recorder.Close())
	check(t, recorder.Close())
	if err := recorder.Append(round, "diego"); err != rostrum.ErrClosed {
		t.Errorf("after Close comes %v, expected ErrClosed", err)
	}
	check(t, (&rostrum.Recorder{}).Close())
}

func TestManyGoroutinesShareARecorder(t *testing.T) {
	const workers, each = 4, 10
	path := filepath.Join(t.TempDir(), "recording")
	recorder, err := rostrum.OpenRecorder(path, 0)
	check(t, err)
	engine := newEngineOfTwo(t, "diego")
	feed(t, engine, makeTask("large", 5000))
	round := runRound(t, engine)
	var all sync.WaitGroup
	for range workers {
		all.Add(1)
		go func() {
			defer all.Done()
			for range each {
				if err := recorder.Append(round, "diego"); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	all.Wait()
	check(t, recorder.Close())
	replay, err := rostrum.ReplayFile(path, nil)
	check(t, err)
	if replay.Rounds != workers*each || !replay.Identical {
		t.Errorf("the replay is %+v, expected %d rounds", *replay, workers*each)
	}
}

// The memory of a written snapshot is Go's own.
func TestAWrittenSnapshotIsACopy(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	first, err := engine.WriteSnapshot()
	check(t, err)
	kept := bytes.Clone(first)
	for range 100 {
		again, err := engine.WriteSnapshot()
		check(t, err)
		if !bytes.Equal(again, kept) || !bytes.Equal(first, kept) {
			t.Fatal("the bytes of a written snapshot have changed")
		}
	}
}
