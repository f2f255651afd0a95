#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Draw every cause over the impairment it is meant for.

    plots.py OPINE REFERENCES SVG

OPINE is the command, REFERENCES the folder testvectors/ref, SVG the picture for
src/README.md: per cause its value (left, blue) and its cost in MOS (right, red)
as one impairment grows. Everything is made from the project's own recordings.
"""
import json
import os
import subprocess
import sys
import tempfile
from typing import Callable, NamedTuple

import matplotlib
import numpy as np
import soundfile
from scipy.signal import (butter, fftconvolve, istft, resample_poly, sosfilt,
                          stft)

matplotlib.use('svg')
from matplotlib import pyplot  # noqa: E402  (after the choice of a backend)

FS = 48000
VALUE, COST = '#1f5fa8', '#c0392b'      # readable on white and apart in grey
COLUMNS = 4


class Panel(NamedTuple):
    """One cause, and what makes it grow."""
    cause: str
    ref: str
    xlabel: str
    at: list
    degrade: Callable       # of samples, parameter and random generator
    options: tuple = ()


def load(references, name):
    """A reference at 48 kHz; of two names one left and one right."""
    if ' ' in name:
        sides = [load(references, n).mean(1) for n in name.split()]
        n = min(map(len, sides))
        return np.stack([s[:n] / np.sqrt(power(s)) / 20 for s in sides], 1)
    x, rate = soundfile.read(os.path.join(references, name + '.flac'),
                             always_2d=True)
    return resample_poly(x, FS, rate) if rate != FS else x


def power(x):
    """Mean square over all channels."""
    return np.mean(x ** 2)


def filtered(x, low, high):
    """A band of it, by a Butterworth filter of 4th order."""
    return sosfilt(butter(4, (low, high), 'band', fs=FS, output='sos'), x, axis=0)


def frames(x, seconds):
    """Where the loud parts are: one flag a frame, and the frame's length."""
    n = int(seconds * FS)
    level = (x[:len(x) // n * n] ** 2).sum(1).reshape(-1, n).mean(1)
    return level > 1e-2 * level.max(), n


# ----------------------------------------------------- the impairments

def add_noise(x, snr_db, random):
    """Steady white noise below 8 kHz."""
    n = filtered(random.standard_normal(x.shape), 50, 8000)
    return x + n * np.sqrt(power(x) / power(n)) * 10 ** (-snr_db / 20)


def add_echo(x, level_db, random):
    """One echo after 200 ms."""
    late = np.zeros_like(x)
    late[FS // 5:] = x[:-FS // 5]
    return x + late * 10 ** (level_db / 20)


def modulate(x, q_db, random):
    """Noise that follows the signal: MNRU (ITU-T P.810)."""
    return x * (1 + 10 ** (-q_db / 20) * random.standard_normal(x.shape))


def weaken(x, depth_db, random):
    """300 to 6000 Hz fade in and out, three times a second."""
    t = np.arange(len(x))[:, None] / FS
    gain = 10 ** (-depth_db / 20 * (0.5 + 0.5 * np.sin(2 * np.pi * 3 * t)))
    band = filtered(x, 300, 6000)
    return x - band + gain * band


def mute(x, percent, random):
    """So many of its loud stretches of 150 ms are silent."""
    loud, n = frames(x, 0.15)
    y = x.copy()
    hit = random.permutation(np.flatnonzero(loud))
    for i in hit[:round(percent / 100 * len(hit))]:
        y[i * n:(i + 1) * n] = 0
    return y


def low_pass(x, khz, random):
    """A steep low-pass."""
    sos = butter(10, 1000 * khz, fs=FS, output='sos')
    return sosfilt(sos, x, axis=0)


def replace(x, percent, random, other=None):
    """Another talker instead, in level by so much."""
    share = percent / 100
    other = other[:len(x)] * np.sqrt(power(x) / power(other))
    return (1 - share) * x[:len(other)] + share * other


def fill_pauses(x, level_db, random):
    """Noise where the talker pauses."""
    loud, n = frames(x, 0.1)
    gate = np.zeros(len(x))
    for i in np.flatnonzero(~loud):
        gate[i * n:(i + 1) * n] = 1
    ramp = np.hanning(961) / np.hanning(961).sum()
    gate = fftconvolve(gate, ramp, 'same')[:, None]
    noise = random.standard_normal(x.shape)
    return x + gate * noise * np.sqrt(power(x)) * 10 ** (level_db / 20)


def amplify(x, gain_db, random):
    """More or less of it."""
    return x * 10 ** (gain_db / 20)


def clip(x, depth_db, random):
    """Flat tops below the peak, the level kept."""
    peak = np.abs(x).max() * 10 ** (-depth_db / 20)
    y = np.clip(x, -peak, peak)
    return y * np.sqrt(power(x) / power(y))


def narrow(x, percent, random):
    """The side lowered: 100 % is mono."""
    middle, side = (x[:, :1] + x[:, 1:]) / 2, (x[:, :1] - x[:, 1:]) / 2
    side = side * (1 - percent / 100)
    return np.hstack((middle + side, middle - side))


def scatter(x, degrees, random):
    """Phases of a spectrogram moved at random, magnitudes kept."""
    _, _, z = stft(x[:, 0], FS, nperseg=1024)
    turn = np.radians(degrees) * random.uniform(-1, 1, z.shape)
    _, y = istft(z * np.exp(1j * turn), FS, nperseg=1024)
    return y[:len(x), None]


def shift(x, cents, random):
    """Another pitch at the same tempo, by sox."""
    with tempfile.TemporaryDirectory() as folder:
        a, b = (os.path.join(folder, f) for f in ('a.wav', 'b.wav'))
        soundfile.write(a, x, FS)
        subprocess.run(['sox', a, b, 'pitch', str(cents)], check=True,
                       stderr=subprocess.DEVNULL)
        return soundfile.read(b, always_2d=True)[0][:len(x)]


def panels(references):
    """All causes, in the order of reports."""
    def other(x, percent, random):
        return replace(x, percent, random, load(references, 'woman'))

    return [
        Panel('noise', 'man', 'white noise, SNR in dB',
              [60, 50, 40, 30, 20, 10, 0], add_noise),
        Panel('echo', 'man', 'echo after 200 ms, dB',
              [-50, -40, -30, -20, -10, -5], add_echo),
        Panel('distortion', 'man', 'MNRU, Q in dB',
              [50, 40, 30, 20, 10, 5], modulate),
        Panel('missing', 'band', '0.3-6 kHz fading, dB', [0, 3, 6, 12, 24, 40],
              weaken),
        Panel('gaps', 'man', '150 ms muted, % of speech', [0, 2, 5, 10, 20, 40],
              mute),
        Panel('bandwidth', 'band', 'low-pass, kHz', [18, 14, 10, 7, 5, 3.5, 2],
              low_pass),
        Panel('unrelated', 'man', 'another talker instead, %',
              [0, 20, 40, 60, 80, 100], other),
        Panel('pause_noise', 'man', 'noise in pauses, dB',
              [-70, -60, -50, -40, -30, -20], fill_pauses),
        Panel('level', 'man', 'gain, dB (--level keep)',
              [0, -3, -6, -10, -20], amplify, ('--level', 'keep')),
        Panel('clipping', 'man', 'clipped below the peak, dB',
              [0, 3, 6, 10, 15, 20], clip),
        Panel('image', 'band harpsichord', 'stereo narrowed, %',
              [0, 20, 40, 60, 80, 100], narrow),
        Panel('regenerated', 'man', 'phases scattered, degrees',
              [0, 30, 60, 90, 120, 180], scatter, ('--all-views',)),
        Panel('pitch', 'man', 'pitch, cents', [0, 20, 40, 60, 100, 200], shift,
              ('--all-views',)),
    ]


# ------------------------------------------------------------ the picture

def measure(opine, x, panel, parameter):
    """Value, unit and cost of the cause at one parameter."""
    y = panel.degrade(x, parameter, np.random.default_rng(1))
    with tempfile.TemporaryDirectory() as folder:
        a, b = (os.path.join(folder, f) for f in ('ref.wav', 'deg.wav'))
        soundfile.write(a, x, FS, 'FLOAT')
        soundfile.write(b, y, FS, 'FLOAT')
        run = subprocess.run([opine, '--json', *panel.options, a, b],
                             capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)['disturbances'][panel.cause]
    value = found['value']
    return np.nan if value is None else value, found['unit'], found['cost']


def draw(opine, references, panel, axes):
    """One panel."""
    x = load(references, panel.ref)
    found = [measure(opine, x, panel, p) for p in panel.at]
    at = range(len(panel.at))
    unit = found[0][1]
    axes.plot(at, [f[0] for f in found], 'o-', color=VALUE, markersize=3)
    axes.set_title(panel.cause.replace('_', ' ')
                   + (f', {unit}' if unit else ''), color=VALUE, fontsize=10)
    axes.set_xlabel(panel.xlabel, fontsize=8)
    axes.set_xticks(list(at), [f'{p:g}' for p in panel.at])
    axes.tick_params(labelsize=7)
    axes.tick_params(axis='y', colors=VALUE)
    right = axes.twinx()
    right.plot(at, [f[2] for f in found], 's--', color=COST, markersize=2.5)
    right.set_ylim(0, 3.75)
    right.tick_params(labelsize=7, colors=COST)
    print(f'{panel.cause:12}', ' '.join(
        f'{p:g}: {v:.3g}/{c:.2f}' for p, (v, _, c) in zip(panel.at, found)))


def main(args):
    if len(args) != 3:
        sys.exit(__doc__)
    opine, references, svg = args
    matplotlib.rcParams['svg.fonttype'] = 'none'
    matplotlib.rcParams['svg.hashsalt'] = 'opine'
    matplotlib.rcParams['font.family'] = 'sans-serif'
    all_panels = panels(references)
    rows = -(-len(all_panels) // COLUMNS)
    figure, grid = pyplot.subplots(rows, COLUMNS, figsize=(12, 2.5 * rows),
                                   layout='constrained')
    for axes, panel in zip(grid.flat, all_panels):
        draw(opine, references, panel, axes)
    for axes in list(grid.flat)[len(all_panels):]:
        axes.axis('off')
    figure.text(0.28, 0.07, 'left, solid: value   right, dashed: cost in MOS',
                fontsize=10)
    figure.savefig(svg, metadata={'Date': None, 'Creator': None})


if __name__ == '__main__':
    main(sys.argv[1:])
