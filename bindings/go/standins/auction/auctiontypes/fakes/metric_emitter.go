package fakes

import (
	"sync"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
)

// FakeAuctionMetricEmitterDelegate remembers what is emitted. Set stubs before the first call. It
// is safe for concurrent use.
type FakeAuctionMetricEmitterDelegate struct {
	FetchStatesCompletedStub   func(time.Duration) error
	FailedCellStateRequestStub func() error
	AuctionCompletedStub       func(auctiontypes.AuctionResults) error

	lock      sync.Mutex
	durations []time.Duration
	failures  int
	results   []auctiontypes.AuctionResults
}

var _ auctiontypes.AuctionMetricEmitterDelegate = new(FakeAuctionMetricEmitterDelegate)

func (f *FakeAuctionMetricEmitterDelegate) FetchStatesCompleted(duration time.Duration) error {
	f.lock.Lock()
	f.durations = append(f.durations, duration)
	f.lock.Unlock()
	if f.FetchStatesCompletedStub != nil {
		return f.FetchStatesCompletedStub(duration)
	}
	return nil
}

// FetchStatesCompletedCallCount says how often FetchStatesCompleted was called.
func (f *FakeAuctionMetricEmitterDelegate) FetchStatesCompletedCallCount() int {
	f.lock.Lock()
	defer f.lock.Unlock()
	return len(f.durations)
}

func (f *FakeAuctionMetricEmitterDelegate) FailedCellStateRequest() error {
	f.lock.Lock()
	f.failures++
	f.lock.Unlock()
	if f.FailedCellStateRequestStub != nil {
		return f.FailedCellStateRequestStub()
	}
	return nil
}

// FailedCellStateRequestCallCount says how often FailedCellStateRequest was called.
func (f *FakeAuctionMetricEmitterDelegate) FailedCellStateRequestCallCount() int {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.failures
}

func (f *FakeAuctionMetricEmitterDelegate) AuctionCompleted(results auctiontypes.AuctionResults) error {
	f.lock.Lock()
	f.results = append(f.results, results)
	f.lock.Unlock()
	if f.AuctionCompletedStub != nil {
		return f.AuctionCompletedStub(results)
	}
	return nil
}

// AuctionCompletedCallCount says how often AuctionCompleted was called.
func (f *FakeAuctionMetricEmitterDelegate) AuctionCompletedCallCount() int {
	f.lock.Lock()
	defer f.lock.Unlock()
	return len(f.results)
}

// AuctionCompletedArgsForCall returns what call i of AuctionCompleted was given.
func (f *FakeAuctionMetricEmitterDelegate) AuctionCompletedArgsForCall(i int) auctiontypes.AuctionResults {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.results[i]
}
