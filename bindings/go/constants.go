//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

// AmountMaximum is the largest amount that is accepted, and with its sign turned the smallest.
const AmountMaximum Amount = C.ROSTRUM_AMOUNT_MAXIMUM

// The kinds of error; see [Error].
const (
	// InvalidArgument is a value that can never be accepted; the text names it.
	InvalidArgument Code = C.ROSTRUM_INVALID_ARGUMENT
	// NotFound means that there is no such cell, offer, auction, file and so on.
	NotFound Code = C.ROSTRUM_NOT_FOUND
	// FailedPrecondition means that the call does not fit the state of the object.
	FailedPrecondition Code = C.ROSTRUM_FAILED_PRECONDITION
	// OutOfMemory means that the memory of C ran out. Nothing is lost; the call may be repeated.
	OutOfMemory Code = C.ROSTRUM_OUT_OF_MEMORY
	// Corrupt is data that cannot be what it claims to be.
	Corrupt Code = C.ROSTRUM_CORRUPT
	// Unavailable means that something outside failed, such as a file.
	Unavailable Code = C.ROSTRUM_UNAVAILABLE
	// Internal is a fault of the library; please report it.
	Internal Code = C.ROSTRUM_INTERNAL

	codeOK Code = C.ROSTRUM_OK
)

// The kinds of work.
const (
	// LRP is an instance, or several, of a long-running process.
	LRP Kind = C.ROSTRUM_LRP
	// Task is work that ends.
	Task Kind = C.ROSTRUM_TASK
)

// How a cell provides the root file systems of one URL scheme.
const (
	// ProviderArbitrary takes any URL of the scheme.
	ProviderArbitrary ProviderType = C.ROSTRUM_PROVIDER_ARBITRARY
	// ProviderFixedSet takes those URLs whose opaque part is in the set.
	ProviderFixedSet ProviderType = C.ROSTRUM_PROVIDER_FIXED_SET
	// ProviderUnknown takes none.
	ProviderUnknown ProviderType = C.ROSTRUM_PROVIDER_UNKNOWN
)

// The flags of a cell.
const (
	// CellEvacuating is set by a cell that takes nothing, by its own word.
	CellEvacuating CellFlags = C.ROSTRUM_CELL_EVACUATING
	// CellDisabled is a cell that takes nothing, by the operator's word.
	CellDisabled CellFlags = C.ROSTRUM_CELL_DISABLED
	// CellDraining is a cell that takes nothing, and is dropped when it is empty.
	CellDraining CellFlags = C.ROSTRUM_CELL_DRAINING
	// CellIgnoreAbsent leaves a resource out of the cell's score if the cell has none of it in total
	// and the work asks for none. Without it "diego" gives such a cell no work, as Diego does.
	CellIgnoreAbsent CellFlags = C.ROSTRUM_CELL_IGNORE_ABSENT
	// CellNotStarted is a cell whose overhead is taken off with the first work on it.
	CellNotStarted CellFlags = C.ROSTRUM_CELL_NOT_STARTED
	// CellFirstFitIndex says that the cell's FirstFitIndex holds. Not for offers.
	CellFirstFitIndex CellFlags = C.ROSTRUM_CELL_FIRST_FIT_INDEX
)

// Where an offer is. Each is in exactly one state.
const (
	// OfferHeld is an offer that can be placed on.
	OfferHeld OfferState = C.ROSTRUM_OFFER_HELD
	// OfferAccepted was taken by [Engine.AcceptOffers].
	OfferAccepted OfferState = C.ROSTRUM_OFFER_ACCEPTED
	// OfferDeclined was given back by [Engine.DeclineOffer].
	OfferDeclined OfferState = C.ROSTRUM_OFFER_DECLINED
	// OfferRescinded was taken back by the master; see [Engine.RescindOffer].
	OfferRescinded OfferState = C.ROSTRUM_OFFER_RESCINDED
	// OfferExpired was too old, or its cell went; see [OfferState].
	OfferExpired OfferState = C.ROSTRUM_OFFER_EXPIRED
)

