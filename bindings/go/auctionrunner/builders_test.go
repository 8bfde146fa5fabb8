package auctionrunner_test

import (
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/auctioneer"
	"code.cloudfoundry.org/bbs/models"
	"code.cloudfoundry.org/rep"
)

const (
	linux   = "preloaded:linux"
	windows = "preloaded:windows"
)

// ask is what an LRP or a task asks for: 10 MB of memory and 20 MB of disk on a linux cell, unless it
// is changed.
type ask struct {
	rep.Resource
	rep.PlacementConstraint
}

func newAsk(changes []func(*ask)) ask {
	asked := ask{
		Resource:            rep.NewResource(10, 20, 30),
		PlacementConstraint: rep.NewPlacementConstraint(linux, []string{}, []string{}),
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

func newLRP(processGUID string, index int, changes ...func(*ask)) rep.LRP {
	asked := newAsk(changes)
	key := models.NewActualLRPKey(processGUID, int32(index), "domain")
	return rep.NewLRP("", key, asked.Resource, asked.PlacementConstraint)
}

func newTask(guid string, changes ...func(*ask)) rep.Task {
	asked := newAsk(changes)
	return rep.NewTask(guid, "domain", asked.Resource, asked.PlacementConstraint)
}

func lrpStart(processGUID string, indices []int, changes ...func(*ask)) auctioneer.LRPStartRequest {
	asked := newAsk(changes)
	return auctioneer.NewLRPStartRequest(processGUID, "domain", indices, asked.Resource, asked.PlacementConstraint)
}

func taskStart(guid string, changes ...func(*ask)) auctioneer.TaskStartRequest {
	return auctioneer.NewTaskStartRequest(newTask(guid, changes...))
}

func lrpAuctions(queued time.Time, lrps ...rep.LRP) []auctiontypes.LRPAuction {
	auctions := []auctiontypes.LRPAuction{}
	for _, lrp := range lrps {
		auctions = append(auctions, auctiontypes.NewLRPAuction(lrp, queued))
	}
	return auctions
}

func taskAuctions(queued time.Time, tasks ...rep.Task) []auctiontypes.TaskAuction {
	auctions := []auctiontypes.TaskAuction{}
	for _, task := range tasks {
		auctions = append(auctions, auctiontypes.NewTaskAuction(task, queued))
	}
	return auctions
}

// newState is an empty linux cell in zone z1 with 100 MB of memory, 200 MB of disk and 50 containers,
// unless it is changed.
func newState(cellID string, changes ...func(*rep.CellState)) rep.CellState {
	size := rep.NewResources(100, 200, 50)
	state := rep.NewCellState(cellID, 0, "https://"+cellID+".cell.internal:1801", providers("linux"),
		size, size, nil, nil, "z1", 0, false, []string{}, []string{}, []string{}, 0)
	for _, change := range changes {
		change(&state)
	}
	return state
}

func providers(stacks ...string) rep.RootFSProviders {
	return rep.RootFSProviders{models.PreloadedRootFSScheme: rep.NewFixedSetRootFSProvider(stacks...)}
}

func inZone(name string) func(*rep.CellState) { return func(s *rep.CellState) { s.Zone = name } }
func withIndex(i int) func(*rep.CellState)    { return func(s *rep.CellState) { s.CellIndex = i } }
func starting(n int) func(*rep.CellState) {
	return func(s *rep.CellState) { s.StartingContainerCount = n }
}
func proxyMemory(mb int) func(*rep.CellState) {
	return func(s *rep.CellState) { s.ProxyMemoryAllocationMB = mb }
}

// size sets what the cell has; use it before what runs there.
func size(memoryMB, diskMB int32, containers int) func(*rep.CellState) {
	return func(s *rep.CellState) {
		s.TotalResources = rep.NewResources(memoryMB, diskMB, containers)
		s.AvailableResources = s.TotalResources
	}
}

func running(lrps ...rep.LRP) func(*rep.CellState) {
	return func(s *rep.CellState) {
		for i := range lrps {
			s.LRPs = append(s.LRPs, lrps[i])
			s.AvailableResources.Subtract(&lrps[i].Resource)
		}
	}
}

func runningTasks(tasks ...rep.Task) func(*rep.CellState) {
	return func(s *rep.CellState) {
		for i := range tasks {
			s.Tasks = append(s.Tasks, tasks[i])
			s.AvailableResources.Subtract(&tasks[i].Resource)
		}
	}
}

func stacks(names ...string) func(*rep.CellState) {
	return func(s *rep.CellState) { s.RootFSProviders = providers(names...) }
}

func hasDrivers(names ...string) func(*rep.CellState) {
	return func(s *rep.CellState) { s.VolumeDrivers = names }
}

func hasTags(names ...string) func(*rep.CellState) {
	return func(s *rep.CellState) { s.PlacementTags = names }
}

func hasOptionalTags(names ...string) func(*rep.CellState) {
	return func(s *rep.CellState) { s.OptionalPlacementTags = names }
}
