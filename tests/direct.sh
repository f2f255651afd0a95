#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The library compiles without CMake, by one command, and so does README's
# example against it. $CC is the compiler to use.

set -euo pipefail
cd "$(dirname "$0")/.."

cc=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The first block of C in README.md, which is a whole program
awk '/^```c$/ { inside = 1; next } inside && /^```/ { exit } inside' README.md \
    > "$work/example.c"
grep -q 'main(' "$work/example.c" ||
    { echo "README.md begins with no whole program in C"; exit 1; }

"$cc" -std=c11 -Wall -Wextra -Iinclude -Isrc -o "$work/example" \
    "$work/example.c" src/*.c src/*/*.c -lfftw3f -lsamplerate -lm -pthread
echo "compiled README's example with all sources"
