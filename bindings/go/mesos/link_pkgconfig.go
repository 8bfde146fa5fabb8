//go:build linux && !android && cgo && !rostrum_static

package mesos

// For the headers; the library itself is loaded when the program runs. See library.h.

// #cgo LDFLAGS: -ldl
// #cgo pkg-config: rostrum
import "C"
