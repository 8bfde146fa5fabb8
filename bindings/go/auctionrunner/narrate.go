package auctionrunner

import (
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// A narrator tells the debug log what Diego tells it of its search for a cell: the score of each
// cell that it tries, and the state of all cells when none will do. Decisions are Rostrum's, which
// does not search that way. So the narrator searches again, as Diego does, for the log alone; and
// since that is slow, it first finds out whether anybody listens.
type narrator struct {
	scheduler *Scheduler
	listening listening
}

// listening is what is known about the sinks of the log in one call of Schedule.
type listening int

const (
	notAsked listening = iota
	somebodyListens
	nobodyListens
)

func newNarrator(scheduler *Scheduler) narrator { return narrator{scheduler: scheduler} }

// placed tells of the search for an LRP's cell that ended at winner. It must be called before the LRP
// is placed there.
func (n *narrator) placed(lrp *diego.LRP, winner *Cell) {
	switch n.listening {
	case nobodyListens:
	case somebodyListens:
		n.search(lrp).tell()
	case notAsked:
		n.ask(lrp, winner)
	}
}

// ask tells of the winner, which Diego tries in any case, and looks whether that is written down. If
// it is, the rest of the search follows.
func (n *narrator) ask(lrp *diego.LRP, winner *Cell) {
	if isSilent(winner.logger) {
		n.listening = nobodyListens
		return
	}
	score, err := winner.scoreLRP(lrp, n.scheduler.options.startingContainerWeight,
		n.scheduler.options.binPackFirstFitWeight)
	if err != nil {
		// It has been placed nevertheless; another one will be asked with.
		return
	}
	guid := &lateText{text: winner.Guid}
	data := score.logData(winner)
	data["cell-guid"] = guid
	winner.logger.Debug("score-for-lrp", data)
	if !guid.wasWritten.Load() {
		n.listening = nobodyListens
		return
	}
	n.listening = somebodyListens
	n.search(lrp).tellExcept(winner)
}

// refused tells of the states of all cells that have too little for an LRP, and of the search that
// has found no other.
func (n *narrator) refused(lrp *diego.LRP) {
	if n.listening == somebodyListens {
		n.search(lrp).tell()
	}
	states := &lateStates{search: func() *zoneSearch { return n.search(lrp) }}
	n.scheduler.logger.Debug("cells-failing-score-for-lrp", lager.Data{"states": states})
	if states.expire() && n.listening == notAsked {
		n.listening = somebodyListens
		n.search(lrp).tell()
	}
}
