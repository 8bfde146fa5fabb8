"""Draws how the time for one auction grows with the cells: one SVG that needs nothing else."""

import html
import math

import compare
import measurements

WIDTH, HEIGHT = 860, 520
LEFT, RIGHT, TOP, BOTTOM = 78, 250, 74, 62
LABEL_GAP = 17  # Between the lines of labels.
SIZES = ["100/20/100", "1000/20/1000", "5000/20/1000", "10000/20/1000", "100000/20/1000"]
# The colour says which strategy, the line who: solid is ours, dashed is quoted from elsewhere.
STYLE = """\
  :root { color-scheme: light dark; }
  .paper { fill: #ffffff; } .ink { fill: #1f2328; } .soft { fill: #59636e; }
  .grid { stroke: #d8dee4; } .axis { stroke: #59636e; }
  .diego { stroke: #0969da; fill: #0969da; } .binpack { stroke: #117a43; fill: #117a43; }
  .spread { stroke: #a63a8c; fill: #a63a8c; } .fenzo { stroke: #b35900; fill: #b35900; }
  .oracle { stroke: #59636e; fill: #59636e; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; } .ink { fill: #e6edf3; } .soft { fill: #9198a1; }
    .grid { stroke: #2b323b; } .axis { stroke: #9198a1; }
    .diego { stroke: #58a6ff; fill: #58a6ff; } .binpack { stroke: #4ac26b; fill: #4ac26b; }
    .spread { stroke: #e085cb; fill: #e085cb; } .fenzo { stroke: #f0983e; fill: #f0983e; }
    .oracle { stroke: #9198a1; fill: #9198a1; }
  }
  path { fill: none !important; stroke-width: 2; stroke-linejoin: round; }
  .dashed { stroke-dasharray: 6 4; } .dotted { stroke-dasharray: 2 4; stroke-linecap: round; }
  .hollow { stroke-width: 2; } circle.hollow { fill: none; }
  text { font-family: Helvetica, Arial, sans-serif; font-size: 13px;
    stroke: none !important; }
  .title { font-size: 17px; font-weight: 600; } .small { font-size: 12px; }
"""


class Line:
    def __init__(self, label, colour, dash, points):
        self.label = label
        self.colour = colour
        self.dash = dash
        self.points = points  # (cells, ns an auction), by cells.


def cells_of(size):
    return int(size.split("/")[0])


def make_line(label, colour, dash, value_of):
    found = [(cells_of(size), value_of(size)) for size in SIZES]
    return Line(label, colour, dash, [(cells, ns) for cells, ns in found if ns])


def all_lines(results):
    lines = []
    for strategy in ("diego", "binpack", "spread"):
        lines.append(make_line("Rostrum, %s" % strategy, strategy, "",
                               lambda size, strategy=strategy: compare.wall_ns(
                                   results, strategy, size, "warm")))
    lines.append(make_line("literal scan, diego", "oracle", "dotted", lambda size: (
        results.oracle.get("round/diego/" + size))))
    lines.append(make_line("Fenzo 1.0.1, best", "fenzo", "dotted", lambda size: (
        compare.fenzo_ns(results, ["binpack", "spread"], size))))
    names = {"diego": "Diego in Go", "binpack": "binpack in Go", "spread": "spread in Go"}
    for strategy, name in names.items():
        lines.append(make_line("%s (elsewhere)" % name, strategy, "dashed",
                               lambda size, strategy=strategy: compare.go_ns(strategy, size)[0]))
    return [line for line in lines if line.points]


class Scale:
    """From powers of ten to pixels."""

    def __init__(self, lowest, highest, first_pixel, last_pixel):
        self.lowest = math.log10(lowest)
        self.span = math.log10(highest) - self.lowest
        self.first = first_pixel
        self.length = last_pixel - first_pixel

    def at(self, value):
        return self.first + (math.log10(value) - self.lowest) / self.span * self.length


def text(x, y, words, classes="ink", anchor="start"):
    return '<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>' % (
        x, y, classes, anchor, html.escape(words))


def powers(lowest, highest):
    return [10 ** n for n in range(round(math.log10(lowest)), round(math.log10(highest)) + 1)]


