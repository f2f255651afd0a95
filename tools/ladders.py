#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Laws that any measure of quality obeys, checked on degraded versions of items.

    ladders.py OPINE LADDERS VOIPSIM MADE [--all]

OPINE is the command, LADDERS the folder with items and degrade.py, VOIPSIM its
packet-loss simulator; the degraded versions are made in the folder MADE, once.
Without --all: four talkers, three pieces of music, and every second step of the
longer ladders.

Along a ladder of one impairment the mean over items follows the parameter: no
step falls more than 0.10 below a worse one, and Spearman's correlation with the
parameter is at least 0.98. What nobody hears stays above 4.5 for every item. The
anchors lie where listeners put them. The exit code is 1 when a law is missed.
"""
import itertools
import os
import re
import sys
from typing import NamedTuple

import numpy as np
from scipy.stats import spearmanr

import degrading

MOST_REVERSAL = 0.10
LEAST_SPEARMAN = 0.98
LEAST_TRANSPARENT = 4.5
MOST_UNRELATED = 1.3
FEW = {'sp': ['sp_de_f_kerstin1', 'sp_en_f_p233', 'sp_cs_m_fillets',
              'sp_en_m_p258'],
       'mu': ['mu_game_funk', 'mu_piano', 'mu_string_quartet']}
# Those who read one text, the 23rd of VCTK (SOURCES.csv): not unrelated
ONE_TEXT = {'sp_en_f_p228', 'sp_en_f_p233', 'sp_en_f_p236', 'sp_en_m_p254',
            'sp_en_m_p258'}
KINDS = {'sp': 'speech', 'mu': 'music'}
ROOMS = ['bbc_lr_000', 'wa_kitchen', 'rir48000', 'greathall']

# What is changed, the conditions with the parameter as the group, and +1 where
# more of it is better, -1 where worse
LADDERS = [
    ('Opus, kbit/s', r'opus_(\d+)k', 1),
    ('MP3, kbit/s', r'mp3_(\d+)k', 1),
    ('AAC, kbit/s', r'aac_(\d+)k', 1),
    ('Vorbis, quality', r'vorbis_q(-?\d+)', 1),
    ('LC3, kbit/s', r'lc3_(\d+)k', 1),
    ('AC-3, kbit/s', r'ac3_(\d+)k', 1),
    ('MP2, kbit/s', r'mp2_(\d+)k', 1),
    ('WMA, kbit/s', r'wmav2_(\d+)k', 1),
    ('Musepack, quality', r'musepack_q(\d+)', 1),
    ('SBC, bit pool', r'sbc_bp(\d+)', 1),
    ('WavPack lossy, kbit/s', r'wavpack_(\d+)k', 1),
    ('Speex nb, quality', r'speexnb_q(\d+)', 1),
    ('Speex wb, quality', r'speexwb_q(\d+)', 1),
    ('AMR, bit/s', r'amrnb_(\d+)', 1),
    ('AMR-WB, bit/s', r'amrwb_(\d+)', 1),
    ('G.722, kbit/s', r'g722_(\d+)k', 1),
    ('G.726, kbit/s', r'g726_(\d+)k', 1),
    ('Codec2, bit/s', r'codec2_(\d+)C?', 1),
    ('Opus, loss %', r'opus24k_loss(\d+)', -1),
    ('Opus, bursts, loss %', r'opus24k_burst(\d+)', -1),
    # Told of 5 % or less, the encoder keeps the full band and adds no FEC; from
    # 7 % on it adds it to wideband: not one impairment across that.
    ('Opus with FEC, loss %', r'opus24k_fec_loss(\d\d)', -1),
    ('AMR-WB, loss %', r'amrwb12650_loss(\d+)', -1),
    ('AMR, loss %', r'amrnb12200_loss(\d+)', -1),
    ('G.711 concealed, loss %', r'g711plc_loss(\d+)', -1),
    ('G.722, loss %', r'g722_loss(\d+)', -1),
    ('G.729, loss %', r'g729_loss(\d+)', -1),
    ('LC3, loss %', r'lc3_64k_loss(\d+)', -1),
    ('Speex, loss %', r'speexwb8_loss(\d+)', -1),
    ('PCM muted, loss %', r'pcmzero_loss(\d+)', -1),
    ('PCM muted, bursts, loss %', r'pcmzero_burst(\d+)', -1),
    ('PCM repeated, loss %', r'pcmrepeat_loss(\d+)', -1),
    ('PCM repeated, bursts, loss %', r'pcmrepeat_burst(\d+)', -1),
    ('white noise, SNR dB', r'white_snr(\d+)', 1),
    ('pink noise, SNR dB', r'pink_snr(\d+)', 1),
    ('babble, SNR dB', r'babble_snr(\d+)', 1),
    ('street, SNR dB', r'street_snr(\d+)', 1),
    ('car, SNR dB', r'car_snr(\d+)', 1),
    ('hum, SNR dB', r'hum_snr(\d+)', 1),
    ('MNRU, Q dB', r'mnru_q(\d+)', 1),
    ('quantisation, bit', r'quant_(\d+)bit', 1),
    ('clipping, dB below peak', r'clip_(\d+)dB', -1),
    ('low-pass, kHz', r'lp(\d+k\d*)', 1),
    ('high-pass, Hz', r'hp(\d+)', -1),
    ('echo of 100 ms, dB', r'echo_100ms_(-\d+)dB', -1),
    ('echo of -20 dB, ms', r'echo_(\d+)ms_-20dB', -1),
    ('dropouts of 50 ms, count', r'nested_50ms_x(\d+)', -1),
    ('4 dropouts, ms', r'nested_(\d+)ms_x4', -1),
    ('front clipping, ms', r'frontclip_(\d+)ms', -1),
    *[(f'reverb {r}, dB', rf'rev_{r}_([+-]\d+)dB', -1) for r in ROOMS],
    ('tempo, slower', r'tempo_(0\.\d+)', 1),
    ('tempo, faster', r'tempo_(1\.\d+)', -1),
    ('pitch, lower, cent', r'pitch_(-\d+)c', 1),
    ('pitch, higher, cent', r'pitch_(\+\d+)c', -1),
]
TRANSPARENT = (r'identity|delay_[+-]\d+ms|polarity|allpass_1k|gain_[+-]1dB'
               r'|resample44k1_good|mp3_320k|aac_192k|opus_128k')


class Anchor(NamedTuple):
    """Where the mean over items must lie."""
    name: str
    kind: str
    condition: str
    low: float
    high: float
    band: str


ANCHORS = [
    *[Anchor('silence', kind, 'silence', 1.0, 1.3, 'fb') for kind in KINDS],
    Anchor('low-pass 3.5 kHz', 'mu', 'lp3k5', 2.0, 3.0, 'fb'),
    Anchor('low-pass 7 kHz', 'mu', 'lp7k', 3.3, 4.0, 'fb'),
    Anchor('G.711', 'sp', 'g711u', 4.0, 4.5, 'nb'),
    Anchor('G.711', 'sp', 'g711u', 2.6, 3.2, 'fb'),
]


class Step(NamedTuple):
    """One condition of a ladder."""
    parameter: float
    condition: str


class FirstPlaces:
    """A random generator that chooses k places as the first k of one order, so
    that more dropouts keep those that were there."""

    def __init__(self, generator):
        self.generator = generator

    def choice(self, places, k, replace):
        """As numpy's, without replacement."""
        assert not replace
        return self.generator.permutation(places)[:k]


