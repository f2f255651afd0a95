#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The source keeps the house's rules, as far as a machine can tell. Exits with 1
# when it does not, or else with 77 when a tool to judge it is missing.

set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

FILE_LINES=500
FUNCTION_LINES=100

complaints=$(mktemp) # not a variable: check runs in subshells
trap 'rm -f "$complaints"' EXIT
missing=()

# check WHAT: complain when there is anything on standard input
check() {
    local found

    found=$(cat)
    [ -n "$found" ] || return 0
    printf '%s:\n%s\n\n' "$1" "$found" | tee -a "$complaints"
}

# Functions begin and end with a brace in the first column, and nothing else
# does.
long_functions() {
    awk -v most=$FUNCTION_LINES '
        /^\{/ { start = FNR }
        /^\}/ && start {
            if (FNR - start + 1 > most)
                print FILENAME ":" start ": " FNR - start + 1
            start = 0
        }' "$@"
}

# clang-format 14: another version formats otherwise
find_formatter() {
    local name

    for name in clang-format-14 clang-format; do
        if "$name" --version 2> /dev/null | grep -q 'version 14\.'; then
            echo "$name"
            return
        fi
    done
}

mapfile -t code < <(find include src cli tests -name '*.[ch]' -o -name '*.cpp' |
    sort)
mapfile -t scripts < <(find run .ci tests testvectors tools -type f \
    \( -name '*.sh' -o -name '*.sbatch' -o -name run \) 2> /dev/null | sort)
mapfile -t recipes < <(find . -path ./build -prune -o \
    \( -name CMakeLists.txt -o -name '*.cmake' -o -name '*.py' \) -print | sort)
all=("${code[@]}" "${scripts[@]}" "${recipes[@]}")

wc -l "${code[@]}" | awk -v most=$FILE_LINES '$2 != "total" && $1 > most' |
    check "longer than $FILE_LINES lines"
long_functions "${code[@]}" | check "functions of over $FUNCTION_LINES lines"
{ grep -n "$(printf '\t')" "${all[@]}" || true; } | check "tabs"
{ grep -nE ' +$' "${all[@]}" || true; } | check "blanks at the end of a line"
{ grep -nE 'TO[D]O|FIX[M]E' "${all[@]}" || true; } |
    check "plans belong into the issue tracker"
{ grep -L 'SPDX-License-Identifier: BSD-2-Clause' "${all[@]}" || true; } |
    check "no SPDX line"

formatter=$(find_formatter)
if [ -n "$formatter" ]; then
    # The first line of each complaint says where
    { "$formatter" --dry-run -Werror "${code[@]}" 2>&1 || true; } |
        { grep -E ': (error|warning):' || true; } |
        check "not formatted; ./run format does it"
else
    missing+=(clang-format-14)
fi
if command -v shellcheck > /dev/null; then
    { shellcheck -x --source-path=SCRIPTDIR "${scripts[@]}" || true; } | check "shellcheck"
else
    missing+=(shellcheck)
fi
if command -v mandoc > /dev/null; then
    { mandoc -T lint -W warning cli/opine.1 || true; } | check "manual page"
else
    missing+=(mandoc)
fi

[ ! -s "$complaints" ] || exit 1
if [ ${#missing[@]} -gt 0 ]; then
    echo "missing: ${missing[*]}"
    exit 77
fi
echo "${#all[@]} files keep the rules"
