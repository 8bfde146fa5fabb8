#!/usr/bin/env bash
# Puts Rostrum into your own checkout of Diego's source tree, so that its auctioneer runs on it.
#
#   use-rostrum.sh TREE          put it in place, or bring it up to date
#   use-rostrum.sh --undo TREE   take it out again
#   use-rostrum.sh --which TREE  say which of Diego's trees it is, and change nothing
#   use-rostrum.sh --help
#
# TREE is a checkout of diego-release, or its folder src/code.cloudfoundry.org. The script
#   - finds out whether the tree is older or newer than June 2026, when Diego moved the types that an
#     auction needs (diego-release #1156), and refuses a tree that is neither,
#   - puts the Go packages rostrum, rostrum/auctionrunner and rostrum/mesos into that folder, and
#   - changes one import line of auctioneer/cmd/auctioneer/main.go.
# It builds nothing, fetches nothing, and says how to build. Running it again does no harm; after an
# update of the tree or of Rostrum, run it again. If it fails, the tree is as it was. Exit status:
# 0 done, 1 failed, 2 TREE or a flag is not right.

set -euo pipefail

PACKAGES=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../bindings/go" && pwd)
UPSTREAM=code.cloudfoundry.org/auction/auctionrunner
OURS=code.cloudfoundry.org/rostrum/auctionrunner
MAIN=auctioneer/cmd/auctioneer/main.go
LIST=.files-of-rostrum # In the folder rostrum: what the script put there, and its checksums.

fail() { printf 'error: %s\n' "$1" >&2; exit "${2:-1}"; }
say() { printf '%s\n' "$*"; }

# read_arguments [ARGUMENT]...: sets action and tree.
read_arguments() {
  action=place tree=
  local argument
  for argument in "$@"; do
    case "$argument" in
      -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
      --undo) action=take_out ;;
      --which) action=find_and_say_which ;;
      -*) fail "unknown flag \"$argument\", expected --undo, --which or --help" 2 ;;
      *)
        [ -z "$tree" ] || fail "two trees are named, \"$tree\" and \"$argument\", expected one" 2
        tree=$argument
        ;;
    esac
  done
  [ -n "$tree" ] || fail "no tree is named, expected: use-rostrum.sh [--undo | --which] TREE" 2
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

# first_line PATTERN FOLDER: "FILE:NUMBER: TEXT" of the first line in the folder's Go files that matches.
first_line() {
  { cd "$root/$2" 2>/dev/null && grep -snE "$1" -- *.go /dev/null || true; } | head -n 1 |
    sed -E "s#^([^:]*):([0-9]+):[[:space:]]*#$2/\\1:\\2: #"
}

# find_generation: sets generation to the package that the tree has the types of an auction in, which
# is also the name of our file for it: types_in_GENERATION.go.
find_generation() {
  local models=bbs/models in_models in_rep embedded
  [ ! -d "$root/vendor/code.cloudfoundry.org/bbs/models" ] || models=vendor/code.cloudfoundry.org/bbs/models
  in_models=$(first_line '^(type )?[[:space:]]*SchedulingLRP[[:space:]]+(struct|=)' $models)
  in_rep=$(first_line '^(type )?[[:space:]]*LRP[[:space:]]+(struct|=)' rep)
  embedded=$(first_line '^[[:space:]]+[A-Za-z_]+\.(LRP|SchedulingLRP)$' auction/auctiontypes)
  case "${in_models:+models}+${in_rep:+rep}+${embedded##*.}" in
    models++SchedulingLRP) generation=models which="since June 2026: $in_models" ;;
    +rep+LRP) generation=rep which="until June 2026: $in_rep" ;;
    *) fail "\"$root\" is not a tree of Diego's that Rostrum fits.
  looked for                                          found
  type SchedulingLRP in $models (since June 2026)  ${in_models:-nothing}
  type LRP in rep (until June 2026)                   ${in_rep:-nothing}
  one of them in LRPAuction in auction/auctiontypes   ${embedded:-nothing}
expected the first or the second, and the third to embed it" 2 ;;
  esac
}

# shipped_files FOLDER: what of our packages, in FOLDER, goes into the tree. Tests and go.mod do not:
# there all is one module.
shipped_files() {
  (cd "$1" && find . ./auctionrunner ./auctionrunner/diego ./mesos ./internal/flat -maxdepth 1 -type f \
    \( -name '*.go' -o -name '*.c' -o -name '*.h' \) ! -name '*_test.go' \
    \( ! -name 'types_in_*.go' -o -name "types_in_$generation.go" \) | sort -u)
}

# check_imports: what our packages import has to be in the tree.
check_imports() {
  [ -d "$root/vendor" ] || return 0
  local path missing=
  for path in $(cd "$PACKAGES" && shipped_files . | grep '\.go$' |
    xargs sed -nE 's/^(import)?[[:space:]]+([A-Za-z_.][A-Za-z0-9_]*[[:space:]]+)?"([^"]*\.[^"]*)"$/\3/p' |
    sort -u); do
    case "$path" in code.cloudfoundry.org/rostrum*) continue ;; esac
    [ -d "$root/${path#code.cloudfoundry.org/}" ] || [ -d "$root/vendor/$path" ] ||
      missing="$missing \"$path\""
  done
  [ -z "$missing" ] || fail "the tree lacks what the packages import:$missing"
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
  done < <(shipped_files "$PACKAGES")
  # The tree needs no build tag: it has the one file that fits.
  sed -i '/^\/\/go:build/,/^$/d' "$stage/new/auctionrunner/diego/types_in_$generation.go"
  (cd "$stage/new" && shipped_files . | xargs sha256sum >"$LIST")
}

say_which() { say "the tree is one of Diego's $which"; }

find_and_say_which() {
  find_generation
  say_which
}

place() {
  check_main
  check_placed
  find_generation
  check_imports
  stage
  stage_packages
  [ -z "$theirs" ] || stage_main "$UPSTREAM" "$OURS"
  if [ -e "$root/rostrum" ]; then mv "$root/rostrum" "$stage/old"; fi
  touch "$stage/placed"
  mv "$stage/new" "$root/rostrum"
  [ -z "$theirs" ] || mv -f "$stage/main.go" "$root/$MAIN"
  finished=yes
  say_which
  say "put $(shipped_files "$PACKAGES" | wc -l) files of the packages rostrum, rostrum/auctionrunner and rostrum/mesos\
 into $root/rostrum"
  if [ -n "$theirs" ]; then
    say "changed line $theirs of $MAIN: it imports \"$OURS\" now"
  else
    say "left $MAIN as it was: its line $ours imports \"$OURS\" already"
  fi
  say_how_to_build
}

take_out() {
  check_main
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
  CGO_ENABLED=1 go build -o ~/auctioneer ./$MAIN_PACKAGE                        # links librostrum.so
  CGO_ENABLED=1 go build -tags rostrum_static -o ~/auctioneer ./$MAIN_PACKAGE   # has it inside

If it is installed elsewhere than in /usr, set PKG_CONFIG_PATH to its folder pkgconfig; and with the
first, LD_LIBRARY_PATH where the auctioneer runs. Add -a after every change of the library: Go's
cache does not see it. More in $(dirname "${BASH_SOURCE[0]}")/README.md
END
}

MAIN_PACKAGE=$(dirname "$MAIN")
read_arguments "$@"
find_root
"$action"
