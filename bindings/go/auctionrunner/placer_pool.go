package auctionrunner

import (
	"sync"

	"code.cloudfoundry.org/lager/v3"
)

// idlePlacers are placers for schedulers that belong to no runner, kept for their memory: an engine
// and batches that have grown to the size of the cluster. They place by Diego's rule and hold
// nothing but memory, so the garbage collector may have those that nobody uses.
var idlePlacers sync.Pool

// usePlacer returns the placer to place with; what to do after with it is for the caller to call.
func (s *Scheduler) usePlacer() (p *placer, giveBack func(), err error) {
	if s.placer != nil {
		return s.placer, func() {}, nil
	}
	if idle, ok := idlePlacers.Get().(*placer); ok {
		return idle, func() { idlePlacers.Put(idle) }, nil
	}
	made, err := newPlacer(lager.NewLogger("rostrum"), defaultSettings())
	if err != nil {
		return nil, nil, err
	}
	return made, func() { idlePlacers.Put(made) }, nil
}
