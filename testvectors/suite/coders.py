# SPDX-License-Identifier: BSD-2-Clause
"""Encoders and decoders of Debian's packages, and the ladders made of them.

A coder is a function of the reference as WAV files and a folder for scratch
files: it writes CODED and DECODED there, whose names it returns. `Source` makes
those WAV files, each once.
"""
import os
import subprocess
from typing import Callable, NamedTuple

FFMPEG = ['ffmpeg', '-nostdin', '-y', '-loglevel', 'error']


def run(*command, **options):
    """A program, silent unless it fails."""
    done = subprocess.run([str(c) for c in command], check=False, text=True,
                          errors='replace', stdout=options.pop(
                              'stdout', subprocess.DEVNULL),
                          stderr=subprocess.PIPE, **options)
    if done.returncode:
        raise OSError(f'{command[0]}: {done.stderr.strip()[-300:]}')


class Source:
    """A reference in the formats that encoders want."""

    def __init__(self, ref, folder):
        self.ref = ref
        self.folder = folder

    def wav(self, rate, channels=None):
        """At this rate, 16 bits; 1 channel, or as many as there are."""
        path = os.path.join(self.folder, f'in{rate}-{channels}.wav')
        if not os.path.exists(path):
            mix = ['-c', channels] if channels else []
            run('sox', '-R', '-D', '-V1', self.ref, *mix, '-b', 16,
                path, 'rate', '-v', rate)
        return path

    def at(self, name):
        """A path for what is made."""
        return os.path.join(self.folder, name)


class Step(NamedTuple):
    """One setting of a codec or network."""
    setting: str        # in words
    parameter: float    # what the ladder climbs
    coder: Callable     # or a list of them, for several draws of chance


class Ladder(NamedTuple):
    """Settings, of which more is better (+1) or worse (-1); or must not matter
    (0)."""
    name: str
    codec: str          # "" where there is no curve over the bit rate
    kinds: str          # of material: speech, music
    direction: int
    steps: list


# ------------------------------------------------------------------ coders

def lame(kbps):
    """MP3, constant rate."""
    def code(s):
        run('lame', '--quiet', '-b', kbps, s.wav(48000), s.at('c.mp3'))
        run('lame', '--quiet', '--decode', s.at('c.mp3'), s.at('d.wav'))
        return 'c.mp3', 'd.wav'
    return code


def vorbis(quality):
    """Ogg Vorbis."""
    def code(s):
        run('oggenc', '-Q', '-q', quality, '-o', s.at('c.ogg'), s.wav(48000))
        run('oggdec', '-Q', '-o', s.at('d.wav'), s.at('c.ogg'))
        return 'c.ogg', 'd.wav'
    return code


def aac(kbps):
    """AAC-LC by FFmpeg."""
    def code(s):
        run(*FFMPEG, '-i', s.wav(48000), '-c:a', 'aac', '-b:a', f'{kbps}k',
            s.at('c.m4a'))
        run(*FFMPEG, '-i', s.at('c.m4a'), s.at('d.wav'))
        return 'c.m4a', 'd.wav'
    return code


def opus(kbps):
    """Opus, variable rate."""
    def code(s):
        run('opusenc', '--quiet', '--bitrate', kbps, s.wav(48000),
            s.at('c.opus'))
        run('opusdec', '--quiet', '--no-dither', s.at('c.opus'), s.at('d.wav'))
        return 'c.opus', 'd.wav'
    return code


def lc3(kbps):
    """LC3, frames of 10 ms."""
    def code(s):
        run('elc3', '-b', 1000 * kbps, s.wav(48000), s.at('c.lc3'))
        run('dlc3', s.at('c.lc3'), s.at('d.wav'))
        return 'c.lc3', 'd.wav'
    return code


