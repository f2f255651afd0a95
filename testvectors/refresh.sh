#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Rewrite what vectors.csv expects: refresh.sh [--first]
#
# Scores every row with the command in $OPINE, or else with the release build,
# prints what moved, and rewrites the columns `exact` and, where it no longer is
# `exact` to two decimals, `expected`. The model's version goes to MODEL.
#
# A score that moved needs a new version of the model: when the version is still
# the one in MODEL, nothing is written and the exit status is 1. --first accepts
# the scores as they are, for before a version was ever published.
#
# vectors.csv is a simple CSV: no quotes, and no commas in fields.

set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)

die() {
    echo "refresh.sh: $*" >&2
    exit 1
}

# Print the path of the command
find_command() {
    local build="$here/../build/release" path

    if [ -n "${OPINE:-}" ]; then
        command -v "$OPINE" || die "cannot run $OPINE"
        return
    fi
    for path in "$build/cli/opine" "$build/opine"; do
        if [ -x "$path" ]; then
            echo "$path"
            return
        fi
    done
    die "no opine in build/release; build it, or set OPINE"
}

# Score a pair: score REF DEG BAND sets `mos` and `version`
score() {
    local report

    report=$("$opine" --json --band "$3" "$here/$1" "$here/$2" < /dev/null) ||
        die "cannot score $1 against $2"
    read -r mos version < <(jq -r '"\(.mos) \(.model)"' <<< "$report") ||
        die "no JSON report for $1 against $2"
    [[ $mos =~ ^[0-9] ]] || die "no score for $1 against $2"
    mos=$(printf '%.4f' "$mos")
}

difference() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%+.4f", b - a }'
}

is_rounding_of() {
    awk -v a="$1" -v b="$2" \
        'BEGIN { exit !(a != "" && (a - b) ^ 2 <= 0.005001 ^ 2) }'
}

first=0
case "$#:${1:-}" in
0:) ;;
1:--first) first=1 ;;
*) die "usage: refresh.sh [--first]" ;;
esac
command -v jq > /dev/null || die "missing: apt-get install jq"
opine=$(find_command)

model=$(cat "$here/MODEL" 2> /dev/null || true)
moved=0
version=
new=$(mktemp)
trap 'rm -f "$new"' EXIT

{
    read -r header
    echo "$header" > "$new"
    printf '%-20s %9s %9s %10s\n' id old new difference
    while IFS=, read -r id ref deg band expected tolerance exact what; do
        score "$ref" "$deg" "$band"
        change=
        if [ -n "$exact" ]; then
            change=$(difference "$exact" "$mos")
            [ "$exact" = "$mos" ] || moved=$((moved + 1))
        fi
        printf '%-20s %9s %9s %10s\n' \
            "$id" "${exact:--}" "$mos" "${change:--}"
        is_rounding_of "$expected" "$mos" || expected=$(printf '%.2f' "$mos")
        echo "$id,$ref,$deg,$band,$expected,$tolerance,$mos,$what" >> "$new"
    done
} < "$here/vectors.csv"

if [ $moved -gt 0 ] && [ "$version" = "$model" ] && [ $first -eq 0 ]; then
    die "$moved scores moved, but the model is still version $model:" \
        "raise it, and say why in the commit"
fi
cat "$new" > "$here/vectors.csv"
echo "$version" > "$here/MODEL"
echo "model $version, $moved moved"
