//go:build linux && !android && !cgo

package rostrum

// The package is cgo over the C library. Without cgo this line is the one compile error.
var _ = rostrum_needs_cgo__set_CGO_ENABLED_1_and_have_a_C_compiler