def axis_text(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return "%d %s" % (ns / size, unit)
    return "%d ns" % ns


def stroke(kind, x1, y1, x2, y2):
    return '<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>' % (kind, x1, y1, x2, y2)


def draw_axes(across, up, lowest, highest):
    parts = []
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for ns in powers(lowest, highest):
        y = up.at(ns)
        parts.append(stroke("grid", LEFT, y, right, y))
        parts.append(text(LEFT - 10, y + 4, axis_text(ns), "soft", "end"))
    for cells in powers(100, 100000):
        x = across.at(cells)
        parts.append(stroke("grid", x, TOP, x, bottom))
        parts.append(text(x, bottom + 20, "{:,}".format(cells), "soft", "middle"))
    parts.append(stroke("axis", LEFT, bottom, right, bottom))
    parts.append(text((LEFT + right) / 2, bottom + 44, "cells, 20 LRPs on each", "soft", "middle"))
    return parts


def draw_line(line, across, up):
    places = [(across.at(cells), up.at(ns)) for cells, ns in line.points]
    path = "M" + " L".join("%.1f %.1f" % place for place in places)
    parts = ['<path class="%s %s" d="%s"/>' % (line.colour, line.dash, path)]
    hollow = "hollow" if line.dash == "dashed" else ""
    for (x, y), (cells, ns) in zip(places, line.points):
        hint = "%s, %s cells: %s" % (
            line.label, "{:,}".format(cells), measurements.time_text(ns))
        parts.append('<circle class="%s %s" cx="%.1f" cy="%.1f" r="3.5"><title>%s</title></circle>'
                     % (line.colour, hollow, x, y, html.escape(hint)))
    return parts


def label_heights(wanted):
    """Heights as near to those wanted as leaves each label its line, in the same order."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    heights = list(wanted)
    for _ in range(200):
        for above, below in zip(order, order[1:]):
            short = LABEL_GAP - (heights[below] - heights[above])
            if short > 0:
                heights[above] -= short / 2
                heights[below] += short / 2
    return heights


def draw_labels(lines, across, up):
    ends = [(across.at(line.points[-1][0]), up.at(line.points[-1][1])) for line in lines]
    heights = label_heights([y for _, y in ends])
    x = WIDTH - RIGHT + 22
    parts = []
    for line, (end, y), height in zip(lines, ends, heights):
        parts.append(stroke("grid", end + 6, y, x - 4, height))
        parts.append(text(x, height + 4, "%s: %s" % (
            line.label, measurements.time_text(line.points[-1][1])), line.colour))
    return parts


def picture(setup, results):
    lines = all_lines(results)
    values = [ns for line in lines for _, ns in line.points]
    lowest = 10 ** math.floor(math.log10(min(values)))
    highest = 10 ** math.ceil(math.log10(max(values)))
    across = Scale(100, 100000, LEFT, WIDTH - RIGHT)
    up = Scale(lowest, highest, HEIGHT - BOTTOM, TOP)
    title = "Time for one auction as the cluster grows"
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" '
        'role="img" aria-labelledby="title about">' % (WIDTH, HEIGHT, WIDTH, HEIGHT),
        '<title id="title">%s</title>' % title,
        '<desc id="about">Both axes are logarithmic. %s.</desc>' % html.escape("; ".join(
            "%s: %s at %s cells" % (line.label, measurements.time_text(line.points[-1][1]),
                                    "{:,}".format(line.points[-1][0])) for line in lines)),
        "<style>\n%s</style>" % STYLE,
        '<rect class="paper" width="%d" height="%d" rx="6"/>' % (WIDTH, HEIGHT),
        text(LEFT, 30, title, "ink title"),
        text(LEFT, 50, "Warm rounds of 1,000 auctions (100 at 100 cells); both axes logarithmic; %s"
             % setup["date"].split()[0], "soft small"),
    ]
    parts += draw_axes(across, up, lowest, highest)
    for line in lines:
        parts += draw_line(line, across, up)
    parts += draw_labels(lines, across, up)
    parts.append("</svg>\n")
    return "\n".join(parts)
