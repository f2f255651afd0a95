# shellcheck shell=bash disable=SC2154 # here, work, out: make.sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The references, made from Debian packages; make.sh and suite/references.sh read
# this file.
#
# Every reference is written by finish(), which sets what all have in common:
# a fade at both ends so that nothing clicks, a peak of -3 dBFS, 16 bits.
# Sums and filters run on 24 or 32 bits before that, and nothing is dithered.

soundfont=/usr/share/sounds/sf2/FluidR3_GM.sf2
samples=/usr/share/sonic-pi/samples

# sox, repeatable, without dither and without warnings of clipping
sox_quiet() {
    sox -R -D -V1 "$@"
}

# Compress a WAV file: pack IN.wav NAME.flac
pack() {
    flac --silent --force --best --exhaustive-model-search \
        --qlp-coeff-precision-search --no-padding --no-seektable \
        --output-name="$out/$2" "$1"
}

# Write a reference: finish NAME RATE SECONDS IN.wav
finish() {
    sox_quiet "$4" -b 32 "$work/cut.wav" rate -v "$2" trim 0 "$3"
    sox_quiet "$work/cut.wav" -b 16 "$work/$1.wav" \
        fade t 0.005 "$3" 0.15 gain -n -3
    pack "$work/$1.wav" "ref/$1.flac"
}

# Play tune TUNE of a score: play NAME TUNE RATE makes WORK/NAME-TUNE.wav
# The sound starts right away: 30 ms go before it, so that the fade does not
# blunt the first attack.
play() {
    abc2midi "$here/$1.abc" "$2" -o "$work/$1.mid" > "$work/abc2midi.log"
    fluidsynth -ni -q -R 0 -C 0 -g 0.7 -r "$3" -O s24 -T wav \
        -F "$work/dry.wav" "$soundfont" "$work/$1.mid" \
        > "$work/fluidsynth.log" 2>&1
    sox_quiet "$work/dry.wav" -b 32 "$work/$1-$2.wav" pad 0.03
}

# Say a text: say NAME VOICE WORDS_PER_MINUTE TEXT makes WORK/NAME-raw.wav
say() {
    espeak-ng -m -v "$2" -s "$3" -w "$work/dry.wav" "$4"
    sox_quiet "$work/dry.wav" -b 32 "$work/$1-raw.wav" gain -6 pad 0.1 0.5
}

# Place a file on the stage, as mono: place IN.wav OUT.wav PAN [EFFECT...]
# PAN is 0 (left) to 1 (right).
place() {
    local left

    left=$(awk -v pan="$3" 'BEGIN { print 1 - pan }')
    sox_quiet "$1" -b 32 "$2" remix - remix "1v$left" "1v$3" "${@:4}"
}

# Add a hit to the beat: hit SAMPLE SECONDS GAIN_DB PAN
hits=()
hit() {
    local out="$work/hit${#hits[@]}.wav"

    place "$samples/$1.flac" "$out" "$4" gain "$3" pad "$2"
    hits+=("$out")
}

# A small band, 48 kHz stereo
make_band() {
    local tune pans=(0.5 0.4 0.5)

    for tune in 1 2 3; do
        play band "$tune" 48000
        place "$work/band-$tune.wav" "$work/part$tune.wav" \
            "${pans[tune - 1]}"
    done
    sox_quiet -m -v 1 "$work/part1.wav" -v 1 "$work/part2.wav" \
        -v 1 "$work/part3.wav" -b 32 "$work/band-raw.wav"
    finish band 48000 4 "$work/band-raw.wav"
}

# A harpsichord, 44.1 kHz stereo
make_harpsichord() {
    play harpsichord 1 44100
    finish harpsichord 44100 3.4 "$work/harpsichord-1.wav"
}

# A beat of drum samples and a bass note, 44.1 kHz stereo
make_beat() {
    local time

    for time in 0.03 0.78 1.53 1.905 2.28; do
        hit drum_heavy_kick "$time" -6 0.5
    done
    for time in 0.405 1.155 2.0925 2.655; do
        hit drum_snare_hard "$time" -10 0.5
    done
    for time in 0.03 0.2175 0.5925 0.78 0.9675 1.3425 1.53; do
        hit drum_cymbal_closed "$time" -14 0.5
    done
    hit drum_cowbell 1.7175 -18 0.40
    hit elec_ping 0.5925 -16 0.35
    hit elec_ping 2.4675 -16 0.65
    hit bass_woodsy_c 0.03 -12 0.5
    sox_quiet -m "${hits[@]}" -b 32 "$work/beat-raw.wav"
    finish beat 44100 3 "$work/beat-raw.wav"
}

# Two speakers: 48 kHz, 16 kHz and 8 kHz mono. The voices are those with the
# most treble of espeak-ng's own, whose output stops at 11 kHz.
make_speech() {
    say woman en+f5 170 \
        'Six ships sail past. <break time="300ms"/> Who left the door ajar?'
    finish woman 48000 3.6 "$work/woman-raw.wav"

    say man en-us+m3 160 \
        'Take the south path. <break time="300ms"/> Bring five bags of salt.'
    finish man 16000 3.6 "$work/man-raw.wav"
    finish phone 8000 3.6 "$work/man-raw.wav"
}

make_references() {
    make_band
    make_harpsichord
    make_beat
    make_speech
}
