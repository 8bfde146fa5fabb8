package auctionrunner

import (
	"reflect"

	"code.cloudfoundry.org/lager/v3"
)

// lagersOwn is the type of lager's own loggers, which copy what they are given before they do anything
// else with it.
var lagersOwn = reflect.TypeOf(lager.NewLogger(""))

func isLagersOwn(logger lager.Logger) bool { return reflect.TypeOf(logger) == lagersOwn }

// sinksOfLager is where such a logger keeps its sinks. A lager that keeps them elsewhere has none that
// could be looked for, and then every logger counts as heard.
var sinksOfLager, sinksAreKnown = findSinks(lagersOwn)

func findSinks(logger reflect.Type) (field []int, ok bool) {
	if logger.Kind() != reflect.Pointer || logger.Elem().Kind() != reflect.Struct {
		return nil, false
	}
	sinks, ok := logger.Elem().FieldByName("sinks")
	return sinks.Index, ok && sinks.Type == reflect.TypeOf([]lager.Sink(nil))
}

// isSilent says whether nothing that a logger is told is written anywhere: it is one of lager's own,
// and no sink was registered with it. Such a logger makes up every line nevertheless, which for a
// small cluster takes longer than all decisions.
func isSilent(logger lager.Logger) bool {
	if !sinksAreKnown || !isLagersOwn(logger) {
		return false
	}
	return reflect.ValueOf(logger).Elem().FieldByIndex(sinksOfLager).Len() == 0
}
