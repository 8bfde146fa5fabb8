package auctionrunner

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"code.cloudfoundry.org/rostrum"
)

const bytesPerMB = 1 << 20

// metricsWriter writes metrics in the text format of Prometheus.
type metricsWriter struct{ out io.Writer }

// head begins a family of metrics.
func (w metricsWriter) head(name, kind, help string) {
	fmt.Fprintf(w.out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// line writes one metric. labels are pairs of names and values.
func (w metricsWriter) line(name string, value float64, labels ...string) {
	io.WriteString(w.out, name)
	for i := 0; i+1 < len(labels); i += 2 {
		separator := ","
		if i == 0 {
			separator = "{"
		}
		fmt.Fprintf(w.out, `%s%s="%s"`, separator, labels[i], escapeLabel(labels[i+1]))
	}
	if len(labels) > 0 {
		io.WriteString(w.out, "}")
	}
	fmt.Fprintf(w.out, " %s\n", formatValue(value))
}

func formatValue(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// escapeLabel makes any text one that may be the value of a label, which must be UTF-8.
func escapeLabel(text string) string {
	return labelEscapes.Replace(strings.ToValidUTF8(text, "\ufffd"))
}

// writeCounts writes all that is counted from the start of the runner.
func (w metricsWriter) writeCounts(m *metrics) {
	m.lock.Lock()
	counts, waiting := m.counts, m.waiting
	counts.refused = maps.Clone(m.refused)
	m.lock.Unlock()

	w.head("rostrum_rounds_total", "counter", "Rounds that were held.")
	w.line("rostrum_rounds_total", float64(counts.rounds))
	w.head("rostrum_failed_rounds_total", "counter", "Rounds in which nothing could be decided.")
	w.line("rostrum_failed_rounds_total", float64(counts.failedRounds))
	w.writeKinds("rostrum_placements_total", "Auctions that a cell has taken.", counts.placed)
	w.writeKinds("rostrum_handed_back_total", "Auctions that were placed and that the cell handed back.",
		counts.handedBack)
	w.writeRefusals(counts.refused)
	w.writePhases(&counts.phases)
	if waiting != nil {
		w.writeQueue(waiting())
	}
}

func (w metricsWriter) writeKinds(name, help string, counted kindCounts) {
	w.head(name, "counter", help)
	for i, kind := range kinds {
		w.line(name, float64(counted[i]), "kind", kind.String())
	}
}

func (w metricsWriter) writeRefusals(refused map[rostrum.RefusalCode]kindCounts) {
	const name = "rostrum_refusals_total"
	w.head(name, "counter", "Auctions that found no cell, by reason.")
	for _, code := range slices.Sorted(maps.Keys(refused)) {
		for i, kind := range kinds {
			w.line(name, float64(refused[code][i]), "kind", kind.String(), "reason", code.String())
		}
	}
}

func (w metricsWriter) writePhases(phases *[phaseCount]histogram) {
	const name = "rostrum_phase_seconds"
	w.head(name, "histogram", "Time of each phase of a round.")
	for i := range phases {
		label := phase(i).String()
		count := uint64(0)
		for place, bound := range histogramBounds {
			count += phases[i].below[place]
			w.line(name+"_bucket", float64(count), "phase", label, "le", formatValue(bound.Seconds()))
		}
		count += phases[i].below[len(histogramBounds)]
		w.line(name+"_bucket", float64(count), "phase", label, "le", "+Inf")
		w.line(name+"_sum", phases[i].sum.Seconds(), "phase", label)
		w.line(name+"_count", float64(count), "phase", label)
	}
}

func (w metricsWriter) writeQueue(lrps, tasks int, oldest time.Time) {
	w.head("rostrum_queue_length", "gauge", "Auctions that wait for the next round.")
	for i, length := range [...]int{lrps, tasks} {
		w.line("rostrum_queue_length", float64(length), "kind", kinds[i].String())
	}
	age := 0.0
	if lrps+tasks > 0 {
		age = max(0, time.Since(oldest).Seconds())
	}
	w.head("rostrum_queue_age_seconds", "gauge", "How long the oldest of them has waited.")
	w.line("rostrum_queue_age_seconds", age)
}

// zoneSums are the cells of a zone taken together.
type zoneSums struct {
	name            string
	cells, starting int64
	free, total     rostrum.Resources
}

// sumZones returns a sum for each zone, by name.
func sumZones(cells *rostrum.Cells) []*zoneSums {
	byName := map[string]*zoneSums{}
	for i := range cells.Cells {
		cell := &cells.Cells[i]
		sums := byName[cell.Zone]
		if sums == nil {
			sums = &zoneSums{name: cell.Zone}
			byName[cell.Zone] = sums
		}
		sums.cells++
		sums.starting += cell.StartingContainers
		addResources(&sums.free, &cell.Available)
		addResources(&sums.total, &cell.Total)
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b *zoneSums) int {
		return cmp.Compare(a.name, b.name)
	})
}

func addResources(to, from *rostrum.Resources) {
	to.Memory += from.Memory
	to.Disk += from.Disk
	to.Containers += from.Containers
}

// writeZones writes what there is in each zone after the last round.
func (w metricsWriter) writeZones(zones []*zoneSums) {
	for _, gauge := range []struct {
		name, help string
		value      func(*zoneSums) float64
	}{
		{"rostrum_cells", "Cells in the last round.",
			func(z *zoneSums) float64 { return float64(z.cells) }},
		{"rostrum_starting_containers", "Containers that have yet to start.",
			func(z *zoneSums) float64 { return float64(z.starting) }},
		{"rostrum_free_memory_bytes", "Memory that is free after the last round.",
			func(z *zoneSums) float64 { return z.free.Memory.Float64() * bytesPerMB }},
		{"rostrum_free_disk_bytes", "Disk that is free after the last round.",
			func(z *zoneSums) float64 { return z.free.Disk.Float64() * bytesPerMB }},
		{"rostrum_free_containers", "Containers that are free after the last round.",
			func(z *zoneSums) float64 { return float64(z.free.Containers) }},
		{"rostrum_total_memory_bytes", "Memory that the cells have in all.",
			func(z *zoneSums) float64 { return z.total.Memory.Float64() * bytesPerMB }},
		{"rostrum_total_disk_bytes", "Disk that the cells have in all.",
			func(z *zoneSums) float64 { return z.total.Disk.Float64() * bytesPerMB }},
		{"rostrum_total_containers", "Containers that the cells have in all.",
			func(z *zoneSums) float64 { return float64(z.total.Containers) }},
	} {
		w.head(gauge.name, "gauge", gauge.help)
		for _, zone := range zones {
			w.line(gauge.name, gauge.value(zone), "zone", zone.name)
		}
	}
}
