package scheduling

import (
	"fmt"
	"sort"
	"strings"
)

// Resources are what a cell has, or has left.
type Resources struct {
	MemoryMB   int32
	DiskMB     int32
	Containers int
}

// Copy returns r's value.
func (r *Resources) Copy() Resources { return *r }

// Subtract takes one container that asks for asked off r.
func (r *Resources) Subtract(asked *Resource) {
	r.MemoryMB -= asked.MemoryMB
	r.DiskMB -= asked.DiskMB
	r.Containers--
}

// ComputeScore is the mean of the used fractions of memory, disk and containers: 0 is empty, 1 is
// full. A total of 0 gives an infinity or NaN.
func (r *Resources) ComputeScore(total *Resources) float64 {
	memory := 1.0 - float64(r.MemoryMB)/float64(total.MemoryMB)
	disk := 1.0 - float64(r.DiskMB)/float64(total.DiskMB)
	containers := 1.0 - float64(r.Containers)/float64(total.Containers)
	return (memory + disk + containers) / 3.0
}

// Resource is what one container asks for.
type Resource struct {
	MemoryMB int32
	DiskMB   int32
	MaxPids  int32
}

// Copy returns r's value.
func (r *Resource) Copy() Resource { return *r }

// Valid says whether nothing negative is asked for.
func (r *Resource) Valid() bool { return r.MemoryMB >= 0 && r.DiskMB >= 0 }

// InsufficientResourcesError names what is short: memory, disk, containers.
type InsufficientResourcesError struct {
	Problems map[string]struct{}
}

func (e InsufficientResourcesError) Error() string {
	const text = "insufficient resources"
	if len(e.Problems) == 0 {
		return text
	}
	names := make([]string, 0, len(e.Problems))
	for name := range e.Problems {
		names = append(names, name)
	}
	sort.Strings(names)
	return fmt.Sprintf("%s: %s", text, strings.Join(names, ", "))
}
