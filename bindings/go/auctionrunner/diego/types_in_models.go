//go:build !diego_rep_types

package diego

import (
	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/bbs/models"
)

// The types of Diego's tree since June 2026.
type (
	LRP                 = models.SchedulingLRP
	Task                = models.SchedulingTask
	Work                = models.Work
	Resource            = models.Resource
	PlacementConstraint = models.PlacementConstraint

	CellState                  = models.CellState
	Resources                  = models.Resources
	RootFSProviders            = models.RootFSProviders
	RootFSProvider             = models.RootFSProvider
	ArbitraryRootFSProvider    = models.ArbitraryRootFSProvider
	FixedSetRootFSProvider     = models.FixedSetRootFSProvider
	StringSet                  = models.StringSet
	InsufficientResourcesError = models.InsufficientResourcesError

	Client           = models.RepClient
	ClientFactory    = models.RepClientFactory
	LRPStartRequest  = models.LRPStartRequest
	TaskStartRequest = models.TaskStartRequest
)

// LRPOf returns the LRP of an auction, to read or to change in place.
func LRPOf(auction *auctiontypes.LRPAuction) *LRP { return &auction.SchedulingLRP }

// TaskOf returns the task of an auction, to read or to change in place.
func TaskOf(auction *auctiontypes.TaskAuction) *Task { return &auction.SchedulingTask }
