//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

// RefusalCode says what kind of refusal it is. More may come: treat an unknown one as "other".
type RefusalCode int32

// String returns the code's name for people, such as "insufficient resources".
func (c RefusalCode) String() string {
	return C.GoString(C.rostrum_refusal_code_name(C.rostrum_refusal_code_t(c)))
}

// ReasonCode says why cells were no choice. More may come: treat an unknown one as "other".
type ReasonCode int32

// String returns the reason's name for people, such as "placement tag".
func (c ReasonCode) String() string {
	return C.GoString(C.rostrum_reason_code_name(C.rostrum_reason_code_t(c)))
}
