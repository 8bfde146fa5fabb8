package auctionrunner

import (
	"runtime"
	"sync"
)

// shares returns in how many parts count items are best shared out: as many as there are processors,
// each of the fewest items at least, and one in any case.
func shares(count, fewest int) int {
	return max(1, min(runtime.GOMAXPROCS(0), count/fewest))
}

// shareOut calls do for each part, all at once, with its items, from first to before last. It
// returns when all have ended, and says how many items there were in each part but the last ones.
func shareOut(count, parts int, do func(part, first, last int)) (perPart int) {
	perPart = (count + parts - 1) / parts
	var others sync.WaitGroup
	for part := 1; part < parts; part++ {
		others.Add(1)
		go func() {
			defer others.Done()
			do(part, min(count, part*perPart), min(count, (part+1)*perPart))
		}()
	}
	do(0, 0, min(count, perPart))
	others.Wait()
	return perPart
}
