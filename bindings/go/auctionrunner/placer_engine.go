package auctionrunner

import (
	"math"
	"strconv"

	"code.cloudfoundry.org/rostrum"
)

// engineOptions are Diego's settings, of which every Scheduler may have its own.
type engineOptions struct {
	binPackFirstFitWeight         float64
	startingContainerWeight       float64
	startingContainerCountMaximum int
}

// sameAs compares to the bit: zero has a sign, which a score may show.
func (o engineOptions) sameAs(other engineOptions) bool {
	return o.startingContainerCountMaximum == other.startingContainerCountMaximum &&
		math.Float64bits(o.binPackFirstFitWeight) == math.Float64bits(other.binPackFirstFitWeight) &&
		math.Float64bits(o.startingContainerWeight) == math.Float64bits(other.startingContainerWeight)
}

// readyEngine returns the engine, made if there is none, with these options. It needs the turn.
func (p *placer) readyEngine(options engineOptions) (*rostrum.Engine, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.closed {
		return nil, rostrum.ErrClosed
	}
	isNew := p.engine == nil
	if isNew {
		engine, err := rostrum.NewEngine(p.strategy)
		if err != nil {
			return nil, err
		}
		p.engine = engine
		if err := engine.SetKeepRefused(false); err != nil {
			p.dropEngine()
			return nil, err
		}
	}
	if !isNew && p.options.sameAs(options) {
		return p.engine, nil
	}
	if err := setOptions(p.engine, options); err != nil {
		p.dropEngine()
		return nil, err
	}
	p.options = options
	return p.engine, nil
}

func setOptions(engine *rostrum.Engine, options engineOptions) error {
	for _, option := range options.list() {
		if err := engine.SetOption(option.key, option.value); err != nil {
			return err
		}
	}
	return nil
}

// keyAndValue is an option of engines.
type keyAndValue struct{ key, value string }

// list returns the options with the keys of the library.
func (o engineOptions) list() []keyAndValue {
	return []keyAndValue{
		{"bin_pack_first_fit_weight", formatWeight(o.binPackFirstFitWeight)},
		{"starting_container_weight", formatWeight(o.startingContainerWeight)},
		{"starting_container_count_maximum", strconv.Itoa(max(0, o.startingContainerCountMaximum))},
	}
}

// formatWeight writes a weight so that it is read as the same number.
func formatWeight(weight float64) string { return strconv.FormatFloat(weight, 'g', -1, 64) }

// discardEngine lets go of an engine whose state is not certain any more, since a call on it failed
// half way. The next round gets a new one.
func (p *placer) discardEngine() {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.dropEngine()
}

// dropEngine needs the lock. An engine stays for as long as there are rounds of it to be explained.
func (p *placer) dropEngine() {
	if p.engine != nil && !p.history.needs(p.engine) {
		p.engine.Close()
	}
	p.engine = nil
}

// keepRound takes a round that is over: for explanations, if anybody can ask for them.
func (p *placer) keepRound(round *keptRound) {
	if p.debug == nil {
		round.Close()
		return
	}
	p.lock.Lock()
	gone := p.history.add(round)
	closing := gone != nil && gone.engine != p.engine && !p.history.needs(gone.engine)
	p.lock.Unlock()
	if gone == nil {
		return
	}
	gone.Close()
	if closing {
		gone.engine.Close()
	}
}

// closeRounds lets go of the rounds and of all engines. It needs the lock.
func (p *placer) closeRounds() {
	for _, round := range p.history.rounds {
		round.Close()
		round.engine.Close()
	}
	p.history.rounds = nil
	p.dropEngine()
}
