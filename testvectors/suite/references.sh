#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# More talkers for the suite, as ../sources.sh makes its own: references.sh
# DIRECTORY writes them into ref/ there.

set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")/.." && pwd)
out=$(realpath -m "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck source=../sources.sh
. "$here/sources.sh"

mkdir -p "$out/ref"
say clerk fr+m4 150 \
    'Le train part à midi. <break time="300ms"/> Qui a fermé la fenêtre ?'
finish clerk 48000 4 "$work/clerk-raw.wav"

say reader de+f2 150 \
    'Im Garten steht ein Baum. <break time="300ms"/> Wann fängt das Konzert an?'
finish reader 48000 4 "$work/reader-raw.wav"
