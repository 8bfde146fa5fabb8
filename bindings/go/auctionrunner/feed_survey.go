package auctionrunner

// A survey looks at all that a round needs to know of every cell's lists and maps: which LRPs are of
// processes in the request, and what the cell offers for constraints. In a large cluster that is
// most of the work of a round, and nearly all of it is waiting for memory; so the cells are shared
// out among the processors.
type survey struct {
	parts   []surveyPart
	perPart int // Cells of each part but the last.
}

// surveyPart is what one goroutine finds out of cells that follow each other. Its memory is kept.
type surveyPart struct {
	names      []string // Of LRPs, cell by cell.
	ends       []int32  // By cell: where its names end.
	signatures signatureReader
	bySlot     []*knownSignature // By cell.
}

// So many cells make up for the start of a goroutine.
const fewestCellsShared = 256

// run surveys the cells. Nothing of their states is copied.
func (s *survey) run(cells []*Cell, processes *processSet) {
	parts := shares(len(cells), fewestCellsShared)
	for len(s.parts) < parts {
		s.parts = append(s.parts, surveyPart{})
	}
	s.perPart = shareOut(len(cells), parts, func(part, first, last int) {
		s.parts[part].run(cells[first:last], processes)
	})
}

func (p *surveyPart) run(cells []*Cell, processes *processSet) {
	p.clear()
	for _, cell := range cells {
		if cell.hasWork() {
			cell.applyPending()
		}
		p.names = processes.collect(cell.state.LRPs, p.names)
		p.ends = append(p.ends, int32(len(p.names)))
		p.bySlot = append(p.bySlot, p.signatures.read(&cell.state))
	}
}

// namesOf returns the names of the LRPs of cell i that are of processes in the request.
func (s *survey) namesOf(i int) []string {
	part, place := &s.parts[i/s.perPart], i%s.perPart
	first := int32(0)
	if place > 0 {
		first = part.ends[place-1]
	}
	return part.names[first:part.ends[place]]
}

// signatureOf returns what cell i offers for constraints.
func (s *survey) signatureOf(i int) *knownSignature {
	return s.parts[i/s.perPart].bySlot[i%s.perPart]
}

// clear lets go of what belongs to others, and keeps the memory.
func (s *survey) clear() {
	for i := range s.parts {
		s.parts[i].clear()
	}
}

func (p *surveyPart) clear() {
	clear(p.names)
	clear(p.bySlot)
	p.names, p.ends, p.bySlot = p.names[:0], p.ends[:0], p.bySlot[:0]
	p.signatures.clear()
}
