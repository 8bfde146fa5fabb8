package auctionrunner_test

import (
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const (
	noRootFS    = "found no compatible cell for required rootfs"
	noDriver    = "found no compatible cell with required volume drivers"
	noResources = "insufficient resources"
)

var _ = Describe("Scheduler: what it refuses", func() {
	var cells *cluster
	BeforeEach(func() { cells = newCluster() })

	// Every case is tried with an LRP and with a task, on zones of one cell each.
	type zoneCell = func(*diego.CellState)
	DescribeTable("what no cell can take",
		func(text string, asked []func(*ask), zoneCells ...zoneCell) {
			for i, change := range zoneCells {
				name := string(rune('a' + i))
				cells.add(name, inZone("zone-"+name), change)
			}
			results := cells.schedule(lrpsOf(newLRP("pg", 0, asked...)), newTask("t", asked...))
			Expect(failures(results)).To(Equal(map[string]string{"pg.0": text, "t": text}))
			Expect(winners(results)).To(BeEmpty())
			for guid := range cells.clients {
				Expect(cells.received(guid)).To(BeEmpty())
			}
		},
		Entry("the root file system", noRootFS, []func(*ask){rootFS(windows)}, stacks("linux"), stacks()),
		Entry("a root file system that is no URL", noRootFS, []func(*ask){rootFS(":linux")}, stacks("linux")),
		Entry("one of the volume drivers", noDriver, []func(*ask){wantsDrivers("nfs", "smb")},
			hasDrivers("nfs"), hasDrivers("smb")),
		Entry("no placement tags", "found no compatible cell with no placement tags", nil,
			hasTags("a"), hasTags("b")),
		Entry("a placement tag", `found no compatible cell with placement tag "a"`,
			[]func(*ask){wantsTags("a")}, hasTags(), hasTags("b")),
		Entry("two placement tags", `found no compatible cell with placement tags "a" and "b"`,
			[]func(*ask){wantsTags("a", "b")}, hasTags("a"), hasTags("b")),
		Entry("three placement tags", `found no compatible cell with placement tags "a", "b" and "c"`,
			[]func(*ask){wantsTags("a", "b", "c")}, hasTags("a"), hasOptionalTags("b")),

		Entry("the root file system in one zone, a driver in the other", noDriver,
			[]func(*ask){wantsDrivers("nfs")}, stacks("windows"), hasDrivers("smb")),
		Entry("a driver in one zone, tags in the other", `found no compatible cell with placement tag "a"`,
			[]func(*ask){wantsDrivers("nfs"), wantsTags("a")}, hasDrivers("smb"), hasDrivers("nfs")),
		Entry("memory in one zone, whatever in the other", noResources+": memory",
			[]func(*ask){wantsDrivers("nfs"), memory(101)}, stacks("windows"), hasDrivers("nfs")),

		Entry("memory", noResources+": memory", []func(*ask){memory(101)}, size(100, 200, 50), size(50, 200, 50)),
		Entry("disk", noResources+": disk", []func(*ask){disk(201)}, size(100, 200, 50)),
		Entry("containers", noResources+": containers", nil, size(100, 200, 0)),
		Entry("all three, by name", noResources+": containers, disk, memory",
			[]func(*ask){memory(101), disk(201)}, size(100, 200, 0)),
		Entry("what is short on every cell", noResources+": memory",
			[]func(*ask){memory(101), disk(201)}, size(100, 200, 50), size(100, 300, 50)),
		Entry("what is short on some cells only", noResources,
			[]func(*ask){memory(101), disk(201)}, size(200, 200, 50), size(100, 300, 50)),
	)

	DescribeTable("in one zone, the constraint that some cell came furthest with",
		func(text string, asked []func(*ask), zoneCells ...zoneCell) {
			for i, change := range zoneCells {
				cells.add(string(rune('a'+i)), change)
			}
			results := cells.schedule(lrpsOf(newLRP("pg", 0, asked...)), newTask("t", asked...))
			Expect(failures(results)).To(Equal(map[string]string{"pg.0": text, "t": text}))
		},
		Entry("a driver, not the root file system", noDriver, []func(*ask){wantsDrivers("nfs")},
			hasDrivers("smb"), stacks("windows")),
		Entry("the tags, not a driver", `found no compatible cell with placement tag "a"`,
			[]func(*ask){wantsDrivers("nfs"), wantsTags("a")}, hasDrivers("nfs"), hasDrivers("smb")),
		Entry("resources, not the tags", noResources+": memory", []func(*ask){memory(101)},
			hasTags("a"), size(100, 200, 50)),
	)

	It("says nothing of the resources of cells that cannot take it anyway", func() {
		cells.add("small", stacks("windows"), size(1, 1, 0))
		cells.add("large", size(100, 100, 50))
		Expect(failures(cells.schedule(lrpsOf(newLRP("pg", 0, disk(150)))))).To(
			Equal(map[string]string{"pg.0": noResources + ": disk"}))
	})

	It("refuses an LRP that fits without its proxy only", func() {
		cells.add("a", proxyMemory(5))
		Expect(failures(cells.schedule(lrpsOf(newLRP("pg", 0, memory(96)))))).To(
			Equal(map[string]string{"pg.0": noResources + ": memory"}))
		Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0, memory(95)))))).To(HaveLen(1))
	})

	It("goes on with what comes after", func() {
		cells.add("a")
		results := cells.schedule(lrpsOf(newLRP("large", 0, memory(101)), newLRP("small", 0)))
		Expect(winners(results)).To(Equal(map[string]string{"small.0": "a"}))
	})

	Describe("what goes where not all cells can take it", func() {
		BeforeEach(func() {
			cells.add("plain", inZone("z1"))
			cells.add("windows", inZone("z1"), stacks("windows"))
			cells.add("volumes", inZone("z1"), hasDrivers("nfs", "smb"), running(newLRP("other", 0)))
			cells.add("tagged", inZone("z2"), hasTags("a", "b"), hasOptionalTags("c"))
			cells.add("optional", inZone("z2"), hasOptionalTags("c"), running(newLRP("other", 0)))
		})

		DescribeTable("goes to those that can",
			func(asked []func(*ask), guids ...string) {
				placed := winners(cells.schedule(lrpsOf(newLRP("pg", 0, asked...))))
				Expect(placed).To(HaveKeyWithValue("pg.0", BeElementOf(guids)))
				placed = winners(cells.schedule(nil, newTask("t", asked...)))
				Expect(placed).To(HaveKeyWithValue("t", BeElementOf(guids)))
			},
			Entry("root file system", []func(*ask){rootFS(windows)}, "windows"),
			Entry("one of two drivers", []func(*ask){wantsDrivers("smb")}, "volumes"),
			Entry("both drivers", []func(*ask){wantsDrivers("smb", "nfs")}, "volumes"),
			Entry("all required tags", []func(*ask){wantsTags("b", "a")}, "tagged"),
			Entry("all required tags and an optional one", []func(*ask){wantsTags("b", "c", "a")}, "tagged"),
			Entry("only an optional tag", []func(*ask){wantsTags("c")}, "optional"),
			Entry("no tags", nil, "plain", "volumes", "optional"),
		)
	})

	Describe("with a maximum of containers that start", func() {
		const tooMany = "waiting to start instance: reached in-flight start limit"

		It("counts those that start already, on all cells", func() {
			cells.startingMaximum = 5
			cells.add("a", inZone("z1"), starting(2))
			cells.add("b", inZone("z2"), starting(1))
			results := cells.schedule(lrpsOf(newLRP("pg", 0), newLRP("pg", 1), newLRP("pg", 2)))
			Expect(winners(results)).To(HaveLen(2))
			Expect(failures(results)).To(Equal(map[string]string{"pg.2": tooMany}))
		})

		It("counts LRPs and tasks as one", func() {
			cells.startingMaximum = 2
			cells.add("a")
			results := cells.schedule(lrpsOf(newLRP("pg", 0), newLRP("pg", 1)), newTask("t"), newTask("u", memory(5)))
			Expect(winners(results)).To(And(HaveLen(2), HaveKey("pg.0"), HaveKey("t")))
			Expect(failures(results)).To(Equal(map[string]string{"pg.1": tooMany, "u": tooMany}))
		})

		It("does not count what found no cell", func() {
			cells.startingMaximum = 1
			cells.add("a")
			results := cells.schedule(lrpsOf(newLRP("pg", 0, memory(101)), newLRP("pg", 1)))
			Expect(winners(results)).To(HaveKey("pg.1"))
		})

		It("refuses everything once it is reached, even what would find no cell", func() {
			cells.startingMaximum = 1
			cells.add("a", starting(1))
			results := cells.schedule(lrpsOf(newLRP("pg", 0, rootFS(windows))), newTask("t"))
			Expect(failures(results)).To(Equal(map[string]string{"pg.0": tooMany, "t": tooMany}))
		})

		DescribeTable("has none",
			func(maximum int) {
				cells.startingMaximum = maximum
				cells.add("a", starting(40))
				Expect(failures(cells.schedule(lrpsOf(newLRP("pg", 0), newLRP("pg", 1)), newTask("t")))).To(BeEmpty())
			},
			Entry("at zero", 0),
			Entry("below", -3),
		)

		It("is logged", func() {
			cells.startingMaximum = 1
			cells.add("a", starting(1))
			cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t"))
			Expect(logged(cells.logger, "exceeded-max-inflight-container-creation")).To(ConsistOf(
				lager.Data{"max-inflight": 1., "lrp-guid": "pg.0"},
				lager.Data{"max-inflight": 1., "task-guid": "t"}))
		})
	})

	Describe("what is logged of a lack of resources", func() {
		BeforeEach(func() {
			cells.add("a", running(newLRP("other", 0)), hasTags())
			cells.add("b", stacks("windows"))
		})

		It("is what an LRP asked for, as an error", func() {
			cells.schedule(lrpsOf(newLRP("pg", 3, memory(101))))
			Expect(logged(cells.logger, "lrp-auction-failed")).To(ConsistOf(lager.Data{
				"error":             noResources + ": memory",
				"lrp-guid":          "pg.3",
				"lrp-instance-guid": "",
				"lrp-placement-constraints": map[string]any{
					"PlacementTags": []any{}, "VolumeDrivers": []any{}, "RootFs": linux},
				"lrp-resource": map[string]any{"MemoryMB": 101., "DiskMB": 20., "MaxPids": 30.},
			}))
		})

		It("is the cells that were tried, without what runs there", func() {
			cells.schedule(lrpsOf(newLRP("pg", 0, memory(101))))
			Expect(logged(cells.logger, "cells-failing-score-for-lrp")).To(ConsistOf(lager.Data{
				"states": map[string]any{"a": map[string]any{
					"cell_id": "a",
					"RootFSProviders": map[string]any{
						"preloaded": map[string]any{"type": "fixed_set", "set": map[string]any{"linux": map[string]any{}}}},
					"AvailableResources":    map[string]any{"MemoryMB": 90., "DiskMB": 180., "Containers": 49.},
					"TotalResources":        map[string]any{"MemoryMB": 100., "DiskMB": 200., "Containers": 50.},
					"PlacementTags":         nil,
					"OptionalPlacementTags": []any{},
				}},
			}))
		})

		It("is only the guid of a task", func() {
			cells.schedule(nil, newTask("t", memory(101)))
			Expect(logged(cells.logger, "task-auction-failed")).To(ConsistOf(
				lager.Data{"error": noResources + ": memory", "task-guid": "t"}))
		})

		It("is nothing, where no cell can take it anyway", func() {
			cells.schedule(lrpsOf(newLRP("pg", 0, rootFS("docker:///x"))), newTask("t", rootFS("docker:///x")))
			Expect(cells.logger.Logs()).To(BeEmpty())
		})
	})

	Describe("without cells", func() {
		const nobody = "unable to communicate to compatible cells"

		It("refuses everything if there is no zone", func() {
			results := cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t"))
			Expect(failures(results)).To(Equal(map[string]string{"pg.0": nobody, "t": nobody}))
			Expect(results.FailedLRPs[0].Attempts).To(Equal(1))
			Expect(results.FailedTasks[0].Attempts).To(Equal(1))
		})

		It("finds none for anything if zones have none", func() {
			cells.zones["z1"] = auctionrunner.Zone{}
			results := cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t"))
			Expect(failures(results)).To(Equal(map[string]string{"pg.0": noRootFS, "t": noRootFS}))
		})
	})

	Describe("cells that say strange things", func() {
		It("never takes one whose total is zero where nothing is used", func() {
			// 0/0 is no number, and no number is lower than another.
			cells.add("a", func(s *diego.CellState) { s.TotalResources.MemoryMB, s.AvailableResources.MemoryMB = 0, 0 })
			Expect(failures(cells.schedule(lrpsOf(newLRP("pg", 0, memory(0)))))).To(
				Equal(map[string]string{"pg.0": noResources + ": containers, disk, memory"}))
		})

		It("always takes one whose total is zero where something is available", func() {
			cells.add("a")
			cells.add("b", func(s *diego.CellState) { s.TotalResources.MemoryMB = 0 })
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0))))).To(HaveKeyWithValue("pg.0", "b"))
		})

		It("takes more than the total, if that much is available", func() {
			cells.add("a", func(s *diego.CellState) { s.AvailableResources.MemoryMB = 500 })
			Expect(winners(cells.schedule(lrpsOf(newLRP("pg", 0, memory(400)))))).To(HaveLen(1))
		})

		It("gives nothing to one with less than nothing", func() {
			cells.add("a", func(s *diego.CellState) { s.AvailableResources.DiskMB = -5 })
			Expect(failures(cells.schedule(nil, newTask("t", disk(0))))).To(
				Equal(map[string]string{"t": noResources + ": disk"}))
		})

		It("takes a provider of an unknown type for none", Label(ours), func() {
			cells.add("a", func(s *diego.CellState) { s.RootFSProviders = diego.RootFSProviders{"preloaded": nil} })
			Expect(failures(cells.schedule(lrpsOf(newLRP("pg", 0)), newTask("t")))).To(
				Equal(map[string]string{"pg.0": noRootFS, "t": noRootFS}))
		})
	})
})
