package auctionrunner

import (
	"strings"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// refuseLRP fails an LRP auction and logs what Diego logs of it.
func (c *scheduleCall) refuseLRP(auction *auctiontypes.LRPAuction, refused *refusal) {
	switch refused.code {
	case rostrum.RefusalInflightLimit:
		c.logInflightLimit("lrp-guid", auction.Identifier())
	case rostrum.RefusalRootFSMismatch, rostrum.RefusalVolumeDriverMismatch,
		rostrum.RefusalPlacementTagMismatch:
		// Diego says nothing.
	case rostrum.RefusalInsufficientResources:
		if !c.logReserveFailure(auction) {
			c.logLRPFailure(auction, refused.err)
		}
		c.narrator.refused(diego.LRPOf(auction))
	default:
		c.logLRPFailure(auction, refused.err)
	}
	c.failLRP(auction, refused.text)
}

// refuseTask fails a task auction and logs what Diego logs of it.
func (c *scheduleCall) refuseTask(auction *auctiontypes.TaskAuction, refused *refusal) {
	switch refused.code {
	case rostrum.RefusalInflightLimit:
		c.logInflightLimit("task-guid", auction.Identifier())
	case rostrum.RefusalRootFSMismatch, rostrum.RefusalVolumeDriverMismatch,
		rostrum.RefusalPlacementTagMismatch:
		// Diego says nothing.
	default:
		c.logTaskFailure(auction, refused.err)
	}
	c.failTask(auction, refused.text)
}

func (c *scheduleCall) logInflightLimit(key, identifier string) {
	c.logger.Info("exceeded-max-inflight-container-creation",
		lager.Data{"max-inflight": c.options.startingContainerCountMaximum, key: identifier})
}

func (c *scheduleCall) logLRPFailure(auction *auctiontypes.LRPAuction, err error) {
	c.logger.Error("lrp-auction-failed", err, lager.Data{
		"lrp-guid":                  auction.Identifier(),
		"lrp-instance-guid":         auction.InstanceGUID,
		"lrp-placement-constraints": auction.PlacementConstraint,
		"lrp-resource":              auction.Resource,
	})
}

func (c *scheduleCall) logTaskFailure(auction *auctiontypes.TaskAuction, err error) {
	c.logger.Error("task-auction-failed", err, lager.Data{"task-guid": auction.Identifier()})
}

// logReserveFailure logs that a cell won but has no room, and returns whether that is so. It takes a
// cell with less than nothing for its proxy: an LRP competes there with less memory than it needs.
func (c *scheduleCall) logReserveFailure(auction *auctiontypes.LRPAuction) bool {
	if !c.placement.hasNegativeProxy {
		return false
	}
	winner := c.narrator.search(diego.LRPOf(auction)).winner()
	if winner == nil {
		return false
	}
	err := winner.current().ResourceMatch(&auction.Resource)
	if err == nil {
		return false
	}
	c.logger.Error("lrp-failed-to-reserve-cell", err, lager.Data{
		"cell-guid":                 winner.Guid,
		"lrp-guid":                  auction.Identifier(),
		"lrp-instance-guid":         auction.InstanceGUID,
		"lrp-placement-constraints": auction.PlacementConstraint,
		"lrp-resource":              auction.Resource,
	})
	return true
}

// problemsOf takes the names of what is short out of the text of an InsufficientResourcesError.
func problemsOf(text string) map[string]struct{} {
	problems := map[string]struct{}{}
	_, names, found := strings.Cut(text, ": ")
	if !found {
		return problems
	}
	for _, name := range strings.Split(names, ", ") {
		problems[name] = struct{}{}
	}
	return problems
}