def anchors(kind):
    """Those of one kind of material."""
    return [a for a in ANCHORS if a.kind == kind]


def unrelated(refs):
    """All pairs of items that have nothing in common."""
    return [(a, b) for a, b in itertools.permutations(refs, 2)
            if not {degrading.item(a), degrading.item(b)} <= ONE_TEXT]


def nested_dropout(degrade, ms, count):
    """Dropouts whose places do not depend on how long or many they are."""
    drop = degrade.dropout(ms, count)
    return lambda x, scratch, r: drop(x, scratch, FirstPlaces(r))


def conditions(degrade, kind):
    """Function and family by condition: degrade.py's, and those that make
    echo and dropouts ladders of one parameter."""
    found = {c[1]: (c[3], c[0])
             for c in degrade.conditions(1 if kind == 'sp' else 2)}
    for ms, db in [(100, d) for d in (-40, -30, -20, -10)] \
            + [(m, -20) for m in (20, 50, 100, 200)]:
        found[f'echo_{ms}ms_{db}dB'] = (degrade.echo(ms, db), 'echo')
    for ms, count in [(50, n) for n in (1, 2, 4, 8, 16)] \
            + [(m, 4) for m in (10, 20, 100, 200)]:
        found[f'nested_{ms}ms_x{count}'] = (
            nested_dropout(degrade, ms, count), 'nested')
    found['silence'] = (lambda x, scratch, r: 0 * x, 'silence')
    return found


