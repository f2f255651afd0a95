# shellcheck shell=bash disable=SC2154 # here, work: make.sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What becomes of the references; make.sh reads this file.
#
# Each function takes the name of a reference, and writes one degraded file.
# Nothing is normalised, and what delay a codec's own tools leave stays.

# Opus: opus REF OUT KBPS
opus() {
    opusenc --quiet --bitrate "$3" "$work/$1.wav" "$work/$2.opus"
    opusdec --quiet --no-dither "$work/$2.opus" "$work/$2.wav"
    pack "$work/$2.wav" "deg/$2.flac"
}

# MPEG-1 Layer III as a radio stream, without the tag by which players trim the
# encoder's delay: mp3 REF OUT KBPS [LAME OPTION...]
mp3() {
    lame --quiet -t -b "$3" "${@:4}" "$work/$1.wav" "$work/$2.mp3"
    lame --quiet --decode "$work/$2.mp3" "$work/$2.wav"
    pack "$work/$2.wav" "deg/$2.flac"
}

# Vorbis: vorbis REF OUT QUALITY
vorbis() {
    oggenc --quiet -q "$3" -o "$work/$2.ogg" "$work/$1.wav"
    oggdec --quiet -o "$work/$2.wav" "$work/$2.ogg"
    pack "$work/$2.wav" "deg/$2.flac"
}

# Speex in its wide band: speex REF OUT QUALITY
speex() {
    speexenc --wideband --quality "$3" "$work/$1.wav" "$work/$2.spx" \
        > "$work/speexenc.log" 2>&1
    speexdec "$work/$2.spx" "$work/$2.wav" > "$work/speexdec.log" 2>&1
    pack "$work/$2.wav" "deg/$2.flac"
}

# G.711 A-law at 8 kHz: alaw REF OUT
alaw() {
    sox_quiet "$work/$1.wav" -r 8000 -e a-law "$work/$2-alaw.wav"
    sox_quiet "$work/$2-alaw.wav" -b 16 -e signed "$work/$2.wav"
    pack "$work/$2.wav" "deg/$2.flac"
}

# GSM 06.10 full rate at 8 kHz: gsm REF OUT
gsm() {
    sox_quiet "$work/$1.wav" -r 8000 "$work/$2.gsm"
    sox_quiet "$work/$2.gsm" -b 16 -e signed "$work/$2.wav"
    pack "$work/$2.wav" "deg/$2.flac"
}

# Any chain of sox effects: effects REF OUT EFFECT...
effects() {
    sox_quiet "$work/$1.wav" -b 16 "$work/$2.wav" "${@:3}"
    pack "$work/$2.wav" "deg/$2.flac"
}

# Steady noise of one colour under it all: noise REF OUT COLOUR GAIN_DB
noise() {
    sox_quiet "$work/$1.wav" -b 32 "$work/$2-noise.wav" \
        synth "$3"noise gain "$4"
    sox_quiet -m -v 1 "$work/$1.wav" -v 1 "$work/$2-noise.wav" \
        -b 16 "$work/$2.wav"
    pack "$work/$2.wav" "deg/$2.flac"
}

# Hard clipping at GAIN_DB below full scale, in place: clip REF OUT GAIN_DB
clip() {
    sox_quiet "$work/$1.wav" -b 16 "$work/$2-loud.wav" gain "$3"
    sox_quiet "$work/$2-loud.wav" -b 16 "$work/$2.wav" gain "-$3"
    pack "$work/$2.wav" "deg/$2.flac"
}

# Packets of 20 ms lost at 48 kHz, zeros in their places:
# dropouts REF OUT START_SAMPLE...
# Each is cut out by trim's alternating positions; the pads, whose positions
# count in the file with the cuts, put silence there.
dropouts() {
    local length=960 cut=0 start
    local positions=() pads=()

    for start in "${@:3}"; do
        positions+=("=${start}s" "=$((start + length))s")
        pads+=("${length}s@$((start - cut))s")
        cut=$((cut + length))
    done
    effects "$1" "$2" trim 0 "${positions[@]}" pad "${pads[@]}"
}

make_degraded() {
    opus band band_opus64 64
    opus band band_opus12 12
    mp3 band band_mono_mp3 64 -m m --resample 48

    vorbis harpsichord harpsichord_vorbis -1
    effects harpsichord harpsichord_late pad 0.123 vol -0.501187

    mp3 beat beat_mp3 48 --resample 44.1
    clip beat beat_clip 12

    opus woman woman_opus12 12
    alaw woman woman_alaw
    effects woman woman_lowpass sinc -3500
    dropouts woman woman_dropouts 19200 36000 52800 88800 105600 139200

    speex man man_speex 4
    noise man man_pink pink -28

    gsm phone phone_gsm
}
