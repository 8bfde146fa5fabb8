package rostrum_test

import (
	"debug/elf"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

// The program that runs the tests is linked as Linking says.
func TestTheLibraryIsLinkedAsLinkingSays(t *testing.T) {
	path, err := os.Executable()
	check(t, err)
	program, err := elf.Open(path)
	check(t, err)
	defer program.Close()
	needed, err := program.ImportedLibraries()
	check(t, err)
	for _, library := range []string{"librostrum.so.0", "librostrum-record.so.0"} {
		if dynamic := slices.Contains(needed, library); dynamic != (rostrum.Linking == "dynamic") {
			t.Errorf("linking is %s, and the program needs %v", rostrum.Linking, needed)
		}
	}
}

// Without cgo there is one error, which says what to do.
func TestWithoutCgoThereIsOneClearError(t *testing.T) {
	build := exec.Command("go", "build", "-tags", "", ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := build.CombinedOutput()
	if err == nil {
		t.Fatal("the package is built without cgo")
	}
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "# ") || !strings.Contains(lines[1], "set_CGO_ENABLED_1") {
		t.Errorf("the error is\n%s\nexpected one that says what to do", output)
	}
}
