//go:build linux && !android && cgo

package mesos

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"code.cloudfoundry.org/rostrum"
)

// The framework without a master: tests/mesos has it on a real one.

// nobody is an address at which no master listens.
const nobody = "127.0.0.1:1"

// newFramework makes a framework that nobody answers. Work that finds no place is over, as in Diego.
func newFramework(t *testing.T, pairs ...string) *Framework {
	t.Helper()
	options := newOptions(t, append([]string{"master", nobody, "executor_command", "true",
		"keep_waiting", "false", "window_ms", "20"}, pairs...)...)
	framework, err := New(options, "diego")
	check(t, err)
	t.Cleanup(func() { framework.Close() })
	return framework
}

func aBatch(guid string, indices ...int32) *rostrum.Batch {
	batch := rostrum.NewBatch()
	// Other records before it, so that nothing begins at zero.
	batch.AddSignature(&rostrum.Signature{PlacementTags: []string{"other"}})
	batch.AddWork(&rostrum.Work{
		Kind: rostrum.LRP, GUID: guid, Domain: "apps", RootFS: "preloaded:linux", Indices: indices, Tag: 40,
		Asked: rostrum.Resources{Memory: rostrum.Units(10), Disk: rostrum.Units(20),
			Scalars: []rostrum.Scalar{{Name: "ports", Amount: rostrum.Units(1)}}},
		PlacementTags: []string{"tag"}, VolumeDrivers: []string{"nfs", "smb"},
	})
	batch.AddWork(&rostrum.Work{Kind: rostrum.Task, GUID: guid + "-task", Domain: "tasks",
		RootFS: "docker:///x", Asked: rostrum.Resources{Memory: rostrum.Units(5)}})
	return batch
}

// collect polls until there are so many events of a kind.
func collect(t *testing.T, framework *Framework, kind EventKind, count int) []Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var found []Event
	for len(found) < count {
		events, err := framework.Poll(ctx)
		if err != nil {
			t.Fatalf("after %d events %s: %v", len(found), kind, err)
		}
		for _, event := range events {
			if event.Kind == kind {
				found = append(found, event)
			}
		}
	}
	return found
}

func TestWithoutAMasterWorkIsRefusedInDiegosWords(t *testing.T) {
	framework := newFramework(t)
	check(t, framework.Start())
	added, err := framework.Submit(aBatch("web", 3, 5))
	check(t, err)
	if added != 3 {
		t.Errorf("%d were added, expected 3", added)
	}
	refused := collect(t, framework, Refused, 3)
	slices.SortFunc(refused, func(a, b Event) int { return int(a.Tag) - int(b.Tag) })
	var names []string
	for _, event := range refused {
		names = append(names, event.Identifier())
		if event.Error != "unable to communicate to compatible cells" || event.Code != rostrum.RefusalNoCells ||
			event.Attempts != 1 || event.Wait < 0 {
			t.Errorf("refused: %+v", event)
		}
	}
	if !slices.Equal(names, []string{"web-task", "web.3", "web.5"}) {
		t.Errorf("refused are %q", names)
	}
	lrp := refused[2]
	if lrp.GUID != "web" || lrp.Index != 5 || lrp.Domain != "apps" || lrp.Tag != 41 || lrp.WorkKind != rostrum.LRP {
		t.Errorf("the LRP is %+v", lrp)
	}
	counts, err := framework.Counts()
	check(t, err)
	if counts.Waiting != 0 || counts.Rounds == 0 || counts.Connected || counts.Failed || counts.Placed != 0 {
		t.Errorf("counts are %+v", counts)
	}
}