def steps(pattern, names, is_all):
    """The steps of a ladder in order of the parameter, all or half of them
    with both ends."""
    found = sorted(Step(float(m[1].replace('k', '.')), n) for n in names
                   if (m := re.fullmatch(pattern, n)))
    if is_all or len(found) < 4:
        return found
    return found[:-1:2] + found[-1:]


def wanted(names, is_all):
    """The conditions of ladders, and those that nobody hears."""
    on_ladders = {s.condition for _, pattern, _ in LADDERS
                  for s in steps(pattern, names, is_all)}
    return [n for n in names
            if n in on_ladders or re.fullmatch(TRANSPARENT, n)]


class Scores:
    """Everything that the laws ask for, made and scored: `mos` by kind and
    condition over the chosen items, by anchor over all."""

    def __init__(self, opine, ladders, degrade, made, is_all):
        self.all = {kind: degrading.items(ladders, kind) for kind in KINDS}
        self.items = {kind: [i for i in refs
                             if is_all or degrading.item(i) in FEW[kind]]
                      for kind, refs in self.all.items()}
        self.names, jobs = {}, []
        for kind in KINDS:
            found = conditions(degrade, kind)
            self.names[kind] = wanted(found, is_all)
            fixed = {a.condition for a in anchors(kind)}
            jobs += [(ref, deg_path(made, ref, n), found[n][1], found[n][0])
                     for n in self.names[kind] for ref in self.items[kind]]
            jobs += [(ref, deg_path(made, ref, n), found[n][1], found[n][0])
                     for n in fixed for ref in self.all[kind]]
        degrading.make_all(degrade, list({j[1]: j for j in jobs}.values()))
        self.score(opine, made)

    def score(self, opine, made):
        """Score what was made; arrays of one score an item, in their order."""
        keys, pairs = [], []
        for kind, refs in self.all.items():
            for n in self.names[kind]:
                keys += [(kind, n)] * len(self.items[kind])
                pairs += [(r, deg_path(made, r, n)) for r in self.items[kind]]
            for a in anchors(kind):
                keys += [a] * len(refs)
                pairs += [(r, deg_path(made, r, a.condition), '--band', a.band)
                          for r in refs]
            strangers = unrelated(refs)
            keys += [(kind, 'unrelated')] * len(strangers)
            pairs += strangers
        self.mos = {}
        for key, mos in zip(keys, degrading.score_all(opine, pairs)):
            self.mos.setdefault(key, []).append(mos)
        self.mos = {key: np.array(mos) for key, mos in self.mos.items()}


def deg_path(made, ref, condition):
    """The file of a degraded version."""
    return os.path.join(made, f'{degrading.item(ref)}__{condition}.wav')


def verdict(is_kept):
    """The last column."""
    return '' if is_kept else '  MISSED'


def verdict_of_items(is_kept, refs):
    """The last column, with the items where a law is missed."""
    return verdict(all(is_kept)) + ''.join(
        f' {degrading.item(r)}' for r, k in zip(refs, is_kept) if not k)


def print_heading():
    """What check_ladder() prints below."""
    print(f"{'ladder':29}{'':7}{'reversal':>9}{'Spearman':>9}"
          '  parameter: mean over items')


