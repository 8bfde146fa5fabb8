package auctionrunner

import (
	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// addRequest adds an auction for each of the request, tagged with its place. The order is that of the
// request, which has been sorted.
func (f *feed) addRequest(request *auctiontypes.AuctionRequest) {
	if f.careful != nil {
		f.careful.reserveTaskGUIDs(request.Tasks)
	}
	for i := range request.LRPs {
		f.addLRP(diego.LRPOf(&request.LRPs[i]), i)
	}
	for i := range request.Tasks {
		f.addTask(diego.TaskOf(&request.Tasks[i]), i)
	}
}

func (f *feed) addLRP(lrp *diego.LRP, place int) {
	item := &f.item
	item.Kind = rostrum.LRP
	item.GUID = f.processes.names[lrp.ProcessGuid]
	item.Domain = lrp.Domain
	f.indices[0] = lrp.Index
	item.Indices = f.indices[:]
	f.fillItem(&lrp.PlacementConstraint, &lrp.Resource, place)
	if f.careful != nil && !f.careful.mendLRP(item, place) {
		return
	}
	f.work.AddWork(item)
}

func (f *feed) addTask(task *diego.Task, place int) {
	item := &f.item
	item.Kind = rostrum.Task
	item.GUID = task.TaskGuid
	item.Domain = task.Domain
	item.Indices = nil
	f.fillItem(&task.PlacementConstraint, &task.Resource, place)
	if f.careful != nil && !f.careful.mendTask(item, place) {
		return
	}
	f.work.AddWork(item)
}

func (f *feed) fillItem(constraint *diego.PlacementConstraint, asked *diego.Resource, place int) {
	item := &f.item
	item.RootFS = constraint.RootFs
	item.PlacementTags = constraint.PlacementTags
	item.VolumeDrivers = constraint.VolumeDrivers
	item.Asked.Memory = rostrum.Units(int64(asked.MemoryMB))
	item.Asked.Disk = rostrum.Units(int64(asked.DiskMB))
	item.MaxPIDs = asked.MaxPids
	item.Tag = uint64(place)
}
