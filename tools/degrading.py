# SPDX-License-Identifier: BSD-2-Clause
"""Degraded versions of items, each made once, and what opine says of them.

The functions that degrade are those of degrade.py in the folder `ladders`
(../shared/ladders): each takes the samples (n x channels, 48 kHz), a folder for
scratch files and a random generator, and returns samples. Its programs and
voipsim, a packet-loss simulator, must be there; `./run` sees to them.
"""
import concurrent.futures
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import zlib

import numpy as np
import soundfile

PROCESSES = 2
# What codecs leave beyond the end of the item is cut, as degrade.py does
TAIL = 9600
KEEP_LENGTH = ('timescale', 'pitch', 'delay', 'level')


def load(ladders, voipsim):
    """The module degrade.py of that folder, using that voipsim."""
    sys.dont_write_bytecode = True      # the folder may be read-only
    path = os.path.join(ladders, 'degrade.py')
    spec = importlib.util.spec_from_file_location('degrade', path)
    degrade = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(degrade)
    degrade.VS = os.path.abspath(voipsim)
    return degrade


def item(path):
    """The name of an item."""
    return os.path.splitext(os.path.basename(path))[0]


def items(ladders, kind):
    """The references of one kind, 'sp' or 'mu', by name."""
    folder = os.path.join(ladders, 'ref48')
    return sorted(os.path.join(folder, f) for f in os.listdir(folder)
                  if f.startswith(kind))


def make(degrade, ref, deg, family, function):
    """Write one degraded version unless it is there. Versions of a family draw
    the same random numbers, so that a ladder reuses one noise, one loss."""
    if os.path.exists(deg):
        return
    x, rate = soundfile.read(ref, always_2d=True)
    x = degrade.rs(x, rate, degrade.FS)
    seed = zlib.crc32(f'{item(ref)}/{family}'.encode())
    with tempfile.TemporaryDirectory() as scratch:
        y = np.asarray(function(x, scratch, np.random.default_rng(seed)))
    y = y[:, None] if y.ndim == 1 else y
    if not family.startswith(KEEP_LENGTH):
        y = y[:len(x) + TAIL]
    part = f'{deg}.part.wav'
    degrade.wr(part, y)
    os.replace(part, deg)


def in_parallel(function, jobs, what):
    """function(*job) for all jobs, their results; says on stderr how far it is.
    Threads, because other programs do most of the work."""
    results = []
    with concurrent.futures.ThreadPoolExecutor(PROCESSES) as pool:
        futures = [pool.submit(function, *job) for job in jobs]
        for i, future in enumerate(futures):
            results.append(future.result())
            if i % 50 == 0 or i + 1 == len(jobs):
                print(f'\r{what} {i + 1} of {len(jobs)}', end='',
                      file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return results


def attempt_all(function, jobs):
    """function(path, ...) for all jobs, which makes that file. What cannot be
    made is named, and ends the program: a table with holes is no table."""
    failed = []

    def attempt(path, *more):
        try:
            function(path, *more)
        except (OSError, subprocess.CalledProcessError, ValueError) as e:
            failed.append(f'{os.path.basename(path)}: {e}')

    in_parallel(attempt, jobs, 'degraded')
    if failed:
        sys.exit('could not make:\n' + '\n'.join(failed))


def make_all(degrade, jobs):
    """make() for all jobs: ref, deg, family, function."""
    attempt_all(lambda deg, ref, *how: make(degrade, ref, deg, *how),
                [(deg, ref, *how) for ref, deg, *how in jobs])


def score(opine, ref, deg, *options):
    """opine MOS-LQO of one pair."""
    run = subprocess.run([opine, '--json', *options, ref, deg], text=True,
                         capture_output=True, check=False)
    if run.returncode:
        sys.exit(f'{deg}: opine failed: {run.stderr.strip()}')
    return json.loads(run.stdout)['mos']


def score_all(opine, jobs):
    """Scores of all jobs: ref, deg, options..."""
    return in_parallel(lambda *job: score(opine, *job), jobs, 'scored')
