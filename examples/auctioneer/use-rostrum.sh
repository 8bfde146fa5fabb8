#!/usr/bin/env bash
# Puts Rostrum into your own checkout of Diego's source tree, so that its auctioneer runs on it.
#
#   use-rostrum.sh TREE          put it in place, or bring it up to date
#   use-rostrum.sh --undo TREE   take it out again
#   use-rostrum.sh --help
#
# TREE is a checkout of diego-release, or its folder src/code.cloudfoundry.org. The script
#   - puts the Go packages rostrum, rostrum/auctionrunner and rostrum/mesos into that folder, and
#   - changes one import line of auctioneer/cmd/auctioneer/main.go.
# It builds nothing, fetches nothing, and says how to build. Running it again does no harm. If it
# fails, the tree is as it was. Exit status: 0 done, 1 failed, 2 TREE or a flag is not right.

set -euo pipefail

PACKAGES=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../bindings/go" && pwd)
UPSTREAM=code.cloudfoundry.org/auction/auctionrunner
OURS=code.cloudfoundry.org/rostrum/auctionrunner
MAIN=auctioneer/cmd/auctioneer/main.go
LIST=.files-of-rostrum # In the folder rostrum: what the script put there, and its checksums.

fail() { printf 'error: %s\n' "$1" >&2; exit "${2:-1}"; }
say() { printf '%s\n' "$*"; }

# read_arguments [ARGUMENT]...: sets undo and tree.
read_arguments() {
  undo=no tree=
  local argument
  for argument in "$@"; do
    case "$argument" in
      -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
      --undo) undo=yes ;;
      -*) fail "unknown flag \"$argument\", expected --undo or --help" 2 ;;
      *)
        [ -z "$tree" ] || fail "two trees are named, \"$tree\" and \"$argument\", expected one" 2
        tree=$argument
        ;;
    esac
  done
  [ -n "$tree" ] || fail "no tree is named, expected: use-rostrum.sh [--undo] TREE" 2
}

# find_root: sets root to the folder of the module code.cloudfoundry.org.
find_root() {
  [ -d "$tree" ] || fail "\"$tree\" is no folder, expected a checkout of diego-release" 2
  local folder
  for folder in "$tree" "$tree/src/code.cloudfoundry.org"; do
    if grep -qsE '^module code\.cloudfoundry\.org[[:space:]]*$' "$folder/go.mod"; then
      root=$(cd "$folder" && pwd)
      return
    fi
  done
  fail "\"$tree\" is not Diego's source tree: neither it nor its folder src/code.cloudfoundry.org\
 has a go.mod with the line \"module code.cloudfoundry.org\"" 2
}

# import_lines PATH: the numbers of the lines of main.go that import it.
import_lines() {
  sed -nE "\\#^[[:space:]]*(import[[:space:]]+)?([A-Za-z_.][A-Za-z0-9_]*[[:space:]]+)?\"$1\"#=" \
    "$root/$MAIN" | tr '\n' ' ' | sed 's/ $//'
}

# check_main: sets theirs and ours to the numbers of the import lines, one of which there must be.
check_main() {
  [ -f "$root/$MAIN" ] || fail "\"$root\" has no file $MAIN; is it a whole checkout, with its\
 submodules (git submodule update --init --recursive)?" 2
  theirs=$(import_lines "$UPSTREAM") ours=$(import_lines "$OURS")
  case "$theirs+$ours" in
    *' '* | +) fail "$root/$MAIN imports \"$UPSTREAM\" on line \"$theirs\" and \"$OURS\" on line\
 \"$ours\", expected one import of one of them" 2 ;;
  esac
  if [ -n "$theirs" ] && [ -n "$ours" ]; then
    fail "$root/$MAIN imports both \"$UPSTREAM\" and \"$OURS\", expected one of them" 2
  fi
}

# check_placed: whatever lies in the folder rostrum must be ours, as we put it there.
check_placed() {
  [ -e "$root/rostrum" ] || return 0
  [ -f "$root/rostrum/$LIST" ] ||
    fail "$root/rostrum is there already, and this script did not make it: move it away first"
  local changed
  changed=$(cd "$root/rostrum" && {
    sha256sum --check --quiet "$LIST" 2>/dev/null | sed 's/: FAILED.*//'
    find . -type f ! -name "$LIST" | sort | comm -23 - <(sed 's/^[0-9a-f]*  //' "$LIST" | sort)
  } | sort -u | tr '\n' ' ') || true
  [ -z "$changed" ] || fail "in $root/rostrum these files are not as this script left them: \
$changed- keep copies elsewhere, remove the folder, and run this again"
}

