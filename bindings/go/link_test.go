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

// Where the package cannot be, there is one error, which says what to do.
func TestWhereThePackageCannotBeThereIsOneClearError(t *testing.T) {
	const noCgo, noLinux = "set_CGO_ENABLED_1", "set_GOOS_linux"
	for _, command := range []string{"build", "vet"} {
		for _, test := range []struct{ system, cgo, expected string }{
			{"linux", "0", noCgo},
			{"darwin", "0", noLinux},
			{"darwin", "1", noLinux},
			{"android", "1", noLinux},
		} {
			requireOneError(t, []string{command, "-tags", "", ".", "./mesos"}, test.system, test.cgo, test.expected)
		}
	}
}

func requireOneError(t *testing.T, arguments []string, system, cgo, expected string) {
	t.Helper()
	build := exec.Command("go", arguments...)
	build.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED="+cgo)
	output, err := build.CombinedOutput()
	if err == nil {
		t.Errorf("go %v goes well on %s with CGO_ENABLED=%s", arguments, system, cgo)
		return
	}
	var errors []string
	for _, line := range strings.Split(strings.TrimSpace(string(output)), "\n") {
		if !strings.HasPrefix(line, "# ") {
			errors = append(errors, line)
		}
	}
	if len(errors) == 0 {
		t.Errorf("go %v says nothing on %s with CGO_ENABLED=%s", arguments, system, cgo)
	}
	for _, line := range errors {
		// One of each package.
		if !strings.Contains(line, "_required.go") || !strings.Contains(line, expected) || len(errors) > 2 {
			t.Errorf("go %v on %s with CGO_ENABLED=%s says\n%s\nexpected one line with %q", arguments, system, cgo,
				output, expected)
			return
		}
	}
}
