#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A suite of codecs and networks made of the project's own references.

    make.py OUT NETWORK

NETWORK is network.c as a program. Writes OUT/speech.csv and OUT/music.csv, which
are manifests for `opine batch`, with the recordings and the encoded files that
they name; what is there already is kept. See README.md here for the columns.
"""
import csv
import os
import shutil
import subprocess
import sys
import tempfile
from typing import Callable, NamedTuple

import soundfile

import coders

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'tools'))
import degrading  # noqa: E402 pylint: disable=wrong-import-position

ITEMS = {'speech': ['woman', 'man', 'clerk', 'reader'],
         'music': ['band', 'harpsichord', 'beat']}
COLUMNS = ['id', 'ref', 'deg', 'group', 'codec', 'bitrate', 'encoded', 'ladder',
           'parameter', 'direction']


def references(out):
    """Paths of the references by kind, the project's own and those of
    references.sh."""
    folder = os.path.join(out, 'ref')
    if not os.path.exists(os.path.join(folder, 'reader.flac')):
        subprocess.run([os.path.join(HERE, 'references.sh'), out], check=True)
    own = os.path.join(HERE, '..', 'ref')
    for name in sum(ITEMS.values(), []):
        path = os.path.join(own, f'{name}.flac')
        if os.path.exists(path):
            shutil.copy(path, folder)
    return {kind: [os.path.join(folder, f'{name}.flac') for name in names]
            for kind, names in ITEMS.items()}


def plain(text):
    """A text as the name of a file."""
    return ''.join(c if c.isalnum() or c in '.-' else '_' for c in text)


class Version(NamedTuple):
    """What becomes of one reference at one step."""
    ref: str
    name: str
    base: str       # path without its extension
    coder: Callable


def versions(out, refs, ladder, step):
    """All of a step: the items, and the draws of each."""
    coders_of = step.coder if isinstance(step.coder, list) else [step.coder]
    for ref in refs:
        for i, coder in enumerate(coders_of):
            setting = step.setting + (f', draw {i + 1}'
                                      if len(coders_of) > 1 else '')
            name = f'{degrading.item(ref)}, {ladder.name}, {setting}'
            yield Version(ref, name, os.path.join(out, 'deg', plain(name)),
                          coder)


def encoded(base):
    """The encoded file that belongs to a version, and its size in kbit."""
    with open(f'{base}.coded', encoding='utf-8') as f:
        path, size = f.read().splitlines()
    return path, float(size)


def kbit(path):
    """Size of the packets in an encoded file, which short recordings have less
    of than of headers."""
    if path.endswith(('.mp3', '.ogg', '.m4a', '.opus', '.spx', '.g726')):
        sizes = subprocess.run(
            ['ffprobe', '-loglevel', 'error', '-show_entries', 'packet=size',
             '-of', 'csv=p=0', path], check=True, text=True,
            capture_output=True).stdout.replace(',', ' ').split()
        return 0.008 * sum(int(s) for s in sizes)
    return 0.008 * os.path.getsize(path)


def make(base, ref, coder):
    """One version: BASE.wav, the encoded file, and BASE.coded, which holds the
    name and size of that and is written last."""
    if os.path.exists(f'{base}.coded'):
        return
    with tempfile.TemporaryDirectory() as scratch:
        source = coders.Source(ref, scratch)
        coded, decoded = coder(source)
        path = base + '.' + coded.rpartition('.')[2]
        shutil.copy(source.at(decoded), f'{base}.wav')
        if path != f'{base}.wav':
            shutil.copy(source.at(coded), path)
    with open(f'{base}.coded', 'w', encoding='utf-8') as f:
        f.write(f'{path}\n{kbit(path)}\n')


def rate(made):
    """Bit rate of a step in kbit/s, over all its versions."""
    seconds = sum(soundfile.info(v.ref).duration for v in made)
    return sum(encoded(v.base)[1] for v in made) / seconds


def rows_of(out, kind, refs, ladder):
    """Rows of a manifest."""
    for step in ladder.steps:
        made = list(versions(out, refs, ladder, step))
        kbps = f'{rate(made):.2f}' if ladder.codec else ''
        for v in made:
            yield {'id': v.name, 'ref': os.path.relpath(v.ref, out),
                   'deg': os.path.relpath(f'{v.base}.wav', out),
                   'group': f'{ladder.name}, {step.setting}',
                   'codec': ladder.codec, 'bitrate': kbps,
                   'encoded': os.path.relpath(encoded(v.base)[0], out)
                   if ladder.codec else '',
                   'ladder': f'{ladder.name}, {kind}',
                   'parameter': f'{step.parameter:g}',
                   'direction': ladder.direction}


def main(args):
    if len(args) != 2:
        sys.exit(__doc__)
    out, program = args
    os.makedirs(os.path.join(out, 'deg'), exist_ok=True)
    refs = references(out)
    network = coders.Network(os.path.abspath(program))
    ladders = coders.codecs(network) + coders.networks(network)
    wanted = [(kind, ladder) for kind in ITEMS for ladder in ladders
              if kind in ladder.kinds.split()]
    degrading.attempt_all(
        make, [(v.base, v.ref, v.coder)
               for kind, ladder in wanted for step in ladder.steps
               for v in versions(out, refs[kind], ladder, step)])
    for kind in ITEMS:
        part = os.path.join(out, f'{kind}.csv.part')
        with open(part, 'w', newline='', encoding='utf-8') as f:
            writer = csv.DictWriter(f, COLUMNS, lineterminator='\n')
            writer.writeheader()
            for k, ladder in wanted:
                if k == kind:
                    writer.writerows(rows_of(out, kind, refs[kind], ladder))
        os.replace(part, part.removesuffix('.part'))
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
