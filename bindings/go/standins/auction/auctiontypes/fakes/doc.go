// Package fakes has delegates of a runner that only remember.
package fakes