def sbc(pool, joint):
    """Bluetooth's SBC with 8 subbands."""
    def code(s):
        run('sox', s.wav(48000), s.at('i.au'))
        with open(s.at('c.sbc'), 'wb') as f:
            run('sbcenc', '-s', 8, '-b', pool, *(['-j'] if joint else []),
                s.at('i.au'), stdout=f)
        run('sbcdec', '-f', s.at('d.au'), s.at('c.sbc'))
        run('sox', s.at('d.au'), s.at('d.wav'))
        return 'c.sbc', 'd.wav'
    return code


def speex(rate, quality):
    """Speex in its narrow or wide band."""
    def code(s):
        run('speexenc', '--quality', quality, s.wav(rate, 1), s.at('c.spx'))
        run('speexdec', s.at('c.spx'), s.at('d.wav'))
        return 'c.spx', 'd.wav'
    return code


def g726(bits):
    """G.726 with so many bits a sample."""
    def code(s):
        run(*FFMPEG, '-i', s.wav(8000, 1), '-c:a', 'g726', '-code_size', bits,
            '-f', 'wav', s.at('c.g726'))
        run(*FFMPEG, '-i', s.at('c.g726'), s.at('d.wav'))
        return 'c.g726', 'd.wav'
    return code


def codec2(mode):
    """Codec2."""
    def code(s):
        run('sox', s.wav(8000, 1), s.at('i.raw'))
        run('c2enc', mode, s.at('i.raw'), s.at('c.c2'))
        run('c2dec', mode, s.at('c.c2'), s.at('d.raw'))
        run('sox', '-r', 8000, '-c', 1, '-b', 16, '-e', 'signed', s.at('d.raw'),
            s.at('d.wav'))
        return 'c.c2', 'd.wav'
    return code


class Network:
    """Codecs of telephony by network.c, with what a network does to them."""

    RATES = {'opus': 48000, 'lc3': 48000, 'amrwb': 16000, 'speexwb': 16000,
             'g722': 16000}

    def __init__(self, program):
        self.program = program

    def call(self, codec, bitrate, loss=0, burst=1, jitter=0, draw=0):
        """One call; packets are lost and late as the seed says, one for each item
        and draw."""
        def code(s):
            seed = sum(os.path.basename(s.ref).encode()) + 1000 * draw
            run(self.program, codec, bitrate,
                s.wav(self.RATES.get(codec, 8000), 1), s.at('d.wav'),
                s.at('c.bin'), loss, burst, jitter, seed)
            return 'c.bin', 'd.wav'
        return code


def late(ms):
    """A delay and nothing else."""
    def code(s):
        run('sox', '-D', s.ref, s.at('d.wav'), 'pad', ms / 1000)
        return 'd.wav', 'd.wav'
    return code


# ----------------------------------------------------------------- ladders

def rungs(unit, coder, values):
    """Steps by one number."""
    return [Step(f'{v:g} {unit}'.strip(), v, coder(v)) for v in values]


