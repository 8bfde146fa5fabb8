package scheduling

// LRPStartRequest asks for instances of one process to be started.
type LRPStartRequest struct {
	ProcessGuid string `json:"process_guid"`
	Domain      string `json:"domain"`
	Indices     []int  `json:"indices"`
	PlacementConstraint
	Resource
}
