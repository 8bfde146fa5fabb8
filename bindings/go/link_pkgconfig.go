//go:build linux && !android && cgo && !rostrum_static

package rostrum

// #cgo pkg-config: rostrum-record
import "C"

// Linking says how the C library is linked: "dynamic" or, with the build tag rostrum_static,
// "static".
const Linking = "dynamic"
