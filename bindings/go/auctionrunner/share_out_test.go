package auctionrunner

import (
	"slices"
	"sync"
	"testing"
)

// Every item is done once, whatever the number of processors.
func TestEverythingIsSharedOut(t *testing.T) {
	for count := range 70 {
		for parts := 1; parts < 20; parts++ {
			var lock sync.Mutex
			var done []int
			perPart := shareOut(count, parts, func(part, first, last int) {
				lock.Lock()
				defer lock.Unlock()
				for i := first; i < last; i++ {
					done = append(done, i)
					if perPart := (count + parts - 1) / parts; i/perPart != part {
						t.Errorf("item %d of %d is in part %d of %d", i, count, part, parts)
					}
				}
			})
			slices.Sort(done)
			if len(done) != count || count > 0 && (done[0] != 0 || done[count-1] != count-1 || perPart == 0) {
				t.Fatalf("%d items in %d parts: done were %v", count, parts, done)
			}
		}
	}
}

func TestSharesAreNotTooSmall(t *testing.T) {
	if shares(0, 16) != 1 || shares(31, 16) != 1 {
		t.Error("few items are shared out")
	}
}
