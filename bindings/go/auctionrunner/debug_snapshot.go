package auctionrunner

import (
	"fmt"
	"io"
	"net/http"
	"net/url"

	"code.cloudfoundry.org/rostrum"
)

// cellSnapshot is what /snapshot tells of a cell. Amounts are MB or containers.
type cellSnapshot struct {
	CellID                string             `json:"cell_id"`
	Zone                  string             `json:"zone"`
	Index                 int64              `json:"index"`
	Total                 resourcesSnapshot  `json:"total"`
	Free                  resourcesSnapshot  `json:"free"`
	ProxyMemoryMB         float64            `json:"proxy_memory_mb"`
	StartingContainers    int64              `json:"starting_containers"`
	LRPCount              int64              `json:"lrp_count"`
	Processes             map[string]int     `json:"processes"` // Of the last round: instances by guid.
	TaskCount             int64              `json:"task_count"`
	RootFSProviders       []providerSnapshot `json:"rootfs_providers"`
	VolumeDrivers         []string           `json:"volume_drivers"`
	PlacementTags         []string           `json:"placement_tags"`
	OptionalPlacementTags []string           `json:"optional_placement_tags"`
}

type resourcesSnapshot struct {
	MemoryMB   float64 `json:"memory_mb"`
	DiskMB     float64 `json:"disk_mb"`
	Containers int64   `json:"containers"`
}

type providerSnapshot struct {
	Scheme string   `json:"scheme"`
	Type   string   `json:"type"`
	Set    []string `json:"set,omitempty"`
}

// snapshot is what /snapshot tells.
type snapshot struct {
	Cells []cellSnapshot `json:"cells"`
}

// writeText writes a line for each cell, of what its JSON has most of all.
func (s snapshot) writeText(out io.Writer) {
	for i := range s.Cells {
		cell := &s.Cells[i]
		fmt.Fprintf(out, "%s in zone %q, index %d: free %v of %v MB of memory, %v of %v MB of disk, %d of %d "+
			"containers; %s, %s, %s starting\n", cell.CellID, cell.Zone, cell.Index,
			cell.Free.MemoryMB, cell.Total.MemoryMB, cell.Free.DiskMB, cell.Total.DiskMB, cell.Free.Containers,
			cell.Total.Containers, counted(cell.LRPCount, "LRP"), counted(cell.TaskCount, "task"),
			counted(cell.StartingContainers, "container"))
	}
}

func (d *debugServer) snapshot(*http.Request, url.Values) (page, error) {
	cells, err := d.cells()
	if err != nil {
		return nil, err
	}
	made := snapshot{make([]cellSnapshot, len(cells.Cells))}
	for i := range cells.Cells {
		made.Cells[i] = snapshotOf(&cells.Cells[i], &cells.Signatures[cells.Cells[i].Signature])
	}
	return made, nil
}

func snapshotOf(cell *rostrum.Cell, signature *rostrum.Signature) cellSnapshot {
	made := cellSnapshot{
		CellID:                cell.ID,
		Zone:                  cell.Zone,
		Index:                 cell.Index,
		Total:                 describeResources(&cell.Total),
		Free:                  describeResources(&cell.Available),
		ProxyMemoryMB:         cell.ProxyMemory.Float64(),
		StartingContainers:    cell.StartingContainers,
		LRPCount:              int64(len(cell.LRPs)) + cell.OtherLRPs,
		Processes:             map[string]int{},
		TaskCount:             cell.TaskCount,
		RootFSProviders:       []providerSnapshot{},
		VolumeDrivers:         listOf(signature.VolumeDrivers),
		PlacementTags:         listOf(signature.PlacementTags),
		OptionalPlacementTags: listOf(signature.OptionalPlacementTags),
	}
	for _, guid := range cell.LRPs {
		made.Processes[guid]++
	}
	for _, provider := range signature.Providers {
		made.RootFSProviders = append(made.RootFSProviders,
			providerSnapshot{provider.Scheme, nameOfProvider(provider.Type), provider.Set})
	}
	return made
}

func describeResources(resources *rostrum.Resources) resourcesSnapshot {
	return resourcesSnapshot{
		MemoryMB:   resources.Memory.Float64(),
		DiskMB:     resources.Disk.Float64(),
		Containers: resources.Containers,
	}
}

// listOf makes a list that is not null in JSON.
func listOf(texts []string) []string { return append([]string{}, texts...) }

func nameOfProvider(kind rostrum.ProviderType) string {
	switch kind {
	case rostrum.ProviderArbitrary:
		return "arbitrary"
	case rostrum.ProviderFixedSet:
		return "fixed_set"
	}
	return "unknown"
}
