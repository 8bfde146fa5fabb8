//go:build linux && !android && cgo

package mesos

import (
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

// requireLibrary skips a test where Rostrum was built without Mesos.
func requireLibrary(t *testing.T) {
	t.Helper()
	if _, err := load(""); err != nil {
		if os.Getenv("ROSTRUM_MESOS_LIBRARY_EXPECTED") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIP: %v", err)
	}
}

func newOptions(t *testing.T, pairs ...string) *Options {
	t.Helper()
	requireLibrary(t)
	options, err := NewOptions("")
	check(t, err)
	t.Cleanup(func() { options.Close() })
	for i := 0; i < len(pairs); i += 2 {
		check(t, options.Set(pairs[i], pairs[i+1]))
	}
	return options
}

// requireError checks the code of an error and what its text has in it.
func requireError(t *testing.T, err error, expected error, parts ...string) {
	t.Helper()
	if !errors.Is(err, expected) {
		t.Errorf("the error is %v, expected one like %v", err, expected)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error is %q, expected it to name %q", err, part)
		}
	}
}

func TestAMissingLibraryIsAClearError(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{"librostrum-none.so.0", folder + "/librostrum-mesos-c.so.0", folder} {
		_, err := NewOptions(path)
		requireError(t, err, rostrum.ErrUnavailable, path, "-Dmesos=enabled", "libcurl", "LD_LIBRARY_PATH")
	}
	text := filepath.Join(folder, "text.so")
	check(t, os.WriteFile(text, []byte("this is no library\n"), 0o600))
	_, err := NewOptions(text)
	requireError(t, err, rostrum.ErrUnavailable, text)
	_, err = NewOptions("lib\x00rostrum.so")
	requireError(t, err, rostrum.ErrInvalidArgument, "NUL byte at 3")
}

// A library of another kind, or one that is too old, lacks a function.
func TestAnotherLibraryIsAClearError(t *testing.T) {
	folder := t.TempDir()
	source, object := filepath.Join(folder, "other.c"), filepath.Join(folder, "other.so")
	check(t, os.WriteFile(source, []byte("int rostrum_mesos_options_create(void) { return 7; }\n"), 0o600))
	if output, err := exec.Command("cc", "-shared", "-fPIC", source, "-o", object).CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, output)
	}
	_, err := NewOptions(object)
	requireError(t, err, rostrum.ErrFailedPrecondition, object, "rostrum_mesos_options_destroy",
		rostrum.HeaderVersion)
}

// A program that is linked with -static can be built, but it loads nothing, and says so.
func TestAProgramThatIsLinkedStaticallyAsAWholeLoadsNothing(t *testing.T) {
	path, err := os.Executable()
	check(t, err)
	if isStatic(t, path) {
		_, err := NewOptions("")
		requireError(t, err, rostrum.ErrFailedPrecondition, DefaultLibrary, "-static", "rostrum_static")
		return
	}
	program := filepath.Join(t.TempDir(), "static")
	build := exec.Command("go", "test", "-c", "-o", program, "-tags", "rostrum_static,netgo,osusergo",
		"-ldflags", "-extldflags=-static", ".")
	if output, err := build.CombinedOutput(); err != nil && strings.Contains(string(output), "cannot find -l") {
		t.Skipf("SKIP: libraries are not there for -static: %s", output)
	} else if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if !isStatic(t, program) {
		t.Error("the program has a dynamic linker")
	}
	if output, err := exec.Command(program, "-test.run", "^"+t.Name()+"$").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// isStatic says whether a program names no dynamic linker.
func isStatic(t *testing.T, path string) bool {
	t.Helper()
	program, err := elf.Open(path)
	check(t, err)
	defer program.Close()
	for _, part := range program.Progs {
		if part.Type == elf.PT_INTERP {
			return false
		}
	}
	return true
}

// Nothing of the library is in a program that only has the package in it.
func TestTheProgramIsNotLinkedWithTheLibrary(t *testing.T) {
	path, err := os.Executable()
	check(t, err)
	output, err := exec.Command("readelf", "-d", path).CombinedOutput()
	if err != nil {
		t.Skipf("SKIP: readelf: %v", err)
	}
	for _, library := range []string{"librostrum-mesos", "libcurl", "libzookeeper"} {
		if strings.Contains(string(output), library) {
			t.Errorf("the program needs %s:\n%s", library, output)
		}
	}
	if static := rostrum.Linking == "static"; static == strings.Contains(string(output), "librostrum.so") {
		t.Errorf("linking is %s, and the program needs\n%s", rostrum.Linking, output)
	}
}

func TestOptions(t *testing.T) {
	options := newOptions(t, "master", "127.0.0.1:5050", "role", "a", "role", "b", "window_ms", "100")
	requireError(t, options.Set("windows", "1"), rostrum.ErrInvalidArgument, `"windows"`)
	requireError(t, options.Set("window_ms", "soon"), rostrum.ErrInvalidArgument, "window_ms", `"soon"`)
	requireError(t, options.Set("window_ms", "1\x00"), rostrum.ErrInvalidArgument, "NUL")
	requireError(t, options.Set("window\x00ms", "1"), rostrum.ErrInvalidArgument, "NUL")
	check(t, options.Close())
	check(t, options.Close())
	if err := options.Set("window_ms", "1"); err != rostrum.ErrClosed {
		t.Errorf("after Close: %v", err)
	}
	if _, err := New(options, "diego"); err != rostrum.ErrClosed {
		t.Errorf("after Close: %v", err)
	}
	_, err := New(nil, "diego")
	requireError(t, err, rostrum.ErrInvalidArgument, "nil")
	zero := &Options{}
	check(t, zero.Close())
	if err := zero.Set("name", "x"); err != rostrum.ErrClosed {
		t.Errorf("the zero value: %v", err)
	}
}
