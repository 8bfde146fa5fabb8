//go:build !diego_rep_types

package models

import (
	"encoding/json"

	"code.cloudfoundry.org/scheduling"
)

// Where Diego has them since June 2026.
type (
	SchedulingLRP       = scheduling.LRP
	SchedulingTask      = scheduling.Task
	Work                = scheduling.Work
	Resource            = scheduling.Resource
	PlacementConstraint = scheduling.PlacementConstraint

	CellState                  = scheduling.CellState
	Resources                  = scheduling.Resources
	RootFSProviders            = scheduling.RootFSProviders
	RootFSProvider             = scheduling.RootFSProvider
	ArbitraryRootFSProvider    = scheduling.ArbitraryRootFSProvider
	FixedSetRootFSProvider     = scheduling.FixedSetRootFSProvider
	StringSet                  = scheduling.StringSet
	InsufficientResourcesError = scheduling.InsufficientResourcesError

	LRPUpdate        = scheduling.LRPUpdate
	RepClient        = scheduling.Client
	RepSimClient     = scheduling.SimClient
	RepClientFactory = scheduling.ClientFactory
	LRPStartRequest  = scheduling.LRPStartRequest
)

// TaskStartRequest asks for a task to be started. In JSON it is the task.
type TaskStartRequest struct {
	Task SchedulingTask
}

// MarshalJSON writes the task.
func (t TaskStartRequest) MarshalJSON() ([]byte, error) { return json.Marshal(t.Task) }

// UnmarshalJSON reads a task.
func (t *TaskStartRequest) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &t.Task) }
