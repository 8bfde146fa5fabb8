package auctionrunner

import (
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// What /headroom answers for if it is not told a size: Diego's usual disk, and memory from small to
// large.
const defaultHeadroomDiskMB = 1024

// In the order in which they are answered.
var defaultHeadroomMemoryMB = []int64{256, 512, 1024, 2048, 4096, 8192}

// headroomQuestion is what is asked.
type headroomQuestion struct {
	memoryMB   []int64
	diskMB     int64
	constraint diego.PlacementConstraint
}

// headroomAnswer is what /headroom tells.
type headroomAnswer struct {
	RootFS        string         `json:"rootfs"` // Empty: any.
	PlacementTags []string       `json:"placement_tags"`
	VolumeDrivers []string       `json:"volume_drivers"`
	Note          string         `json:"note"`
	Sizes         []headroomSize `json:"sizes"`
}

// headroomNote says what the numbers leave out.
const headroomNote = "the limit of starting containers (starting_container_count_maximum) is not counted: " +
	"it may hold back some of these until others have started"

// headroomSize is how many more LRP instances of one size fit onto the cells, by zone.
type headroomSize struct {
	MemoryMB int64                   `json:"memory_mb"`
	DiskMB   int64                   `json:"disk_mb"`
	Fit      int64                   `json:"fit"`
	Zones    map[string]headroomZone `json:"zones"`
}

type headroomZone struct {
	Fit   int64 `json:"fit"`
	Cells int   `json:"cells"` // On how many cells.
}

// writeText writes a line for each size and zone.
func (a *headroomAnswer) writeText(out io.Writer) {
	fmt.Fprint(out, "More LRP instances that would fit")
	for _, wanted := range []struct {
		name   string
		values []string
	}{
		{"root file system", []string{a.RootFS}},
		{"placement tags", a.PlacementTags},
		{"volume drivers", a.VolumeDrivers},
	} {
		if text := strings.Join(wanted.values, ", "); text != "" {
			fmt.Fprintf(out, ", %s %s", wanted.name, text)
		}
	}
	fmt.Fprintln(out, ":")
	for _, size := range a.Sizes {
		fmt.Fprintf(out, "%d MB of memory, %d MB of disk: %d\n", size.MemoryMB, size.DiskMB, size.Fit)
		for _, name := range slices.Sorted(maps.Keys(size.Zones)) {
			zone := size.Zones[name]
			fmt.Fprintf(out, "  zone %q: %d on %s\n", name, zone.Fit, counted(int64(zone.Cells), "cell"))
		}
	}
	fmt.Fprintln(out, a.Note)
}

// headroom answers /headroom. It says what room there is, so the in-flight limit, which passes, is not
// counted, and the answer says so.
func (d *debugServer) headroom(_ *http.Request, query url.Values) (page, error) {
	question, err := readHeadroomQuestion(query)
	if err != nil {
		return nil, err
	}
	cells, err := d.cells()
	if err != nil {
		return nil, err
	}
	return question.answer(cells), nil
}

func readHeadroomQuestion(query url.Values) (*headroomQuestion, error) {
	question := &headroomQuestion{
		memoryMB: defaultHeadroomMemoryMB,
		diskMB:   defaultHeadroomDiskMB,
		constraint: diego.PlacementConstraint{
			RootFs:        query.Get("rootfs"),
			PlacementTags: query["placement_tag"],
			VolumeDrivers: query["volume_driver"],
		},
	}
	if query.Has("memory_mb") {
		memoryMB, err := readMB(query, "memory_mb")
		if err != nil {
			return nil, err
		}
		question.memoryMB = []int64{memoryMB}
	}
	if query.Has("disk_mb") {
		var err error
		if question.diskMB, err = readMB(query, "disk_mb"); err != nil {
			return nil, err
		}
	}
	if question.constraint.RootFs != "" {
		if _, err := url.Parse(question.constraint.RootFs); err != nil {
			return nil, badRequestf("rootfs is %q, expected a URL such as preloaded:cflinuxfs4",
				question.constraint.RootFs)
		}
	}
	return question, nil
}

func readMB(query url.Values, key string) (int64, error) {
	number, err := strconv.ParseInt(query.Get(key), 10, 64)
	if err != nil || number < 0 || number > math.MaxInt32 {
		return 0, badRequestf("%s is %q, expected a whole number of MB from 0 to %d", key,
			query.Get(key), math.MaxInt32)
	}
	return number, nil
}

// allows says for each signature whether its cells count.
func (q *headroomQuestion) allows(signatures []rostrum.Signature) []bool {
	allowed := make([]bool, len(signatures))
	for i := range signatures {
		cell := cellOf(&signatures[i])
		anyRootFS := q.constraint.RootFs == "" || cell.MatchRootFS(q.constraint.RootFs)
		allowed[i] = anyRootFS && cell.MatchVolumeDrivers(q.constraint.VolumeDrivers) &&
			cell.MatchPlacementTags(q.constraint.PlacementTags)
	}
	return allowed
}

// cellOf makes a cell of a signature, to ask it what meets it.
func cellOf(signature *rostrum.Signature) *Cell {
	providers := diego.RootFSProviders{}
	for _, provider := range signature.Providers {
		switch provider.Type {
		case rostrum.ProviderArbitrary:
			providers[provider.Scheme] = diego.ArbitraryRootFSProvider{}
		case rostrum.ProviderFixedSet:
			providers[provider.Scheme] = diego.NewFixedSetRootFSProvider(provider.Set...)
		}
	}
	return NewCell(nil, "", nil, diego.CellState{
		RootFSProviders:       providers,
		VolumeDrivers:         signature.VolumeDrivers,
		PlacementTags:         signature.PlacementTags,
		OptionalPlacementTags: signature.OptionalPlacementTags,
	})
}

func (q *headroomQuestion) answer(cells *rostrum.Cells) *headroomAnswer {
	answer := &headroomAnswer{
		RootFS:        q.constraint.RootFs,
		PlacementTags: listOf(q.constraint.PlacementTags),
		VolumeDrivers: listOf(q.constraint.VolumeDrivers),
		Note:          headroomNote,
	}
	allowed := q.allows(cells.Signatures)
	for _, memoryMB := range q.memoryMB {
		size := headroomSize{MemoryMB: memoryMB, DiskMB: q.diskMB, Zones: map[string]headroomZone{}}
		for i := range cells.Cells {
			cell := &cells.Cells[i]
			zone := size.Zones[cell.Zone]
			if allowed[cell.Signature] {
				if fit := countFitting(cell, rostrum.Units(memoryMB), rostrum.Units(q.diskMB)); fit > 0 {
					zone.Fit += fit
					zone.Cells++
					size.Fit += fit
				}
			}
			size.Zones[cell.Zone] = zone
		}
		answer.Sizes = append(answer.Sizes, size)
	}
	return answer
}

// countFitting counts how many LRP instances would go onto a cell one after the other. Each takes
// its own memory, and needs the cell's proxy memory on top to be placed.
func countFitting(cell *rostrum.Cell, memory, disk rostrum.Amount) int64 {
	count := max(0, cell.Available.Containers)
	freeMemory := cell.Available.Memory - max(0, cell.ProxyMemory)
	if memory > 0 || freeMemory < 0 {
		count = min(count, quotient(freeMemory, memory))
	}
	if disk > 0 || cell.Available.Disk < 0 {
		count = min(count, quotient(cell.Available.Disk, disk))
	}
	return count
}

// quotient is how often asked goes into free: not at all, if that is less than nothing.
func quotient(free, asked rostrum.Amount) int64 {
	if free < 0 || asked == 0 {
		return 0
	}
	return int64(free / asked)
}
