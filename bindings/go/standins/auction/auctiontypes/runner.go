package auctiontypes

import (
	"time"

	"code.cloudfoundry.org/auctioneer"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rep"
	"github.com/tedsuo/ifrit"
)

// AuctionRunner holds auctions for what is scheduled. The strings are trace ids.
type AuctionRunner interface {
	ifrit.Runner
	ScheduleLRPsForAuctions([]auctioneer.LRPStartRequest, string)
	ScheduleTasksForAuctions([]auctioneer.TaskStartRequest, string)
}

// AuctionRunnerDelegate knows the cells, and wants to know the results. The strings are trace ids.
type AuctionRunnerDelegate interface {
	FetchCellReps(lager.Logger, string) (map[string]rep.Client, error)
	AuctionCompleted(lager.Logger, string, AuctionResults)
}

// AuctionMetricEmitterDelegate takes the runner's metrics.
type AuctionMetricEmitterDelegate interface {
	FetchStatesCompleted(time.Duration) error
	FailedCellStateRequest() error
	AuctionCompleted(AuctionResults) error
}
