//go:build linux && !android && cgo

package rostrum

import (
	"fmt"
	"math"
)

// Batch collects cells, offers and work, to be given to an engine in one call. What is added is
// flattened at once into arrays of the C interface's own records and one block of bytes, so that the
// caller may reuse it for the next, and the call itself copies a few arrays and converts nothing.
//
// The zero value is an empty batch. The memory is Go's and is kept by [Batch.Reset]: once it has
// grown, adding allocates nothing. There is nothing to close.
//
// A batch belongs to one goroutine at a time.
type Batch struct {
	bytes      []byte
	texts      []textRecord
	scalars    []scalarRecord
	providers  []providerRecord
	signatures []signatureRecord
	indices    []int32
	cells      []cellRecord
	offers     []offerRecord
	work       []workRecord

	// What was stored last of each kind of text that comes in runs, to be referred to again.
	zone, domain, rootFS         textRecord
	placementTags, volumeDrivers rangeRecord

	err *Error // The first thing that could not be held.
}

// NewBatch returns an empty batch.
func NewBatch() *Batch { return &Batch{} }

// Reset empties the batch, and keeps its memory for the next use.
func (b *Batch) Reset() {
	*b = Batch{
		bytes:      b.bytes[:0],
		texts:      b.texts[:0],
		scalars:    b.scalars[:0],
		providers:  b.providers[:0],
		signatures: b.signatures[:0],
		indices:    b.indices[:0],
		cells:      b.cells[:0],
		offers:     b.offers[:0],
		work:       b.work[:0],
	}
}

// Err returns what the batch could not hold, or nil. No Add method returns an error: the first one is
// kept until Reset, and returned by the call that is given the batch, which does nothing then. It
// is InvalidArgument: for more than 4,294,967,295 bytes of text or records of one kind, or for a
// signature that is no position.
func (b *Batch) Err() error {
	if b.err == nil {
		return nil
	}
	return b.err
}

// Len returns how many cells, offers and works the batch holds.
func (b *Batch) Len() (cells, offers, work int) { return len(b.cells), len(b.offers), len(b.work) }

// AddSignature adds a signature and returns its position, for Cell.Signature and Offer.Signature of
// the same batch.
func (b *Batch) AddSignature(s *Signature) int {
	record := signatureRecord{
		volume_drivers:          b.addTexts(s.VolumeDrivers),
		placement_tags:          b.addTexts(s.PlacementTags),
		optional_placement_tags: b.addTexts(s.OptionalPlacementTags),
	}
	if !b.hasRoom(len(b.providers), len(s.Providers), "providers") {
		return 0
	}
	first := len(b.providers)
	for i := range s.Providers {
		provider := &s.Providers[i]
		b.providers = append(b.providers, providerRecord{
			scheme: b.addText(provider.Scheme),
			_type:  i32(provider.Type),
			set:    b.addTexts(provider.Set),
		})
	}
	record.providers = makeRange(first, len(s.Providers))
	if !b.hasRoom(len(b.signatures), 1, "signatures") {
		return 0
	}
	b.signatures = append(b.signatures, record)
	return len(b.signatures) - 1
}

// AddCell adds a cell, for [Engine.UpdateCells]. Nothing of it is kept.
func (b *Batch) AddCell(c *Cell) {
	if !b.hasRoom(len(b.cells), 1, "cells") {
		return
	}
	signature, ok := b.position(c.Signature)
	if !ok {
		b.fail("cell %d: signature is %d, expected a position", len(b.cells), c.Signature)
		return
	}
	b.zone = b.addTextAgain(c.Zone, b.zone)
	b.cells = append(b.cells, cellRecord{
		id:                  b.addText(c.ID),
		zone:                b.zone,
		index:               i64(c.Index),
		first_fit_index:     i64(c.FirstFitIndex),
		total:               b.addResources(&c.Total),
		available:           b.addResources(&c.Available),
		overhead:            b.addResources(&c.Overhead),
		proxy_memory:        i64(c.ProxyMemory),
		starting_containers: i64(c.StartingContainers),
		task_count:          i64(c.TaskCount),
		other_lrps:          i64(c.OtherLRPs),
		lrps:                b.addTexts(c.LRPs),
		signature:           signature,
		flags:               u32(c.Flags),
		tag:                 u64(c.Tag),
	})
}

// AddOffer adds an offer, for [Engine.AddOffers]. Nothing of it is kept.
func (b *Batch) AddOffer(o *Offer) {
	if !b.hasRoom(len(b.offers), 1, "offers") {
		return
	}
	signature, ok := b.position(o.Signature)
	if !ok {
		b.fail("offer %d: signature is %d, expected a position", len(b.offers), o.Signature)
		return
	}
	b.zone = b.addTextAgain(o.Zone, b.zone)
	b.offers = append(b.offers, offerRecord{
		id:          b.addText(o.ID),
		agent_id:    b.addText(o.AgentID),
		zone:        b.zone,
		index:       i64(o.Index),
		resources:   b.addResources(&o.Resources),
		used:        b.addResources(&o.Used),
		overhead:    b.addResources(&o.Overhead),
		received_ms: i64(o.ReceivedMS),
		task_count:  i64(o.TaskCount),
		lrps:        b.addTexts(o.LRPs),
		signature:   signature,
		flags:       u32(o.Flags),
		tag:         u64(o.Tag),
	})
}

