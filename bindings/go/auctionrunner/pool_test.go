package auctionrunner

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"code.cloudfoundry.org/workpool"
)

func newTestPool(t *testing.T, workers int) *workpool.WorkPool {
	t.Helper()
	pool, err := workpool.NewWorkPool(workers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Stop)
	return pool
}

// jobLog counts how often each job was run.
type jobLog struct {
	lock sync.Mutex
	runs []int
}

func newJobLog(count int) *jobLog { return &jobLog{runs: make([]int, count)} }

func (l *jobLog) note(i int) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.runs[i]++
}

func (l *jobLog) expect(t *testing.T, ran int) {
	t.Helper()
	expected := make([]int, len(l.runs))
	for i := range ran {
		expected[i] = 1
	}
	if !slices.Equal(l.runs, expected) {
		t.Errorf("the runs of each job are %v, expected %v", l.runs, expected)
	}
}

func TestRunOnPool(t *testing.T) {
	for name, example := range map[string]struct{ workers, count int }{
		"none":                   {workers: 3, count: 0},
		"fewer than workers":     {workers: 3, count: 2},
		"more than workers":      {workers: 3, count: 100},
		"more than fit its line": {workers: 1, count: 100},
	} {
		t.Run(name, func(t *testing.T) {
			log := newJobLog(example.count)
			ran := runOnPool(nil, newTestPool(t, example.workers), example.count, log.note)
			if ran != example.count {
				t.Errorf("%d were run, expected %d", ran, example.count)
			}
			log.expect(t, example.count)
		})
	}
}

func TestRunOnPoolAsManyAtATimeAsThereAreWorkers(t *testing.T) {
	const workers = 4
	var running atomic.Int32
	all := make(chan struct{})
	runOnPool(nil, newTestPool(t, workers), workers, func(int) {
		if running.Add(1) == workers {
			close(all)
		}
		<-all
	})
}

func TestRunOnPoolThatWasStopped(t *testing.T) {
	pool := newTestPool(t, 3)
	pool.Stop()
	log := newJobLog(20)
	if ran := runOnPool(nil, pool, 20, log.note); ran != 20 {
		t.Errorf("%d were run, expected all 20", ran)
	}
	log.expect(t, 20)
}

func TestRunOnPoolThatIsStoppedMeanwhile(t *testing.T) {
	pool := newTestPool(t, 2)
	log := newJobLog(50)
	runOnPool(nil, pool, 50, func(i int) {
		if i == 10 {
			pool.Stop()
		}
		log.note(i)
	})
	log.expect(t, 50)
}

func TestRunOnPoolFromItsOnlyWorker(t *testing.T) {
	pool := newTestPool(t, 1)
	log := newJobLog(10)
	done := make(chan struct{})
	pool.Submit(func() {
		defer close(done)
		runOnPool(nil, pool, 10, log.note)
	})
	<-done
	log.expect(t, 10)
}

func TestRunOnPoolGivesUpWhenEnding(t *testing.T) {
	pool := newTestPool(t, 3)
	pool.Stop()
	ending := make(chan struct{})
	close(ending)
	log := newJobLog(20)
	if ran := runOnPool(ending, pool, 20, log.note); ran != 0 {
		t.Errorf("%d were run, expected none", ran)
	}
	log.expect(t, 0)
}

func TestRunOnPoolGivesUpAfterTheFirstFew(t *testing.T) {
	pool := newTestPool(t, 3)
	pool.Stop()
	ending := make(chan struct{})
	log := newJobLog(20)
	ran := runOnPool(ending, pool, 20, func(i int) {
		log.note(i)
		if i == 6 {
			close(ending)
		}
	})
	if ran != 7 {
		t.Errorf("%d were run, expected 7", ran)
	}
	log.expect(t, 7)
}

func TestRunOnPoolThatWorksIsNotGivenUp(t *testing.T) {
	ending := make(chan struct{})
	close(ending)
	log := newJobLog(100)
	if ran := runOnPool(ending, newTestPool(t, 2), 100, log.note); ran != 100 {
		t.Errorf("%d were run, expected all 100", ran)
	}
	log.expect(t, 100)
}
