// Package models stands in for Diego's package of the same name: the keys of LRPs, the states of tasks
// and, as in Diego since June 2026, what is scheduled.
package models

import "code.cloudfoundry.org/scheduling"

// PreloadedRootFSScheme is the URL scheme of the root file systems that come with a cell.
const PreloadedRootFSScheme = "preloaded"

type (
	ActualLRPKey         = scheduling.ActualLRPKey
	ActualLRPInstanceKey = scheduling.ActualLRPInstanceKey
	Task_State           = scheduling.Task_State
)

const (
	Task_Invalid   = scheduling.Task_Invalid
	Task_Pending   = scheduling.Task_Pending
	Task_Running   = scheduling.Task_Running
	Task_Completed = scheduling.Task_Completed
	Task_Resolving = scheduling.Task_Resolving
)

// NewActualLRPKey makes a key of its parts.
func NewActualLRPKey(processGUID string, index int32, domain string) ActualLRPKey {
	return ActualLRPKey{ProcessGuid: processGUID, Index: index, Domain: domain}
}