func TestWhatWaitsIsPassedOverAndCanBeCancelled(t *testing.T) {
	framework := newFramework(t, "keep_waiting", "true")
	check(t, framework.Start())
	for _, expected := range []uint64{3, 0} {
		added, err := framework.Submit(aBatch("web", 0, 1))
		check(t, err)
		if added != expected {
			t.Errorf("%d were added, expected %d", added, expected)
		}
	}
	found, err := framework.StopInstance("web", 1)
	check(t, err)
	again, err := framework.StopInstance("web", 1)
	check(t, err)
	all, err := framework.Cancel(rostrum.LRP, "web")
	check(t, err)
	task, err := framework.Cancel(rostrum.Task, "web-task")
	check(t, err)
	if found != 1 || again != 0 || all != 1 || task != 1 {
		t.Errorf("found %d, %d, %d and %d", found, again, all, task)
	}
	if cancelled := collect(t, framework, Cancelled, 3); len(cancelled) != 3 {
		t.Errorf("cancelled are %+v", cancelled)
	}
	_, err = framework.Cancel(7, "web")
	requireError(t, err, rostrum.ErrInvalidArgument, "7")
	_, err = framework.Cancel(rostrum.LRP, "we\x00b")
	requireError(t, err, rostrum.ErrInvalidArgument, "NUL")
}

func TestBadWorkIsRefusedAsAWhole(t *testing.T) {
	framework := newFramework(t)
	batch := aBatch("web", 0)
	batch.AddWork(&rostrum.Work{Kind: rostrum.LRP, GUID: "bad", RootFS: "x", Indices: []int32{0}})
	_, err := framework.Submit(batch)
	requireError(t, err, rostrum.ErrInvalidArgument, "bad")
	_, err = framework.Submit(nil)
	requireError(t, err, rostrum.ErrInvalidArgument, "nil")
	if counts, err := framework.Counts(); err != nil || counts.Waiting != 0 {
		t.Errorf("counts are %+v, %v", counts, err)
	}
	added, err := framework.Submit(rostrum.NewBatch())
	if err != nil || added != 0 {
		t.Errorf("an empty batch: %d, %v", added, err)
	}
}

func TestConnectionTroubleIsAnEvent(t *testing.T) {
	framework := newFramework(t)
	check(t, framework.Start())
	if problem := collect(t, framework, Problem, 1)[0]; problem.Text == "" || problem.WorkKind != 0 || problem.Identifier() != "" {
		t.Errorf("the problem is %+v", problem)
	}
	requireError(t, framework.Start(), rostrum.ErrFailedPrecondition, "already started")
	requireError(t, framework.TearDown(time.Second), rostrum.ErrFailedPrecondition)
}

func TestOptionsThatDoNotGoTogether(t *testing.T) {
	for _, bad := range []struct {
		expected error
		part     string
		pairs    []string
	}{
		{rostrum.ErrInvalidArgument, "master", nil},
		{rostrum.ErrInvalidArgument, "journal", []string{"master", nobody, "journal", "/tmp/x"}},
		{rostrum.ErrNotFound, "/no/secret", []string{"master", nobody, "principal", "p", "secret_file", "/no/secret"}},
	} {
		_, err := New(newOptions(t, bad.pairs...), "diego")
		requireError(t, err, bad.expected, bad.part)
	}
	options := newOptions(t, "master", nobody)
	_, err := New(options, "worst")
	requireError(t, err, rostrum.ErrNotFound, "worst")
	_, err = New(options, "absent.so")
	requireError(t, err, rostrum.ErrUnavailable, "./absent.so")
	_, err = New(options, "di\x00ego")
	requireError(t, err, rostrum.ErrInvalidArgument, "NUL")
}

func TestOneProcessHasTheJournal(t *testing.T) {
	id := filepath.Join(t.TempDir(), "id")
	first := newFramework(t, "framework_id_file", id)
	_, err := New(newOptions(t, "master", nobody, "framework_id_file", id), "diego")
	requireError(t, err, rostrum.ErrFailedPrecondition, id)
	check(t, first.Close())
	second := newFramework(t, "framework_id_file", id)
	check(t, second.Start())
	if _, err := os.Stat(id + ".journal"); err != nil {
		t.Error(err)
	}
}

// --- Waiting and ends.

