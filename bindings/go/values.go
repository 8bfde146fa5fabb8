//go:build linux && !android && cgo

package rostrum

import (
	"math"
	"strconv"
	"strings"
)

// Amount is an amount of a resource in fixed point: thousandths of a MB of memory or disk, of a core
// (so milli-CPU), or of one of any other named resource. [Units] makes one of whole units.
type Amount int64

// unit is one MB, core or piece.
const unit Amount = 1000

// Units returns n whole MB, cores or pieces. What is beyond the range of an Amount becomes its
// largest or smallest value, which no call accepts.
func Units(n int64) Amount {
	switch {
	case n > math.MaxInt64/int64(unit):
		return math.MaxInt64
	case n < math.MinInt64/int64(unit):
		return math.MinInt64
	}
	return Amount(n) * unit
}

// Float64 returns the amount in whole units.
func (a Amount) Float64() float64 { return float64(a) / float64(unit) }

// String returns the amount in whole units, such as "256" or "0.5".
func (a Amount) String() string {
	whole, rest := int64(a/unit), int64(a%unit)
	if rest == 0 {
		return strconv.FormatInt(whole, 10)
	}
	sign := ""
	if a < 0 {
		// The sign goes apart, since a whole part of 0 has none.
		sign, whole, rest = "-", -whole, -rest
	}
	digits := strconv.FormatInt(rest, 10)
	digits = strings.Repeat("0", 3-len(digits)) + digits
	return sign + strconv.FormatInt(whole, 10) + "." + strings.TrimRight(digits, "0")
}

// Kind is the kind of work.
type Kind int32

