package auctionrunner

import (
	"slices"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/workpool"
)

// MinBinPackFirstFitWeight is the weight up to which the index of a cell does not count.
const MinBinPackFirstFitWeight = 0.0

// How often all cells are asked, at once and without a pause, before a round goes on without cells.
const fetchStateAttempts = 4

// FetchStateAndBuildZones asks all clients for their states, on the pool's workers, and returns the
// cells by zone. clients are by guid. Cells that fail, that are evacuating or that say they are
// another cell are left out; if none is left, all are asked again, up to three times.
//
// In a zone, cells are sorted by cell index, then by guid. With a binPackFirstFitWeight above
// MinBinPackFirstFitWeight they are also renumbered: their Index is their place in the zone.
func FetchStateAndBuildZones(
	logger lager.Logger,
	workPool *workpool.WorkPool,
	clients map[string]diego.Client,
	metricEmitter auctiontypes.AuctionMetricEmitterDelegate,
	binPackFirstFitWeight float64,
) map[string]Zone {
	fetch := &stateFetch{logger: logger, workPool: workPool, clients: clients, metricEmitter: metricEmitter}
	return fetch.buildZones(binPackFirstFitWeight)
}

type stateFetch struct {
	logger        lager.Logger
	workPool      *workpool.WorkPool
	clients       map[string]diego.Client
	metricEmitter auctiontypes.AuctionMetricEmitterDelegate
	ending        <-chan struct{} // When it is closed, a pool that does nothing is not waited for.
}

func (f *stateFetch) buildZones(binPackFirstFitWeight float64) map[string]Zone {
	for attempt := 1; ; attempt++ {
		zones := sortIntoZones(f.cells(), binPackFirstFitWeight)
		if len(zones) > 0 {
			return zones
		}
		if attempt == fetchStateAttempts {
			f.logger.Info("failed-to-communicate-to-cells-abort")
			return zones
		}
		f.logger.Info("failed-to-communicate-to-cells-retry")
	}
}

// cells asks every client once. The cell of one that is left out is nil.
func (f *stateFetch) cells() []*Cell {
	type target struct {
		guid   string
		client diego.Client
	}
	// The map is not ours to read from other goroutines.
	targets := make([]target, 0, len(f.clients))
	for guid, client := range f.clients {
		targets = append(targets, target{guid, client})
	}
	cells := make([]*Cell, len(targets))
	runOnPool(f.ending, f.workPool, len(targets), func(i int) {
		cells[i] = f.cell(targets[i].guid, targets[i].client)
	})
	return cells
}

// cell asks one client, and logs what came of it.
func (f *stateFetch) cell(guid string, client diego.Client) *Cell {
	start := time.Now()
	state, err := client.State(f.logger)
	took := func() time.Duration { return time.Since(start) }

	switch {
	case err != nil:
		if f.metricEmitter.FailedCellStateRequest() != nil {
			// Diego logs the error of the cell here, not that of the metric.
			f.logger.Debug("failed-to-emit-get-cell-state-failure-metric", lager.Data{"error": err})
		}
		f.logger.Error("failed-to-get-state", err, lager.Data{"cell-guid": guid, "duration_ns": took()})
		return nil
	case state.Evacuating:
		f.logger.Info("ignored-evacuating-cell", lager.Data{"cell-guid": guid, "duration_ns": took()})
		return nil
	case state.CellID != "" && state.CellID != guid:
		f.logger.Error("cell-id-mismatch", nil, lager.Data{
			"cell-guid": guid, "cell-state-guid": state.CellID, "duration_ns": took(),
		})
		return nil
	}
	cell := NewCell(f.logger, guid, client, state)
	f.logger.Debug("fetched-cell-state", lager.Data{"cell-guid": guid, "duration_ns": took()})
	return cell
}

func sortIntoZones(cells []*Cell, binPackFirstFitWeight float64) map[string]Zone {
	zones := map[string]Zone{}
	for _, cell := range cells {
		if cell != nil {
			zones[cell.state.Zone] = append(zones[cell.state.Zone], cell)
		}
	}
	for _, zone := range zones {
		slices.SortFunc(zone, compareCells)
		if binPackFirstFitWeight > MinBinPackFirstFitWeight {
			for place, cell := range zone {
				cell.Index = place
			}
		}
	}
	return zones
}
