package scheduling

import "fmt"

// PlacementConstraint says which cells can take a container at all.
type PlacementConstraint struct {
	PlacementTags []string
	VolumeDrivers []string
	RootFs        string
}

// Valid says whether the constraint names a root file system.
func (p *PlacementConstraint) Valid() bool { return p.RootFs != "" }

// LRP is one instance of a long-running process.
type LRP struct {
	InstanceGUID string `json:"instance_guid"`
	ActualLRPKey
	PlacementConstraint
	Resource
	State string `json:"state"`
}

// Identifier is the process guid and the index.
func (l *LRP) Identifier() string { return fmt.Sprintf("%s.%d", l.ProcessGuid, l.Index) }

// Copy leaves the state out.
func (l *LRP) Copy() LRP {
	return LRP{InstanceGUID: l.InstanceGUID, ActualLRPKey: l.ActualLRPKey,
		PlacementConstraint: l.PlacementConstraint, Resource: l.Resource}
}

// LRPUpdate changes a running instance. Diego's has internal routes as well.
type LRPUpdate struct {
	InstanceGUID string `json:"instance_guid"`
	ActualLRPKey
	MetricTags map[string]string `json:"metric_tags"`
}

// Task is a one-off task.
type Task struct {
	TaskGuid string
	Domain   string
	PlacementConstraint
	Resource
	State  Task_State `json:"state"`
	Failed bool       `json:"failed"`
}

// Identifier is the task's guid.
func (t *Task) Identifier() string { return t.TaskGuid }

// Copy returns t.
func (t Task) Copy() Task { return t }

// Work is what a cell is told to start, and what it hands back of that.
type Work struct {
	LRPs   []LRP
	Tasks  []Task
	CellID string `json:"cell_id,omitempty"`
}
