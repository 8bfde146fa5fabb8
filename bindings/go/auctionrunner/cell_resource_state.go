package auctionrunner

import "code.cloudfoundry.org/rostrum/auctionrunner/diego"

// CellResourceState is the part of a cell's state that says why it refuses work, without the work
// that it runs. It is what the log shows when no cell takes an LRP.
type CellResourceState struct {
	CellID                string `json:"cell_id"`
	RootFSProviders       diego.RootFSProviders
	AvailableResources    diego.Resources
	TotalResources        diego.Resources
	PlacementTags         []string
	OptionalPlacementTags []string
}

// NewCellResourceState takes that part of state.
func NewCellResourceState(state diego.CellState) CellResourceState {
	return CellResourceState{
		CellID:                state.CellID,
		RootFSProviders:       state.RootFSProviders,
		AvailableResources:    state.AvailableResources,
		TotalResources:        state.TotalResources,
		PlacementTags:         state.PlacementTags,
		OptionalPlacementTags: state.OptionalPlacementTags,
	}
}
