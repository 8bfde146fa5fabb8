#!/usr/bin/env python3
# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Opens a report in a real browser and looks at what it draws.

Usage: browser_test.py [--sparse] REPORT.html

With --sparse a section may say that it has nothing to show instead of showing it.

Chromium is driven headless through chromedriver over plain HTTP (W3C WebDriver), in the light and
the dark colour scheme, in a wide and a narrow window. Exit code 0: all is well; 1: something is
not, and the lines printed say what; 77: there is no browser here, so nothing was tested.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import xml.parsers.expat

SKIP = 77
TIMEOUT_SECONDS = 60
START_SECONDS = 30
WINDOWS = {"wide": (1280, 900), "narrow": (400, 800)}
SCHEMES = ("light", "dark")
TIME_PANELS = 4
LEAST_BARS = 6

# Runs in the page and returns {"faults": [...], "counts": {...}}.
LOOK = r"""
const faults = [];
const fault = (...words) => { if (faults.length < 40) faults.push(words.join(' ')); };
const svgs = [...document.querySelectorAll('svg')];

const rgb = (text) => {
  const parts = text.match(/[\d.]+/g).map(Number);
  return {r: parts[0], g: parts[1], b: parts[2], a: parts.length > 3 ? parts[3] : 1};
};
const luminance = (c) => {
  const [r, g, b] = [c.r, c.g, c.b].map((v) => {
    v /= 255;
    return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};
const background = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.a > 0.99) return c;
  }
  return {r: 255, g: 255, b: 255, a: 1};
};
const inside = (inner, outer, slack) =>
    inner.left >= outer.left - slack && inner.right <= outer.right + slack &&
    inner.top >= outer.top - slack && inner.bottom <= outer.bottom + slack;

// The document.
if (!document.documentElement.lang) fault('the page has no language');
if (document.querySelectorAll('h1').length !== 1) fault('there is not exactly one h1');
let level = 0;
for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
  const next = Number(heading.tagName[1]);
  if (next > level + 1) fault('heading skips a level:', heading.textContent);
  if (!heading.textContent.trim()) fault('an empty heading');
  level = next;
}
if (document.documentElement.scrollWidth > window.innerWidth)
  fault('the page is', document.documentElement.scrollWidth, 'pixels wide in a window of',
        window.innerWidth);
for (const section of document.querySelectorAll('main > section')) {
  if (!section.querySelector('svg, table, .cards, .empty'))
    fault('section', section.id, 'shows nothing and does not say so');
}

// Every picture.
for (const svg of svgs) {
  const name = svg.id || svg.outerHTML.slice(0, 60);
  if (svg.getAttribute('role') !== 'img') fault(name, 'has no role');
  for (const part of ['title', 'desc']) {
    const element = svg.querySelector(':scope > ' + part);
    if (!element || !element.textContent.trim()) { fault(name, 'has no', part); continue; }
    if (!(svg.getAttribute('aria-labelledby') || '').split(' ').includes(element.id))
      fault(name, 'is not labelled by its', part);
  }
  const frame = svg.getBoundingClientRect();
  if (!(frame.width > 0 && frame.height > 0)) fault(name, 'has no size');
  const box = svg.viewBox.baseVal;
  if (!box || !(box.width > 0)) { fault(name, 'has no viewBox'); continue; }
  const view = {left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height};
  let drawn = 0;
  for (const shape of svg.querySelectorAll('rect, path, line, circle, text')) {
    const b = shape.getBBox();
    const bounds = {left: b.x, top: b.y, right: b.x + b.width, bottom: b.y + b.height};
    if (b.width + b.height > 0) ++drawn;
    if (!inside(bounds, view, shape.tagName === 'text' ? 0.5 : 1))
      fault(name, 'draws outside its frame:', shape.outerHTML.slice(0, 160));
  }
  if (drawn < 2) fault(name, 'draws nothing');
  const texts = [...svg.querySelectorAll('text')].map((text) => ({
    words: text.lastChild ? text.lastChild.textContent : '', rect: text.getBoundingClientRect()}));
  for (let i = 0; i < texts.length; ++i) {
    const a = texts[i];
    if (!inside(a.rect, frame, 0.5)) fault(name, 'has text outside itself:', a.words);
    for (let j = 0; j < i; ++j) {
      const b = texts[j];
      const width = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
      const height = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
      // Lines may sit close; what counts is letters on letters.
      if (width > 0.5 && height > 0.3 * Math.min(a.rect.height, b.rect.height))
        fault(name, 'has texts on each other:', JSON.stringify(a.words), JSON.stringify(b.words));
    }
  }
}

// Colours: text against what is behind it, and the strategies' markers.
let least = 21;
const check = (element, colour, behind, wanted, what) => {
  const value = contrast(colour, behind);
  if (wanted > 4) least = Math.min(least, value);
  const words = JSON.stringify(element.textContent.trim().slice(0, 40));
  if (value < wanted) fault('contrast', value.toFixed(2), 'of', what, words);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const element = node.parentElement;
  if (!node.data.trim() || element.closest('title, desc, style')) continue;
  const style = getComputedStyle(element);
  const svg = element.closest('svg');
  if (!svg) { check(element, rgb(style.color), background(element), 4.5, 'text'); continue; }
  let behind = background(svg);
  if (element.classList.contains('tc')) {
    const t = element.getBBox();
    const x = t.x + t.width / 2, y = t.y + t.height / 2;
    for (let e = element.previousElementSibling; e; e = e.previousElementSibling) {
      if (e.tagName !== 'path' && e.tagName !== 'rect') continue;
      const b = e.getBBox();
      if (x < b.x || x > b.x + b.width || y < b.y || y > b.y + b.height) continue;
      behind = rgb(getComputedStyle(e).fill);
      break;
    }
  }
  check(element, rgb(style.fill), behind, 4.5, 'text in ' + svg.id);
}
for (const key of document.querySelectorAll('.key'))
  check(key, rgb(getComputedStyle(key).color), background(key), 3, 'the marker before');

// The network.
for (const entry of performance.getEntriesByType('resource')) fault('the page loaded', entry.name);

const counts = {};
for (const svg of svgs) counts[svg.dataset.picture] = (counts[svg.dataset.picture] || 0) + 1;
return {
  faults, counts, least, runs: document.querySelectorAll('.card').length,
  scheme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
  page: getComputedStyle(document.body).backgroundColor,
  empty: [...document.querySelectorAll('.empty')].map((e) => e.closest('section').id),
};
"""


