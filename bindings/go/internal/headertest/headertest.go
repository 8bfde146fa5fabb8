// Package headertest reads the C headers for tests.
package headertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Read returns headers of the folder rostrum, installed or of an uninstalled build, one after the
// other and without their comments.
func Read(t *testing.T, names ...string) string {
	t.Helper()
	var folders []string
	for _, ask := range []string{"--cflags-only-I", "--variable=includedir"} {
		output, err := exec.Command("pkg-config", ask, "rostrum").Output()
		if err != nil {
			t.Fatalf("pkg-config finds no rostrum: %v", err)
		}
		folders = append(folders, strings.Fields(strings.ReplaceAll(string(output), "-I", " "))...)
	}
	var text strings.Builder
	for _, name := range names {
		text.Write(readFirst(t, folders, filepath.Join("rostrum", name)))
	}
	return regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(text.String(), "")
}

func readFirst(t *testing.T, folders []string, name string) []byte {
	t.Helper()
	for _, folder := range folders {
		if content, err := os.ReadFile(filepath.Join(folder, name)); err == nil {
			return content
		}
	}
	t.Fatalf("%s is in none of %q", name, folders)
	return nil
}
