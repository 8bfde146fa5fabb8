//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"
)

// Code is the kind of an error. More may come: treat an unknown one as "other".
type Code int32

// String returns the stable name of a code, such as "INVALID_ARGUMENT".
func (c Code) String() string { return C.GoString(C.rostrum_code_name(C.rostrum_code_t(c))) }

// Error is what the library says went wrong.
//
// Every function of this package that fails returns one, but for [ErrClosed], and for the error of a
// context that ended a wait. Where a function fails nothing has changed, unless it says otherwise.
type Error struct {
	Code Code
	// Text is one line for people that names the input, the value and what was expected.
	Text string
	// Retriable says whether the same call may succeed later as it is.
	Retriable bool
}

// Error returns the text with the package's name before it.
func (e *Error) Error() string {
	if e.Text == "" {
		return "rostrum: " + e.Code.String()
	}
	return "rostrum: " + e.Text
}

// Is says whether the target is an *Error of the same code, so that
// errors.Is(err, rostrum.ErrNotFound) asks for the kind of error alone.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Code == e.Code
}

// One error of each code, for [errors.Is].
var (
	ErrInvalidArgument    = &Error{Code: InvalidArgument}
	ErrNotFound           = &Error{Code: NotFound}
	ErrFailedPrecondition = &Error{Code: FailedPrecondition}
	ErrOutOfMemory        = &Error{Code: OutOfMemory}
	ErrCorrupt            = &Error{Code: Corrupt}
	ErrUnavailable        = &Error{Code: Unavailable}
	ErrInternal           = &Error{Code: Internal}
)

// ErrClosed is returned by every use of an object after its Close.
var ErrClosed = errors.New("rostrum: used after Close")

// makeError turns what a C function returned into an error, or nil, and destroys the C one.
func makeError(code C.rostrum_code_t, failure *C.rostrum_error_t) error {
	if code == C.ROSTRUM_OK {
		return nil
	}
	// Where memory ran out there may be no error object.
	made := &Error{Code: Code(code), Text: C.GoString(C.rostrum_error_text(failure))}
	made.Retriable = C.rostrum_error_retriable(failure) != 0
	C.rostrum_error_destroy(failure)
	return made
}

func invalidArgument(format string, arguments ...any) error {
	return &Error{Code: InvalidArgument, Text: fmt.Sprintf(format, arguments...)}
}
