package repfakes

import (
	"net/http"
	"sync"
	"time"

	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/scheduling"
)

// FakeSimClient is a cell that answers what it is told to, and remembers what it was asked. Set
// stubs before the first call. It is safe for concurrent use.
type FakeSimClient struct {
	StateStub   func(lager.Logger) (scheduling.CellState, error)
	PerformStub func(lager.Logger, scheduling.Work) (scheduling.Work, error)

	lock      sync.Mutex
	state     scheduling.CellState
	stateErr  error
	states    []lager.Logger
	failed    scheduling.Work
	failedErr error
	performed []performCall
}

type performCall struct {
	logger lager.Logger
	work   scheduling.Work
}

var _ scheduling.SimClient = new(FakeSimClient)

// StateReturns says what State answers, if there is no StateStub.
func (f *FakeSimClient) StateReturns(state scheduling.CellState, err error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.state, f.stateErr = state, err
}

func (f *FakeSimClient) State(logger lager.Logger) (scheduling.CellState, error) {
	f.lock.Lock()
	f.states = append(f.states, logger)
	state, err := f.state, f.stateErr
	f.lock.Unlock()
	if f.StateStub != nil {
		return f.StateStub(logger)
	}
	return state, err
}

// StateCallCount says how often State was called.
func (f *FakeSimClient) StateCallCount() int {
	f.lock.Lock()
	defer f.lock.Unlock()
	return len(f.states)
}

// StateArgsForCall returns what call i of State was given.
func (f *FakeSimClient) StateArgsForCall(i int) lager.Logger {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.states[i]
}

// PerformReturns says what Perform answers, if there is no PerformStub.
func (f *FakeSimClient) PerformReturns(failed scheduling.Work, err error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.failed, f.failedErr = failed, err
}

func (f *FakeSimClient) Perform(logger lager.Logger, work scheduling.Work) (scheduling.Work, error) {
	f.lock.Lock()
	f.performed = append(f.performed, performCall{logger: logger, work: work})
	failed, err := f.failed, f.failedErr
	f.lock.Unlock()
	if f.PerformStub != nil {
		return f.PerformStub(logger, work)
	}
	return failed, err
}

// PerformCallCount says how often Perform was called.
func (f *FakeSimClient) PerformCallCount() int {
	f.lock.Lock()
	defer f.lock.Unlock()
	return len(f.performed)
}

// PerformArgsForCall returns what call i of Perform was given.
func (f *FakeSimClient) PerformArgsForCall(i int) (lager.Logger, scheduling.Work) {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.performed[i].logger, f.performed[i].work
}

// The runner does not call what follows.

func (f *FakeSimClient) UpdateLRPInstance(lager.Logger, scheduling.LRPUpdate) error { return nil }
func (f *FakeSimClient) StopLRPInstance(lager.Logger, scheduling.ActualLRPKey, scheduling.ActualLRPInstanceKey) error {
	return nil
}
func (f *FakeSimClient) CancelTask(lager.Logger, string) error { return nil }
func (f *FakeSimClient) SetStateClient(*http.Client)           {}
func (f *FakeSimClient) StateClientTimeout() time.Duration     { return 0 }
func (f *FakeSimClient) Reset() error                          { return nil }
