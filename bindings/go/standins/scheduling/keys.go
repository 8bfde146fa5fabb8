package scheduling

import (
	"encoding/json"
	"fmt"
	"slices"
)

// ActualLRPKey names one instance of a process.
type ActualLRPKey struct {
	ProcessGuid string `json:"process_guid"`
	Index       int32  `json:"index"`
	Domain      string `json:"domain"`
}

// ActualLRPInstanceKey names one container, and the cell that it is on.
type ActualLRPInstanceKey struct {
	InstanceGuid string `json:"instance_guid"`
	CellId       string `json:"cell_id"`
}

// Task_State is how far a task is. In JSON it is a name.
type Task_State int32

const (
	Task_Invalid Task_State = iota
	Task_Pending
	Task_Running
	Task_Completed
	Task_Resolving
)

var taskStates = [...]string{"Invalid", "Pending", "Running", "Completed", "Resolving"}

func (s Task_State) String() string {
	if s < 0 || int(s) >= len(taskStates) {
		return fmt.Sprint(int32(s))
	}
	return taskStates[s]
}

// MarshalJSON writes the state's name.
func (s Task_State) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalJSON reads a state's name; a number is refused.
func (s *Task_State) UnmarshalJSON(text []byte) error {
	var name string
	if err := json.Unmarshal(text, &name); err != nil {
		return err
	}
	state := slices.Index(taskStates[:], name)
	if state < 0 {
		return fmt.Errorf("invalid task state %q", name)
	}
	*s = Task_State(state)
	return nil
}
