#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Agreement with published listening tests, their conditions made again.

    published.py OPINE LADDERS VOIPSIM MADE LISTENING

OPINE is the command, LADDERS the folder with items and degrade.py, VOIPSIM its
packet-loss simulator, MADE the folder where conditions are made, once, and
LISTENING the one with published.csv. All talkers and pieces of LADDERS are used,
not those of the tests; each condition's figure is the mean over them. Figures of
listeners compare inside one test alone. Its reference is one condition, whatever
its content; G722.1C asked the same in three sessions, whose mean is taken.

The bars: the mean over the tests with three conditions or more of Spearman's
correlation inside each, the root mean square error on NSC, the anchors of the
fullband scale, and both for the E-model's codecs and losses in the telephone
band. The exit code is 1 when one is missed.
"""
import csv
import os
import sys
from typing import NamedTuple

import numpy as np
import soundfile
from scipy.stats import spearmanr

import degrading
import recipes

LEAST_MEAN_SPEARMAN = 0.95
MOST_NSC_RMSE = 0.35
LEAST_E_MODEL_SPEARMAN = 0.93
MOST_E_MODEL_RMSE = 0.4
FEWEST_RANKED = 3       # two conditions have no rank but better or worse
MIXES = 8               # of a talker with a piece
REFERENCES = ['hidden reference', 'direct']
SESSIONS = ['G722.1C']
OVER_DB = -15           # music under a talker
FS = 48000


class Test(NamedTuple):
    """One listening test: what it was of, and what listeners were promised."""
    name: str
    items: str
    band: str
    recipe_set: str
    recipes: dict
    options: tuple = ()


class Row(NamedTuple):
    """One condition: what listeners said, and the pairs that stand for it."""
    condition: str
    heard: float
    jobs: list


class Items:
    """References by kind: speech, music, and what some tests mixed of both."""

    def __init__(self, ladders, degrade, made):
        self.degrade = degrade
        self.made = made
        self.speech = degrading.items(ladders, 'sp')
        self.music = degrading.items(ladders, 'mu')

    def get(self, kind):
        """The references of a kind: contents, or contents and a format."""
        content, _, form = kind.partition(', ')
        if not form:
            return getattr(self, content)
        return [self.mix(content, form, s, m)
                for s, m in list(zip(self.speech, self.music))[:MIXES]]

    def mix(self, content, form, speech, music):
        """The file of a talker and a piece, as mono, stereo or wide (mono,
        16 kHz)."""
        path = os.path.join(
            self.made, f'{content.replace(" ", "-")}-{form}-'
            f'{degrading.item(speech)}-{degrading.item(music)}.wav')
        if os.path.exists(path):
            return path
        s, m = (soundfile.read(p, always_2d=True)[0] for p in (speech, music))
        n = min(len(s), len(m))
        s, m = np.repeat(s[:n], 2, 1), m[:n]
        rms = self.degrade.active_rms
        m = m * rms(s) / rms(m)
        x = {'speech': s, 'music': m, 'speech over music':
             s + m * 10 ** (OVER_DB / 20), 'speech between music':
             np.concatenate((m[:n // 4], s[n // 4:-(n // 4)], m[-(n // 4):]))
             }[content]
        x = x if form == 'stereo' else x.mean(1, keepdims=True)
        rate = 16000 if form == 'wide' else FS
        x = self.degrade.rs(x, FS, rate)
        self.degrade.wr(path, x / max(1, np.abs(x).max()), rate)
        return path


CONTENTS = ['music', 'speech', 'speech between music', 'speech over music']


def tests(made_by):
    """All tests; a form alone as items stands for all contents."""
    g, anchors = made_by.g(), made_by.anchors()
    return [
        Test('NSC', 'speech', 'fb', 'NSC', made_by.nsc()),
        Test('P863-401', 'speech', 'swb', 'P863', made_by.p863(),
             ('--level', 'keep')),
        *[Test(name, kind, 'fb', 'G', g) for name, kind in (
            ('G1-NB', 'speech'), ('G2-FB', 'speech'), ('G3-MUS', 'music'),
            ('G4-NBzh', 'speech'), ('G5-FBzh', 'speech'))],
        *[Test(name, kind, band, 'anchor', anchors) for name, kind, band in (
            ('GAL-A1', 'mono', 'fb'), ('GAL-A2', 'stereo', 'fb'),
            ('GAL-B1', 'wide', 'wb'), ('NOK', 'stereo', 'fb'),
            ('G722.1C', 'mono', 'swb'))],
        *[Test(name, 'music', 'fb', name, r)
          for name, r in made_by.music().items()],
        Test('G113WB', 'speech', 'wb', 'G113WB', made_by.amr_wb_modes())]


def read(listening):
    """Rows of published.csv by test and, inside it, by context."""
    with open(os.path.join(listening, 'published.csv'), newline='') as f:
        rows = list(csv.DictReader(f))
    found = {}
    for row in rows:
        context = '' if row['test'] in SESSIONS else row['context']
        same = found.setdefault((row['test'], context), {})
        same.setdefault((row['condition'], row['kbit_s']), []).append(row)
    return {k: [with_mean(r) for r in same.values()]
            for k, same in found.items()}


def with_mean(rows):
    """One row of several sessions."""
    return rows[0] | {'score': np.mean([float(r['score']) for r in rows])}


def kinds(test, content):
    """The kinds of items behind a row: one content, or all of a test."""
    if test.items in ('speech', 'music'):
        return [test.items]
    if test.name == 'G722.1C':
        contents = {'': ['music', *CONTENTS[2:]], 'music': ['music'],
                    'mixed speech+music': CONTENTS[2:]}[content]
    else:
        contents = [content] if content else CONTENTS
    return [f'{c}, {test.items}' for c in contents]


def deg_path(made, ref, label):
    """The file of a condition."""
    label = ''.join(c if c.isalnum() or c in '.+-' else '_' for c in label)
    return os.path.join(made, f'{degrading.item(ref)}__{label}.wav')


def plan(test, rows, items, made):
    """The rows that can be made, each with its pairs: ref, deg, function."""
    planned = []
    for row in rows:
        condition, _, content = row['condition'].partition(' / ')
        key = row['kbit_s'] if test.name == 'G113WB' else condition
        if key not in test.recipes or content and condition in REFERENCES:
            continue
        jobs = [(ref, deg_path(made, ref, f'{test.recipe_set}-{key}'),
                 test.recipes[key])
                for kind in kinds(test, content) for ref in items.get(kind)]
        label = row['condition'] if key == condition else f'{key} kbit/s'
        planned.append(Row(label, float(row['score']), jobs))
    return planned


def plan_all(made_by, items, made, published):
    """The tests of published.csv, each context a test of its own."""
    found = []
    for test in tests(made_by):
        contexts = [c for name, c in published if name == test.name]
        for context in contexts:
            rows = plan(test, published[test.name, context], items, made)
            which = context.split(', ')[-1] if len(contexts) > 1 else ''
            found.append(Agreement(f'{test.name} {which}'.strip(), test, rows))
    return found


def plan_e_model(made_by, items, made):
    """The E-model's codecs and losses as a test."""
    rows = []
    for loss in made_by.e_model():
        label = f'{loss.name}, {loss.percent} % lost'
        rows.append(Row(label, loss.mos(), [
            (ref, deg_path(made, ref, f'E-{label}'), loss.recipe)
            for ref in items.speech]))
    return rows


