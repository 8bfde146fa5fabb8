package auctionrunner

import (
	"runtime"
	"sync/atomic"
	"time"

	"code.cloudfoundry.org/workpool"
)

// starvedAfter is how long a pool may leave jobs lying, with none of them running, before whoever
// waits for them lends a hand.
const starvedAfter = 100 * time.Millisecond

// So often whoever waits looks whether all jobs have ended before it goes to sleep: to be woken takes
// longer than quick jobs do.
const looksBeforeSleep = 100

// runOnPool runs job(0) to job(count-1) on the pool's workers, each once, and returns when all have
// ended.
//
// A pool that was stopped drops what it is given without a word, and one whose workers are all busy
// with something else, or are waiting for this very call, may never come to it. So when none of the
// jobs makes progress, the caller does them, one after the other; but once ending is closed, it gives
// up instead. The result says how many were run: those from job(0) on. ending may be nil.
func runOnPool(ending <-chan struct{}, pool *workpool.WorkPool, count int, job func(i int)) (ran int) {
	if count == 0 {
		return 0
	}
	jobs := &poolJobs{count: int64(count), job: job, finished: make(chan struct{})}
	// Submit waits for room in the pool's queue, perhaps for ever.
	go func() {
		for i := 0; i < count && jobs.anyLeft(); i++ {
			pool.Submit(jobs.runSome)
			// One worker alone may be through with all jobs before the next is needed.
			runtime.Gosched()
		}
	}()
	return jobs.wait(ending)
}

type poolJobs struct {
	job      func(i int)
	count    int64
	claimed  atomic.Int64 // Jobs below this are taken by somebody.
	running  atomic.Int64
	ended    atomic.Int64
	finished chan struct{} // Closed when all have ended.
}

func (j *poolJobs) anyLeft() bool { return j.claimed.Load() < j.count }

// runSome runs jobs that nobody has taken, until none is left. A worker that is done with one so
// takes the next without being woken for it, which costs more than a quick job does.
func (j *poolJobs) runSome() {
	j.running.Add(1)
	defer j.running.Add(-1)
	for next := j.claimed.Add(1) - 1; next < j.count; next = j.claimed.Add(1) - 1 {
		j.run(next)
	}
}

func (j *poolJobs) run(i int64) {
	j.job(int(i))
	if j.ended.Add(1) == j.count {
		close(j.finished)
	}
}

func (j *poolJobs) wait(ending <-chan struct{}) (ran int) {
	for range looksBeforeSleep {
		if j.ended.Load() == j.count {
			return int(j.count)
		}
		runtime.Gosched()
	}
	look := time.NewTicker(starvedAfter)
	defer look.Stop()
	seen := int64(-1)
	for {
		select {
		case <-j.finished:
			return int(j.count)
		case <-look.C:
		}
		claimed := j.claimed.Load()
		for claimed == seen && claimed < j.count && j.running.Load() == 0 {
			select {
			case <-ending:
				if j.claimed.CompareAndSwap(claimed, j.count) {
					return int(claimed)
				}
			default:
				if j.claimed.CompareAndSwap(claimed, claimed+1) {
					j.run(claimed)
					seen++
				}
			}
			claimed = j.claimed.Load()
		}
		seen = claimed
	}
}
