#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Make the audio of the test vectors: make.sh [DIRECTORY]
#
# Writes ref/*.flac and deg/*.flac under DIRECTORY, by default this one. With
# the packages of Debian 12 the result is the same bit for bit each time, so
#   ./make.sh /tmp/again && diff -r ref /tmp/again/ref
# tells whether the files here are what the recipe says.

set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath -m "${1:-$here}")

# Each thing that is needed, and the Debian package that has it
needed='
abc2midi abcmidi
fluidsynth fluidsynth
espeak-ng espeak-ng
sox sox
opusenc opus-tools
lame lame
oggenc vorbis-tools
speexenc speex
flac flac
/usr/share/sounds/sf2/FluidR3_GM.sf2 fluid-soundfont-gm
/usr/share/sonic-pi/samples/drum_heavy_kick.flac sonic-pi-samples
'

check_tools() {
    local thing package missing=()

    while read -r thing package; do
        [ -z "$thing" ] || [ -e "$thing" ] || command -v "$thing" > /dev/null ||
            missing+=("$package")
    done <<< "$needed"
    if [ ${#missing[@]} -gt 0 ]; then
        echo "make.sh: missing: apt-get install ${missing[*]}" >&2
        exit 1
    fi
}

# shellcheck source=sources.sh
. "$here/sources.sh"
# shellcheck source=degrade.sh
. "$here/degrade.sh"

check_tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out/ref" "$out/deg"
make_references
make_degraded
