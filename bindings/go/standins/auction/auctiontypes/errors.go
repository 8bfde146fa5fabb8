package auctiontypes

import (
	"errors"
	"strings"
)

// Why nothing could be placed.
var (
	ErrorCellMismatch             = errors.New("found no compatible cell for required rootfs")
	ErrorVolumeDriverMismatch     = errors.New("found no compatible cell with required volume drivers")
	ErrorNothingToStop            = errors.New("nothing to stop")
	ErrorCellCommunication        = errors.New("unable to communicate to compatible cells")
	ErrorExceededInflightCreation = errors.New("waiting to start instance: reached in-flight start limit")
)

// PlacementTagMismatchError says that no cell takes these placement tags.
type PlacementTagMismatchError struct {
	tags []string
}

// NewPlacementTagMismatchError is for work that wants tags.
func NewPlacementTagMismatchError(tags []string) error { return PlacementTagMismatchError{tags: tags} }

func (e PlacementTagMismatchError) Error() string {
	quoted := make([]string, len(e.tags))
	for i, tag := range e.tags {
		quoted[i] = `"` + tag + `"`
	}
	const text = "found no compatible cell with "
	switch last := len(quoted) - 1; last {
	case -1:
		return text + "no placement tags"
	case 0:
		return text + "placement tag " + quoted[0]
	default:
		return text + "placement tags " + strings.Join(quoted[:last], ", ") + " and " + quoted[last]
	}
}
