package auctiontypes

import (
	"time"

	"code.cloudfoundry.org/rep"
)

// AuctionRequest is what one round places.
type AuctionRequest struct {
	LRPs  []LRPAuction
	Tasks []TaskAuction
}

// AuctionResults is what came of a round.
type AuctionResults struct {
	SuccessfulLRPs  []LRPAuction
	SuccessfulTasks []TaskAuction
	FailedLRPs      []LRPAuction
	FailedTasks     []TaskAuction
}

// AuctionRecord is how one auction went. Winner is a cell's guid.
type AuctionRecord struct {
	Winner   string
	Attempts int

	QueueTime    time.Time
	WaitDuration time.Duration

	PlacementError string
}

// NewAuctionRecord is for an auction that is queued now.
func NewAuctionRecord(now time.Time) AuctionRecord { return AuctionRecord{QueueTime: now} }

// LRPAuction is an LRP that wants a cell.
type LRPAuction struct {
	rep.LRP
	AuctionRecord
}

// NewLRPAuction queues lrp now.
func NewLRPAuction(lrp rep.LRP, now time.Time) LRPAuction {
	return LRPAuction{LRP: lrp, AuctionRecord: NewAuctionRecord(now)}
}

// Copy leaves out what LRP.Copy does.
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

// Copy leaves out what Task.Copy does.
func (a *TaskAuction) Copy() TaskAuction {
	return TaskAuction{Task: a.Task.Copy(), AuctionRecord: a.AuctionRecord}
}
