//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import (
	"fmt"
	"math"
	"runtime/cgo"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// What the C table of a strategy that is written in Go calls. Each finds the host by its handle. No
// panic gets out: C could not stand it.

// Answers to C.
const (
	callDone   = 0
	callFailed = -1
)

func hostOf(handle C.uintptr_t) *strategyHost {
	return cgo.Handle(handle).Value().(*strategyHost)
}

//export rostrumGoBeginRound
func rostrumGoBeginRound(handle C.uintptr_t, context *C.rostrum_round_context_t) (answer C.int32_t) {
	host := hostOf(handle)
	answer = callFailed // Unless it returns.
	defer host.catchPanic()
	if err := host.roundBeginner.BeginRound(makeContext(context)); err != nil {
		host.fail(err)
		return callFailed
	}
	return callDone
}

//export rostrumGoOrderKey
func rostrumGoOrderKey(handle C.uintptr_t, auction *C.rostrum_auction_view_t) (key C.double) {
	host := hostOf(handle)
	key = C.double(math.NaN()) // Unless it returns.
	defer host.catchPanic()
	v := host.takeViews()
	defer host.returnViews(v)
	v.auction.set(auction)
	return C.double(host.orderKeyer.OrderKey(&v.auction))
}

//export rostrumGoAccepts
func rostrumGoAccepts(handle C.uintptr_t, auction *C.rostrum_auction_view_t,
	cell *C.rostrum_cell_view_t, reason *C.char, capacity C.size_t) (answer C.int32_t) {
	host := hostOf(handle)
	answer = callFailed // Unless it returns.
	defer host.catchPanic()
	v := host.takeViews()
	defer host.returnViews(v)
	v.auction.set(auction)
	v.cell.set(cell)
	accepted, text, err := host.accepter.Accepts(&v.auction, &v.cell)
	switch {
	case err != nil:
		host.fail(err)
		return callFailed
	case accepted:
		return 1
	}
	writeText(unsafe.Slice((*byte)(unsafe.Pointer(reason)), int(capacity)), text)
	return 0
}

//export rostrumGoScore
func rostrumGoScore(handle C.uintptr_t, auction *C.rostrum_auction_view_t,
	cell *C.rostrum_cell_view_t, score *C.rostrum_score_t) (answer C.int32_t) {
	host := hostOf(handle)
	answer = callFailed // Unless it returns.
	defer host.catchPanic()
	v := host.takeViews()
	defer host.returnViews(v)
	v.auction.set(auction)
	v.cell.set(cell)
	given, err := host.scorer.Score(&v.auction, &v.cell)
	return host.writeScore(score, given, err)
}

//export rostrumGoBaseScore
func rostrumGoBaseScore(handle C.uintptr_t, cell *C.rostrum_cell_view_t,
	score *C.rostrum_score_t) (answer C.int32_t) {
	host := hostOf(handle)
	answer = callFailed // Unless it returns.
	defer host.catchPanic()
	v := host.takeViews()
	defer host.returnViews(v)
	v.cell.set(cell)
	given, err := host.baseScorer.BaseScore(&v.cell)
	return host.writeScore(score, given, err)
}

//export rostrumGoFailureText
func rostrumGoFailureText(handle C.uintptr_t, text *C.char, capacity C.size_t) {
	// An order key that is NaN has no failure behind it, unless its method panicked.
	if failure := hostOf(handle).untold.Swap(nil); failure != nil {
		// Unlike the error's own method, Sprint does not panic.
		line := inOneLine(fmt.Sprint(*failure))
		writeText(unsafe.Slice((*byte)(unsafe.Pointer(text)), int(capacity)), line)
	}
}

// inOneLine replaces each control character by a space, and bytes that are not UTF-8 by U+FFFD.
func inOneLine(text string) string {
	return strings.Map(func(character rune) rune {
		if unicode.IsControl(character) {
			return ' '
		}
		return character
	}, text)
}

//export rostrumGoRelease
func rostrumGoRelease(handle C.uintptr_t) { cgo.Handle(handle).Delete() }

func (h *strategyHost) writeScore(score *C.rostrum_score_t, given Score, err error) C.int32_t {
	if err != nil {
		h.fail(err)
		return callFailed
	}
	score.value = C.double(given.Value)
	score.tier = C.int64_t(given.Tier)
	return callDone
}

// writeText writes as much of a text as fits before the NUL byte that ends it, and no half character.
func writeText(buffer []byte, text string) {
	if len(buffer) == 0 {
		return
	}
	length := min(len(text), len(buffer)-1)
	// Where it is cut it ends before the character that does not fit, if it is text at all.
	for cut := length; cut < len(text) && cut > length-utf8.UTFMax && cut >= 0; cut-- {
		if utf8.RuneStart(text[cut]) {
			length = cut
			break
		}
	}
	copy(buffer, text[:length])
	buffer[length] = 0
}

// acceptCall is what a round that may not take place asks.
type acceptCall struct {
	accept   func(*Round) bool
	panicked any // What accept panicked with.
}

//export rostrumGoAcceptRound
func rostrumGoAcceptRound(handle C.uintptr_t, result *C.rostrum_go_round_t) (answer C.int32_t) {
	call := cgo.Handle(handle).Value().(*acceptCall)
	defer func() { call.panicked = recover() }()
	if round, err := copyRound(result); err == nil && call.accept(round) {
		answer = 1
	}
	return answer
}
