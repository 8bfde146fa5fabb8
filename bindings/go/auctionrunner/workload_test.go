package auctionrunner

import (
	"fmt"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/bbs/models"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// splitmix is a stream of numbers that is the same everywhere.
type splitmix uint64

func (s *splitmix) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// workload is the cluster and the work that the project's benchmarks share: cells with LRPs on each,
// in three zones, and auctions for apps of ten instances.
type workload struct {
	cells, lrps, auctions int

	// realGUIDs names processes as Cloud Foundry does, so that all guids are equally long, those of
	// the auctions too.
	realGUIDs bool
}

func (w workload) processGUID(kind string, number, of int) string {
	if !w.realGUIDs {
		if kind == "app" {
			return fmt.Sprintf("app-%05d", number)
		}
		return fmt.Sprintf("old-%05d-%d", number, of)
	}
	guid := splitmix(uint64(number)<<20 + uint64(of)<<8 + uint64(len(kind)*int(kind[0])))
	uuid := func() string {
		a, b := guid.next(), guid.next()
		return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", a>>32, a>>16&0xffff, a&0xffff, b>>48, b&(1<<48-1))
	}
	return uuid() + "-" + uuid()
}

func (w workload) states() []diego.CellState {
	random := splitmix(1)
	states := make([]diego.CellState, w.cells)
	for i := range states {
		states[i] = w.state(i, &random)
	}
	return states
}

// state is as if it had been decoded: all of its lists and maps are its own.
func (w workload) state(i int, random *splitmix) diego.CellState {
	total := diego.NewResources(65536, 131072, 250)
	left := total
	lrps := make([]diego.LRP, w.lrps)
	for k := range lrps {
		memory := [...]int32{64, 128, 256, 512, 1024}[random.next()%5]
		disk := int32(512) << (random.next() % 2)
		key := models.NewActualLRPKey(w.processGUID("old", i, k), 0, "domain")
		lrps[k] = diego.NewLRP("", key, diego.NewResource(memory, disk, 0), w.constraint())
		left.Subtract(&lrps[k].Resource)
	}
	providers := diego.RootFSProviders{"preloaded": diego.NewFixedSetRootFSProvider("cflinuxfs4")}
	return diego.CellState{
		CellID: fmt.Sprintf("cell-%05d", i), CellIndex: i, Zone: fmt.Sprintf("z%d", i%3),
		RootFSProviders: providers, AvailableResources: left, TotalResources: total, LRPs: lrps,
	}
}

func (workload) constraint() diego.PlacementConstraint {
	return diego.NewPlacementConstraint("preloaded:cflinuxfs4", nil, nil)
}

// request draws on from where states left off.
func (w workload) request() auctiontypes.AuctionRequest {
	random := splitmix(1)
	for range 2 * w.cells * w.lrps {
		random.next()
	}
	request := auctiontypes.AuctionRequest{LRPs: make([]auctiontypes.LRPAuction, w.auctions)}
	var memory int32
	for j := range request.LRPs {
		if j%10 == 0 {
			memory = [...]int32{64, 128, 256, 512, 1024}[random.next()%5]
		}
		key := models.NewActualLRPKey(w.processGUID("app", j/10, 0), int32(j%10), "domain")
		*diego.LRPOf(&request.LRPs[j]) = diego.NewLRP("", key, diego.NewResource(memory, 1024, 0), w.constraint())
	}
	return request
}

// zonesOf makes cells of states, which stay as they are.
func zonesOf(states []diego.CellState) map[string]Zone {
	zones := map[string]Zone{}
	logger := lager.NewLogger("benchmark")
	for i := range states {
		cell := NewCell(logger, states[i].CellID, obligingClient{}, states[i])
		zones[states[i].Zone] = append(zones[states[i].Zone], cell)
	}
	return zones
}

// obligingClient is a cell that takes whatever it is sent.
type obligingClient struct{ diego.Client }

func (o obligingClient) Perform(_ lager.Logger, work diego.Work) (diego.Work, error) {
	return o.take(work)
}

func (obligingClient) take(diego.Work) (diego.Work, error) { return diego.Work{}, nil }
