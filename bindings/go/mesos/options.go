//go:build linux && !android && cgo

package mesos

// #include "library.h"
import "C"

import (
	"runtime"

	"code.cloudfoundry.org/rostrum"
)

// Options are what a framework is made with.
type Options struct {
	gate    gate
	library *library
	options *C.rostrum_mesos_options_t
}

// NewOptions loads the library and makes options with their defaults. path is that of the library; one
// without a slash is looked for as the dynamic linker does, and an empty one is [DefaultLibrary].
//
// It is Unavailable if the library cannot be loaded, FailedPrecondition if it is another one.
func NewOptions(path string) (*Options, error) {
	library, err := load(path)
	if err != nil {
		return nil, err
	}
	var made *C.rostrum_mesos_options_t
	var failure *C.rostrum_error_t
	code := C.rostrum_go_mesos_options_create(library.c(), &made, &failure)
	if err := library.makeError(code, failure); err != nil {
		return nil, err
	}
	o := &Options{gate: newGate(), library: library, options: made}
	// Not AddCleanup, as in package rostrum.
	runtime.SetFinalizer(o, func(forgotten *Options) { forgotten.Close() })
	return o, nil
}

func (l *library) destroyOptions(options *C.rostrum_mesos_options_t) {
	C.rostrum_go_mesos_options_destroy(l.c(), options)
}

// Set sets one option from its text; rostrum/mesos.h lists the keys, their defaults and their values.
// Keys that stand for lists add to what was set before.
//
// It is InvalidArgument for a key that is not known or a value that it cannot have; the text names both
// and what was expected.
func (o *Options) Set(key, value string) error {
	cKey, err := terminated("key", key)
	if err != nil {
		return err
	}
	cValue, err := terminated(key, value)
	if err != nil {
		return err
	}
	if !o.gate.enter() {
		return rostrum.ErrClosed
	}
	defer o.gate.leave()
	var failure *C.rostrum_error_t
	code := C.rostrum_go_mesos_options_set(o.library.c(), o.options, cKey, cValue, &failure)
	return o.library.makeError(code, failure)
}

// Close lets go of the options; frameworks that were made with them keep what they need. Closing again
// does nothing. It always returns nil.
func (o *Options) Close() error {
	o.gate.close(func() {}, func() {
		runtime.SetFinalizer(o, nil)
		o.library.destroyOptions(o.options)
		o.options = nil
	})
	return nil
}
