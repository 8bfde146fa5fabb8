//go:build diego_rep_types

package auctioneer

import "code.cloudfoundry.org/scheduling"

// LRPStartRequest is here in Diego until June 2026.
type LRPStartRequest = scheduling.LRPStartRequest

// TaskStartRequest asks for a task to be started.
type TaskStartRequest struct {
	scheduling.Task
}
