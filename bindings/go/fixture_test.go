package rostrum_test

import (
	"context"
	"errors"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newEngine makes an engine with one of the library's strategies, to be closed when the test ends.
func newEngine(t testing.TB, name string) *rostrum.Engine {
	t.Helper()
	strategy, err := rostrum.NewStrategy(name)
	check(t, err)
	defer strategy.Close() // The engine keeps what it needs.
	engine, err := rostrum.NewEngine(strategy)
	check(t, err)
	t.Cleanup(func() { engine.Close() })
	return engine
}

var (
	_ = context.Background
	_ = errors.Is
)
