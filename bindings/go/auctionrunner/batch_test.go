package auctionrunner_test

import (
	"fmt"
	"sync"
	"time"

	"code.cloudfoundry.org/clock/fakeclock"
	"code.cloudfoundry.org/rostrum/auctionrunner"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Batch", func() {
	var (
		clock *fakeclock.FakeClock
		batch *auctionrunner.Batch
	)

	BeforeEach(func() {
		clock = fakeclock.NewFakeClock(time.Unix(1000, 0))
		batch = auctionrunner.NewBatch(clock)
	})

	addLRPs := func(starts ...diego.LRPStartRequest) { batch.AddLRPStarts(starts, "trace-1") }
	addTasks := func(starts ...diego.TaskStartRequest) { batch.AddTasks(starts, "trace-1") }

	It("is empty at first and has no work", func() {
		Expect(batch.HasWork).NotTo(Receive())
		lrps, tasks := batch.DedupeAndDrain()
		Expect(lrps).To(BeEmpty())
		Expect(tasks).To(BeEmpty())
	})

	Describe("adding LRP starts", func() {
		It("makes an auction for each index, queued now", func() {
			addLRPs(lrpStart("pg-1", []int{3, 0}, memory(7), wantsTags("gpu"), wantsDrivers("nfs")))
			lrps, _ := batch.DedupeAndDrain()
			Expect(lrps).To(Equal(lrpAuctions(clock.Now(),
				newLRP("pg-1", 3, memory(7), wantsTags("gpu"), wantsDrivers("nfs")),
				newLRP("pg-1", 0, memory(7), wantsTags("gpu"), wantsDrivers("nfs")))))
		})

		It("keeps the order of the requests", func() {
			addLRPs(lrpStart("pg-2", []int{1}), lrpStart("pg-1", []int{0}))
			addLRPs(lrpStart("pg-0", []int{0}))
			lrps, _ := batch.DedupeAndDrain()
			Expect(lrps).To(Equal(lrpAuctions(clock.Now(),
				newLRP("pg-2", 1), newLRP("pg-1", 0), newLRP("pg-0", 0))))
		})

		It("gives each request the time at which it came", func() {
			addLRPs(lrpStart("pg-1", []int{0}))
			first := clock.Now()
			clock.Increment(time.Minute)
			addLRPs(lrpStart("pg-2", []int{0}))
			lrps, _ := batch.DedupeAndDrain()
			Expect(lrps[0].QueueTime).To(Equal(first))
			Expect(lrps[1].QueueTime).To(Equal(first.Add(time.Minute)))
		})

		It("has work, on behalf of the trace id", func() {
			addLRPs(lrpStart("pg-1", []int{0}))
			Expect(batch.HasWork).To(Receive(Equal(auctionrunner.Work{TraceID: "trace-1"})))
		})

		It("has work even if nothing was added", func() {
			batch.AddLRPStarts(nil, "trace-1")
			Expect(batch.HasWork).To(Receive())
		})
	})

	Describe("adding tasks", func() {
		It("makes an auction for each, queued now", func() {
			addTasks(taskStart("t-1", memory(7)), taskStart("t-2"))
			_, tasks := batch.DedupeAndDrain()
			Expect(tasks).To(Equal(taskAuctions(clock.Now(), newTask("t-1", memory(7)), newTask("t-2"))))
		})

		It("has work, on behalf of the trace id", func() {
			addTasks(taskStart("t-1"))
			Expect(batch.HasWork).To(Receive(Equal(auctionrunner.Work{TraceID: "trace-1"})))
		})

		It("has work even if nothing was added", func() {
			batch.AddTasks(nil, "trace-1")
			Expect(batch.HasWork).To(Receive())
		})
	})

	It("keeps the trace id of whoever came first", func() {
		batch.AddTasks(nil, "first")
		batch.AddLRPStarts(nil, "second")
		Expect(batch.HasWork).To(Receive(Equal(auctionrunner.Work{TraceID: "first"})))
		Expect(batch.HasWork).NotTo(Receive())
	})

	Describe("draining", func() {
		It("keeps the first of LRPs with the same process and index", func() {
			addLRPs(
				lrpStart("pg-1", []int{0, 1, 0}, memory(1)),
				lrpStart("pg-1", []int{1}, memory(2)),
				lrpStart("pg-2", []int{1}, memory(3)))
			lrps, _ := batch.DedupeAndDrain()
			Expect(lrps).To(Equal(lrpAuctions(clock.Now(),
				newLRP("pg-1", 0, memory(1)), newLRP("pg-1", 1, memory(1)), newLRP("pg-2", 1, memory(3)))))
		})

		It("keeps the first of tasks with the same guid", func() {
			addTasks(taskStart("t-1", memory(1)), taskStart("t-2"))
			addTasks(taskStart("t-1", memory(2)))
			_, tasks := batch.DedupeAndDrain()
			Expect(tasks).To(Equal(taskAuctions(clock.Now(), newTask("t-1", memory(1)), newTask("t-2"))))
		})

		It("does not take an LRP for a task of the same name", func() {
			addLRPs(lrpStart("guid", []int{0}))
			addTasks(taskStart("guid.0"))
			lrps, tasks := batch.DedupeAndDrain()
			Expect(lrps).To(HaveLen(1))
			Expect(tasks).To(HaveLen(1))
		})

		It("leaves nothing behind", func() {
			addLRPs(lrpStart("pg-1", []int{0}))
			addTasks(taskStart("t-1"))
			batch.DedupeAndDrain()
			Expect(batch.HasWork).NotTo(Receive())
			lrps, tasks := batch.DedupeAndDrain()
			Expect(lrps).To(BeEmpty())
			Expect(tasks).To(BeEmpty())
		})

		It("returns lists that are empty, not nil", func() {
			lrps, tasks := batch.DedupeAndDrain()
			Expect(lrps).NotTo(BeNil())
			Expect(tasks).NotTo(BeNil())
		})

		It("does not wait for work that was taken already", func() {
			addTasks(taskStart("t-1"))
			Expect(batch.HasWork).To(Receive())
			_, tasks := batch.DedupeAndDrain()
			Expect(tasks).To(HaveLen(1))
		})

		It("has work again for what comes after", func() {
			addTasks(taskStart("t-1"))
			batch.DedupeAndDrain()
			addTasks(taskStart("t-1", memory(2)))
			Expect(batch.HasWork).To(Receive())
			_, tasks := batch.DedupeAndDrain()
			Expect(tasks).To(Equal(taskAuctions(clock.Now(), newTask("t-1", memory(2)))))
		})
	})

	It("loses nothing when many add and one drains", func() {
		const adders, each = 8, 50
		var adding sync.WaitGroup
		for adder := range adders {
			adding.Add(1)
			go func() {
				defer adding.Done()
				for i := range each {
					batch.AddLRPStarts([]diego.LRPStartRequest{
						lrpStart(fmt.Sprintf("pg-%d", adder), []int{i})}, "")
					batch.AddTasks([]diego.TaskStartRequest{
						taskStart(fmt.Sprintf("t-%d-%d", adder, i))}, "")
				}
			}()
		}
		done := make(chan struct{})
		go func() { adding.Wait(); close(done) }()

		drained := map[string]int{}
		drain := func() {
			lrps, tasks := batch.DedupeAndDrain()
			for i := range lrps {
				drained[lrps[i].Identifier()]++
			}
			for i := range tasks {
				drained[tasks[i].Identifier()]++
			}
		}
		for open := true; open; {
			select {
			case <-batch.HasWork:
			case <-done:
				open = false
			}
			drain()
		}
		Expect(drained).To(HaveLen(2 * adders * each))
		Expect(drained).To(HaveEach(1))
	})
})
