package rostrum_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

// calls is every method of an engine, each with arguments that are good.
func calls(engine *rostrum.Engine, round *rostrum.Round) map[string]func() error {
	batch := batchOf(makeCell("a", "zone", 1000), makeTask("task", 1), makeOffer("offer", "agent", 1))
	return map[string]func() error{
		"UpdateCells":     func() error { return engine.UpdateCells(batch, false) },
		"RemoveCell":      func() error { return engine.RemoveCell("a") },
		"SetCellDisabled": func() error { return engine.SetCellDisabled("a", false) },
		"DrainCell":       func() error { return engine.DrainCell("a") },
		"Snapshot":        func() error { _, err := engine.Snapshot(); return err },
		"WriteSnapshot":   func() error { _, err := engine.WriteSnapshot(); return err },
		"AddOffers":       func() error { return engine.AddOffers(batch) },
		"RescindOffer":    func() error { return engine.RescindOffer("offer") },
		"DeclineOffer":    func() error { return engine.DeclineOffer("offer") },
		"AcceptOffers":    func() error { _, err := engine.AcceptOffers("agent"); return err },
		"ExpireOffers":    func() error { _, err := engine.ExpireOffers(0); return err },
		"LoseAgent":       func() error { return engine.LoseAgent("agent") },
		"OfferState":      func() error { _, err := engine.OfferState("offer"); return err },
		"CountOffers":     func() error { _, err := engine.CountOffers(); return err },
		"Submit":          func() error { _, err := engine.Submit(batch, 0); return err },
		"Cancel":          func() error { return engine.Cancel(rostrum.Task, "task") },
		"Waiting":         func() error { _, err := engine.Waiting(); return err },
		"SetOption":       func() error { return engine.SetOption("starting_container_weight", "1") },
		"SetKeepRefused":  func() error { return engine.SetKeepRefused(true) },
		"SetStrategy": func() error {
			strategy, err := rostrum.NewStrategy("spread")
			if err != nil {
				return err
			}
			defer strategy.Close()
			return engine.SetStrategy(strategy)
		},
		"RunRound": func() error {
			made, err := engine.RunRound(context.Background(), 0, 0)
			if made != nil {
				made.Close()
			}
			return err
		},
		"HandBack": func() error { _, err := engine.HandBack(round, nil); return err },
		"Explain": func() error {
			_, err := engine.Explain(context.Background(), round, rostrum.Task, "task")
			return err
		},
		"QueueSize":         func() error { return errorUnless(engine.QueueSize() == 0) },
		"OldestQueueTimeMS": func() error { return errorUnless(engine.OldestQueueTimeMS() == -1) },
	}
}

func errorUnless(closed bool) error {
	if closed {
		return rostrum.ErrClosed
	}
	return errors.New("it has an answer")
}

func TestAnEngineIsOfNoUseAfterClose(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	round := runRound(t, engine)
	for range 2 {
		check(t, engine.Close())
		for name, call := range calls(engine, round) {
			if err := call(); err != rostrum.ErrClosed {
				t.Errorf("%s returns %v, expected ErrClosed", name, err)
			}
		}
	}
	// The zero value was never open.
	for name, call := range calls(&rostrum.Engine{}, &rostrum.Round{}) {
		if err := call(); err != rostrum.ErrClosed {
			t.Errorf("%s of a zero engine returns %v, expected ErrClosed", name, err)
		}
	}
	check(t, (&rostrum.Engine{}).Close())
}

func TestARoundCanBeReadAfterClose(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	feed(t, engine, makeTask("task", 10), makeTask("large", 5000))
	round := runRound(t, engine)
	before := []any{round.Decision(0), round.Decision(1), round.Len(), round.Placed(), round.Refused(),
		round.Refusal(0).Text, round.Refusal(0).Reasons[0]}
	recorder, err := rostrum.OpenRecorder(filepath.Join(t.TempDir(), "recording"), 0)
	check(t, err)
	defer recorder.Close()
	check(t, round.Close())
	check(t, round.Close())
	check(t, engine.Close())
	if round.HoldsMemory() {
		t.Error("a closed round still points into the memory of C")
	}
	runtime.GC()
	compare(t, "round", []any{round.Decision(0), round.Decision(1), round.Len(), round.Placed(),
		round.Refused(), round.Refusal(0).Text, round.Refusal(0).Reasons[0]}, before)

	other := newEngineOfTwo(t, "diego")
	_, inputErr := round.Input()
	_, handBackErr := other.HandBack(round, []int{0})
	_, explainErr := other.Explain(context.Background(), round, rostrum.Task, "task")
	for name, err := range map[string]error{
		"Input": inputErr, "HandBack": handBackErr, "Explain": explainErr,
		"Append": recorder.Append(round, "diego"),
	} {
		if err != rostrum.ErrClosed {
			t.Errorf("%s of a closed round returns %v, expected ErrClosed", name, err)
		}
	}
}

