package auctionrunner

import (
	"reflect"
	"testing"

	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

func TestLoggersWithoutSinksAreSilent(t *testing.T) {
	if !sinksAreKnown {
		t.Error("this lager does not keep its sinks where they are looked for")
	}
	bare := lager.NewLogger("bare")
	heard := lager.NewLogger("heard")
	heard.RegisterSink(lager.NewWriterSink(&testLog{}, lager.FATAL))
	for _, test := range []struct {
		name     string
		logger   lager.Logger
		isSilent bool
	}{
		{"without a sink", bare, true},
		{"a session of it", bare.Session("session"), true},
		{"with a sink, whatever it lets through", heard, false},
		{"a session with a sink", heard.Session("session", lager.Data{"key": "value"}), false},
		{"somebody else's", &countingLogger{Logger: bare}, false},
		{"none", nil, false},
	} {
		if got := isSilent(test.logger); got != test.isSilent {
			t.Errorf("%s: silent is %v, expected %v", test.name, got, test.isSilent)
		}
	}
}

// A lager that were made in another way would be taken for one that is heard.
func TestSinksAreLookedForWhereTheyCanBe(t *testing.T) {
	for _, other := range []any{0, new(int), new(struct{ Sinks []lager.Sink }), new(struct{ sinks int })} {
		if _, ok := findSinks(reflect.TypeOf(other)); ok {
			t.Errorf("found sinks in a %T", other)
		}
	}
}

// A sink may come at any time, and hears of the next call.
func TestASinkHearsOfTheNextCall(t *testing.T) {
	c := newCluster(t)
	c.log = &testLog{logger: lager.NewLogger("late")}
	c.addCell("z1", "a")
	c.schedule([]diego.LRP{anLRP("p", 0)})
	c.log.logger.RegisterSink(lager.NewWriterSink(c.log, lager.INFO))
	c.schedule([]diego.LRP{anLRP("p", 1)})
	lines := c.log.lines(t, "lrp-added-to-cell")
	if len(lines) != 1 || lines[0].Data["lrp-guid"] != "p.1" || lines[0].Data["cell-guid"] != "a" {
		t.Errorf("logged %v", lines)
	}
}
