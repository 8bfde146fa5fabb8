//go:build linux && !android && cgo

package rostrum

import "code.cloudfoundry.org/rostrum/internal/flat"

func init() {
	flat.WorkOf = func(batch any) (flat.Work, error) { return flatWork(batch.(*Batch)) }
}

func flatWork(b *Batch) (flat.Work, error) {
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
