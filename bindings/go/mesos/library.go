//go:build linux && !android && cgo

package mesos

// #include "library.h"
import "C"

import (
	"fmt"
	"strings"
	"unsafe"

	"code.cloudfoundry.org/rostrum"
)

// DefaultLibrary is what is loaded unless another path is given. The dynamic linker looks for it where
// it looks for all libraries: in LD_LIBRARY_PATH, in what ldconfig knows, in /usr/lib.
const DefaultLibrary = "librostrum-mesos-c.so.0"

// library is librostrum-mesos-c, loaded.
type library struct{ functions C.rostrum_go_library_t }

func (l *library) c() *C.rostrum_go_library_t { return &l.functions }

// load loads the library. It is never unloaded: its threads, and those of what it uses, may outlive any
// object of it by a little.
func load(path string) (*library, error) {
	if path == "" {
		path = DefaultLibrary
	}
	name, err := terminated("library", path)
	if err != nil {
		return nil, err
	}
	loaded := &library{}
	problem := make([]byte, 4096)
	said := (*C.char)(unsafe.Pointer(unsafe.SliceData(problem)))
	switch C.rostrum_go_load(name, loaded.c(), said, C.size_t(len(problem))) {
	case C.ROSTRUM_GO_LOADED:
		return loaded, nil
	case C.ROSTRUM_GO_NOT_FOUND:
		return nil, &rostrum.Error{Code: rostrum.Unavailable, Text: fmt.Sprintf("the library %q cannot be "+
			"loaded (%s). It is installed with Rostrum where that is built with -Dmesos=enabled, which "+
			"needs libcurl, protobuf and RapidJSON. If it is there, give its path, or add its folder to "+
			"LD_LIBRARY_PATH or to ldconfig's", path, C.GoString(said))}
	case C.ROSTRUM_GO_NO_LINKER:
		return nil, &rostrum.Error{Code: rostrum.FailedPrecondition, Text: fmt.Sprintf("the library %q cannot be "+
			"loaded into a program that is linked with -static, expected one with the dynamic linker, as -tags "+
			"rostrum_static makes it", path)}
	}
	return nil, &rostrum.Error{Code: rostrum.FailedPrecondition, Text: fmt.Sprintf("the library %q has no "+
		"function %s, expected librostrum-mesos-c of version %s or newer", path, C.GoString(said),
		rostrum.HeaderVersion)}
}

// makeError turns what a C function returned into an error, or nil, and destroys the C one.
func (l *library) makeError(code C.rostrum_code_t, failure *C.rostrum_error_t) error {
	if code == C.ROSTRUM_OK {
		return nil
	}
	// Where memory ran out there may be no error object.
	made := &rostrum.Error{
		Code:      rostrum.Code(code),
		Text:      C.GoString(C.rostrum_go_error_text(l.c(), failure)),
		Retriable: C.rostrum_go_error_retriable(l.c(), failure) != 0,
	}
	C.rostrum_go_error_destroy(l.c(), failure)
	return made
}

func invalidArgument(format string, arguments ...any) error {
	return &rostrum.Error{Code: rostrum.InvalidArgument, Text: fmt.Sprintf(format, arguments...)}
}

// terminated returns a copy of a text, in memory of Go, with the NUL byte that C looks for.
func terminated(name, text string) (*C.char, error) {
	if at := strings.IndexByte(text, 0); at >= 0 {
		return nil, invalidArgument("%s is %q, which has a NUL byte at %d, expected none", name, text, at)
	}
	copied := make([]byte, len(text)+1)
	copy(copied, text)
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(copied))), nil
}
