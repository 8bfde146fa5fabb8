package auctiontypes

import (
	"time"

	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/scheduling"
	"github.com/tedsuo/ifrit"
)

// AuctionRunner holds auctions for what is scheduled. The strings are trace ids.
type AuctionRunner interface {
	ifrit.Runner
	ScheduleLRPsForAuctions([]scheduling.LRPStartRequest, string)
	ScheduleTasksForAuctions([]taskStartRequest, string)
}

// AuctionRunnerDelegate knows the cells, and wants to know the results. The strings are trace ids.
type AuctionRunnerDelegate interface {
	FetchCellReps(lager.Logger, string) (map[string]scheduling.Client, error)
	AuctionCompleted(lager.Logger, string, AuctionResults)
}

// AuctionMetricEmitterDelegate takes the runner's metrics.
type AuctionMetricEmitterDelegate interface {
	FetchStatesCompleted(time.Duration) error
	FailedCellStateRequest() error
	AuctionCompleted(AuctionResults) error
}
