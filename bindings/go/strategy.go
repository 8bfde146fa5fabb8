//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import "unsafe"

// Strategy decides which cell is better than another.
//
// A strategy may be given to engines and closed while rounds run with it: engines keep what they need
// of it. But it is asked by one goroutine at a time within one engine only. So engines whose rounds,
// explanations or replays may run at the same time must not share a strategy; make one for each.
type Strategy struct {
	handle handle
	name   string
	host   *strategyHost // Nil unless it is written in Go.
}

// Order says in which order the auctions of a batch take their turn.
type Order int32

// NewStrategy makes one of the library's own strategies: "diego", "binpack", "spread" or "bestfit".
// It is NotFound for another name.
func NewStrategy(name string) (*Strategy, error) {
	if err := checkVersions(); err != nil {
		return nil, err
	}
	cName, err := terminated("name", name)
	if err != nil {
		return nil, err
	}
	var made *C.rostrum_strategy_t
	var failure *C.rostrum_error_t
	code := C.rostrum_strategy_create(cName, &made, &failure)
	return newStrategy(code, made, failure)
}

// LoadStrategy loads a strategy from a shared object, a plug-in as rostrum.h describes it. A path
// without a slash is looked for as the dynamic linker does. The object stays loaded until no engine
// needs it.
//
// It is Unavailable if it cannot be loaded, InvalidArgument if it is no plug-in or its table is not
// valid, FailedPrecondition if it does not work with this version.
func LoadStrategy(path string) (*Strategy, error) {
	if err := checkVersions(); err != nil {
		return nil, err
	}
	cPath, err := terminated("path", path)
	if err != nil {
		return nil, err
	}
	var made *C.rostrum_strategy_t
	var failure *C.rostrum_error_t
	code := C.rostrum_strategy_load(cPath, &made, &failure)
	return newStrategy(code, made, failure)
}

func newStrategy(code C.rostrum_code_t, made *C.rostrum_strategy_t,
	failure *C.rostrum_error_t) (*Strategy, error) {
	if err := makeError(code, failure); err != nil {
		return nil, err
	}
	s := &Strategy{name: C.GoString(C.rostrum_strategy_name(made))}
	attach(&s.handle, s, unsafe.Pointer(made), destroyStrategy)
	return s, nil
}

func destroyStrategy(strategy unsafe.Pointer) {
	C.rostrum_strategy_destroy((*C.rostrum_strategy_t)(strategy))
}

// c returns the C handle; to be used between enter and leave.
func (s *Strategy) c() *C.rostrum_strategy_t { return (*C.rostrum_strategy_t)(s.handle.pointer) }

// Name returns the strategy's name, also after Close.
func (s *Strategy) Name() string { return s.name }

// Close lets go of the strategy. An engine that has it keeps what it needs. Closing again does
// nothing. It always returns nil.
func (s *Strategy) Close() error {
	s.handle.close(s)
	return nil
}