class DriverError(Exception):
    """The browser or its driver did not do as told."""


class Driver:
    """A chromedriver process on a port of its own choice, and one session with it."""

    def __init__(self, chromedriver, chromium):
        # The browser's profile and all that it and its driver leave behind.
        self._directory = tempfile.mkdtemp(prefix="rostrum-")
        self._session = None
        self._process = subprocess.Popen(
            [chromedriver, "--port=0", "--log-level=WARNING"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "TMPDIR": self._directory},
            start_new_session=True,
        )
        try:
            self._address = f"http://127.0.0.1:{self._read_port()}"
            self._open(chromium)
        except BaseException:
            self.close()
            raise

    def _read_port(self):
        """The port, from what the driver prints; the rest of its output is read and dropped."""
        found = []
        ready = threading.Event()

        def read():
            for line in self._process.stdout:
                words = line.split("started successfully on port ")
                if len(words) == 2 and not found:
                    found.append(int(words[1].strip().rstrip(".")))
                    ready.set()
            ready.set()

        threading.Thread(target=read, daemon=True).start()
        ready.wait(START_SECONDS)
        if not found:
            raise DriverError("chromedriver did not start")
        return found[0]

    def _open(self, chromium):
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={self._directory}/profile",
        ]
        capabilities = {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments, "binary": chromium},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        value = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self._session = "/session/" + value["sessionId"]

    def _call(self, method, path, body=None):
        request = urllib.request.Request(
            self._address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
        )
        # A proxy in the environment has no business between us and our own driver.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise DriverError(f"{method} {path}: {text[:500]}") from error
        except (OSError, ValueError) as error:
            raise DriverError(f"{method} {path}: {error}") from error

    def command(self, name, **parameters):
        """A command of the DevTools protocol."""
        return self._call(
            "POST", self._session + "/goog/cdp/execute", {"cmd": name, "params": parameters}
        )

    def load(self, address):
        self._call("POST", self._session + "/url", {"url": address})

    def run(self, script):
        return self._call(
            "POST", self._session + "/execute/sync", {"script": script, "args": []}
        )

    def log(self, kind):
        return self._call("POST", self._session + "/se/log", {"type": kind})

    def close(self):
        try:
            if self._session is not None:
                self._call("DELETE", self._session)
        except DriverError:
            pass
        # The group holds the driver and, if the session did not close, the browser.
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                break
            try:
                self._process.wait(5)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process.wait()
        self._process.stdout.close()
        for _ in range(20):  # The browser may be writing its last.
            shutil.rmtree(self._directory, ignore_errors=True)
            if not os.path.exists(self._directory):
                break
            time.sleep(0.1)