// String returns "lrp" or "task".
func (k Kind) String() string {
	switch k {
	case LRP:
		return "lrp"
	case Task:
		return "task"
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// Scalar is an amount of a resource by name, such as "gpus".
type Scalar struct {
	Name   string
	Amount Amount
}

// Resources is a vector of resources.
type Resources struct {
	Memory     Amount   // In thousandths of a MB.
	Disk       Amount   // In thousandths of a MB.
	CPU        Amount   // In thousandths of a core.
	Containers int64    // Whole containers. Ignored for work, which takes one.
	Scalars    []Scalar // Each name once.
}

// ProviderType says how a cell provides the root file systems of one URL scheme.
type ProviderType int32

// Provider is what a cell says of one URL scheme of root file systems.
type Provider struct {
	Scheme string
	Type   ProviderType
	Set    []string // For ProviderFixedSet: the opaque parts of the URLs.
}

// Signature is what a cell offers for placement constraints. Every cell and every offer needs one,
// though it may be empty; many may share one.
type Signature struct {
	Providers             []Provider
	VolumeDrivers         []string
	PlacementTags         []string // Work must want all of these.
	OptionalPlacementTags []string // Work may want these.
}

// CellFlags is a sum of flags, such as [CellEvacuating].
type CellFlags uint32

// Cell is the state of a cell, as a Diego rep answers it to GET /state.
type Cell struct {
	ID    string // The key. Not empty, at most 1,024 bytes, no NUL.
	Zone  string // May be empty, which is a zone like any other.
	Index int64  // The cell's number in its deployment; breaks ties.
	// FirstFitIndex is what the setting bin_pack_first_fit_weight multiplies, if Flags has
	// CellFirstFitIndex. Else that is Index or, with a weight above 0, the cell's number in its zone.
	FirstFitIndex int64
	Total         Resources
	Available     Resources // What is free; may be negative.
	Overhead      Resources // What the cell takes itself once it has to be started.
	ProxyMemory   Amount    // Needed on top of an LRP's memory, not reserved.
	// StartingContainers is how many of the cell's containers have yet to start. They count for the
	// setting starting_container_count_maximum and for the strategy diego.
	StartingContainers int64
	TaskCount          int64    // Tasks on the cell.
	LRPs               []string // The process guid of each LRP instance on the cell.
	// OtherLRPs counts LRP instances beyond LRPs: of processes that need no name, since none of
	// their instances is auctioned before the cell's next state.
	OtherLRPs int64
	Signature int // The position of its signature in the batch; see Batch.AddSignature.
	Flags     CellFlags
	Tag       uint64 // Any number; handed back with what is placed here.
}

// Offer is an offer of Apache Mesos. All offers of one agent are one cell, with the agent's id. What
// an offer says of its agent, and not of itself, holds until the agent's next offer says otherwise.
type Offer struct {
	ID        string    // Not empty, and never used before.
	AgentID   string    // Not empty.
	Zone      string    // Of the agent; may be empty, as a cell's.
	Index     int64     // Of the agent, as a cell's.
	Resources Resources // What is offered.
	// Used is of the agent: what our own work there takes already. It is no part of what is offered,
	// but of what the cell has in all.
	Used       Resources
	Overhead   Resources // What a cell takes itself, if Flags has CellNotStarted.
	ReceivedMS int64     // When it came, in milliseconds; see Engine.ExpireOffers.
	TaskCount  int64     // Of the agent: our own tasks that run there.
	LRPs       []string  // Of the agent: the process guid of each LRP instance of ours there.
	Signature  int       // Of the agent: the position of its signature in the batch.
	Flags      CellFlags // CellNotStarted or 0.
	Tag        uint64    // Of the agent: any number; handed back with what is placed there.
}

// OfferState says where an offer is.
//
// Offers become expired without being listed where their cell goes: by [Engine.RemoveCell] and
// [Engine.LoseAgent], and, where it drains and nothing runs on it any more, by [Engine.DrainCell],
// [Engine.HandBack] and [Engine.AddOffers], which may be of the offers that it has just added. The
// master does not know of that. So ask [Engine.OfferState] for the offers in question after such a
// call and decline at the master those that are expired, or decline the agent's offers before it.
type OfferState int32

// String returns the state in a word, such as "held".
func (s OfferState) String() string {
	switch s {
	case OfferHeld:
		return "held"
	case OfferAccepted:
		return "accepted"
	case OfferDeclined:
		return "declined"
	case OfferRescinded:
		return "rescinded"
	case OfferExpired:
		return "expired"
	}
	return "OfferState(" + strconv.Itoa(int(s)) + ")"
}

// OfferCounts says how many offers were added in all, and where they are; Added is the sum of the
// others.
type OfferCounts struct {
	Added, Held, Accepted, Declined, Rescinded, Expired uint64
}

// Work is work to start: instances of one LRP, each of which is an auction of its own, or one task.
type Work struct {
	Kind          Kind
	GUID          string    // Process guid or task guid. Not empty, at most 1,024 bytes, no NUL.
	Domain        string    // Not empty for an LRP.
	RootFS        string    // A URL such as "preloaded:cflinuxfs4". Not empty.
	Asked         Resources // By one instance; nothing negative.
	PlacementTags []string
	VolumeDrivers []string
	Indices       []int32 // For an LRP at least one, for a task none.
	MaxPIDs       int32   // For the cell, as it was given; has no part in placing.
	Tag           uint64  // Any number; handed back with the result, plus the position in Indices.

	// The last three are read only: they are filled in by Engine.Waiting and Round.Input, and passed
	// over by Batch.AddWork.
	Attempts    int32       // How many rounds have refused it, or placed it in vain.
	LastRefusal RefusalCode // The code of the last of them; RefusalNone if it is new.
	QueueTimeMS int64       // When it came into the queue.
}

// Score says how one cell is preferred to another. Lower is better: the tier first, then the value.
// Zero is a score like any other; a value that is NaN is an error, which costs the auction.
type Score struct {
	Value float64
	Tier  int64
}

// RoundContext is what a round was run with.
type RoundContext struct {
	Seed                          uint64 // As Engine.RunRound was given it.
	NowMS                         int64  // Likewise, in milliseconds.
	BinPackFirstFitWeight         float64
	StartingContainerWeight       float64
	StartingContainerCountMaximum int64
}

// Cells are cells with the signatures that they refer to, as [Engine.Snapshot] returns them and
// [Batch.AddCells] takes them.
type Cells struct {
	Cells      []Cell
	Signatures []Signature
}