class Agreement:
    """A test with the scores of its conditions."""

    def __init__(self, name, test, rows):
        self.name = name
        self.test = test
        self.rows = rows
        self.heard = np.array([r.heard for r in rows])
        self.is_mos = self.heard.max() <= 5
        self.mos = None

    def jobs(self):
        """Pairs of all rows as degrading.score_all() takes them."""
        return [(ref, deg, '--band', self.test.band, *self.test.options)
                for r in self.rows for ref, deg, _ in r.jobs]

    def take(self, scores):
        """Means over each row's pairs, from the scores by pair."""
        found = [scores[job] for job in self.jobs()]
        ends = np.cumsum([len(r.jobs) for r in self.rows])[:-1]
        self.mos = np.array([np.mean(p) for p in np.split(found, ends)])

    def spearman(self):
        """Correlation of ranks with listeners."""
        return spearmanr(self.mos, self.heard)[0]

    def rmse(self):
        """Error in MOS."""
        return np.sqrt(np.mean((self.mos - self.heard) ** 2))

    def show(self):
        """Print all conditions, the best first."""
        line = f'{self.name}, band {self.test.band}: {len(self.rows)} ' \
            f'conditions, Spearman {self.spearman():.3f}'
        print(line + (f', RMSE {self.rmse():.2f}' if self.is_mos else ''))
        for i in np.argsort(-self.heard):
            heard, mos = self.heard[i], self.mos[i]
            print(f'  {self.rows[i].condition[:52]:53}{heard:7.2f}{mos:7.2f}'
                  + (f'{mos - heard:+7.2f}' if self.is_mos else ''))
        print()


