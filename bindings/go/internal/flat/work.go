// Package flat is how a batch comes out of package rostrum for another package here that hands it to a
// library of its own.
package flat

import "unsafe"

// Array is an array of records of the C interface, in the memory of Go.
type Array struct {
	First unsafe.Pointer // Nil, if it is empty.
	Count int
}

// Work is the work of a batch: a block of text and what refers to it, as rostrum.h has them. It is good
// as long as the batch is not added to or reset.
type Work struct {
	Bytes   Array // Of char.
	Texts   Array // Of rostrum_text_t.
	Scalars Array // Of rostrum_scalar_t.
	Indices Array // Of int32_t.
	Work    Array // Of rostrum_work_t.
}

// WorkOf returns the work of a *rostrum.Batch as it lies in memory, or the batch's Err. Package rostrum
// sets it: as a method there it would be for everybody.
var WorkOf func(batch any) (Work, error)

// ArrayOf returns a slice as an array.
func ArrayOf[Record any](records []Record) Array {
	return Array{First: unsafe.Pointer(unsafe.SliceData(records)), Count: len(records)}
}
