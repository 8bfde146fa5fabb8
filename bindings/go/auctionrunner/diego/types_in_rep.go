//go:build diego_rep_types

package diego

import (
	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/auctioneer"
	"code.cloudfoundry.org/rep"
)

// The types of Diego's tree until June 2026.
type (
	LRP                 = rep.LRP
	Task                = rep.Task
	Work                = rep.Work
	Resource            = rep.Resource
	PlacementConstraint = rep.PlacementConstraint

	CellState                  = rep.CellState
	Resources                  = rep.Resources
	RootFSProviders            = rep.RootFSProviders
	RootFSProvider             = rep.RootFSProvider
	ArbitraryRootFSProvider    = rep.ArbitraryRootFSProvider
	FixedSetRootFSProvider     = rep.FixedSetRootFSProvider
	StringSet                  = rep.StringSet
	InsufficientResourcesError = rep.InsufficientResourcesError

	Client           = rep.Client
	ClientFactory    = rep.ClientFactory
	LRPStartRequest  = auctioneer.LRPStartRequest
	TaskStartRequest = auctioneer.TaskStartRequest
)

// LRPOf returns the LRP of an auction, to read or to change in place.
func LRPOf(auction *auctiontypes.LRPAuction) *LRP { return &auction.LRP }

// TaskOf returns the task of an auction, to read or to change in place.
func TaskOf(auction *auctiontypes.TaskAuction) *Task { return &auction.Task }
