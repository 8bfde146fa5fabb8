package auctionrunner

import (
	"errors"
	"strconv"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// scheduleCall carries out what was decided in one call of Schedule.
type scheduleCall struct {
	*Scheduler
	request   *auctiontypes.AuctionRequest
	placement *placement
	results   auctiontypes.AuctionResults
	refusals  []*refusal // By the round's number; nil until it is asked for.
	doubles   doubles
	narrator  narrator
	room      []diego.LRP // For the first LRP of each cell that gets one.
}

// refusal is a refusal of the round as Diego would put it.
type refusal struct {
	code rostrum.RefusalCode
	text string
	err  error
}

func (c *scheduleCall) carryOut() auctiontypes.AuctionResults {
	watch := startWatch()
	c.begin()
	round := c.placement.round
	for i := range round.Len() {
		decision := round.Decision(i)
		place := int(decision.Tag)
		if decision.Kind == rostrum.LRP {
			c.decideLRP(&decision, place)
		} else {
			c.decideTask(&decision, place)
		}
	}
	c.failUnfed()
	c.settle(c.commitCells())
	c.logSuccesses()
	c.placement.placer.metrics.noteRound(round, &c.results)
	c.placement.placer.notePhase(phaseCommit, watch)
	return c.results
}

func (c *scheduleCall) begin() {
	round := c.placement.round
	c.refusals = make([]*refusal, round.Refusals())
	if round.Len() < len(c.request.LRPs)+len(c.request.Tasks) {
		c.doubles = findDoubles(c.request)
	}
	c.narrator = newNarrator(c.Scheduler)
	if count := min(round.Placed(), len(c.request.LRPs)); count > 0 {
		c.results.SuccessfulLRPs = make([]auctiontypes.LRPAuction, 0, count)
		c.room = make([]diego.LRP, count)
	}
	if count := min(round.Placed(), len(c.request.Tasks)); count > 0 {
		c.results.SuccessfulTasks = make([]auctiontypes.TaskAuction, 0, count)
	}
	c.reportMended()
}

// reportMended logs what cells said of themselves that cannot be.
func (c *scheduleCall) reportMended() {
	if c.placement.careful == nil {
		return
	}
	for _, problem := range c.placement.careful.cells {
		c.logger.Error("cell-state-out-of-range", nil, lager.Data{
			"cell-guid": problem.cell.Guid, "field": problem.field, "value": problem.value,
		})
	}
}

func (c *scheduleCall) decideLRP(decision *rostrum.Decision, place int) {
	auction := &c.request.LRPs[place]
	if !decision.Placed() {
		refused := c.refusalOf(decision.Refusal)
		c.refuseLRP(auction, refused)
		for _, double := range c.doubles.lrps[place] {
			c.refuseLRP(&c.request.LRPs[double], refused)
		}
		return
	}
	cell := c.placement.cells[decision.CellTag]
	c.narrator.placed(diego.LRPOf(auction), cell)
	if cell.workToCommit.LRPs == nil {
		// Most cells get one at a time.
		cell.workToCommit.LRPs, c.room = c.room[:0:1], c.room[1:]
	}
	cell.placeLRP(diego.LRPOf(auction))
	success := auction.Copy() // Which leaves out what a running instance would have beside it.
	success.Winner = cell.Guid
	c.results.SuccessfulLRPs = append(c.results.SuccessfulLRPs, success)
}

func (c *scheduleCall) decideTask(decision *rostrum.Decision, place int) {
	auction := &c.request.Tasks[place]
	if !decision.Placed() {
		refused := c.refusalOf(decision.Refusal)
		c.refuseTask(auction, refused)
		for _, double := range c.doubles.tasks[place] {
			c.refuseTask(&c.request.Tasks[double], refused)
		}
		return
	}
	cell := c.placement.cells[decision.CellTag]
	cell.placeTask(diego.TaskOf(auction))
	success := auction.Copy()
	success.Winner = cell.Guid
	c.results.SuccessfulTasks = append(c.results.SuccessfulTasks, success)
}

func (c *scheduleCall) refusalOf(number int) *refusal {
	if c.refusals[number] == nil {
		told := c.placement.round.Refusal(number)
		c.refusals[number] = &refusal{told.Code, told.Text, errorOf(told.Code, told.Text)}
	}
	return c.refusals[number]
}

// errorOf returns the error value that Diego has for a refusal, of those that it logs.
func errorOf(code rostrum.RefusalCode, text string) error {
	if code != rostrum.RefusalInsufficientResources {
		return errors.New(text)
	}
	return &diego.InsufficientResourcesError{Problems: problemsOf(text)}
}

func (c *scheduleCall) failLRP(auction *auctiontypes.LRPAuction, text string) {
	auction.PlacementError = text
	c.results.FailedLRPs = append(c.results.FailedLRPs, *auction)
}

func (c *scheduleCall) failTask(auction *auctiontypes.TaskAuction, text string) {
	auction.PlacementError = text
	c.results.FailedTasks = append(c.results.FailedTasks, *auction)
}

// failUnfed fails the auctions that no engine would take.
func (c *scheduleCall) failUnfed() {
	careful := c.placement.careful
	if careful == nil {
		return
	}
	for place := range c.request.LRPs {
		if text, ok := careful.failedLRPs[place]; ok {
			c.logLRPFailure(&c.request.LRPs[place], errors.New(text))
			c.failLRP(&c.request.LRPs[place], text)
		}
	}
	for place := range c.request.Tasks {
		if text, ok := careful.failedTasks[place]; ok {
			c.logTaskFailure(&c.request.Tasks[place], errors.New(text))
			c.failTask(&c.request.Tasks[place], text)
		}
	}
}

// logSuccesses logs where everything went. Where there is much, it is shared out; the lines come in no
// order, as Diego's.
func (c *scheduleCall) logSuccesses() {
	if isSilent(c.logger) {
		return
	}
	lrps, tasks := c.results.SuccessfulLRPs, c.results.SuccessfulTasks
	shareOut(len(lrps), shares(len(lrps), fewestLinesShared), func(_, first, last int) {
		line := newSuccessLine(c.logger, "lrp-added-to-cell", "lrp-guid")
		for i := first; i < last; i++ {
			line.log(identifierOf(diego.LRPOf(&lrps[i])), lrps[i].Winner)
		}
	})
	shareOut(len(tasks), shares(len(tasks), fewestLinesShared), func(_, first, last int) {
		line := newSuccessLine(c.logger, "task-added-to-cell", "task-guid")
		for i := first; i < last; i++ {
			line.log(tasks[i].TaskGuid, tasks[i].Winner)
		}
	})
}

// So many lines of the log make up for waking another processor.
const fewestLinesShared = 512

// successLine is a line of the log that is written many times.
type successLine struct {
	logger       lager.Logger
	message, key string
	data         lager.Data // Used again for each line; nil if the logger may keep it.
}

func newSuccessLine(logger lager.Logger, message, key string) *successLine {
	line := &successLine{logger: logger, message: message, key: key}
	if isLagersOwn(logger) {
		line.data = lager.Data{}
	}
	return line
}

func (l *successLine) log(identifier, cellGUID string) {
	data := l.data
	if data == nil {
		data = lager.Data{}
	}
	data[l.key], data["cell-guid"] = identifier, cellGUID
	l.logger.Info(l.message, data)
}

// identifierOf is rep's Identifier, without a format to read.
func identifierOf(lrp *diego.LRP) string {
	return lrp.ProcessGuid + "." + strconv.Itoa(int(lrp.Index))
}
