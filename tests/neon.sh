#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The kernels for 64-bit ARM, which compilers vectorise for NEON, give the bits
# that they give here: compiled by Debian's cross compiler, run by qemu.

set -euo pipefail
cd "$(dirname "$0")/.."

for tool in aarch64-linux-gnu-gcc qemu-aarch64; do
    command -v "$tool" > /dev/null || { echo "skipped: no $tool"; exit 77; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sources=(tests/kernel_sums.c src/base/kernels.c src/base/kernels_avx2.c)
flags=(-std=c11 -O3 -ffp-contract=off -fno-math-errno -Iinclude -Isrc -static)

"${CC:-cc}" "${flags[@]}" -o "$work/here" "${sources[@]}" -lm
aarch64-linux-gnu-gcc "${flags[@]}" -o "$work/there" "${sources[@]}" -lm
"$work/here" > "$work/here.txt"
qemu-aarch64 "$work/there" > "$work/there.txt"
cat "$work/there.txt"
diff "$work/here.txt" "$work/there.txt"