def check_ladder(name, kind, ladder, means, direction):
    """Print one ladder; whether both its laws hold, and whether the first."""
    rising = means[::direction]
    reversal = max(np.maximum.accumulate(rising) - rising)
    rank = spearmanr([s.parameter for s in ladder], direction * means)[0]
    # A ladder of one score has no rank: it follows nothing.
    is_kept = reversal <= MOST_REVERSAL and rank >= LEAST_SPEARMAN
    print(f'{name:29}{KINDS[kind]:7}{reversal:9.2f}{rank:9.3f}  '
          + '  '.join(f'{s.parameter:g}: {m:.2f}'
                      for s, m in zip(ladder, means)) + verdict(is_kept))
    return is_kept, reversal <= MOST_REVERSAL


def check_ladders(scores):
    """Print all ladders; how many, and how many hold."""
    print_heading()
    kept = []
    for name, pattern, direction in LADDERS:
        for kind in KINDS:
            ladder = steps(pattern, scores.names[kind], True)
            if len(ladder) < 2:
                continue
            means = np.array([scores.mos[kind, s.condition].mean()
                              for s in ladder])
            kept.append(check_ladder(name, kind, ladder, means, direction))
    return print_ladders(kept)


def print_ladders(kept):
    """Print how many ladders hold, of what check_ladder() returned; how many
    do not."""
    followed = sum(k[0] for k in kept)
    level = sum(k[1] for k in kept)
    print(f'{len(kept)} ladders: {level} without a reversal above '
          f'{MOST_REVERSAL:.2f}, {followed} with that and Spearman '
          f'{LEAST_SPEARMAN} or more\n')
    return len(kept) - followed


def check_transparent(scores):
    """Print what nobody hears; how many fall short."""
    print(f"{'transparent':29}{'':7}{'worst':>9}{'mean':>9}"
          f'  every item above {LEAST_TRANSPARENT}')
    missed = 0
    for kind in KINDS:
        for name in scores.names[kind]:
            if not re.fullmatch(TRANSPARENT, name):
                continue
            mos = scores.mos[kind, name]
            is_kept = mos > LEAST_TRANSPARENT
            missed += not is_kept.all()
            print(f'{name:29}{KINDS[kind]:7}{mos.min():9.2f}{mos.mean():9.2f}'
                  + verdict_of_items(is_kept, scores.items[kind]))
    print()
    return missed


def check_anchors(scores):
    """Print the anchors and unrelated pairs; how many miss their place."""
    print(f"{'anchor':29}{'':7}{'band':>9}{'mean':>9}  where, over all items")
    missed = 0
    for a in ANCHORS:
        mean = scores.mos[a].mean()
        is_kept = a.low <= mean <= a.high
        missed += not is_kept
        print(f'{a.name:29}{KINDS[a.kind]:7}{a.band:>9}{mean:9.2f}'
              f'  {a.low} to {a.high}' + verdict(is_kept))
    for kind, refs in scores.all.items():
        mos = scores.mos[kind, 'unrelated']
        beyond = mos >= MOST_UNRELATED
        missed += beyond.any()
        ref, deg = unrelated(refs)[mos.argmax()]
        print(f"{'unrelated, worst pair':29}{KINDS[kind]:7}{'fb':>9}"
              f'{mos.max():9.2f}  below {MOST_UNRELATED}: not {beyond.sum()} '
              f'of {len(mos)}; worst {degrading.item(ref)} and '
              f'{degrading.item(deg)}' + verdict(not beyond.any()))
    print()
    return missed


def main(args):
    is_all = args[-1:] == ['--all']
    args = args[:-1] if is_all else args
    if len(args) != 4:
        sys.exit(__doc__)
    opine, ladders, voipsim, made = args
    os.makedirs(made, exist_ok=True)
    scores = Scores(opine, ladders, degrading.load(ladders, voipsim), made,
                    is_all)
    print(f"{len(scores.items['sp'])} talkers, {len(scores.items['mu'])} "
          'pieces of music\n')
    missed = check_ladders(scores) + check_transparent(scores) \
        + check_anchors(scores)
    print(f'{missed} missed' if missed else 'all laws hold')
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