// Rounds and strategies live on where an engine is closed, and the other way round.
func TestWhatIsClosedKeepsWhatOthersNeed(t *testing.T) {
	strategy, err := rostrum.NewStrategy("diego")
	check(t, err)
	engine := newEngineWith(t, strategy)
	check(t, strategy.Close())
	check(t, strategy.Close())
	if strategy.Name() != "diego" {
		t.Errorf("a closed strategy is named %q", strategy.Name())
	}
	if _, err := rostrum.NewEngine(strategy); err != rostrum.ErrClosed {
		t.Errorf("an engine of a closed strategy gives %v, expected ErrClosed", err)
	}
	if err := engine.SetStrategy(strategy); err != rostrum.ErrClosed {
		t.Errorf("setting a closed strategy gives %v, expected ErrClosed", err)
	}
	_, err = rostrum.ReplayFile("recording", strategy)
	if err != rostrum.ErrClosed {
		t.Errorf("a replay by a closed strategy gives %v, expected ErrClosed", err)
	}
	feed(t, engine, makeCell("a", "zone", 100), makeTask("task", 10))
	round := runRound(t, engine)
	check(t, engine.Close())
	input, err := round.Input()
	check(t, err)
	if len(input.Work) != 1 || len(input.Cells.Cells) != 1 {
		t.Errorf("the input of a round of a closed engine is %+v", input)
	}
	_, err = rostrum.NewEngine(nil)
	expectError(t, err, rostrum.ErrInvalidArgument, "strategy is nil")
}

// Close comes while every method is being called by several goroutines: each call is done as usual or
// returns ErrClosed, and none crashes.
func TestCloseMayComeAtAnyTime(t *testing.T) {
	for range 20 {
		engine := newEngineOfTwo(t, "diego")
		feed(t, engine, makeTask("task", 1))
		round := runRound(t, engine)
		var workers sync.WaitGroup
		start := make(chan struct{})
		for range 2 {
			for name, call := range calls(engine, round) {
				workers.Add(1)
				go func() {
					defer workers.Done()
					<-start
					for range 1000 {
						err := call()
						if err == rostrum.ErrClosed && name != "QueueSize" && name != "OldestQueueTimeMS" {
							return
						}
						var known *rostrum.Error
						if err != nil && err != rostrum.ErrClosed && !errors.As(err, &known) &&
							err.Error() != "it has an answer" {
							t.Errorf("%s returns %v", name, err)
						}
					}
				}()
			}
		}
		for range 3 {
			workers.Add(1)
			go func() {
				defer workers.Done()
				<-start
				runtime.Gosched()
				engine.Close()
				if err := engine.UpdateCells(rostrum.NewBatch(), true); err != rostrum.ErrClosed {
					t.Errorf("after Close comes %v, expected ErrClosed", err)
				}
				round.Close()
			}()
		}
		close(start)
		workers.Wait()
	}
}

// What is forgotten without Close is let go of by the garbage collector, down to the strategy that is
// written in Go.
func TestWhatIsForgottenIsCleanedUp(t *testing.T) {
	released := make(chan struct{})
	func() {
		implementation := &gated{}
		runtime.SetFinalizer(implementation, func(*gated) { close(released) })
		strategy, err := rostrum.NewGoStrategy(implementation)
		check(t, err)
		engine, err := rostrum.NewEngine(strategy)
		check(t, err)
		feed(t, engine, makeCell("a", "zone", 1000), makeTask("task", 1))
		round, err := engine.RunRound(context.Background(), 0, 0)
		check(t, err)
		if round.Placed() != 1 {
			t.Error("nothing was placed")
		}
	}()
	// One collection finds the engine, which is closed and frees the C object, which lets go of the strategy,
	// which another collection finds.
	for range 10_000 {
		select {
		case <-released:
			return
		default:
			runtime.GC()
		}
	}
	t.Error("nothing was cleaned up")
}
