//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import (
	"fmt"
	"runtime/cgo"
	"runtime/debug"
	"sync/atomic"
	"unsafe"
)

// GoStrategy is a strategy that is written in Go, for [NewGoStrategy]. Besides its name it has at
// least one of [Scorer] and [BaseScorer], and whatever it needs of [RoundBeginner], [Accepter],
// [OrderKeyer], [Orderer] and [ZoneBalancer]. A method of the same name with another signature is
// not seen, so let the compiler check:
//
//	var _ rostrum.Scorer = (*MyStrategy)(nil)
//
// The library itself sees to constraints, resources, limits and ties: of equal scores the cell that is
// first by zone name, index and id wins. For the same arguments a method must answer the same, or
// rounds cannot be repeated.
//
// Methods are called by the goroutine that runs the round, the explanation or the replay, one at a
// time within one engine. A method that returns an error or panics costs the auction at hand, which
// is refused with RefusalStrategyFailed and the text of the error or the panic; [Strategy.Failure] has
// the whole of it. Methods must not use the engine that runs them, which would wait for itself for ever,
// nor end the goroutine (runtime.Goexit, and so FailNow of a test).
type GoStrategy interface {
	// Name returns a short name in lower case. It is asked once.
	Name() string
}

// Scorer scores a cell for an auction.
type Scorer interface {
	Score(auction *AuctionView, cell *CellView) (Score, error)
}

// BaseScorer is for a strategy whose score depends on the cell alone and that accepts every cell: it
// lets the library search instead of scan, and so asks far less often. It excludes [Accepter]; a
// [Scorer], if there is one too, must agree with it.
type BaseScorer interface {
	BaseScore(cell *CellView) (Score, error)
}

// Accepter says whether a cell, on which the work fits, is a choice. If not, the reason is for people;
// what is beyond 255 bytes is cut off. Default: yes.
type Accepter interface {
	Accepts(auction *AuctionView, cell *CellView) (accepted bool, reason string, err error)
}

// RoundBeginner is called at the start of each round, and of each explanation or replay of one. If it
// fails, so does the round, with FailedPrecondition. Default: nothing.
type RoundBeginner interface {
	BeginRound(context RoundContext) error
}

// OrderKeyer gives each auction a key, by which they take their turn, lowest first; equal ones as
// queued. NaN refuses the auction, and so does a panic.
type OrderKeyer interface {
	OrderKey(auction *AuctionView) float64
}

// Orderer says in which order the auctions of a batch take their turn. Default: OrderByKey for an
// [OrderKeyer], else OrderDiego. It is asked once.
type Orderer interface {
	Order() Order
}

// ZoneBalancer says whether LRPs go to the zones that have the fewest instances of their process
// first, as in Diego. Default: no. It is asked once.
type ZoneBalancer interface {
	BalancesZones() bool
}

// AuctionView is an auction as a strategy sees it. It is valid during the call only, and is used for
// another auction later.
type AuctionView struct {
	Kind        Kind
	Index       int32
	Attempts    int32
	QueueTimeMS int64
	Memory      Amount // What is asked.
	Disk        Amount
	CPU         Amount

	guid viewText
}

// GUID returns the process guid or task guid. It may be kept.
func (v *AuctionView) GUID() string { return v.guid.get() }

// CellView is a cell as a strategy sees it, with all that the round has placed on it so far. It is
// valid during the call only, and is used for another cell later.
type CellView struct {
	Index              int64 // As Cell.Index; its FirstFitIndex, if it has one.
	Position           int64 // In its zone, from 0, by index and id; open cells only.
	MemoryTotal        Amount
	MemoryFree         Amount
	DiskTotal          Amount
	DiskFree           Amount
	CPUTotal           Amount
	CPUFree            Amount
	ContainersTotal    int64
	ContainersFree     int64
	ProxyMemory        Amount
	StartingContainers int64
	LRPCount           int64
	TaskCount          int64
	Instances          int64 // Of the auction's process on the cell.
	Tag                uint64

	id, zone viewText
}

// ID returns the cell's id, as a copy that may be kept. Where many cells are looked at, Tag is the
// quicker way to tell them apart.
func (v *CellView) ID() string { return v.id.get() }

// Zone returns the name of the cell's zone. It may be kept.
func (v *CellView) Zone() string { return v.zone.get() }

// viewText is a text in the memory of C that is copied only when somebody asks for it, and only if it
// is another than the last.
type viewText struct {
	bytes  *C.char
	length C.uint64_t
	last   string
}

func (t *viewText) set(bytes *C.char, length C.uint64_t) { t.bytes, t.length = bytes, length }
func (t *viewText) clear()                               { t.bytes, t.length = nil, 0 }

func (t *viewText) get() string {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(t.bytes)), int(t.length))
	if t.last != string(bytes) {
		t.last = string(bytes)
	}
	return t.last
}