// AddWork adds work, for [Engine.Submit]. Nothing of it is kept, and its Attempts, LastRefusal and
// QueueTimeMS, which are the engine's to say, are passed over.
func (b *Batch) AddWork(w *Work) {
	if !b.hasRoom(len(b.work), 1, "works") {
		return
	}
	if !b.hasRoom(len(b.indices), len(w.Indices), "indices") {
		return
	}
	b.domain = b.addTextAgain(w.Domain, b.domain)
	b.rootFS = b.addTextAgain(w.RootFS, b.rootFS)
	b.placementTags = b.addTextsAgain(w.PlacementTags, b.placementTags)
	b.volumeDrivers = b.addTextsAgain(w.VolumeDrivers, b.volumeDrivers)
	indices := makeRange(len(b.indices), len(w.Indices))
	b.indices = append(b.indices, w.Indices...)
	b.work = append(b.work, workRecord{
		guid:           b.addText(w.GUID),
		domain:         b.domain,
		rootfs:         b.rootFS,
		asked:          b.addResources(&w.Asked),
		placement_tags: b.placementTags,
		volume_drivers: b.volumeDrivers,
		indices:        indices,
		kind:           i32(w.Kind),
		max_pids:       i32(w.MaxPIDs),
		tag:            u64(w.Tag),
	})
}

// AddCells adds all of a snapshot, signatures first, whatever the batch holds already.
func (b *Batch) AddCells(cells *Cells) {
	first := len(b.signatures)
	for i := range cells.Signatures {
		b.AddSignature(&cells.Signatures[i])
	}
	for i := range cells.Cells {
		cell := cells.Cells[i]
		if cell.Signature < 0 || cell.Signature >= len(cells.Signatures) {
			b.fail("cell %d: signature is %d, expected a position in the %d of its snapshot", i,
				cell.Signature, len(cells.Signatures))
			return
		}
		cell.Signature += first
		b.AddCell(&cell)
	}
}

const positionMaximum = math.MaxUint32

func (b *Batch) fail(format string, arguments ...any) {
	if b.err == nil {
		b.err = &Error{Code: InvalidArgument, Text: fmt.Sprintf(format, arguments...)}
	}
}

// hasRoom says whether an array, or the block of bytes, can take more of what positions can name.
func (b *Batch) hasRoom(length, more int, what string) bool {
	if b.err != nil {
		return false
	}
	if uint64(length)+uint64(more) > positionMaximum {
		b.fail("the batch would hold more than %d %s", int64(positionMaximum), what)
		return false
	}
	return true
}

func (b *Batch) position(n int) (u32, bool) {
	return u32(n), n >= 0 && int64(n) <= positionMaximum
}

func (b *Batch) addText(text string) textRecord {
	if !b.hasRoom(len(b.bytes), len(text), "bytes of text") {
		return textRecord{}
	}
	record := textRecord{offset: u32(len(b.bytes)), length: u32(len(text))}
	b.bytes = append(b.bytes, text...)
	return record
}

// addTextAgain returns the one that was stored last if it is the same text.
func (b *Batch) addTextAgain(text string, last textRecord) textRecord {
	if b.holds(last, text) {
		return last
	}
	return b.addText(text)
}

func (b *Batch) holds(record textRecord, text string) bool {
	return string(b.bytes[record.offset:record.offset+record.length]) == text
}

func (b *Batch) addTexts(texts []string) rangeRecord {
	if !b.hasRoom(len(b.texts), len(texts), "texts in lists") {
		return rangeRecord{}
	}
	list := makeRange(len(b.texts), len(texts))
	last := textRecord{}
	for _, text := range texts {
		// Instances of one process stand together in most lists.
		last = b.addTextAgain(text, last)
		b.texts = append(b.texts, last)
	}
	return list
}

// addTextsAgain returns the list that was stored last if it has the same texts.
func (b *Batch) addTextsAgain(texts []string, last rangeRecord) rangeRecord {
	if int(last.count) != len(texts) {
		return b.addTexts(texts)
	}
	for i, record := range b.texts[last.first : last.first+last.count] {
		if !b.holds(record, texts[i]) {
			return b.addTexts(texts)
		}
	}
	return last
}

func (b *Batch) addResources(resources *Resources) resourcesRecord {
	record := resourcesRecord{
		memory:     i64(resources.Memory),
		disk:       i64(resources.Disk),
		cpu:        i64(resources.CPU),
		containers: i64(resources.Containers),
	}
	if len(resources.Scalars) == 0 || !b.hasRoom(len(b.scalars), len(resources.Scalars), "scalars") {
		return record
	}
	record.scalars = makeRange(len(b.scalars), len(resources.Scalars))
	for i := range resources.Scalars {
		scalar := &resources.Scalars[i]
		b.scalars = append(b.scalars,
			scalarRecord{name: b.addText(scalar.Name), amount: i64(scalar.Amount)})
	}
	return record
}

func makeRange(first, count int) rangeRecord {
	return rangeRecord{first: u32(first), count: u32(count)}
}
