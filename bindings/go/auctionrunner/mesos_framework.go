package auctionrunner

import (
	"context"
	"fmt"
	"time"

	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/mesos"
)

// mesosFramework is what a runner needs of a mesos.Framework.
type mesosFramework interface {
	Start() error
	Submit(batch *rostrum.Batch) (added uint64, err error)
	Poll(ctx context.Context) ([]mesos.Event, error)
	Counts() (mesos.Counts, error)
	Stop(flush time.Duration) error
	Close() error
}

// openMesosFramework loads the library and makes a framework as the flags say. An error names the flag.
func openMesosFramework(
	settings mesosSettings, strategy string, engine engineOptions,
) (mesosFramework, error) {
	list, err := settings.list(engine)
	if err != nil {
		return nil, err
	}
	// What is wrong with the strategy is better said before anything is loaded.
	known, err := openStrategy(strategy)
	if err != nil {
		return nil, err
	}
	known.Close()
	options, err := mesos.NewOptions(settings.library)
	if err != nil {
		return nil, fmt.Errorf("-mesos_library is %q: %w", settings.library, err)
	}
	defer options.Close()
	for _, option := range list {
		if err := options.Set(option.key, option.value); err != nil {
			return nil, fmt.Errorf("%s: %w", option.name(), err)
		}
	}
	framework, err := mesos.New(options, strategy)
	if err != nil {
		return nil, fmt.Errorf("-master is %q: %w", settings.master, err)
	}
	return framework, nil
}

// name is where an operator finds the option.
func (o mesosOption) name() string {
	switch o.flag {
	case "":
		return "the option " + o.key + " of Mesos"
	case "mesos_option":
		return "-mesos_option " + o.key
	}
	return "-" + o.flag
}
