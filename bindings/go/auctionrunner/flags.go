package auctionrunner

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
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
			"rounds go first; needs -auction_record", "auction_record")
	debugAddressFlag = flagText("auction_debug_address", "",
		"host:port to serve /explain, /headroom, /snapshot and /metrics at, by plain HTTP and to "+
			"anybody; / lists them; without a host only on this machine (default: not served)")
	debugRoundsFlag = flagText("auction_debug_rounds", defaultDebugRounds,
		"how many of the last rounds /explain knows; each takes about 200 bytes for each cell and 400 for "+
			"each auction, so that 16 rounds of 10,000 cells and 1,000 auctions take 40 MB; needs -auction_debug_address", "auction_debug_address")
)

const defaultDebugRounds = "16"

// flagNeeds has for each flag that means nothing without others those that it needs.
var flagNeeds = map[string][]string{}

// flagText registers a flag. All of them are texts, so that a bad value gets an error of ours, which
// says what was expected. needs are the flags that it means nothing without.
func flagText(name, value, usage string, needs ...string) *string {
	if flag.CommandLine.Lookup(name) != nil {
		// The program has one of this name: ours cannot be set then.
		return &value
	}
	flagNeeds[name] = needs
	return flag.CommandLine.String(name, value, usage)
}

// checkFlags says which flags were given without one that they need. A flag that is given as it is by
// default asks for nothing.
func checkFlags(commandLine *flag.FlagSet) error {
	isSet := func(flag *flag.Flag) bool { return flag != nil && flag.Value.String() != flag.DefValue }
	inNeed := map[string][]string{}
	commandLine.Visit(func(set *flag.Flag) {
		for _, needed := range flagNeeds[set.Name] {
			if isSet(set) && !isSet(commandLine.Lookup(needed)) {
				inNeed[needed] = append(inNeed[needed], "-"+set.Name)
			}
		}
	})
	var errs []string
	for _, needed := range slices.Sorted(maps.Keys(inNeed)) {
		need := "need"
		if len(inNeed[needed]) == 1 {
			need = "needs"
		}
		errs = append(errs, fmt.Sprintf("%s %s -%s, which is not set",
			strings.Join(inNeed[needed], ", "), need, needed))
	}
	if errs == nil {
		return nil
	}
	return errors.New(strings.Join(errs, "; "))
}

// settings are the values of the flags.
type settings struct {
	strategy        string // The name of a strategy, or the path of a plug-in.
	recordFile      string // Empty: no recording.
	recordMaximumMB string
	debugAddress    string // Empty: no debug server.
	debugRounds     string
}

// flagSettings returns what the command line says, or the defaults before it has been parsed.
func flagSettings() settings {
	return settings{
		strategy:        *strategyFlag,
		recordFile:      *recordFlag,
		recordMaximumMB: *recordMaximumFlag,
		debugAddress:    *debugAddressFlag,
		debugRounds:     *debugRoundsFlag,
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
	number, err := wholeNumber("auction_record_max_mb", s.recordMaximumMB, most)
	return number << 20, err
}

// keptRounds returns how many rounds are kept for explanations.
func (s settings) keptRounds() (int, error) {
	const most = 1000 // Each has a picture of all cells.
	number, err := wholeNumber("auction_debug_rounds", s.debugRounds, most)
	return int(number), err
}

func wholeNumber(flag, text string, most uint64) (uint64, error) {
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil || number < 1 || number > most {
		return 0, fmt.Errorf("-%s is %q, expected a whole number from 1 to %d", flag, text, most)
	}
	return number, nil
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
