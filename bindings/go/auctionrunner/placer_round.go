package auctionrunner

import (
	"context"
	"errors"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/rostrum"
)

// placement is what Rostrum decided on a request. Cells and auctions are known by their tags, which
// are positions.
type placement struct {
	placer *placer
	engine *rostrum.Engine
	round  *rostrum.Round
	at     time.Time
	cells  []*Cell // By tag.

	// What had to be mended, or could not be fed. Nil nearly always.
	careful          *carefulFeed
	hasNegativeProxy bool
}

// place runs a round over all cells for a request that is sorted. The placement is good until its
// end is called, which must be; until then no other round of this placer can begin. An error means
// that nothing was decided.
func (p *placer) place(
	zones map[string]Zone, request *auctiontypes.AuctionRequest, options engineOptions, now time.Time,
) (*placement, error) {
	p.turn.Lock()
	placement, err := p.placeInTurn(zones, request, options, now)
	if err != nil {
		p.feed.end()
		p.turn.Unlock()
		p.metrics.noteFailedRound()
	}
	return placement, err
}

func (p *placer) placeInTurn(
	zones map[string]Zone, request *auctiontypes.AuctionRequest, options engineOptions, now time.Time,
) (*placement, error) {
	engine, err := p.readyEngine(options)
	if err != nil {
		return nil, err
	}
	watch := startWatch()
	err = p.feedEngine(engine, zones, request, options, now, false)
	if errors.Is(err, rostrum.ErrInvalidArgument) {
		err = p.feedEngine(engine, zones, request, options, now, true)
	}
	if err != nil {
		p.discardEngine()
		return nil, err
	}
	p.notePhase(phaseFeed, watch)

	p.rounds++
	p.asking.Lock()
	round, err := engine.RunRound(context.Background(), p.rounds, now.UnixMilli())
	p.asking.Unlock()
	if err != nil {
		// What was submitted may wait in the engine still.
		if round != nil {
			round.Close()
		}
		p.discardEngine()
		return nil, err
	}
	p.record(round)
	p.notePhase(phasePlace, watch)
	return &placement{
		placer:           p,
		engine:           engine,
		round:            round,
		at:               now,
		cells:            p.feed.fed,
		careful:          p.feed.careful,
		hasNegativeProxy: p.feed.hasNegativeProxy,
	}, nil
}

func (p *placer) feedEngine(
	engine *rostrum.Engine, zones map[string]Zone, request *auctiontypes.AuctionRequest,
	options engineOptions, now time.Time, withCare bool,
) error {
	p.feed.begin(request, withCare)
	p.feed.addZones(zones, options.binPackFirstFitWeight)
	if err := engine.UpdateCells(p.feed.cells, true); err != nil {
		return err
	}
	p.feed.addRequest(request)
	_, err := engine.Submit(p.feed.work, now.UnixMilli())
	return err
}

// record writes the round to the recording. A recording that fails costs nothing but itself.
func (p *placer) record(round *rostrum.Round) {
	if p.recorder == nil {
		return
	}
	if err := p.recorder.Append(round, p.strategy.Name()); err != nil {
		p.logger.Error("failed-to-record-round", err)
	}
}

// end lets go of the placement, and lets the next round begin.
func (d *placement) end() {
	p := d.placer
	p.keepRound(&keptRound{Round: d.round, engine: d.engine, number: p.rounds, at: d.at})
	p.feed.end()
	p.turn.Unlock()
}

// handBack tells the engine what cells would not have, so that what it says of them is right until
// their next state. Nobody can ask without a debug server.
func (d *placement) handBack(returned *returnedWork) {
	if d.placer.debug == nil {
		return
	}
	var positions []int
	for i := range d.round.Len() {
		if decision := d.round.Decision(i); returned.isOf(&decision) {
			positions = append(positions, i)
		}
	}
	if _, err := d.engine.HandBack(d.round, positions); err != nil {
		d.placer.logger.Error("failed-to-hand-back", err)
	}
}
