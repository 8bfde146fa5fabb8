package auctioneer

import "code.cloudfoundry.org/rep"

// TaskStartRequest asks for a task to be started.
type TaskStartRequest struct {
	rep.Task
}

// NewTaskStartRequest asks for task.
func NewTaskStartRequest(task rep.Task) TaskStartRequest { return TaskStartRequest{Task: task} }

// LRPStartRequest asks for instances of one process to be started.
type LRPStartRequest struct {
	ProcessGuid string `json:"process_guid"`
	Domain      string `json:"domain"`
	Indices     []int  `json:"indices"`
	rep.PlacementConstraint
	rep.Resource
}

// NewLRPStartRequest asks for the instances with indices.
func NewLRPStartRequest(
	processGUID, domain string, indices []int, asked rep.Resource, constraint rep.PlacementConstraint,
) LRPStartRequest {
	return LRPStartRequest{
		ProcessGuid:         processGUID,
		Domain:              domain,
		Indices:             indices,
		PlacementConstraint: constraint,
		Resource:            asked,
	}
}
