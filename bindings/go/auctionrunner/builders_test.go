package auctionrunner_test

import (
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/bbs/models"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

const (
	linux   = "preloaded:linux"
	windows = "preloaded:windows"
)

// ask is what an LRP or a task asks for: 10 MB of memory and 20 MB of disk on a linux cell, unless it
// is changed.
type ask struct {
	diego.Resource
	diego.PlacementConstraint
}

func newAsk(changes []func(*ask)) ask {
	asked := ask{
		Resource:            diego.NewResource(10, 20, 30),
		PlacementConstraint: diego.NewPlacementConstraint(linux, []string{}, []string{}),
	}
	for _, change := range changes {
		change(&asked)
	}
	return asked
}

func memory(mb int32) func(*ask)           { return func(a *ask) { a.MemoryMB = mb } }
func disk(mb int32) func(*ask)             { return func(a *ask) { a.DiskMB = mb } }
func rootFS(url string) func(*ask)         { return func(a *ask) { a.RootFs = url } }
func wantsTags(tags ...string) func(*ask)  { return func(a *ask) { a.PlacementTags = tags } }
func wantsDrivers(ds ...string) func(*ask) { return func(a *ask) { a.VolumeDrivers = ds } }

func newLRP(processGUID string, index int, changes ...func(*ask)) diego.LRP {
	asked := newAsk(changes)
	key := models.NewActualLRPKey(processGUID, int32(index), "domain")
	return diego.NewLRP("", key, asked.Resource, asked.PlacementConstraint)
}

func newTask(guid string, changes ...func(*ask)) diego.Task {
	asked := newAsk(changes)
	return diego.NewTask(guid, "domain", asked.Resource, asked.PlacementConstraint)
}

func lrpStart(processGUID string, indices []int, changes ...func(*ask)) diego.LRPStartRequest {
	asked := newAsk(changes)
	return diego.LRPStartRequest{ProcessGuid: processGUID, Domain: "domain", Indices: indices,
		PlacementConstraint: asked.PlacementConstraint, Resource: asked.Resource}
}

func taskStart(guid string, changes ...func(*ask)) diego.TaskStartRequest {
	return diego.TaskStartRequest{Task: newTask(guid, changes...)}
}

func lrpAuction(lrp diego.LRP, record auctiontypes.AuctionRecord) auctiontypes.LRPAuction {
	auction := auctiontypes.NewLRPAuction(lrp, time.Time{})
	auction.AuctionRecord = record
	return auction
}

func taskAuction(task diego.Task, record auctiontypes.AuctionRecord) auctiontypes.TaskAuction {
	auction := auctiontypes.NewTaskAuction(task, time.Time{})
	auction.AuctionRecord = record
	return auction
}

func lrpAuctions(queued time.Time, lrps ...diego.LRP) []auctiontypes.LRPAuction {
	auctions := []auctiontypes.LRPAuction{}
	for _, lrp := range lrps {
		auctions = append(auctions, auctiontypes.NewLRPAuction(lrp, queued))
	}
	return auctions
}

func taskAuctions(queued time.Time, tasks ...diego.Task) []auctiontypes.TaskAuction {
	auctions := []auctiontypes.TaskAuction{}
	for _, task := range tasks {
		auctions = append(auctions, auctiontypes.NewTaskAuction(task, queued))
	}
	return auctions
}

// newState is an empty linux cell in zone z1 with 100 MB of memory, 200 MB of disk and 50 containers,
// unless it is changed.
func newState(cellID string, changes ...func(*diego.CellState)) diego.CellState {
	size := diego.NewResources(100, 200, 50)
	state := diego.CellState{
		RepURL: "https://" + cellID + ".cell.internal:1801", CellID: cellID, Zone: "z1",
		RootFSProviders: providers("linux"), AvailableResources: size, TotalResources: size,
		VolumeDrivers: []string{}, PlacementTags: []string{}, OptionalPlacementTags: []string{},
	}
	for _, change := range changes {
		change(&state)
	}
	return state
}

func providers(stacks ...string) diego.RootFSProviders {
	return diego.RootFSProviders{models.PreloadedRootFSScheme: diego.NewFixedSetRootFSProvider(stacks...)}
}

func inZone(name string) func(*diego.CellState) { return func(s *diego.CellState) { s.Zone = name } }
func withIndex(i int) func(*diego.CellState)    { return func(s *diego.CellState) { s.CellIndex = i } }
func starting(n int) func(*diego.CellState) {
	return func(s *diego.CellState) { s.StartingContainerCount = n }
}
func proxyMemory(mb int) func(*diego.CellState) {
	return func(s *diego.CellState) { s.ProxyMemoryAllocationMB = mb }
}

// size sets what the cell has; use it before what runs there.
func size(memoryMB, diskMB int32, containers int) func(*diego.CellState) {
	return func(s *diego.CellState) {
		s.TotalResources = diego.NewResources(memoryMB, diskMB, containers)
		s.AvailableResources = s.TotalResources
	}
}

func running(lrps ...diego.LRP) func(*diego.CellState) {
	return func(s *diego.CellState) {
		for i := range lrps {
			s.LRPs = append(s.LRPs, lrps[i])
			s.AvailableResources.Subtract(&lrps[i].Resource)
		}
	}
}

func runningTasks(tasks ...diego.Task) func(*diego.CellState) {
	return func(s *diego.CellState) {
		for i := range tasks {
			s.Tasks = append(s.Tasks, tasks[i])
			s.AvailableResources.Subtract(&tasks[i].Resource)
		}
	}
}

func stacks(names ...string) func(*diego.CellState) {
	return func(s *diego.CellState) { s.RootFSProviders = providers(names...) }
}

func hasDrivers(names ...string) func(*diego.CellState) {
	return func(s *diego.CellState) { s.VolumeDrivers = names }
}

func hasTags(names ...string) func(*diego.CellState) {
	return func(s *diego.CellState) { s.PlacementTags = names }
}

func hasOptionalTags(names ...string) func(*diego.CellState) {
	return func(s *diego.CellState) { s.OptionalPlacementTags = names }
}
