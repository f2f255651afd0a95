#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# instructions.sh OPINE COMPILER [--refresh]: the number of instructions of one
# short pair, as callgrind counts them, is within 5 % of what instructions.txt
# records. Unlike time it is the same on a busy machine. --refresh records anew.

set -euo pipefail
opine=$1 compiler=$2 refresh=${3:-}
cd "$(dirname "$0")"
record=instructions.txt

skip() {
    echo "skipped: $*"
    exit 77
}

command -v valgrind > /dev/null || skip "no valgrind here"
grep -qw avx2 /proc/cpuinfo || skip "the figure is that of AVX2"
version=$("$compiler" -dumpfullversion | cut -d. -f1)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
valgrind --tool=callgrind --callgrind-out-file="$work/out" \
    "$opine" --quiet ../testvectors/ref/woman.flac \
    ../testvectors/deg/woman_opus12.flac > /dev/null 2> "$work/log" ||
    { cat "$work/log"; exit 1; }
now=$(awk '/^(totals|summary):/ { print $2; exit }' "$work/out")

if [ "$refresh" = --refresh ]; then
    echo "$version $now" > "$record"
    echo "recorded $now instructions, by gcc $version"
    exit
fi
read -r recorded_version recorded < "$record"
[ "$version" = "$recorded_version" ] ||
    skip "the figure is that of gcc $recorded_version, this is $version"
awk -v now="$now" -v was="$recorded" 'BEGIN {
    change = 100 * (now / was - 1)
    printf "%d instructions, recorded %d: %+.1f %%\n", now, was, change
    if (change > 5) print "slower: mend it, or say why and ./run instructions"
    if (change < -5) print "faster: keep it, ./run instructions"
    exit change > 5 || change < -5
}'
