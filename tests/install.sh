#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Install a build, and use it as other projects do: install.sh BUILD_DIRECTORY
#
# $CC, $CMAKE and $CMAKE_GENERATOR are the compiler, the cmake and the generator
# to use.

set -euo pipefail

build=$1
cc=${CC:-cc}
cmake=${CMAKE:-cmake}
consumer=$(cd "$(dirname "$0")/consumer" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# quietly COMMAND...: show what it prints only if it fails
quietly() {
    "$@" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

# The tree is moved, so that paths to its first place fail.
prefix=$work/moved
quietly "$cmake" --install "$build" --prefix "$work/first"
mv "$work/first" "$prefix"

library=$(find "$prefix" -name 'libopine.*' | head -n 1)
libdir=$(dirname "$library")
static=()
[ "${library##*.}" != a ] || static=(--static)
echo "installed $(basename "$library")"

echo "--- find_package"
quietly "$cmake" -S "$consumer" -B "$work/build" -DCMAKE_C_COMPILER="$cc" \
    -DCMAKE_PREFIX_PATH="$prefix"
quietly "$cmake" --build "$work/build"
"$work/build/consumer"

echo "--- pkg-config"
export PKG_CONFIG_PATH=$libdir/pkgconfig
read -ra flags < <(pkg-config "${static[@]}" --cflags --libs opine)
"$cc" -std=c11 "$consumer/consumer.c" "${flags[@]}" -o "$work/consumer"
LD_LIBRARY_PATH=$libdir "$work/consumer"

echo "--- command"
if [ -e "$prefix/bin/opine" ]; then
    "$prefix/bin/opine" --version
    [ -s "$prefix/share/man/man1/opine.1" ]
    [ -x "$prefix/share/opine/opine.sbatch" ]
fi

echo "--- component runtime"
quietly "$cmake" --install "$build" --prefix "$work/runtime" --component runtime
unwanted=$(find "$work/runtime" -name '*.h' -o -name '*.pc' -o -name '*.a')
[ -z "$unwanted" ] || { echo "unwanted: $unwanted"; exit 1; }
