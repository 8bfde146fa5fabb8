package rostrum_test

import (
	"context"
	"runtime"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

// gated is a strategy whose rounds begin when the test says so.
type gated struct {
	begun chan struct{} // Receives when a round begins, if it is not nil.
	open  chan struct{}
}

func newGated() *gated { return &gated{begun: make(chan struct{}, 1), open: make(chan struct{})} }

func (*gated) Name() string { return "gated" }

func (g *gated) BeginRound(rostrum.RoundContext) error {
	if g.begun != nil {
		g.begun <- struct{}{}
		<-g.open
	}
	return nil
}

func (*gated) Score(*rostrum.AuctionView, *rostrum.CellView) (rostrum.Score, error) {
	return rostrum.Score{}, nil
}

// startGated starts a round that lasts until the gate is opened.
func startGated(t *testing.T) (*rostrum.Engine, *gated, chan error) {
	t.Helper()
	gate := newGated()
	strategy, err := rostrum.NewGoStrategy(gate)
	check(t, err)
	t.Cleanup(func() { strategy.Close() })
	engine := newEngineWith(t, strategy)
	feed(t, engine, makeCell("a", "zone", 1000), makeTask("task", 1))
	done := make(chan error, 1)
	go func() {
		round, err := engine.RunRound(context.Background(), 0, 0)
		if err == nil {
			round.Close()
		}
		done <- err
	}()
	<-gate.begun
	return engine, gate, done
}

// waitForCalls returns when so many calls on the engine are in progress.
func waitForCalls(engine *rostrum.Engine, count int) {
	for engine.CallsInProgress() < count {
		runtime.Gosched()
	}
}

func TestAContextEndsTheWaitForARound(t *testing.T) {
	engine, gate, done := startGated(t)
	ctx, cancel := context.WithCancel(context.Background())
	other := newEngineOfTwo(t, "diego")
	round := runRound(t, other)
	waits := make(chan error, 2)
	go func() {
		_, err := engine.RunRound(ctx, 0, 0)
		waits <- err
	}()
	go func() {
		_, err := engine.Explain(ctx, round, rostrum.Task, "task")
		waits <- err
	}()
	waitForCalls(engine, 3) // The round that runs, and the two that wait.
	cancel()
	for range 2 {
		if err := <-waits; err != context.Canceled {
			t.Errorf("the wait ends with %v, expected context.Canceled", err)
		}
	}
	// The engine is not blocked meanwhile: cells and work come in for the next round.
	feed(t, engine, makeCell("b", "zone", 1000), makeTask("later", 1))
	expectCells(t, engine, "a b")

	// The context of a round that has begun does not end it.
	close(gate.open)
	if err := <-done; err != nil {
		t.Errorf("the round ends with %v", err)
	}
	if size := engine.QueueSize(); size != 1 {
		t.Errorf("%d wait, expected what came during the round", size)
	}
}

func TestAContextThatIsOverRunsNothing(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	feed(t, engine, makeTask("task", 1))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 50 { // Not only by chance.
		if _, err := engine.RunRound(ctx, 0, 0); err != context.Canceled {
			t.Errorf("the round ends with %v, expected context.Canceled", err)
		}
	}
	if size := engine.QueueSize(); size != 1 {
		t.Errorf("%d wait, expected the round not to have been run", size)
	}
	var none context.Context
	_, err := engine.RunRound(none, 0, 0)
	expectError(t, err, rostrum.ErrInvalidArgument, "context is nil")
}

// Close waits for the round that runs, but not for those that wait for it.
func TestCloseEndsTheWaitForARound(t *testing.T) {
	engine, gate, done := startGated(t)
	waits := make(chan error, 1)
	go func() {
		_, err := engine.RunRound(context.Background(), 0, 0)
		waits <- err
	}()
	waitForCalls(engine, 2)
	closed := make(chan struct{})
	go func() {
		engine.Close()
		close(closed)
	}()
	if err := <-waits; err != rostrum.ErrClosed {
		t.Errorf("the wait ends with %v, expected ErrClosed", err)
	}
	select {
	case <-closed:
		t.Error("the engine is closed while a round runs")
	default:
	}
	close(gate.open)
	if err := <-done; err != nil {
		t.Errorf("the round ends with %v", err)
	}
	<-closed
}
