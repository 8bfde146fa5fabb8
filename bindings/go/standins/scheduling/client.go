package scheduling

import (
	"net/http"
	"time"

	"code.cloudfoundry.org/lager/v3"
)

// Client talks to the rep of one cell.
type Client interface {
	State(logger lager.Logger) (CellState, error)
	Perform(logger lager.Logger, work Work) (Work, error)
	UpdateLRPInstance(logger lager.Logger, update LRPUpdate) error
	StopLRPInstance(logger lager.Logger, key ActualLRPKey, instanceKey ActualLRPInstanceKey) error
	CancelTask(logger lager.Logger, taskGUID string) error
	SetStateClient(stateClient *http.Client)
	StateClientTimeout() time.Duration
}

// SimClient is a Client of a simulated cell.
type SimClient interface {
	Client
	Reset() error
}

// ClientFactory makes clients. Of the two addresses, url is the newer one and wins.
type ClientFactory interface {
	CreateClient(address, url, traceID string) (Client, error)
}
