// Package mesos is Rostrum as a framework on Apache Mesos, for Go: work is placed on the offers of a
// cluster, launched, and followed until it ends. It is rostrum/mesos.h of the C library, with the same
// options and events.
//
//	options, err := mesos.NewOptions("")
//	defer options.Close()
//	err = options.Set("master", "10.0.0.1:5050")
//	...
//	framework, err := mesos.New(options, "binpack")
//	defer framework.Close()
//	err = framework.Start()
//	added, err := framework.Submit(batch) // As often as work comes.
//	for {                                 // In a goroutine of its own.
//		events, err := framework.Poll(ctx)
//		...
//	}
//
// # The library
//
// A program is not linked with librostrum-mesos-c, and needs neither it nor libcurl, protobuf's shared
// object and ZooKeeper's client to be built or to start. [NewOptions] loads it, by the name
// [DefaultLibrary] or by a path, and it stays loaded. Only its header, rostrum/mesos.h, is needed to
// build, and that is always installed.
//
// The library brings librostrum.so along and works with that one alone, also in a program that has
// librostrum inside it (the build tag rostrum_static): a batch is copied over, a strategy is made
// there by its name. So a strategy that is written in Go cannot be given to a framework; a plug-in can.
//
// # Close
//
// Options and frameworks hold memory of C: Close them. Close may be called at any time, by any
// goroutine, and again. It ends a Poll that waits, waits for other calls in progress, and what is called
// later returns [rostrum.ErrClosed].
//
// # Goroutines
//
// Options belong to one goroutine at a time. A framework may be used by any number. Its own threads get no
// signal of the process.
//
// # Errors
//
// Errors are of type *[rostrum.Error], as those of package rostrum; else they are rostrum.ErrClosed,
// [ErrStopped], or that of a context.
package mesos
