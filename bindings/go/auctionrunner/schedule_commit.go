package auctionrunner

import (
	"slices"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rep"
	"code.cloudfoundry.org/rostrum"
)

// commitCells sends every cell that has some its work, all at once, and returns what they hand back,
// in the order of the cells. Work that was not sent at all counts as handed back.
func (c *scheduleCall) commitCells() []rep.Work {
	busy := make([]*Cell, 0, c.placement.round.Placed())
	for _, cell := range c.placement.cells {
		if cell.hasWork() {
			busy = append(busy, cell)
		}
	}
	handedBack := make([]rep.Work, len(busy))
	sent := runOnPool(c.ending, c.workPool, len(busy), func(i int) { handedBack[i] = busy[i].Commit() })
	for i := sent; i < len(busy); i++ {
		handedBack[i] = busy[i].workToCommit
	}
	return handedBack
}

// settle takes what was handed back from the successes to the failures.
func (c *scheduleCall) settle(handedBack []rep.Work) {
	returned := returnedWork{request: c.request}
	for i := range handedBack {
		c.failReturned(&handedBack[i], &returned)
	}
	if len(returned.lrps) == 0 && len(returned.tasks) == 0 {
		return
	}
	c.results.SuccessfulLRPs = slices.DeleteFunc(c.results.SuccessfulLRPs,
		func(success auctiontypes.LRPAuction) bool { return returned.lrps[success.Identifier()] })
	c.results.SuccessfulTasks = slices.DeleteFunc(c.results.SuccessfulTasks,
		func(success auctiontypes.TaskAuction) bool { return returned.tasks[success.Identifier()] })
	c.placement.handBack(&returned)
}

// failReturned fails what one cell handed back. What it never was given is only logged.
func (c *scheduleCall) failReturned(work *rep.Work, returned *returnedWork) {
	for i := range work.LRPs {
		identifier := work.LRPs[i].Identifier()
		c.logger.Info("lrp-failed-to-be-placed", lager.Data{"lrp-guid": identifier})
		if place, ok := returned.placeOfLRP(identifier); ok {
			c.results.FailedLRPs = append(c.results.FailedLRPs, c.request.LRPs[place])
		}
	}
	for i := range work.Tasks {
		identifier := work.Tasks[i].Identifier()
		c.logger.Info("task-failed-to-be-placed", lager.Data{"task-guid": identifier})
		if place, ok := returned.placeOfTask(identifier); ok {
			c.results.FailedTasks = append(c.results.FailedTasks, c.request.Tasks[place])
		}
	}
}

// returnedWork knows by identifier what was handed back.
type returnedWork struct {
	request     *auctiontypes.AuctionRequest
	lrps, tasks map[string]bool

	// By identifier, the place in the request of everything there is. Made when first asked for.
	lrpPlaces, taskPlaces map[string]int
}

// placeOfLRP notes that an instance was handed back and returns its place in the request, the last
// one if it is there more than once.
func (r *returnedWork) placeOfLRP(identifier string) (place int, ok bool) {
	if r.lrpPlaces == nil {
		r.lrps = map[string]bool{}
		r.lrpPlaces = make(map[string]int, len(r.request.LRPs))
		for i := range r.request.LRPs {
			r.lrpPlaces[r.request.LRPs[i].Identifier()] = i
		}
	}
	place, ok = r.lrpPlaces[identifier]
	if ok {
		r.lrps[identifier] = true
	}
	return place, ok
}

func (r *returnedWork) placeOfTask(identifier string) (place int, ok bool) {
	if r.taskPlaces == nil {
		r.tasks = map[string]bool{}
		r.taskPlaces = make(map[string]int, len(r.request.Tasks))
		for i := range r.request.Tasks {
			r.taskPlaces[r.request.Tasks[i].Identifier()] = i
		}
	}
	place, ok = r.taskPlaces[identifier]
	if ok {
		r.tasks[identifier] = true
	}
	return place, ok
}

// isOf says whether a decision's placement was handed back.
func (r *returnedWork) isOf(decision *rostrum.Decision) bool {
	if !decision.Placed() {
		return false
	}
	if decision.Kind == rostrum.LRP {
		return r.lrps[r.request.LRPs[decision.Tag].Identifier()]
	}
	return r.tasks[r.request.Tasks[decision.Tag].Identifier()]
}
