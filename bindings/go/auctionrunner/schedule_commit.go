package auctionrunner

import (
	"slices"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// commitCells sends every cell that has some its work, all at once, and returns what they hand back,
// in the order of the cells; nil for one that took all of it. Work that was not sent at all counts as
// handed back.
func (c *scheduleCall) commitCells() []*diego.Work {
	busy := make([]*Cell, 0, c.placement.round.Placed())
	for _, cell := range c.placement.cells {
		if cell.hasWork() {
			busy = append(busy, cell)
		}
	}
	handedBack := make([]*diego.Work, len(busy))
	sent := runOnPool(c.ending, c.workPool, len(busy), func(i int) {
		if work := busy[i].Commit(); len(work.LRPs) > 0 || len(work.Tasks) > 0 {
			handedBack[i] = &diego.Work{LRPs: work.LRPs, Tasks: work.Tasks}
		}
	})
	for i := sent; i < len(busy); i++ {
		handedBack[i] = &busy[i].workToCommit
	}
	return handedBack
}

// settle takes what was handed back from the successes to the failures.
func (c *scheduleCall) settle(handedBack []*diego.Work) {
	returned := returnedWork{
		lrps: returned{count: len(c.request.LRPs),
			identifierAt: func(i int) string { return identifierOf(diego.LRPOf(&c.request.LRPs[i])) }},
		tasks: returned{count: len(c.request.Tasks),
			identifierAt: func(i int) string { return c.request.Tasks[i].TaskGuid }},
	}
	for _, work := range handedBack {
		if work != nil {
			c.failReturned(work, &returned)
		}
	}
	if len(returned.lrps.back) == 0 && len(returned.tasks.back) == 0 {
		return
	}
	c.results.SuccessfulLRPs = slices.DeleteFunc(c.results.SuccessfulLRPs,
		func(success auctiontypes.LRPAuction) bool {
			return returned.lrps.back[identifierOf(diego.LRPOf(&success))]
		})
	c.results.SuccessfulTasks = slices.DeleteFunc(c.results.SuccessfulTasks,
		func(success auctiontypes.TaskAuction) bool { return returned.tasks.back[success.TaskGuid] })
	c.placement.handBack(&returned)
}

// failReturned fails what one cell handed back. What it never was given is only logged.
func (c *scheduleCall) failReturned(work *diego.Work, returned *returnedWork) {
	for i := range work.LRPs {
		identifier := identifierOf(&work.LRPs[i])
		c.logger.Info("lrp-failed-to-be-placed", lager.Data{"lrp-guid": identifier})
		if place, ok := returned.lrps.placeOf(identifier); ok {
			c.results.FailedLRPs = append(c.results.FailedLRPs, c.request.LRPs[place])
		}
	}
	for i := range work.Tasks {
		identifier := work.Tasks[i].Identifier()
		c.logger.Info("task-failed-to-be-placed", lager.Data{"task-guid": identifier})
		if place, ok := returned.tasks.placeOf(identifier); ok {
			c.results.FailedTasks = append(c.results.FailedTasks, c.request.Tasks[place])
		}
	}
}

// returnedWork knows what was handed back.
type returnedWork struct{ lrps, tasks returned }

// isOf says whether a decision's placement was handed back.
func (r *returnedWork) isOf(decision *rostrum.Decision) bool {
	if !decision.Placed() {
		return false
	}
	of := &r.tasks
	if decision.Kind == rostrum.LRP {
		of = &r.lrps
	}
	return of.back[of.identifierAt(int(decision.Tag))]
}

// returned is what was handed back of a request's LRP instances, or of its tasks.
type returned struct {
	count        int // Of all in the request.
	identifierAt func(place int) string

	back   map[string]bool // By identifier.
	places map[string]int  // By identifier, of everything in the request. Made when first asked for.
}

// placeOf notes that something was handed back and returns its place in the request, the last one if
// it is there more than once.
func (r *returned) placeOf(identifier string) (place int, ok bool) {
	if r.places == nil {
		r.back = map[string]bool{}
		r.places = make(map[string]int, r.count)
		for i := range r.count {
			r.places[r.identifierAt(i)] = i
		}
	}
	place, ok = r.places[identifier]
	if ok {
		r.back[identifier] = true
	}
	return place, ok
}
