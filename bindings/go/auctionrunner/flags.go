package auctionrunner

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"code.cloudfoundry.org/rostrum"
)

// What a runner can do beyond Diego's own has a flag each on the program's command line. They are
// registered by the import of this package, so that the auctioneer's main needs no other change.
// All are off by default.
var (
	strategyFlag = flagText("auction_strategy", "diego",
		"how work is placed: diego, binpack, spread, bestfit, or the path of a plug-in (a shared "+
			"object, NAME.so)")
	recordFlag = flagText("auction_record", "",
		"a file to record every round in, for \"rostrum replay\" (default: no recording)")
	recordMaximumFlag = flagText("auction_record_max_mb", "256",
		"how many MB the recording and its predecessor, FILE.1, may have together; the oldest "+
			"rounds go first")
	debugAddressFlag = flagText("auction_debug_address", "",
		"host:port to serve /explain, /headroom, /snapshot and /metrics at, by plain HTTP and to "+
			"anybody; without a host only on this machine (default: not served)")
)

// flagText registers a flag. All of them are texts, so that a bad value gets an error of ours, which
// says what was expected.
func flagText(name, value, usage string) *string {
	if flag.CommandLine.Lookup(name) != nil {
		// The program has one of this name: ours cannot be set then.
		return &value
	}
	return flag.CommandLine.String(name, value, usage)
}

// settings are the values of the flags.
type settings struct {
	strategy        string // The name of a strategy, or the path of a plug-in.
	recordFile      string // Empty: no recording.
	recordMaximumMB string
	debugAddress    string // Empty: no debug server.
}

// flagSettings returns what the command line says, or the defaults before it has been parsed.
func flagSettings() settings {
	return settings{
		strategy:        *strategyFlag,
		recordFile:      *recordFlag,
		recordMaximumMB: *recordMaximumFlag,
		debugAddress:    *debugAddressFlag,
	}
}

// defaultSettings are Diego's own way, with nothing beyond it.
func defaultSettings() settings { return settings{strategy: "diego"} }

// openStrategy makes the strategy that a name or a path stands for. The caller closes it.
func openStrategy(name string) (*rostrum.Strategy, error) {
	path := name
	if !strings.Contains(name, string(os.PathSeparator)) {
		if !strings.HasSuffix(name, ".so") {
			return builtinStrategy(name)
		}
		// The dynamic linker would look for a name without a slash in its own folders alone.
		path = "./" + name
	}
	strategy, err := rostrum.LoadStrategy(path)
	if err != nil {
		return nil, fmt.Errorf("-auction_strategy is %q: %w", name, err)
	}
	return strategy, nil
}

func builtinStrategy(name string) (*rostrum.Strategy, error) {
	strategy, err := rostrum.NewStrategy(name)
	if errors.Is(err, rostrum.ErrNotFound) || errors.Is(err, rostrum.ErrInvalidArgument) {
		return nil, fmt.Errorf("-auction_strategy is %q, expected diego, binpack, spread, bestfit "+
			"or the path of a plug-in, NAME.so", name)
	}
	if err != nil {
		return nil, fmt.Errorf("-auction_strategy is %q: %w", name, err)
	}
	return strategy, nil
}

// recordMaximumBytes returns the size that a recording may grow to.
func (s settings) recordMaximumBytes() (uint64, error) {
	const most = 1 << 30 // MB, which is more than any disk has.
	number, err := strconv.ParseUint(s.recordMaximumMB, 10, 64)
	if err != nil || number < 1 || number > most {
		return 0, fmt.Errorf("-auction_record_max_mb is %q, expected a whole number from 1 to %d",
			s.recordMaximumMB, most)
	}
	return number << 20, nil
}

// listenAddress returns the address of the debug server: the loopback's, if no host is named.
func (s settings) listenAddress() (string, error) {
	host, port, err := net.SplitHostPort(s.debugAddress)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", fmt.Errorf("-auction_debug_address is %q, expected host:port such as "+
			"127.0.0.1:17019, or :17019 for this machine alone", s.debugAddress)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}
