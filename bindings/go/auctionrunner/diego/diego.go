// Package diego gives each type of Diego's that the runner uses one name, whichever package of Diego's
// tree defines it. In June 2026 (diego-release #1156) Diego moved them from its packages rep and
// auctioneer to bbs/models and renamed some. All names here are aliases: a value of type [LRP] is a
// value of Diego's own type.
//
// Each generation of the tree has one file here, and no other file of Rostrum depends on it.
// examples/auctioneer/use-rostrum.sh puts the right one into a tree. Without the script, the build tag
// diego_rep_types selects the older tree.
package diego

import "code.cloudfoundry.org/bbs/models"

// NewLRP makes an LRP without a state.
func NewLRP(instanceGUID string, key models.ActualLRPKey, asked Resource, constraint PlacementConstraint) LRP {
	return LRP{InstanceGUID: instanceGUID, ActualLRPKey: key, PlacementConstraint: constraint, Resource: asked}
}

// NewTask makes a task in the state Invalid.
func NewTask(guid, domain string, asked Resource, constraint PlacementConstraint) Task {
	return Task{TaskGuid: guid, Domain: domain, PlacementConstraint: constraint, Resource: asked,
		State: models.Task_Invalid}
}

// NewResource is what one container asks for, memory and disk in MB.
func NewResource(memoryMB, diskMB, maxPids int32) Resource {
	return Resource{MemoryMB: memoryMB, DiskMB: diskMB, MaxPids: maxPids}
}

// NewResources is what a cell has, memory and disk in MB.
func NewResources(memoryMB, diskMB int32, containers int) Resources {
	return Resources{MemoryMB: memoryMB, DiskMB: diskMB, Containers: containers}
}

// NewPlacementConstraint takes the root file system's URL first.
func NewPlacementConstraint(rootFS string, placementTags, volumeDrivers []string) PlacementConstraint {
	return PlacementConstraint{RootFs: rootFS, PlacementTags: placementTags, VolumeDrivers: volumeDrivers}
}

// NewFixedSetRootFSProvider offers the root file systems with these names.
func NewFixedSetRootFSProvider(names ...string) FixedSetRootFSProvider {
	set := make(StringSet, len(names))
	for _, name := range names {
		set[name] = struct{}{}
	}
	return FixedSetRootFSProvider{FixedSet: set}
}
