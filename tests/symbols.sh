#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A shared library exports what the public header declares: symbols.sh LIBRARY

set -euo pipefail
export LC_ALL=C

library=$1
header=$(dirname "$0")/../include/opine.h

command -v nm > /dev/null || exit 77

# Functions declared with OPINE_API, each once: the first name before a "("
# between that word and the ";"
declared() {
    sed 's|/\*.*\*/||' "$header" | grep -v '^ *#' | tr '\n' ' ' | tr ';' '\n' |
        sed -nE 's/.*OPINE_API[^(]* \**(opine_[a-z0-9_]+)\(.*/\1/p' | sort
}

# Name and type of each; data must not be exported
exported() {
    nm -D --defined-only "$library" | awk '{ print $3 ($2 == "T" ? "" : " " $2) }' |
        sort
}

[ "$(declared | wc -l)" -gt 0 ]
diff <(declared) <(exported) && exit
echo "< is declared in the header only, > is exported only" >&2
exit 1
