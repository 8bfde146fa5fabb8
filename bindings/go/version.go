//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import "sync"

// HeaderVersion is the version of the C headers that the package was built with.
const HeaderVersion = C.ROSTRUM_VERSION_STRING

// LibraryVersion returns the version of the C library that the program runs with, as
// "MAJOR.MINOR.PATCH".
func LibraryVersion() string { return C.GoString(C.rostrum_version_string()) }

// checkVersions says whether the library is at least as new as the headers; by whatever makes a first
// object.
var checkVersions = sync.OnceValue(func() error {
	return compareVersions(C.ROSTRUM_VERSION_NUMBER, uint32(C.rostrum_version_number()), LibraryVersion())
})

// compareVersions takes versions as numbers. A library may be newer than the headers, not older.
func compareVersions(headers, library uint32, name string) error {
	if library >= headers {
		return nil
	}
	return &Error{
		Code: FailedPrecondition,
		Text: "the C library is of version " + name + ", expected " + HeaderVersion +
			" or newer, that of the headers that this program was built with",
	}
}
