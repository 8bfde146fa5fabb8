// Package rostrum is Rostrum for Go: an auction runner that decides what runs where in a cluster, and
// says why.
//
// An [Engine] knows what every cell can take ([Engine.UpdateCells], or offers of Apache Mesos), queues
// what wants to run ([Engine.Submit]), decides what goes where ([Engine.RunRound]), says why not
// ([Round.Refusal], [Engine.Explain]), and takes back what a cell would not have
// ([Engine.HandBack]). How cells are preferred is up to a [Strategy]: one of the library's, a
// plug-in, or one of your own in Go ([NewGoStrategy]). A [Recorder] writes rounds to a file, which
// [ReplayFile] runs again. The examples below show each of these.
//
// # Building
//
// The package is cgo over the C library and has no other requirement. It needs a C compiler, pkg-config
// and the installed library (librostrum and librostrum-record, which pkg-config finds as
// "rostrum-record"), which exists only for Linux. The build tag rostrum_static links the library
// statically.
//
// Go's build cache does not see the C library: build with -a after its headers have changed, and test
// with -count=1.
//
// # Amounts and times
//
// An [Amount] is in thousandths: of a MB of memory and disk, of a core, or of one of any other named
// resource; [Units] makes one of whole units. Containers are counted whole. Times are in milliseconds
// of a clock of the caller's choice; the library never reads one.
//
// # Batches
//
// Cells, offers and work go to an engine in a [Batch], in one call of C however many there are. Keep a
// batch and Reset it: once it has grown, filling it allocates nothing. Results come back in one piece
// as well, and reading them allocates nothing.
//
// # Close
//
// Engines, rounds, strategies and recorders hold memory of C, which the garbage collector does not
// see: Close each as soon as it is not needed. Close may be called at any time, by any goroutine, and
// again; it waits for calls in progress, and what is called later returns [ErrClosed]. None of them
// keeps another one open: a round outlives its engine, an engine the strategy that it was given.
// What is forgotten without Close is cleaned up when the garbage collector finds it.
//
// # Goroutines
//
// Engines, rounds, strategies and recorders may be used by any number of goroutines at once; a Batch
// belongs to one at a time. Rounds of one engine run one after the other, and only for that does
// anything wait: [Engine.RunRound] and [Engine.Explain] take a context, which ends the wait.
//
// # Errors
//
// Errors are of type *[Error], with a [Code], and are told apart by [errors.Is] and ErrNotFound and the
// like. The others are ErrClosed and those of a context. An auction that finds no cell is no error but
// a result: its [Decision] has a [Refusal].
//
// Nothing is printed, and nothing panics, but for a position that is none in a round, as that of a
// slice would.
package rostrum