def codecs(network):
    """Ladders of codecs over their rates."""
    call = network.call
    both = 'speech music'

    def by_bitrate(codec):
        return lambda kbps: call(codec, round(1000 * kbps))

    return [
        Ladder('Opus', 'Opus', 'speech', 1,
               rungs('kbit/s', opus, (6, 8, 12, 16, 24, 32, 64))),
        Ladder('Opus', 'Opus', 'music', 1,
               rungs('kbit/s', opus, (16, 24, 32, 48, 64, 96, 128))),
        Ladder('MP3', 'MP3', 'speech', 1,
               rungs('kbit/s', lame, (16, 24, 32, 48, 64, 96))),
        Ladder('MP3', 'MP3', 'music', 1,
               rungs('kbit/s', lame, (32, 48, 64, 96, 128, 192))),
        Ladder('Vorbis', 'Vorbis', both, 1,
               rungs('quality', vorbis, (-1, 0, 2, 4, 6, 8))),
        Ladder('AAC', 'AAC', 'speech', 1,
               rungs('kbit/s', aac, (16, 24, 32, 48, 64, 96))),
        Ladder('AAC', 'AAC', 'music', 1,
               rungs('kbit/s', aac, (32, 48, 64, 96, 128, 192))),
        Ladder('LC3', 'LC3', 'speech', 1,
               rungs('kbit/s', lc3, (16, 24, 32, 48, 64, 96))),
        Ladder('LC3', 'LC3', 'music', 1,
               rungs('kbit/s', lc3, (48, 64, 96, 128, 160, 192))),
        Ladder('SBC', 'SBC', 'speech', 1,
               rungs('bit pool', lambda p: sbc(p, False), (8, 12, 18, 25, 31))),
        Ladder('SBC', 'SBC', 'music', 1,
               rungs('bit pool', lambda p: sbc(p, True), (14, 25, 35, 45, 53))),
        Ladder('AMR', 'AMR', 'speech', 1, rungs(
            'kbit/s', by_bitrate('amrnb'),
            (4.75, 5.15, 5.9, 6.7, 7.4, 7.95, 10.2, 12.2))),
        Ladder('AMR-WB', 'AMR-WB', 'speech', 1, rungs(
            'kbit/s', by_bitrate('amrwb'),
            (6.6, 8.85, 12.65, 14.25, 15.85, 18.25, 19.85, 23.05, 23.85))),
        Ladder('Speex nb', 'Speex nb', 'speech', 1,
               rungs('quality', lambda q: speex(8000, q), (1, 3, 5, 8, 10))),
        Ladder('Speex wb', 'Speex wb', 'speech', 1,
               rungs('quality', lambda q: speex(16000, q), (1, 3, 5, 8, 10))),
        Ladder('G.722', 'G.722', 'speech', 1,
               rungs('kbit/s', by_bitrate('g722'), (48, 56, 64))),
        Ladder('G.726', 'G.726', 'speech', 1, [
            Step(f'{8 * b} kbit/s', 8 * b, g726(b)) for b in (2, 3, 4, 5)]),
        Ladder('Codec2', 'Codec2', 'speech', 1, [
            Step(f'{m} bit/s', float(m.rstrip('C')), codec2(m))
            for m in ('700C', '1300', '2400', '3200')]),
        Ladder('G.711', 'G.711', 'speech', 1,
               [Step('A-law', 64, call('g711', 64000))]),
        Ladder('GSM', 'GSM', 'speech', 1,
               [Step('full rate', 13.2, call('gsm', 13200))]),
        Ladder('G.729', 'G.729', 'speech', 1,
               [Step('annex A', 8, call('g729', 8000))])]


CALLS = [('Opus', 'opus', 24000), ('LC3', 'lc3', 64000),
         ('AMR-WB', 'amrwb', 12650), ('Speex wb', 'speexwb', 8),
         ('G.722', 'g722', 64000), ('AMR', 'amrnb', 12200),
         ('G.729', 'g729', 8000), ('GSM', 'gsm', 13200),
         ('G.711', 'g711', 64000)]
LOSSES = (0, 1, 2, 5, 10, 20)
BURST = 3
JITTERS = (0, 10, 20, 40, 80)
# A jitter buffer that waited once is long enough for what comes: more jitter does
# not keep what less has done, as losses do here. The mean takes more draws.
DRAWS = 4


def networks(network):
    """Ladders of losses, jitter and delay."""
    call = network.call
    found = []
    for name, codec, rate in CALLS:
        found.append(Ladder(f'{name}, loss', '', 'speech', -1, rungs(
            '% lost', lambda p, c=codec, r=rate: call(c, r, p), LOSSES)))
        found.append(Ladder(f'{name}, bursts', '', 'speech', -1, rungs(
            '% lost in bursts',
            lambda p, c=codec, r=rate: call(c, r, p, BURST), LOSSES)))
    for name, codec, rate in CALLS[:1] + CALLS[-1:]:
        found.append(Ladder(f'{name}, jitter', '', 'speech', -1, rungs(
            'ms of jitter',
            lambda j, c=codec, r=rate: [call(c, r, 0, 1, j, d)
                                        for d in range(DRAWS)], JITTERS)))
    found.append(Ladder('delay', '', 'speech music', 0,
                        rungs('ms late', late, (0, 50, 150, 400))))
    return found