// NewGoStrategy makes a strategy of a Go implementation. The library keeps that until neither the
// strategy nor any engine that was given it needs it.
//
// It is InvalidArgument if the implementation lacks something; the text says what.
func NewGoStrategy(implementation GoStrategy) (*Strategy, error) {
	if implementation == nil {
		return nil, invalidArgument("the implementation is nil, expected a strategy")
	}
	if err := checkVersions(); err != nil {
		return nil, err
	}
	host := newStrategyHost(implementation)
	name, err := terminated("name", implementation.Name())
	if err != nil {
		return nil, err
	}
	order := OrderDiego
	if orderer, ok := implementation.(Orderer); ok {
		order = orderer.Order()
	} else if host.orderKeyer != nil {
		order = OrderByKey
	}
	// The library releases the handle in any case; see rostrumGoRelease.
	handle := cgo.NewHandle(host)
	var made *C.rostrum_strategy_t
	var failure *C.rostrum_error_t
	code := C.rostrum_go_strategy_create(name, C.int32_t(order), host.methods(),
		C.uintptr_t(handle), &made, &failure)
	s, err := newStrategy(code, made, failure)
	if err != nil {
		return nil, err
	}
	s.host = host
	return s, nil
}

// Failure returns what a strategy that is written in Go failed with last: the error that its method
// returned, or a *PanicError with its stack; nil if there was none, and for other strategies. A refusal
// and the error of a round that could not begin have its text, in one line of at most 1,023 bytes.
func (s *Strategy) Failure() error {
	if s.host == nil {
		return nil
	}
	if failure := s.host.failure.Load(); failure != nil {
		return *failure
	}
	return nil
}

// PanicError is a panic of a strategy that is written in Go.
type PanicError struct {
	Value any    // What panic was given.
	Stack []byte // As of debug.Stack.
}

// Error returns the value as text.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// strategyHost stands between the C table and the implementation. The parts that it lacks are nil.
type strategyHost struct {
	scorer        Scorer
	baseScorer    BaseScorer
	accepter      Accepter
	roundBeginner RoundBeginner
	orderKeyer    OrderKeyer
	balancesZones bool

	failure atomic.Pointer[error]
	untold  atomic.Pointer[error] // A failure whose text the library has not asked for yet.
	// One pair of views is enough, since calls come one at a time, so that no call allocates. Should
	// engines share the strategy against the rules, each gets its own.
	spare atomic.Pointer[views]
}

type views struct {
	auction AuctionView
	cell    CellView
}

func newStrategyHost(implementation GoStrategy) *strategyHost {
	host := &strategyHost{}
	host.scorer, _ = implementation.(Scorer)
	host.baseScorer, _ = implementation.(BaseScorer)
	host.accepter, _ = implementation.(Accepter)
	host.roundBeginner, _ = implementation.(RoundBeginner)
	host.orderKeyer, _ = implementation.(OrderKeyer)
	if balancer, ok := implementation.(ZoneBalancer); ok {
		host.balancesZones = balancer.BalancesZones()
	}
	return host
}

// methods says which functions the table needs.
func (h *strategyHost) methods() C.uint32_t {
	var methods C.uint32_t
	for _, method := range []struct {
		has bool
		bit C.uint32_t
	}{
		{h.scorer != nil, C.ROSTRUM_GO_HAS_SCORE},
		{h.baseScorer != nil, C.ROSTRUM_GO_HAS_BASE_SCORE},
		{h.accepter != nil, C.ROSTRUM_GO_HAS_ACCEPTS},
		{h.roundBeginner != nil, C.ROSTRUM_GO_HAS_BEGIN_ROUND},
		{h.orderKeyer != nil, C.ROSTRUM_GO_HAS_ORDER_KEY},
		{h.balancesZones, C.ROSTRUM_GO_BALANCES_ZONES},
	} {
		if method.has {
			methods |= method.bit
		}
	}
	return methods
}

func (h *strategyHost) takeViews() *views {
	if v := h.spare.Swap(nil); v != nil {
		return v
	}
	return &views{}
}

// returnViews makes sure that a view that was kept against the rules names nothing that is gone.
func (h *strategyHost) returnViews(v *views) {
	v.auction.guid.clear()
	v.cell.id.clear()
	v.cell.zone.clear()
	h.spare.Store(v)
}

func (h *strategyHost) fail(err error) {
	h.failure.Store(&err)
	h.untold.Store(&err)
}

// catchPanic keeps a panic from C, and the answer as it is. To be deferred.
func (h *strategyHost) catchPanic() {
	if value := recover(); value != nil {
		h.fail(&PanicError{Value: value, Stack: debug.Stack()})
	}
}

func (v *AuctionView) set(record *auctionViewRecord) {
	v.Kind = Kind(record.kind)
	v.Index = int32(record.index)
	v.Attempts = int32(record.attempts)
	v.QueueTimeMS = int64(record.queue_time_ms)
	v.Memory = Amount(record.memory)
	v.Disk = Amount(record.disk)
	v.CPU = Amount(record.cpu)
	v.guid.set(record.guid, record.guid_length)
}

func (v *CellView) set(record *cellViewRecord) {
	v.Index = int64(record.index)
	v.Position = int64(record.position)
	v.MemoryTotal = Amount(record.memory_total)
	v.MemoryFree = Amount(record.memory_free)
	v.DiskTotal = Amount(record.disk_total)
	v.DiskFree = Amount(record.disk_free)
	v.CPUTotal = Amount(record.cpu_total)
	v.CPUFree = Amount(record.cpu_free)
	v.ContainersTotal = int64(record.containers_total)
	v.ContainersFree = int64(record.containers_free)
	v.ProxyMemory = Amount(record.proxy_memory)
	v.StartingContainers = int64(record.starting_containers)
	v.LRPCount = int64(record.lrp_count)
	v.TaskCount = int64(record.task_count)
	v.Instances = int64(record.instances)
	v.Tag = uint64(record.tag)
	v.id.set(record.id, record.id_length)
	v.zone.set(record.zone, record.zone_length)
}
