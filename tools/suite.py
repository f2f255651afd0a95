#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The suite of testvectors/suite scored, drawn, and held to its ladders.

    suite.py OPINE SUITE

OPINE is the command, SUITE the folder that testvectors/suite/make.py has filled;
results go there, too. Prints the curves of the codecs and their BD-rates, then
the ladders.

Along each ladder the mean over items follows the parameter: no step falls more
than 0.10 MOS below a worse one, and Spearman's correlation with the parameter is
at least 0.98. Pure delay moves no mean by more than 0.10. The exit code is 1 when
a ladder misses that.
"""
import csv
import os
import subprocess
import sys

import numpy as np

import ladders

KINDS = {'sp': 'speech', 'mu': 'music'}


def score(opine, suite, kind):
    """Score a manifest, what was scored before from a cache; its results."""
    path = os.path.join(suite, f'{kind}-results.csv')
    subprocess.run([opine, 'batch', os.path.join(suite, f'{kind}.csv'), '--csv',
                    path, '--cache', os.path.join(suite, 'cache'), '--quiet'],
                   check=True)
    return path


def draw(opine, suite, kind, results):
    """Print the curves, and draw them."""
    base = os.path.join(suite, f'{kind}-curve')
    print(f'--- {kind}: MOS over bit rate, also in {base}.svg and .csv',
          flush=True)
    subprocess.run([opine, 'curve', results, '--anchor', 'Opus', '--csv',
                    f'{base}.csv', '--svg', f'{base}.svg'], check=True)
    print(flush=True)


def read(results):
    """By ladder: its direction, and the scores by parameter."""
    found = {}
    with open(results, newline='', encoding='utf-8') as f:
        for row in csv.DictReader(f):
            _, steps = found.setdefault(
                row['ladder'], (int(row['direction']), {}))
            steps.setdefault(float(row['parameter']), []).append(
                float(row['mos']))
    return found


def check(kind, name, direction, steps):
    """Print one ladder; whether it holds, and without Spearman."""
    ladder = [ladders.Step(p, '') for p in sorted(steps)]
    means = np.array([np.mean(steps[s.parameter]) for s in ladder])
    if direction:
        return ladders.check_ladder(name, kind, ladder, means, direction)
    spread = means.max() - means.min()
    is_kept = spread <= ladders.MOST_REVERSAL
    print(f'{name:29}{KINDS[kind]:7}{spread:9.2f}{"":9}  '
          + '  '.join(f'{s.parameter:g}: {m:.2f}'
                      for s, m in zip(ladder, means))
          + ladders.verdict(is_kept))
    return is_kept, is_kept     # moved too far is a reversal


def main(args):
    if len(args) != 2:
        sys.exit(__doc__)
    opine, suite = args
    results = {k: score(opine, suite, kind) for k, kind in KINDS.items()}
    for k, kind in KINDS.items():
        draw(opine, suite, kind, results[k])
    ladders.print_heading()
    kept = {}
    for k, path in results.items():
        for name, (direction, steps) in read(path).items():
            if len(steps) > 1:
                kept[name] = check(k, name.rpartition(', ')[0], direction,
                                   steps)
    missed = ladders.print_ladders(list(kept.values()))
    for name, (is_kept, is_level) in kept.items():
        if not is_kept:
            print(f'missed: {name}: '
                  + ('Spearman' if is_level else 'a reversal'))
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