# shipped_files: what of our packages goes into the tree. Tests and go.mod do not: there all is one
# module.
shipped_files() {
  (cd "$PACKAGES" && find . ./auctionrunner ./mesos ./internal/flat -maxdepth 1 -type f \
    \( -name '*.go' -o -name '*.c' -o -name '*.h' \) ! -name '*_test.go' | sort -u)
}

# check_imports: what our packages import has to be in the tree.
check_imports() {
  [ -d "$root/vendor" ] || return 0
  local path missing=
  for path in $(cd "$PACKAGES" && shipped_files | grep '\.go$' |
    xargs sed -nE 's/^(import)?[[:space:]]+([A-Za-z_.][A-Za-z0-9_]*[[:space:]]+)?"([^"]*\.[^"]*)"$/\3/p' |
    sort -u); do
    case "$path" in code.cloudfoundry.org/rostrum*) continue ;; esac
    [ -d "$root/${path#code.cloudfoundry.org/}" ] || [ -d "$root/vendor/$path" ] ||
      missing="$missing \"$path\""
  done
  [ -z "$missing" ] || fail "the tree lacks what the packages import:$missing; Rostrum fits the\
 auction, rep and bbs of 2024 to 2026"
}

# stage: makes a folder for what is new, in the tree, so that putting it in place is a rename.
stage() {
  stage=$(mktemp -d "$root/.rostrum-stage.XXXXXX") || fail "cannot write to $root"
  finished=no
  trap roll_back EXIT
  trap 'exit 1' HUP INT TERM
}

# roll_back: at the end of the script, whatever it was; puts back what was moved if it failed.
roll_back() {
  if [ "$finished" = no ]; then
    if [ -e "$stage/placed" ]; then rm -rf "$root/rostrum"; fi
    if [ -e "$stage/old" ]; then mv "$stage/old" "$root/rostrum"; fi
    say "nothing was changed in $root" >&2
  fi
  rm -rf "$stage"
}

# stage_main FROM TO: main.go with one import instead of the other.
stage_main() {
  cp -p "$root/$MAIN" "$stage/main.go"
  sed "s#\"$1\"#\"$2\"#" "$root/$MAIN" >"$stage/main.go"
}

stage_packages() {
  local file
  while read -r file; do
    install -D -m 644 "$PACKAGES/$file" "$stage/new/$file"
  done < <(shipped_files)
  (cd "$stage/new" && shipped_files | xargs sha256sum >"$LIST")
}

place() {
  check_placed
  check_imports
  stage
  stage_packages
  [ -z "$theirs" ] || stage_main "$UPSTREAM" "$OURS"
  if [ -e "$root/rostrum" ]; then mv "$root/rostrum" "$stage/old"; fi
  touch "$stage/placed"
  mv "$stage/new" "$root/rostrum"
  [ -z "$theirs" ] || mv -f "$stage/main.go" "$root/$MAIN"
  finished=yes
  say "put $(shipped_files | wc -l) files of the packages rostrum, rostrum/auctionrunner and rostrum/mesos\
 into $root/rostrum"
  if [ -n "$theirs" ]; then
    say "changed line $theirs of $MAIN: it imports \"$OURS\" now"
  else
    say "left $MAIN as it was: its line $ours imports \"$OURS\" already"
  fi
  say_how_to_build
}

take_out() {
  if [ -z "$ours" ] && [ ! -e "$root/rostrum" ]; then
    finished=yes
    say "nothing to undo in $root"
    return
  fi
  check_placed
  stage
  [ -z "$ours" ] || stage_main "$OURS" "$UPSTREAM"
  if [ -e "$root/rostrum" ]; then mv "$root/rostrum" "$stage/old"; fi
  [ -z "$ours" ] || mv -f "$stage/main.go" "$root/$MAIN"
  finished=yes
  [ ! -e "$stage/old" ] || say "removed $root/rostrum"
  [ -z "$ours" ] || say "changed line $ours of $MAIN: it imports \"$UPSTREAM\" again"
}

say_how_to_build() {
  cat <<END

To build it, with librostrum installed (meson install) where pkg-config finds it:

  cd $root
  CGO_ENABLED=1 go build -o auctioneer ./$MAIN_PACKAGE                        # links librostrum.so
  CGO_ENABLED=1 go build -tags rostrum_static -o auctioneer ./$MAIN_PACKAGE   # has it inside

If it is installed elsewhere than in /usr, set PKG_CONFIG_PATH to its folder pkgconfig; and with the
first, LD_LIBRARY_PATH where the auctioneer runs. Add -a after every change of the library: Go's
cache does not see it. More in $(dirname "${BASH_SOURCE[0]}")/README.md
END
}

MAIN_PACKAGE=$(dirname "$MAIN")
read_arguments "$@"
find_root
check_main
if [ "$undo" = yes ]; then take_out; else place; fi
