#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# tools/suite.py passes when scores follow their ladders, and fails and names the
# ladder when they do not. Its command is one of our own, which copies results.
# Exits with 77 without Python's libraries.

set -euo pipefail

tools=$(cd "$(dirname "$0")/../tools" && pwd)
/usr/bin/python3 -c 'import numpy, scipy, soundfile' 2> /dev/null || exit 77

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir suite
cat > opine << 'END'
#!/bin/bash
# opine batch MANIFEST --csv RESULTS ...
[ "$1" != batch ] || cp "$2" "$4"
END
chmod +x opine

# Two items each on a ladder of rates, one of loss, and one that must not matter;
# the arguments are means where the last is the step that tests change
results() (
    local kind

    for kind in speech music; do
        exec > "suite/$kind.csv"
        echo 'ladder,parameter,direction,mos'
        printf '"codec, %s",%s,1,%s\n' $kind 8 2.4 $kind 8 2.6 $kind 16 3 \
            $kind 16 3.2 $kind 32 "$1" $kind 32 "$1"
        printf '"loss, %s",%s,-1,%s\n' $kind 0 4 $kind 5 3 $kind 20 "$2"
        printf '"delay, %s",%s,0,%s\n' $kind 0 4.7 $kind 100 "$3"
    done
)

# expect STATUS TEXT MEANS...: what suite.py comes to, and a line it prints
expect() {
    local code=0

    results "${@:3}"
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$tools/suite.py" ./opine suite \
        > log 2>&1 || code=$?
    if [ $code != "$1" ] || ! grep -qxF "$2" log; then
        cat log
        echo "exit status $code, not $1, or no '$2'"
        exit 1
    fi
}

all='6 ladders: 6 without a reversal above 0.10, 6 with that and Spearman 0.98 or more'
expect 0 "$all" 3.5 2 4.65
expect 1 'missed: codec, speech: a reversal' 2.95 2 4.65
expect 1 'missed: codec, speech: Spearman' 3.05 2 4.65
expect 1 'missed: loss, music: a reversal' 3.5 3.2 4.65
expect 1 'missed: delay, music: a reversal' 3.5 2 4.5
echo "ladders that miss are found"
