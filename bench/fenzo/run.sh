#!/usr/bin/env bash
# Measures Netflix Fenzo 1.0.1, one JVM a case, and prints one JSON object a line.
#
#   bench/fenzo/run.sh [--case CASE,...] [--cells C] [--auctions L] [--quick] [--min-seconds S]
#                      [--calls N] [--heap SIZE]
#   bench/fenzo/run.sh --case binpack-fill --tasks FILE --machines FILE [--all] [--heap SIZE]
#
# Timed cases: one call is handed L tasks (--auctions, 1000) and the leases of C virtual machines
# (--cells, 1000). All five unless --case says which:
#   binpack           memoryBinPacker on empty machines
#   spread            memorySpreader on empty machines
#   none              no fitness function, which makes it first fit by name
#   binpack-loaded    memoryBinPacker on machines that are 0 to 80 % full, running tasks told
#   binpack-noexpiry  binpack with the expiry of leases off, which is Fenzo's best set-up
# Two more, if they are asked for: spread-noexpiry, binpack-loaded-noexpiry.
# Filling cases place tasks one at a time, in order, until the first is refused:
#   binpack-fill      with memoryBinPacker
#   none-fill         without a fitness function
#
# Flags:
#   --quick           1 s and 1 call of warm-up, at least 3 measured: for a look, not for a table
#   --min-seconds S   warm-up, of at least 3 calls (10); more calls than N are measured, up to 31,
#                     while they take less than this in all
#   --calls N         how many calls are measured at least (5)
#   --heap SIZE       Java's heap, all of it touched at the start (4g)
#   --tasks FILE      a line a task: cpu_milli memory_mb disk_mb
#   --machines FILE   a line a virtual machine, the same; empty lines and lines with # are skipped
#   --all             pass over tasks that are refused, to the end
#
# Needs a JDK of version 11 or newer and, the first time, Maven: installed if missing, as root or
# with sudo. The jars go to ${XDG_CACHE_HOME:-$HOME/.cache}/rostrum-bench; jars.txt has their sums.

source "$(dirname "${BASH_SOURCE[0]}")/../../tests/setup.sh"

HERE=$ROSTRUM_ROOT/bench/fenzo
JARS=${XDG_CACHE_HOME:-$HOME/.cache}/rostrum-bench/fenzo-1.0.1

die() { printf 'error: %s\n' "$1" >&2; exit "${2:-1}"; }

# Standard output is for results alone.
note() { say "$@" >&2; }

cases=
heap=4g
arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help)
      sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    --quick | --all)
      arguments+=("$1")
      shift
      ;;
    --case | --heap | --cells | --auctions | --min-seconds | --calls | --tasks | --machines)
      [ $# -ge 2 ] || die "$1 needs a value" 2
      case "$1" in
        --case) cases=$2 ;;
        --heap) heap=$2 ;;
        *) arguments+=("$1" "$2") ;;
      esac
      if [ "$1" = --tasks ]; then cases=${cases:-binpack-fill}; fi
      shift 2
      ;;
    *) die "unknown flag \"$1\", see --help" 2 ;;
  esac
done
[[ $heap =~ ^[1-9][0-9]*[mg]$ ]] ||
  die "--heap: found \"$heap\", expected a size such as 512m or 4g" 2
cases=${cases:-binpack,spread,none,binpack-loaded,binpack-noexpiry}

# Prints the folder with the java and javac of a JDK that is new enough. Links are followed, since
# /usr/bin may have the java of one JDK beside the javac of another.
find_jdk() {
  local javac folder version
  for javac in ${JAVA_HOME:+"$JAVA_HOME/bin/javac"} "$(command -v javac || true)" \
               /usr/lib/jvm/*/bin/javac; do
    [ -x "$javac" ] || continue
    folder=$(dirname "$(readlink -f "$javac")")
    version=$("$javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
    if [ -x "$folder/java" ] && [ "${version:-0}" -ge 11 ]; then
      echo "$folder"
      return 0
    fi
  done
  return 1
}

# need_package PACKAGE WHAT: installs it, or says in one line what is missing.
need_package() {
  note "installing $1"
  install_packages "$1" >/dev/null 2>&1 ||
    die "$2 is missing and could not be installed; please install it (on Debian: $1)"
}

# Each line of jars.txt as "SUM COORDINATES".
list_jars() { grep -v '^#' "$HERE/jars.txt"; }

# check_jars FOLDER: whether each jar is there and is the one that jars.txt means.
check_jars() {
  list_jars | sed 's/ [^ ]*:\([^:]*\):\([^:]*\)$/ \1-\2.jar/' |
    (cd "$1" && sha256sum --check --quiet --strict -)
}

# Fetches every jar into a new folder, which takes its place only when all sums are right.
fetch_jars() {
  local pom=$scratch/pom.xml sum group artifact version
  command -v mvn >/dev/null || need_package maven Maven
  note "fetching Fenzo and what it needs into $JARS"
  {
    echo '<project><modelVersion>4.0.0</modelVersion><groupId>bench</groupId>'
    echo '<artifactId>bench</artifactId><version>1</version><dependencies>'
    while IFS=': ' read -r sum group artifact version; do
      echo "<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId>"
      echo "<version>$version</version></dependency>"
    done < <(list_jars)
    echo '</dependencies></project>'
  } >"$pom"
  # A repository of its own, so that neither a jar from elsewhere is taken nor one left behind.
  mvn -q -B -f "$pom" -Dmaven.repo.local="$scratch/repository" dependency:copy-dependencies \
    -DexcludeTransitive=true -DoutputDirectory="$scratch/jars" >"$scratch/maven.log" 2>&1 || {
    tail -n 20 "$scratch/maven.log" >&2
    die "the jars could not be fetched"
  }
  check_jars "$scratch/jars" >&2 || die "a jar that was fetched is not the one in jars.txt"
  mkdir -p "$(dirname "$JARS")"
  rm -rf "$JARS"
  mv "$scratch/jars" "$JARS"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if ! jdk=$(find_jdk); then
  need_package default-jdk-headless "a JDK of version 11 or newer"
  jdk=$(find_jdk) || die "default-jdk-headless is older than 11; please install a newer JDK"
fi
[ -d "$JARS" ] && check_jars "$JARS" >/dev/null 2>&1 || fetch_jars
"$jdk/javac" --release 11 -cp "$JARS/*" -d "$scratch/classes" "$HERE"/*.java \
  >"$scratch/javac.log" 2>&1 || {
  cat "$scratch/javac.log" >&2
  die "FenzoBench does not compile"
}

IFS=, read -ra names <<<"$cases"
for name in "${names[@]}"; do
  note "fenzo: $name"
  # Fenzo would take a worker that ran out of memory for machines that refuse: better no result.
  "$jdk/java" -XX:+UseG1GC -Xms"$heap" -Xmx"$heap" -XX:+AlwaysPreTouch \
    -XX:+ExitOnOutOfMemoryError -XX:+DisplayVMOutputToStderr -cp "$scratch/classes:$JARS/*" \
    FenzoBench --case "$name" ${arguments[@]+"${arguments[@]}"}
done
