//go:build !diego_rep_types

package auctiontypes

import (
	"time"

	"code.cloudfoundry.org/bbs/models"
)

type taskStartRequest = models.TaskStartRequest

// LRPAuction is an LRP that wants a cell.
type LRPAuction struct {
	models.SchedulingLRP
	AuctionRecord
}

// NewLRPAuction queues lrp now.
func NewLRPAuction(lrp models.SchedulingLRP, now time.Time) LRPAuction {
	return LRPAuction{SchedulingLRP: lrp, AuctionRecord: NewAuctionRecord(now)}
}

// Copy leaves out what the LRP's Copy does.
func (a *LRPAuction) Copy() LRPAuction {
	return LRPAuction{SchedulingLRP: a.SchedulingLRP.Copy(), AuctionRecord: a.AuctionRecord}
}

// TaskAuction is a task that wants a cell.
type TaskAuction struct {
	models.SchedulingTask
	AuctionRecord
}

// NewTaskAuction queues task now.
func NewTaskAuction(task models.SchedulingTask, now time.Time) TaskAuction {
	return TaskAuction{SchedulingTask: task, AuctionRecord: NewAuctionRecord(now)}
}

// Copy leaves out what the task's Copy does.
func (a *TaskAuction) Copy() TaskAuction {
	return TaskAuction{SchedulingTask: a.SchedulingTask.Copy(), AuctionRecord: a.AuctionRecord}
}
