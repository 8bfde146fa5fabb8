//go:build !linux || android

package mesos

// The C library exists only for Linux. Elsewhere this line is the one compile error.
var _ = rostrum_is_for_Linux_alone__set_GOOS_linux
