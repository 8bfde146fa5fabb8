// Package auctionrunner holds Diego's auctions with Rostrum. It takes the place of
// code.cloudfoundry.org/auction/auctionrunner: what it exports, logs, emits and returns is the same,
// and Diego's auctioneer runs on it with one import line changed. Placement itself is librostrum's,
// which package rostrum calls.
//
// # The way of an auction
//
// Requests wait in a [Batch]. When there are any, the runner that [New] makes asks its delegate for
// the cells, asks all cells for their states ([FetchStateAndBuildZones]), takes what is in the batch,
// places it ([Scheduler]), sends each [Cell] its work and tells the delegate what came of it.
//
// # What is different
//
//   - Zones, cells of equal score and results come in an order that does not change from run to run:
//     by zone, then cell index, then cell guid. Diego's order is that of a Go map, so ours is always
//     one of those that Diego could have taken.
//   - A work pool that was stopped no longer blocks a runner: what the pool does not do, the runner
//     does itself, one cell after the other.
//   - A signal ends the pause after a failed fetch of cells, and is seen before further work.
//   - A root file system provider of an unknown type takes nothing. It crashes Diego's.
//
// # What is beyond Diego's
//
// The import registers flags on the program's command line, all off by default: -auction_strategy,
// -auction_record, -auction_record_max_mb, -auction_debug_address and -auction_debug_rounds. What they
// ask for and cannot have is an error of the runner's start. They are for runners; a
// [Scheduler] that a program makes for itself places as Diego's does.
//
// # On Apache Mesos
//
// With the flag -master, and those that belong to it, the runner that [New] makes is a framework on
// Apache Mesos (package rostrum/mesos): cells are started on agents when work needs them. It asks the
// delegate for no cells and holds no auctions; requests go to the framework, and what it says of them to
// the delegate and the emitter of metrics, placed and refused in Diego's own words. Without -master
// nothing of that is loaded.
package auctionrunner
