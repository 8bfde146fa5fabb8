//go:build linux && !android && cgo && rostrum_static

package rostrum

// The archives are named, since a linker that may choose takes the shared objects. What pkg-config
// names after them finds nothing left to resolve in librostrum, so --as-needed drops it.

// #cgo LDFLAGS: -Wl,--as-needed -l:librostrum-record.a -l:librostrum.a
// #cgo pkg-config: --static rostrum-record
import "C"

// Linking says how the C library is linked: "dynamic" or, with the build tag rostrum_static,
// "static".
const Linking = "static"
