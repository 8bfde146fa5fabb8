package auctionrunner

import (
	"fmt"
	"sync"

	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum"
)

// A placer is what outlives one Schedule call: the engine with the cells of the last round, the
// memory that rounds are fed from, and what the flags ask for. A runner has one from the start of
// Run to its end; a Scheduler without a runner borrows one.
//
// Rounds of one placer run one after the other; its debug server may read it at any time.
type placer struct {
	logger   lager.Logger
	strategy *rostrum.Strategy
	recorder *rostrum.Recorder // Nil: rounds are not recorded.
	debug    *debugServer      // Nil: not served.
	metrics  *metrics          // Nil, if nobody can ask for them; then it takes no note.

	// Held for a whole round.
	turn    sync.Mutex
	options engineOptions // As the engine was told them last.
	feed    feed
	rounds  uint64 // How many were run; the seed of the next.

	// Guards what follows, which the debug server reads.
	lock    sync.RWMutex
	engine  *rostrum.Engine // Nil before the first round, and after one that failed.
	history history         // None is kept without a debug server.
	closed  bool

	// Held while the strategy is asked, by a round or by an explanation: an engine sees to that for
	// itself, but rounds of former engines may be explained.
	asking sync.Mutex
}

// newPlacer makes a placer as the flags say. An error is one of a flag's value, and names it: whatever
// can be found out about it is found out now, and not in the first round.
func newPlacer(logger lager.Logger, settings settings) (*placer, error) {
	p := &placer{logger: logger}
	if err := p.open(settings); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *placer) open(settings settings) error {
	var err error
	if p.strategy, err = openStrategy(settings.strategy); err != nil {
		return err
	}
	if settings.recordFile != "" {
		if err := p.openRecorder(settings); err != nil {
			return err
		}
	}
	if settings.debugAddress != "" {
		return p.serveDebug(settings)
	}
	return nil
}

func (p *placer) openRecorder(settings settings) error {
	maximum, err := settings.recordMaximumBytes()
	if err != nil {
		return err
	}
	if p.recorder, err = rostrum.OpenRecorder(settings.recordFile, maximum); err != nil {
		return fmt.Errorf("-auction_record is %q: %w", settings.recordFile, err)
	}
	return nil
}

func (p *placer) serveDebug(settings settings) error {
	var err error
	if p.history.most, err = settings.keptRounds(); err != nil {
		return err
	}
	p.metrics = newMetrics()
	p.debug, err = settings.serveDebug(p.logger, func(address string) (*debugServer, error) {
		return newDebugServer(address, p)
	})
	return err
}

func (s settings) serveDebug(
	logger lager.Logger, serve func(address string) (*debugServer, error),
) (*debugServer, error) {
	address, err := s.listenAddress()
	if err != nil {
		return nil, err
	}
	server, err := serve(address)
	if err != nil {
		return nil, fmt.Errorf("-auction_debug_address is %q: %w", s.debugAddress, err)
	}
	logger.Info("serving-debug", lager.Data{"address": server.address()})
	return server, nil
}

// Close ends the debug server and the recording, and lets go of the engine. It waits for a round
// that is under way. Closing again does nothing.
func (p *placer) Close() {
	if p.debug != nil {
		p.debug.Close()
	}
	p.turn.Lock()
	defer p.turn.Unlock()
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	p.closeRounds()
	if p.recorder != nil {
		if err := p.recorder.Close(); err != nil {
			p.logger.Error("failed-to-close-recording", err)
		}
	}
	if p.strategy != nil {
		p.strategy.Close()
	}
}