// What kind of refusal it is.
const (
	// RefusalNone means that it was placed.
	RefusalNone RefusalCode = C.ROSTRUM_REFUSAL_NONE
	// RefusalNoCells means that there are no cells at all.
	RefusalNoCells RefusalCode = C.ROSTRUM_REFUSAL_NO_CELLS
	// RefusalRootFSMismatch means that no cell provides the root file system.
	RefusalRootFSMismatch RefusalCode = C.ROSTRUM_REFUSAL_ROOTFS_MISMATCH
	// RefusalVolumeDriverMismatch means that no cell has the volume drivers.
	RefusalVolumeDriverMismatch RefusalCode = C.ROSTRUM_REFUSAL_VOLUME_DRIVER_MISMATCH
	// RefusalPlacementTagMismatch means that no cell has the placement tags.
	RefusalPlacementTagMismatch RefusalCode = C.ROSTRUM_REFUSAL_PLACEMENT_TAG_MISMATCH
	// RefusalInsufficientResources means that too little is free.
	RefusalInsufficientResources RefusalCode = C.ROSTRUM_REFUSAL_INSUFFICIENT_RESOURCES
	// RefusalInflightLimit means that too many containers are starting.
	RefusalInflightLimit RefusalCode = C.ROSTRUM_REFUSAL_INFLIGHT_LIMIT
	// RefusalStrategyRefused means that it fits, but the strategy accepts no such cell.
	RefusalStrategyRefused RefusalCode = C.ROSTRUM_REFUSAL_STRATEGY_REFUSED
	// RefusalStrategyFailed means that the strategy failed or contradicted itself.
	RefusalStrategyFailed RefusalCode = C.ROSTRUM_REFUSAL_STRATEGY_FAILED
	// RefusalHandedBack means that it was placed and handed back: the LastRefusal of work that
	// waits, never the code of a decision.
	RefusalHandedBack RefusalCode = C.ROSTRUM_REFUSAL_HANDED_BACK
)

// Why cells were no choice.
const (
	// ReasonRootFS means that they do not provide the root file system.
	ReasonRootFS ReasonCode = C.ROSTRUM_REASON_ROOTFS
	// ReasonVolumeDriver means that they lack a volume driver.
	ReasonVolumeDriver ReasonCode = C.ROSTRUM_REASON_VOLUME_DRIVER
	// ReasonPlacementTag means that their placement tags do not match.
	ReasonPlacementTag ReasonCode = C.ROSTRUM_REASON_PLACEMENT_TAG
	// ReasonResource is too little of the resource that the reason's Subject names.
	ReasonResource ReasonCode = C.ROSTRUM_REASON_RESOURCE
	// ReasonScore means that their score is not a number, as with a total of zero.
	ReasonScore ReasonCode = C.ROSTRUM_REASON_SCORE
	// ReasonStrategy means that the strategy does not accept them; Subject is its reason.
	ReasonStrategy ReasonCode = C.ROSTRUM_REASON_STRATEGY
	// ReasonEvacuating is for cells that are evacuating.
	ReasonEvacuating ReasonCode = C.ROSTRUM_REASON_EVACUATING
	// ReasonDisabled is for cells that were disabled.
	ReasonDisabled ReasonCode = C.ROSTRUM_REASON_DISABLED
	// ReasonDraining is for cells that are being drained.
	ReasonDraining ReasonCode = C.ROSTRUM_REASON_DRAINING
)

// In which order the auctions of a batch take their turn.
const (
	// OrderDiego is that of Diego's own runner.
	OrderDiego Order = C.ROSTRUM_ORDER_DIEGO
	// OrderLargerFirst takes LRPs by index, then larger memory; then tasks likewise.
	OrderLargerFirst Order = C.ROSTRUM_ORDER_LARGER_FIRST
	// OrderByKey is by the key of an [OrderKeyer], lowest first; equal ones as queued.
	OrderByKey Order = C.ROSTRUM_ORDER_BY_KEY
)

// Flags of a strategy.
const strategyBalancesZones = C.ROSTRUM_STRATEGY_BALANCES_ZONES
