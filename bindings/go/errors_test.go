package rostrum_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

func TestErrorsAreFoundByTheirCode(t *testing.T) {
	engine := newEngine(t, "diego")
	err := fmt.Errorf("while cleaning up: %w", engine.RemoveCell("cell-7"))
	if !errors.Is(err, rostrum.ErrNotFound) {
		t.Errorf("%v is no ErrNotFound", err)
	}
	for _, other := range []error{rostrum.ErrInvalidArgument, rostrum.ErrFailedPrecondition,
		rostrum.ErrOutOfMemory, rostrum.ErrCorrupt, rostrum.ErrUnavailable, rostrum.ErrInternal,
		rostrum.ErrClosed} {
		if errors.Is(err, other) {
			t.Errorf("%v is also %v", err, other)
		}
	}
	var failure *rostrum.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%v is no *rostrum.Error", err)
	}
	want := rostrum.Error{Code: rostrum.NotFound, Text: `there is no cell "cell-7"`}
	if *failure != want {
		t.Errorf("the error is %+v, expected %+v", *failure, want)
	}
	if got := failure.Error(); got != `rostrum: there is no cell "cell-7"` {
		t.Errorf("the error reads %q", got)
	}
	if got := rostrum.ErrNotFound.Error(); got != "rostrum: NOT_FOUND" {
		t.Errorf("the error without a text reads %q", got)
	}
}

// What failed outside may be there the next time; what is wrong stays wrong.
func TestErrorsSayWhetherToTryAgain(t *testing.T) {
	folder := t.TempDir()
	_, err := rostrum.OpenRecorder(filepath.Join(folder, "none", "recording"), 0)
	expectError(t, err, rostrum.ErrUnavailable, "recording")
	var failure *rostrum.Error
	if !errors.As(err, &failure) || !failure.Retriable {
		t.Errorf("%v is not retriable", err)
	}
	path := filepath.Join(folder, "text")
	check(t, os.WriteFile(path, []byte("this is no recording, but a text of some length"), 0o600))
	_, err = rostrum.OpenRecorder(path, 0)
	expectError(t, err, rostrum.ErrFailedPrecondition, "text")
	if !errors.As(err, &failure) || failure.Retriable {
		t.Errorf("%v is retriable", err)
	}
}
