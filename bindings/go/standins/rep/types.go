//go:build diego_rep_types

package rep

import "code.cloudfoundry.org/scheduling"

// Where Diego has them until June 2026.
type (
	LRP                 = scheduling.LRP
	Task                = scheduling.Task
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

	LRPUpdate     = scheduling.LRPUpdate
	Client        = scheduling.Client
	SimClient     = scheduling.SimClient
	ClientFactory = scheduling.ClientFactory
)
