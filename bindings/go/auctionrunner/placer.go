package auctionrunner

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

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
	lock   sync.RWMutex
	engine *rostrum.Engine // Nil before the first round, and after one that failed.
	last   *rostrum.Round  // Kept for explanations, if there is a debug server.
	closed bool
}

// newPlacer makes a placer as the flags say. An error is one of a flag's value, and names it. What
// another runner has already, an address or a recording, is logged and done without.
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
	p.recorder, err = rostrum.OpenRecorder(settings.recordFile, maximum)
	if err != nil && isBeingWritten(settings.recordFile) {
		p.logger.Error("recording-belongs-to-another-runner", err, lager.Data{"file": settings.recordFile})
		return nil
	}
	if err != nil {
		return fmt.Errorf("-auction_record is %q: %w", settings.recordFile, err)
	}
	return nil
}

// isBeingWritten says whether a recorder holds the file, which it locks.
func isBeingWritten(path string) bool {
	file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	return errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

func (p *placer) serveDebug(settings settings) error {
	var err error
	p.metrics = newMetrics()
	p.debug, err = settings.serveDebug(p.logger, func(address string) (*debugServer, error) {
		return newDebugServer(address, p)
	})
	if p.debug == nil {
		p.metrics = nil
	}
	return err
}

// serveDebug serves at the debug address. One that another runner has already is done without.
func (s settings) serveDebug(
	logger lager.Logger, serve func(address string) (*debugServer, error),
) (*debugServer, error) {
	address, err := s.listenAddress()
	if err != nil {
		return nil, err
	}
	server, err := serve(address)
	if errors.Is(err, syscall.EADDRINUSE) {
		logger.Error("debug-address-in-use", err, lager.Data{"address": address})
		return nil, nil
	}
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
	p.dropEngine()
	if p.recorder != nil {
		if err := p.recorder.Close(); err != nil {
			p.logger.Error("failed-to-close-recording", err)
		}
	}
	if p.strategy != nil {
		p.strategy.Close()
	}
}