def check_xml(path):
    """The page is well-formed as XML too, so no tag is left open and no text breaks out."""
    parser = xml.parsers.expat.ParserCreate()
    try:
        with open(path, "rb") as page:
            parser.ParseFile(page)
    except xml.parsers.expat.ExpatError as error:
        return [f"not well-formed: {error}"]
    return []


def check_pictures(seen, sparse):
    """Whether every picture there should be is there."""
    counts, runs, empty = seen["counts"], seen["runs"], seen["empty"]
    wanted = {
        "heat": (runs, "cells"),
        "legend": (1, "cells"),
        "histogram": (runs, "free"),
        "time": (TIME_PANELS, "time"),
        "bars": (LEAST_BARS, "side-by-side"),
    }
    faults = []
    if runs == 0 and not sparse:
        faults.append("the page shows no strategy")
    for kind, (number, section) in wanted.items():
        if sparse and section in empty:
            continue
        count = counts.get(kind, 0)
        if count < number or (kind != "bars" and count != number):
            faults.append(f"{count} pictures of the kind {kind} where there should be {number}")
    return faults


def check_logs(driver, address):
    faults = []
    for entry in driver.log("browser"):
        if entry["level"] not in ("DEBUG", "INFO"):
            faults.append(f"console {entry['level']}: {entry['message'][:300]}")
    for entry in driver.log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] != "Network.requestWillBeSent":
            continue
        url = message["params"]["request"]["url"]
        if url.split("#")[0] != address and not url.startswith("data:"):
            faults.append(f"the page asked for {url[:200]}")
    return faults


def look(driver, address, scheme, size, sparse):
    driver.command(
        "Emulation.setEmulatedMedia",
        features=[{"name": "prefers-color-scheme", "value": scheme}],
    )
    width, height = size
    driver.command(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=height,
        deviceScaleFactor=1,
        mobile=False,
    )
    driver.load(address)
    seen = driver.run(LOOK)
    faults = seen["faults"] + check_pictures(seen, sparse) + check_logs(driver, address)
    if seen["scheme"] != scheme:
        faults.append(f"the browser does not show the {scheme} scheme")
    return faults, seen


def check_page(driver, path, sparse):
    address = path.as_uri()
    driver.load("about:blank")
    driver.log("browser")
    driver.log("performance")
    faults = []
    pages = {}
    for scheme in SCHEMES:
        for window, size in WINDOWS.items():
            found, seen = look(driver, address, scheme, size, sparse)
            faults += [f"{scheme}, {window}: {fault}" for fault in found]
            pages[scheme] = seen["page"]
            print(
                f"{scheme}, {window}: {sum(seen['counts'].values())} pictures, "
                f"least contrast of text {seen['least']:.2f}, {len(found)} faults"
            )
    if pages["light"] == pages["dark"]:
        faults.append("the page looks the same in light and dark")
    return faults


def why_unusable(chromedriver):
    """Ubuntu's package is a script that asks for a snap; then it says so, and nothing runs."""
    version = subprocess.run(
        [chromedriver, "--version"], capture_output=True, text=True, timeout=60, check=False
    )
    if version.returncode == 0:
        return None
    reason = " ".join((version.stdout + version.stderr).split())
    return f"{chromedriver} does not run here: {reason}"


def main(arguments):
    sparse = "--sparse" in arguments
    paths = [argument for argument in arguments if argument != "--sparse"]
    if len(paths) != 1 or paths[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 1
    path = pathlib.Path(paths[0]).resolve()
    if not path.is_file():
        print(f"FAILED: there is no file {path}")
        return 1
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    chromedriver = shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        missing = "chromium" if chromium is None else "chromedriver"
        print(f"SKIPPED: {missing} is not installed")
        return SKIP
    unusable = why_unusable(chromedriver)
    if unusable:
        print(f"SKIPPED: {unusable}")
        return SKIP
    faults = check_xml(path)
    try:
        driver = Driver(chromedriver, chromium)
        try:
            faults += check_page(driver, path, sparse)
        finally:
            driver.close()
    except DriverError as error:
        faults.append(f"the browser could not be driven: {error}")
    for fault in faults:
        print(f"FAILED: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
