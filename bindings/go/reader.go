//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import (
	"slices"
	"unsafe"
)

// copyText copies a block of bytes of C.
func copyText(bytes *C.char, count C.size_t) string {
	return string(unsafe.Slice((*byte)(unsafe.Pointer(bytes)), int(count)))
}

// copyArray copies an array of C, in one piece.
func copyArray[Record any](records *Record, count C.size_t) []Record {
	// Onto nil, so that not even an empty slice points into the memory of C.
	return append([]Record(nil), unsafe.Slice(records, int(count))...)
}

// part returns one text of a block.
func part(text string, at textRecord) string {
	return text[at.offset : uint64(at.offset)+uint64(at.length)]
}

func partOf[Record any](records []Record, list rangeRecord) []Record {
	return records[list.first : uint64(list.first)+uint64(list.count)]
}

func makeReasons(text string, records []reasonRecord, list rangeRecord) []Reason {
	if list.count == 0 {
		return nil
	}
	reasons := make([]Reason, list.count)
	for i, record := range partOf(records, list) {
		reasons[i] = Reason{
			Subject: part(text, record.subject),
			CellID:  part(text, record.cell_id),
			Code:    ReasonCode(record.code),
			Static:  record.is_static != 0,
			Cells:   uint64(record.cells),
			Asked:   Amount(record.asked),
			Free:    Amount(record.free),
			ShortBy: Amount(record.short_by),
		}
	}
	return reasons
}

// batchReader turns the records of a batch of C into values. All texts are parts of one copy of the
// block of bytes, and all lists of texts parts of one slice.
type batchReader struct {
	arrays  C.rostrum_go_arrays_t
	text    string
	texts   []string
	scalars []Scalar
}

func newBatchReader(batch *C.rostrum_batch_t) *batchReader {
	arrays := C.rostrum_go_arrays_of(batch)
	r := &batchReader{arrays: arrays, text: copyText(arrays.bytes, arrays.byte_count)}
	r.texts = make([]string, int(arrays.text_count))
	for i, record := range unsafe.Slice(arrays.texts, len(r.texts)) {
		r.texts[i] = part(r.text, record)
	}
	r.scalars = make([]Scalar, int(arrays.scalar_count))
	for i, record := range unsafe.Slice(arrays.scalars, len(r.scalars)) {
		r.scalars[i] = Scalar{Name: part(r.text, record.name), Amount: Amount(record.amount)}
	}
	return r
}

// listOf returns a part of a slice that does not reach into the rest of it when it is appended to; nil
// if it is empty.
func listOf[Value any](values []Value, list rangeRecord) []Value {
	if list.count == 0 {
		return nil
	}
	return slices.Clip(partOf(values, list))
}

func (r *batchReader) resources(record *resourcesRecord) Resources {
	return Resources{
		Memory:     Amount(record.memory),
		Disk:       Amount(record.disk),
		CPU:        Amount(record.cpu),
		Containers: int64(record.containers),
		Scalars:    listOf(r.scalars, record.scalars),
	}
}

func (r *batchReader) cells() *Cells {
	return &Cells{Cells: r.readCells(), Signatures: r.readSignatures()}
}

func (r *batchReader) readCells() []Cell {
	records := unsafe.Slice(r.arrays.cells, int(r.arrays.cell_count))
	cells := make([]Cell, len(records))
	for i := range records {
		record := &records[i]
		cells[i] = Cell{
			ID:                 part(r.text, record.id),
			Zone:               part(r.text, record.zone),
			Index:              int64(record.index),
			FirstFitIndex:      int64(record.first_fit_index),
			Total:              r.resources(&record.total),
			Available:          r.resources(&record.available),
			Overhead:           r.resources(&record.overhead),
			ProxyMemory:        Amount(record.proxy_memory),
			StartingContainers: int64(record.starting_containers),
			TaskCount:          int64(record.task_count),
			LRPs:               listOf(r.texts, record.lrps),
			OtherLRPs:          int64(record.other_lrps),
			Signature:          int(record.signature),
			Flags:              CellFlags(record.flags),
			Tag:                uint64(record.tag),
		}
	}
	return cells
}

func (r *batchReader) readSignatures() []Signature {
	providers := make([]Provider, int(r.arrays.provider_count))
	for i, record := range unsafe.Slice(r.arrays.providers, len(providers)) {
		providers[i] = Provider{
			Scheme: part(r.text, record.scheme),
			Type:   ProviderType(record._type),
			Set:    listOf(r.texts, record.set),
		}
	}
	records := unsafe.Slice(r.arrays.signatures, int(r.arrays.signature_count))
	signatures := make([]Signature, len(records))
	for i, record := range records {
		signatures[i] = Signature{
			Providers:             listOf(providers, record.providers),
			VolumeDrivers:         listOf(r.texts, record.volume_drivers),
			PlacementTags:         listOf(r.texts, record.placement_tags),
			OptionalPlacementTags: listOf(r.texts, record.optional_placement_tags),
		}
	}
	return signatures
}

func (r *batchReader) readWork() []Work {
	indices := copyArray((*int32)(r.arrays.indices), r.arrays.index_count)
	records := unsafe.Slice(r.arrays.work, int(r.arrays.work_count))
	work := make([]Work, len(records))
	for i := range records {
		record := &records[i]
		work[i] = Work{
			Kind:          Kind(record.kind),
			GUID:          part(r.text, record.guid),
			Domain:        part(r.text, record.domain),
			RootFS:        part(r.text, record.rootfs),
			Asked:         r.resources(&record.asked),
			PlacementTags: listOf(r.texts, record.placement_tags),
			VolumeDrivers: listOf(r.texts, record.volume_drivers),
			Indices:       listOf(indices, record.indices),
			MaxPIDs:       int32(record.max_pids),
			Tag:           uint64(record.tag),
			Attempts:      int32(record.attempts),
			LastRefusal:   RefusalCode(record.last_refusal),
			QueueTimeMS:   int64(record.queue_time_ms),
		}
	}
	return work
}

// withTexts makes a batch for a call that adds texts to it, and returns what `read` makes of them.
func withTexts[Result any](
	call func(*C.rostrum_batch_t, **C.rostrum_error_t) C.rostrum_code_t,
	read func(C.rostrum_go_arrays_t) Result,
) (result Result, err error) {
	var batch *C.rostrum_batch_t
	var failure *C.rostrum_error_t
	code := C.rostrum_batch_create(&batch, &failure)
	if err := makeError(code, failure); err != nil {
		return result, err
	}
	defer C.rostrum_batch_destroy(batch)
	code = call(batch, &failure)
	if err := makeError(code, failure); err != nil {
		return result, err
	}
	return read(C.rostrum_go_arrays_of(batch)), nil
}

// readTexts returns the texts of a batch; nil if there are none.
func readTexts(arrays C.rostrum_go_arrays_t) []string {
	if arrays.text_count == 0 {
		return nil
	}
	text := copyText(arrays.bytes, arrays.byte_count)
	texts := make([]string, int(arrays.text_count))
	for i, record := range unsafe.Slice(arrays.texts, len(texts)) {
		texts[i] = part(text, record)
	}
	return texts
}
