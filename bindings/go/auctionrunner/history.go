package auctionrunner

import (
	"slices"
	"time"

	"code.cloudfoundry.org/rostrum"
)

// history keeps the last rounds of a placer for explanations. A round has a picture of all cells, in
// memory of C, so it is closed as soon as it falls out.
type history struct {
	most   int          // How many rounds; 0: none is kept.
	rounds []*keptRound // The oldest first.
}

// keptRound is a round that is over.
type keptRound struct {
	*rostrum.Round
	engine *rostrum.Engine // Of the round; another one than the placer's, if a call on that has failed since.
	number uint64          // From 1, in the order in which they were held.
	at     time.Time       // When its auctions were placed.
}

// has says whether the round had an auction.
func (r *keptRound) has(kind rostrum.Kind, identifier string) bool {
	for i := range r.Len() {
		if decision := r.Decision(i); decision.Kind == kind && decision.Identifier == identifier {
			return true
		}
	}
	return false
}

// latest returns the last round that had an auction; nil if none had.
func (h *history) latest(kind rostrum.Kind, identifier string) *keptRound {
	for i := len(h.rounds) - 1; i >= 0; i-- {
		if h.rounds[i].has(kind, identifier) {
			return h.rounds[i]
		}
	}
	return nil
}

// add keeps a round, and returns the one that falls out for it, if one does.
func (h *history) add(round *keptRound) (gone *keptRound) {
	h.rounds = append(h.rounds, round)
	if len(h.rounds) > h.most {
		gone = h.rounds[0]
		h.rounds = slices.Delete(h.rounds, 0, 1)
	}
	return gone
}

// needs says whether rounds are kept that only this engine can explain.
func (h *history) needs(engine *rostrum.Engine) bool {
	return slices.ContainsFunc(h.rounds, func(round *keptRound) bool { return round.engine == engine })
}
