# Sets a machine up to build and test Rostrum: sourced by examples/quickstart.sh and tests/run.sh.
#
# setup_machine LEVEL installs what is missing from the distribution, as root or with sudo:
#   build  what it takes to build the library, the program and the examples
#   test   also what the tests use
# It asks nothing and, where all is there already, does nothing. CXX and CC are set to a compiler
# that is new enough, unless the caller has set them.
#
# build_in and run_ninja build, and say every ten seconds how far they are.

set -euo pipefail

ROSTRUM_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

BUILD_PACKAGES=(g++ meson ninja-build pkg-config python3 libabsl-dev libfmt-dev rapidjson-dev
                libprotobuf-dev protobuf-compiler libcurl4-openssl-dev libzookeeper-mt-dev)
TEST_PACKAGES=(libgtest-dev binutils chromium chromium-driver abigail-tools)
# What a real Mesos needs, and a real ZooKeeper beside it: see tests/mesos/README.md.
MESOS_TEST_PACKAGES=(libsvn1 libsasl2-2 openssl python3-setuptools python3-kazoo libzookeeper-java
                     default-jre-headless)
# Without these a test says that it is skipped, and why.
OPTIONAL_PACKAGES=" chromium chromium-driver abigail-tools libzookeeper-mt-dev ${MESOS_TEST_PACKAGES[*]} "

say() { printf '== %s\n' "$*"; }

is_installed() {
  dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

run_as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "error: to install packages, run this as root or install sudo" >&2
    return 1
  fi
}

# g++ 12 is the oldest that will do; Ubuntu 22.04 has it beside its default.
compiler_package() {
  local version
  version=$(g++ -dumpversion 2>/dev/null | cut -d. -f1 || true)
  if [ -n "$version" ] && [ "$version" -lt 12 ]; then echo g++-12; fi
}

# apt_get ARGUMENT...: runs apt-get as root. Another one that is at work, such as the daily upgrade of a
# machine that has just started, is waited for: ten minutes, and it is said.
APT_WAIT_SECONDS=600
apt_get() {
  local end=$((SECONDS + APT_WAIT_SECONDS)) errors status has_said=no
  while true; do
    status=0
    # Its own option, DPkg::Lock::Timeout, does not wait for the lock of its lists. What it says is looked
    # at, so that it is to say it in English.
    errors=$(run_as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q "$@" 2>&1 >/dev/null) ||
      status=$?
    case "$errors" in
      *"Could not get lock"* | *"Unable to acquire the dpkg frontend lock"* | *"Unable to lock directory"*) ;;
      *) break ;;
    esac
    if [ $status -eq 0 ] || [ $SECONDS -ge $end ]; then break; fi
    if [ $has_said = no ]; then
      say "waiting for another apt-get: $(grep -m 1 -o 'Could not get lock.*' <<<"$errors" || echo "$errors")"
      has_said=yes
    fi
    sleep 2
  done
  [ -z "$errors" ] || printf '%s\n' "$errors" >&2
  return $status
}

install_packages() {
  local wanted=() package
  for package in "$@"; do
    is_installed "$package" || wanted+=("$package")
  done
  [ ${#wanted[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "error: apt-get is missing; please install what stands for: ${wanted[*]}" >&2
    return 1
  fi
  say "installing ${wanted[*]}"
  apt_get update
  for package in "${wanted[@]}"; do
    if ! apt_get install -y --no-install-recommends "$package"; then
      case "$OPTIONAL_PACKAGES" in
        *" $package "*) say "$package cannot be had here; what needs it will say so" ;;
        *) echo "error: the package $package cannot be installed" >&2; return 1 ;;
      esac
    fi
  done
}

setup_machine() {
  local packages=("${BUILD_PACKAGES[@]}")
  if [ "$1" = test ]; then packages+=("${TEST_PACKAGES[@]}"); fi
  install_packages "${packages[@]}"
  local newer
  newer=$(compiler_package)
  if [ -n "$newer" ] && [ -z "${CXX:-}" ]; then
    install_packages "$newer"
    export CXX=g++-12 CC=gcc-12
  fi
}

BUILD_PROGRESS_SECONDS=10

# Copies the lines of ninja to a file, and says now and then how far it is with a folder.
follow_ninja() {
  local folder=$1 line='' part='' progress='' next=$((SECONDS + BUILD_PROGRESS_SECONDS)) status
  while true; do
    status=0
    IFS= read -r -t 1 part || status=$?
    line+=$part
    if [ $status -eq 0 ]; then
      printf '%s\n' "$line"
      if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then progress="${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"; fi
      line=''
    elif [ $status -le 128 ]; then # The end, and not the time.
      printf '%s' "$line"
      return 0
    fi
    if [ $SECONDS -ge $next ]; then
      if [ -n "$progress" ]; then say "building $folder: $progress" >&3; fi
      next=$((SECONDS + BUILD_PROGRESS_SECONDS))
    fi
  done 3>&1 >"$folder.log"
}

# run_ninja FOLDER [TARGET]...: builds what is configured there, all of it or the targets.
run_ninja() {
  local folder=$1
  say "building $folder"
  ninja -C "$@" 2>&1 | follow_ninja "$folder" || {
    grep -v '^ninja: Entering' "$folder.log" | tail -n 60 >&2
    return 1
  }
}

# configure_in FOLDER [MESON OPTION]...: configures the folder with the options. A folder that was
# configured otherwise is configured again; one that was not keeps what it has.
configure_in() {
  local folder=$1 options_file
  shift
  # What examples/quickstart.sh leaves out of the folder build, unless the options say otherwise.
  set -- -Dmesos=auto -Dunity=off "$@"
  options_file=$folder/.rostrum-options
  if [ ! -f "$folder/build.ninja" ]; then
    say "configuring $folder"
    rm -rf "$folder"
    meson setup "$folder" "$ROSTRUM_ROOT" "$@" >"$folder.log" 2>&1 || {
      cat "$folder.log" >&2
      return 1
    }
  elif [ "$*" != "$(cat "$options_file" 2>/dev/null)" ]; then
    say "configuring $folder again"
    meson configure "$folder" "$@" || return 1
  fi
  printf '%s' "$*" >"$options_file"
}

# build_in FOLDER [MESON OPTION]...: the same, and builds it.
build_in() {
  configure_in "$@"
  run_ninja "$1"
}
