//go:build linux && !android && cgo

package mesos

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"code.cloudfoundry.org/rostrum/internal/headertest"
)

// The package against the header that it is built with: nothing in that may be missing here.

func TestEveryFunctionOfTheHeaderIsLoaded(t *testing.T) {
	text, err := os.ReadFile("library.h")
	check(t, err)
	list := string(text[strings.Index(string(text), "MESOS_FUNCTIONS(X)"):strings.Index(string(text), "CORE_FUNCTIONS(X)")])
	var declared, loaded []string
	for _, match := range regexp.MustCompile(`(?s)ROSTRUM_API[^;]*?(rostrum_mesos_\w+)\(`).FindAllStringSubmatch(headertest.Read(t, "mesos.h"), -1) {
		declared = append(declared, match[1])
	}
	for _, match := range regexp.MustCompile(`X\((\w+)\)`).FindAllStringSubmatch(list, -1) {
		loaded = append(loaded, match[1])
	}
	slices.Sort(declared)
	slices.Sort(loaded)
	if len(declared) == 0 || !slices.Equal(declared, loaded) {
		t.Errorf("the header declares %q, and loaded are %q", declared, loaded)
	}
}

func TestEveryKindOfEventOfTheHeaderHasAName(t *testing.T) {
	found := 0
	for _, match := range regexp.MustCompile(`ROSTRUM_MESOS_(\w+) = (\d+)`).FindAllStringSubmatch(headertest.Read(t, "mesos.h"), -1) {
		number, err := strconv.Atoi(match[2])
		check(t, err)
		if state, ok := strings.CutPrefix(match[1], "TASK_"); ok {
			if name := TaskState(number).String(); name != state {
				t.Errorf("%s is %q here", match[0], name)
			}
			continue
		}
		if name := EventKind(number).String(); name != strings.ToLower(match[1]) {
			t.Errorf("%s is %q here", match[0], name)
		}
		found++
	}
	if found != 12 {
		t.Errorf("the header has %d kinds of events, expected 12: is there a new one?", found)
	}
	if text := EventKind(99).String(); text != "EventKind(99)" {
		t.Errorf("an unknown kind is %q", text)
	}
}

// fieldsOf returns the names of a struct's fields in the header.
func fieldsOf(t *testing.T, name string) []string {
	t.Helper()
	body := regexp.MustCompile(`(?s)typedef struct ` + name + ` \{(.*?)\n\}`).FindStringSubmatch(headertest.Read(t, "mesos.h"))
	if body == nil {
		t.Fatalf("the header has no %s", name)
	}
	var fields []string
	for _, match := range regexp.MustCompile(`(\w+);`).FindAllStringSubmatch(body[1], -1) {
		fields = append(fields, match[1])
	}
	return fields
}

func TestEveryFieldOfTheHeaderIsThere(t *testing.T) {
	otherNames := map[string]string{"wait_ms": "Wait"}
	for name, value := range map[string]any{"rostrum_mesos_event": Event{}, "rostrum_mesos_counts": Counts{}} {
		kind := reflect.TypeOf(value)
		fields := fieldsOf(t, name)
		if len(fields) != kind.NumField() {
			t.Errorf("%s has %d fields, and %s %d", name, len(fields), kind, kind.NumField())
		}
		for _, field := range fields {
			expected := otherNames[field]
			if expected == "" {
				expected = strings.ReplaceAll(field, "_", "")
			}
			_, found := kind.FieldByNameFunc(func(own string) bool { return strings.EqualFold(own, expected) })
			if !found {
				t.Errorf("%s has no field for %s.%s", kind, name, field)
			}
		}
	}
}

func TestStatesHaveMesosNames(t *testing.T) {
	for state, expected := range map[TaskState]string{
		TaskStarting: "TASK_STARTING", TaskRunning: "TASK_RUNNING", TaskStaging: "TASK_STAGING",
		TaskEndedUnseen: "ENDED_UNSEEN", TaskUnknown: "TASK_UNKNOWN", TaskGoneByOperator: "TASK_GONE_BY_OPERATOR",
		99: "TaskState(99)", -1: "TaskState(-1)",
	} {
		if state.String() != expected {
			t.Errorf("state %d is %s, expected %s", state, state, expected)
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
