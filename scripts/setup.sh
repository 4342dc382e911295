#!/bin/sh
# Everything that `make demo` (base) and `make test` (test) need: system packages with apt where
# this runs as root, a virtual environment in .venv, dsmrforge in it. Quick when nothing is missing.
set -eu
cd "$(dirname "$0")/.."
what=${1:-base}

# command:Debian package
tools="g++:g++"
if [ "$what" = test ]; then
  tools="$tools xtensa-lx106-elf-g++:gcc-xtensa-lx106 qemu-system-xtensa:qemu-system-misc
         chromium:chromium valgrind:valgrind"
fi

missing=""
for pair in $tools; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
# Two that are no commands: the C and C++ libraries' files for the lx106.
if [ "$what" = test ]; then
  [ -e /usr/lib/xtensa-lx106-elf/include/picolibc.h ] || missing="$missing picolibc-xtensa-lx106-elf"
  ls -d /usr/include/newlib/c++/*/arm-none-eabi >/dev/null 2>&1 ||
    missing="$missing libstdc++-arm-none-eabi-dev"
fi
python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null 2>&1 || ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  missing="$missing python3-venv"
fi

if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "setup: installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    # One package that cannot be had must not keep the others away.
    apt-get -qq update >/dev/null 2>&1 || true
    # shellcheck disable=SC2086
    apt-get -qq -y --no-install-recommends install $missing >/dev/null 2>&1 ||
      for package in $missing; do
        apt-get -qq -y --no-install-recommends install "$package" >/dev/null 2>&1 ||
          echo "setup: could not install $package; going on without it"
      done
  else
    echo "setup: going on without$missing"
    echo "       to have them: sudo apt-get install$missing"
  fi
fi

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "setup: $python is older than 3.11, or is not there; name another with PYTHON=python3.12 make ..." >&2
  exit 1
fi
extra=""
if [ "$what" = test ]; then extra="[test]"; fi
stamp=".venv/.$what-$(cksum <pyproject.toml | cut -d' ' -f1)"
if [ ! -e "$stamp" ]; then
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  echo "setup: installing dsmrforge$extra into .venv"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".$extra"
  touch "$stamp"
fi
