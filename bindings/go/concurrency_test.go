package rostrum_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

// Cells, work, rounds and questions from many goroutines at once: nothing that is submitted is lost.
func TestManyGoroutinesShareAnEngine(t *testing.T) {
	const workers, each = 4, 50
	engine := newEngineOfTwo(t, "diego")
	check(t, engine.SetKeepRefused(false))
	var all sync.WaitGroup
	run := func(work func(i int) error) {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := range each {
				if err := work(i); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	var mutex sync.Mutex
	decided := map[string]int{}
	takeRound := func() error {
		round, err := engine.RunRound(context.Background(), 0, 0)
		if err != nil {
			return err
		}
		defer round.Close()
		mutex.Lock()
		defer mutex.Unlock()
		for i := range round.Len() {
			decided[round.Decision(i).Identifier]++
		}
		return nil
	}
	for worker := range workers {
		batch := rostrum.NewBatch()
		run(func(i int) error {
			batch.Reset()
			work := makeTask(fmt.Sprintf("task-%d-%d", worker, i), 1)
			batch.AddWork(&work)
			_, err := engine.Submit(batch, int64(i))
			return err
		})
		run(func(int) error { return takeRound() })
	}
	run(func(i int) error {
		return engine.UpdateCells(batchOf(makeCell("a", "zone", int64(1000+i)), makeCell("b", "zone", 1000)), true)
	})
	run(func(int) error { _, err := engine.Snapshot(); return err })
	run(func(int) error { _, err := engine.Waiting(); return err })
	run(func(int) error { _, err := engine.WriteSnapshot(); return err })
	all.Wait()
	check(t, takeRound())
	if len(decided) != workers*each {
		t.Errorf("%d auctions were decided, expected %d", len(decided), workers*each)
	}
	for identifier, times := range decided {
		if times != 1 {
			t.Errorf("%s was decided %d times", identifier, times)
		}
	}
}

// One round is read, explained and handed back by many at once, and closed by one of them.
func TestManyGoroutinesShareARound(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	for i := range 20 {
		feed(t, engine, makeTask(fmt.Sprint("task", i), 10))
	}
	round := runRound(t, engine)
	var all sync.WaitGroup
	for i := range round.Len() {
		all.Add(1)
		go func() {
			defer all.Done()
			if i == 10 {
				round.Close()
			}
			identifier := round.Decision(i).Identifier
			if _, err := engine.Explain(context.Background(), round, rostrum.Task, identifier); err != nil &&
				err != rostrum.ErrClosed {
				t.Errorf("%s is explained with %v", identifier, err)
			}
			if _, err := engine.HandBack(round, []int{i}); err != nil && err != rostrum.ErrClosed {
				t.Errorf("%s is handed back with %v", identifier, err)
			}
			if _, err := round.Input(); err != nil && err != rostrum.ErrClosed {
				t.Errorf("the input is read with %v", err)
			}
		}()
	}
	all.Wait()
}
