// Package repfakes has clients of cells that are not there.
package repfakes