def measure(opine, degrade, found):
    """Make and score everything, each file once."""
    jobs = {deg: (ref, deg, 'published', function) for a in found
            for r in a.rows for ref, deg, function in r.jobs}
    degrading.make_all(degrade, list(jobs.values()))
    pairs = list(dict.fromkeys(j for a in found for j in a.jobs()))
    scores = dict(zip(pairs, degrading.score_all(opine, pairs)))
    for a in found:
        a.take(scores)


def bar(what, value, bound, is_least):
    """Print one bar; whether it is missed."""
    is_missed = not (value >= bound if is_least else value <= bound)
    print(f"{what:50}{value:7.3f}  {'at least' if is_least else 'at most'} "
          f"{bound}{'  MISSED' if is_missed else ''}")
    return is_missed


def judge(found):
    """Print the bars; how many are missed."""
    by_name = {a.name: a for a in found}
    e_model = by_name['E-model']
    ranked = [a for a in found
              if a is not e_model and len(a.rows) >= FEWEST_RANKED]
    missed = bar(f'mean Spearman inside {len(ranked)} tests',
                 np.mean([a.spearman() for a in ranked]),
                 LEAST_MEAN_SPEARMAN, True)
    missed += bar('RMSE on NSC, band fb', by_name['NSC'].rmse(),
                  MOST_NSC_RMSE, False)
    missed += bar('Spearman, E-model, band nb', e_model.spearman(),
                  LEAST_E_MODEL_SPEARMAN, True)
    missed += bar('RMSE, E-model, band nb', e_model.rmse(),
                  MOST_E_MODEL_RMSE, False)
    return missed


def main(args):
    if len(args) != 5:
        sys.exit(__doc__)
    opine, ladders, voipsim, made, listening = args
    os.makedirs(made, exist_ok=True)
    degrade = degrading.load(ladders, voipsim)
    made_by = recipes.Recipes(degrade)
    items = Items(ladders, degrade, made)
    found = plan_all(made_by, items, made, read(listening))
    found.append(Agreement('E-model', Test('E-model', 'speech', 'nb', 'E', {}),
                           plan_e_model(made_by, items, made)))
    measure(opine, degrade, found)
    print('condition, listeners, opine MOS-LQO and, on the same scale, the '
          'difference;\n'
          f'{len(items.speech)} talkers, {len(items.music)} pieces, '
          f'{MIXES} mixes of them\n')
    for a in found:
        a.show()
    missed = judge(found)
    print(f'{missed} missed' if missed else 'all bars reached')
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
