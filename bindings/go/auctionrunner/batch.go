package auctionrunner

import (
	"sync"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/bbs/models"
	"code.cloudfoundry.org/clock"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// Work says on whose behalf there is something to do.
type Work struct {
	TraceID string
}

// Batch keeps auctions until a runner takes them, all at once. It is safe for concurrent use.
type Batch struct {
	// HasWork holds one Work at most: that of the first request since the batch was last drained.
	HasWork chan Work

	clock clock.Clock
	lock  sync.Mutex
	lrps  []auctiontypes.LRPAuction
	tasks []auctiontypes.TaskAuction
}

// NewBatch makes an empty batch. The clock gives auctions their queue times.
func NewBatch(clock clock.Clock) *Batch {
	return &Batch{HasWork: make(chan Work, 1), clock: clock}
}

// AddLRPStarts adds an auction for each index of each request. The batch has work then, even if
// there was none.
func (b *Batch) AddLRPStarts(starts []diego.LRPStartRequest, traceID string) {
	count := 0
	for i := range starts {
		count += len(starts[i].Indices)
	}
	now := b.clock.Now()
	auctions := make([]auctiontypes.LRPAuction, 0, count)
	for i := range starts {
		start := &starts[i]
		for _, index := range start.Indices {
			key := models.NewActualLRPKey(start.ProcessGuid, int32(index), start.Domain)
			lrp := diego.NewLRP("", key, start.Resource, start.PlacementConstraint)
			auctions = append(auctions, auctiontypes.NewLRPAuction(lrp, now))
		}
	}

	b.lock.Lock()
	defer b.lock.Unlock()
	b.lrps = append(b.lrps, auctions...)
	b.claimWork(traceID)
}

// AddTasks adds an auction for each request. The batch has work then, even if there was none.
func (b *Batch) AddTasks(tasks []diego.TaskStartRequest, traceID string) {
	now := b.clock.Now()
	auctions := make([]auctiontypes.TaskAuction, len(tasks))
	for i := range tasks {
		auctions[i] = auctiontypes.NewTaskAuction(tasks[i].Task, now)
	}

	b.lock.Lock()
	defer b.lock.Unlock()
	b.tasks = append(b.tasks, auctions...)
	b.claimWork(traceID)
}

// DedupeAndDrain empties the batch and returns what was in it, in the order in which it came. Of
// auctions with the same identifier, the first one counts. The lists are never nil.
func (b *Batch) DedupeAndDrain() ([]auctiontypes.LRPAuction, []auctiontypes.TaskAuction) {
	lrps, tasks := b.drain()

	type instance struct {
		processGUID string
		index       int32
	}
	lrps = dedupe(lrps, func(auction *auctiontypes.LRPAuction) instance {
		return instance{auction.ProcessGuid, auction.Index}
	})
	tasks = dedupe(tasks, func(auction *auctiontypes.TaskAuction) string {
		return auction.TaskGuid
	})
	return lrps, tasks
}

func (b *Batch) drain() ([]auctiontypes.LRPAuction, []auctiontypes.TaskAuction) {
	b.lock.Lock()
	defer b.lock.Unlock()
	lrps, tasks := b.lrps, b.tasks
	b.lrps, b.tasks = nil, nil
	select {
	case <-b.HasWork:
	default:
	}
	return lrps, tasks
}

// waiting says how many auctions are in the batch, doubles among them, and when the first of them
// came; that is the zero time if there is none.
func (b *Batch) waiting() (lrps, tasks int, oldest time.Time) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if len(b.lrps) > 0 {
		oldest = b.lrps[0].QueueTime
	}
	if len(b.tasks) > 0 && (oldest.IsZero() || b.tasks[0].QueueTime.Before(oldest)) {
		oldest = b.tasks[0].QueueTime
	}
	return len(b.lrps), len(b.tasks), oldest
}

// claimWork needs the lock, so that no Work is left over when the batch has been drained.
func (b *Batch) claimWork(traceID string) {
	select {
	case b.HasWork <- Work{TraceID: traceID}:
	default:
	}
}

// dedupe keeps the first item of each key, in the memory of items.
func dedupe[Item any, Key comparable](items []Item, key func(*Item) Key) []Item {
	seen := make(map[Key]struct{}, len(items))
	kept := items[:0]
	if kept == nil {
		kept = []Item{}
	}
	for i := range items {
		if _, known := seen[key(&items[i])]; known {
			continue
		}
		seen[key(&items[i])] = struct{}{}
		kept = append(kept, items[i])
	}
	return kept
}
