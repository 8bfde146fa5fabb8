//go:build diego_rep_types

package auctiontypes

import (
	"time"

	"code.cloudfoundry.org/auctioneer"
	"code.cloudfoundry.org/rep"
)

type taskStartRequest = auctioneer.TaskStartRequest

// LRPAuction is an LRP that wants a cell.
type LRPAuction struct {
	rep.LRP
	AuctionRecord
}

// NewLRPAuction queues lrp now.
func NewLRPAuction(lrp rep.LRP, now time.Time) LRPAuction {
	return LRPAuction{LRP: lrp, AuctionRecord: NewAuctionRecord(now)}
}

// Copy leaves out what the LRP's Copy does.
func (a *LRPAuction) Copy() LRPAuction {
	return LRPAuction{LRP: a.LRP.Copy(), AuctionRecord: a.AuctionRecord}
}

// TaskAuction is a task that wants a cell.
type TaskAuction struct {
	rep.Task
	AuctionRecord
}

// NewTaskAuction queues task now.
func NewTaskAuction(task rep.Task, now time.Time) TaskAuction {
	return TaskAuction{Task: task, AuctionRecord: NewAuctionRecord(now)}
}

// Copy leaves out what the task's Copy does.
func (a *TaskAuction) Copy() TaskAuction {
	return TaskAuction{Task: a.Task.Copy(), AuctionRecord: a.AuctionRecord}
}
