//go:build linux && !android && cgo

package rostrum

import "code.cloudfoundry.org/rostrum/internal/flat"

// FlatWork returns the batch's work as it lies in memory. It is for package mesos beside this one, whose
// library makes a batch of its own of it. It fails with the batch's Err.
func (b *Batch) FlatWork() (flat.Work, error) {
	if err := checkBatch(b); err != nil {
		return flat.Work{}, err
	}
	return flat.Work{
		Bytes:   flat.ArrayOf(b.bytes),
		Texts:   flat.ArrayOf(b.texts),
		Scalars: flat.ArrayOf(b.scalars),
		Indices: flat.ArrayOf(b.indices),
		Work:    flat.ArrayOf(b.work),
	}, nil
}