func TestAContextEndsAPoll(t *testing.T) {
	framework := newFramework(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 3)
	for range cap(ended) {
		go func() {
			_, err := framework.Poll(ctx)
			ended <- err
		}()
	}
	cancel()
	for range cap(ended) {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the poll ended with %v", err)
		}
	}
	late, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := framework.Poll(late); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the poll ended with %v", err)
	}
	// An interrupt that came too late does not end the next poll.
	check(t, framework.Start())
	collect(t, framework, Problem, 1)
}

func TestStopEndsAPollWhenAllIsHandedOut(t *testing.T) {
	framework := newFramework(t, "keep_waiting", "true")
	check(t, framework.Start())
	_, err := framework.Submit(aBatch("web", 0))
	check(t, err)
	_, err = framework.Cancel(rostrum.Task, "web-task")
	check(t, err)
	ended := make(chan error, 1)
	cancelled := make(chan Event, 10)
	go func() {
		for {
			events, err := framework.Poll(context.Background())
			if err != nil {
				ended <- err
				return
			}
			for _, event := range events {
				if event.Kind == Cancelled {
					cancelled <- event
				}
			}
		}
	}()
	check(t, framework.Stop(10*time.Millisecond))
	check(t, framework.Stop(0))
	if err := <-ended; err != ErrStopped {
		t.Errorf("the poll ended with %v", err)
	}
	if len(cancelled) != 1 {
		t.Errorf("%d events were handed out, expected 1", len(cancelled))
	}
	if _, err := framework.Poll(context.Background()); err != ErrStopped {
		t.Errorf("the next one ended with %v", err)
	}
}

func TestCloseEndsAPoll(t *testing.T) {
	framework := newFramework(t)
	ended := make(chan error, 2)
	for range cap(ended) {
		go func() {
			_, err := framework.Poll(context.Background())
			ended <- err
		}()
	}
	check(t, framework.Close())
	for range cap(ended) {
		if err := <-ended; err != rostrum.ErrClosed {
			t.Errorf("the poll ended with %v", err)
		}
	}
}

func TestAfterClose(t *testing.T) {
	for _, framework := range []*Framework{newFramework(t), {}} {
		check(t, framework.Close())
		check(t, framework.Close())
		calls := map[string]func() error{
			"Start":        framework.Start,
			"Stop":         func() error { return framework.Stop(0) },
			"TearDown":     func() error { return framework.TearDown(0) },
			"Submit":       func() error { _, err := framework.Submit(aBatch("web", 0)); return err },
			"Cancel":       func() error { _, err := framework.Cancel(rostrum.LRP, "web"); return err },
			"StopInstance": func() error { _, err := framework.StopInstance("web", 0); return err },
			"Counts":       func() error { _, err := framework.Counts(); return err },
			"Poll":         func() error { _, err := framework.Poll(context.Background()); return err },
		}
		for name, call := range calls {
			if err := call(); err != rostrum.ErrClosed {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// All at once, for the race detector.
func TestManyGoroutines(t *testing.T) {
	framework := newFramework(t)
	check(t, framework.Start())
	var users sync.WaitGroup
	for user := range 8 {
		users.Add(1)
		go func() {
			defer users.Done()
			for round := range 50 {
				switch (user + round) % 5 {
				case 0:
					framework.Submit(aBatch("web", int32(round)))
				case 1:
					framework.Counts()
				case 2:
					ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
					framework.Poll(ctx)
					cancel()
				case 3:
					framework.Cancel(rostrum.LRP, "web")
				case 4:
					if round > 40 {
						framework.Close()
					}
				}
			}
		}()
	}
	users.Wait()
}

// What is forgotten without Close is cleaned up; with the sanitizers, or in a long run, it would show.
func TestForgottenFrameworks(t *testing.T) {
	for range 5 {
		options, err := NewOptions("")
		if err != nil {
			requireLibrary(t)
		}
		check(t, options.Set("master", nobody))
		framework, err := New(options, "binpack")
		check(t, err)
		check(t, framework.Start())
	}
	runtime.GC()
	runtime.GC()
}
