//go:build linux && !android && cgo && rostrum_static

package mesos

// For the headers. The rest is what package rostrum has, so that librostrum is inside the program
// whichever of the two comes first on the linker's line.

// #cgo LDFLAGS: -Wl,--as-needed -ldl -l:librostrum-record.a -l:librostrum.a
// #cgo pkg-config: --static rostrum-record
import "C"
