package auctiontypes

import "time"

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
