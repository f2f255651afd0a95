# SPDX-License-Identifier: BSD-2-Clause
"""How the conditions of published listening tests are made again.

Recipes of ../shared/listening/tables.md, on the functions of degrade.py: each
returns a function of samples, scratch folder and random generator. What those
tests did not publish is put by what is usual: the send filters are P.48's
curves and a flat band for P.341, levels -26 dBov.
"""
from typing import Callable, NamedTuple

import numpy as np
from scipy.signal import fftconvolve, firwin2

FS = 48000
# ITU-T P.48 (1988), table 1, sending and receiving sensitivity over frequency;
# recalled, as facts.md says of such figures: within 1 dB where speech is
IRS_HZ = [100, 125, 160, 200, 250, 300, 400, 500, 630, 800, 1000, 1250, 1600,
          2000, 2500, 3000, 3150, 3500, 4000]
IRS_SEND_DB = [-45.8, -36.1, -25.6, -19.2, -14.3, -11.3, -8.4, -6.9, -6.1,
               -4.9, -3.7, -2.3, -0.6, 0.3, 1.8, 1.5, 1.8, -7.3, -37.2]
IRS_RECEIVE_DB = [-27.5, -18.8, -10.8, -2.7, 2.7, 6.4, 9.9, 11.3, 11.9, 12.3,
                  12.6, 12.5, 13.0, 13.1, 13.1, 12.5, 12.6, 3.9, -31.6]
# Hoth's room noise falls by 5 dB per octave (IEEE 269, recalled)
HOTH_DB_PER_OCTAVE = -5
# sox sinc: attenuation, taps and corner in kHz by the cut-off of an anchor
LOW_PASS = {3.5: (80, 400, -3700), 7: (80, 600, -7300), 10: (80, 800, -10400)}


class Loss(NamedTuple):
    """What the E-model says of a codec: R = 93.2 - Ie,eff (ITU-T G.107)."""
    name: str
    impairment: float
    robustness: float
    percent: float
    recipe: Callable

    def mos(self):
        """MOS-CQE of G.107, annex B."""
        extra = (95 - self.impairment) * self.percent \
            / (self.percent + self.robustness)
        r = 93.2 - self.impairment - extra
        return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6


class Recipes:
    """All recipes on one degrade.py."""

    def __init__(self, degrade):
        self.d = degrade

    def sox(self, *effects):
        """Effects of sox."""
        return self.d.sox(*effects)

    def low_pass(self, khz):
        """The anchor with this cut-off."""
        attenuation, taps, corner = LOW_PASS[khz]
        return self.sox('sinc', '-a', attenuation, '-t', taps, corner)

    def band_pass(self, low, high):
        """Linear phase, 60 dB."""
        return self.sox('sinc', '-a', 60, '-t', 100, f'{low}-{high}')

    def irs(self, *curves):
        """Telephone filters, and back to the level before them."""
        def apply(x, scratch, r):
            gain = 10 ** (np.sum(curves, axis=0) / 20)
            taps = firwin2(2047, [0, 50, *IRS_HZ, 5000, FS / 2],
                           [0, 0, *gain, 0, 0], fs=FS)
            y = fftconvolve(x, taps[:, None], axes=0)[1023:1023 + len(x)]
            return y * self.d.active_rms(x) / self.d.active_rms(y)
        return apply

    def narrow(self, *more):
        """IRS send, G.712, and what follows."""
        return self.d.chain(self.irs(IRS_SEND_DB), self.band_pass(300, 3400),
                            *more)

    def wide(self, *more):
        """P.341's band, and what follows."""
        return self.d.chain(self.band_pass(50, 7000), *more)

    def codec(self, extension, encode, decode, fs=FS):
        """An encoder and a decoder with files {i}, {o} and {d}."""
        return lambda x, scratch, r: self.d.cli(
            x, scratch, extension, encode.split(), decode.split(), fs)

    def a_law(self):
        """G.711 as Europe has it."""
        return self.codec('wav', 'sox {i} -e a-law {o}',
                          'sox {o} -e signed-integer -b 16 {d}', 8000)

    def opus(self, options):
        """opusenc with these options."""
        return self.codec('opus', f'opusenc --quiet {options} {{i}} {{o}}',
                          'opusdec --quiet --rate 48000 {o} {d}')

    def opus_speech(self, kbps, band, more=''):
        """Opus made to keep a band: 1101 nb, 1103 wb, 1105 fb."""
        return self.opus(f'--speech --bitrate {kbps} --set-ctl-int 4008={band}'
                         f' {more}')

    def speex(self, options, fs):
        """speexenc with these options."""
        return self.codec('spx', f'speexenc {options} {{i}} {{o}}',
                          'speexdec {o} {d}', fs)

    def lame(self, options):
        """lame with these options."""
        return self.codec('mp3', f'lame --quiet {options} {{i}} {{o}}',
                          'lame --quiet --decode {o} {d}')

    def amr_wb(self, kbps):
        """AMR-WB of what is mono or is made so."""
        code = self.d.voip('amrwb', round(kbps * 1000))

        def apply(x, scratch, r):
            y = code(x.mean(1, keepdims=True), scratch, r)
            return np.repeat(y, x.shape[1], 1)
        return apply

    def side(self, same, other, *more):
        """The side lowered: each channel's share of itself and of the other."""
        return self.d.chain(
            lambda x, scratch, r: same * x + other * x[:, ::-1], *more)

    def mnru(self, q_db):
        """Modulated noise, kept below full scale."""
        noise = self.d.mnru(q_db)

        def apply(x, scratch, r):
            y = noise(x, scratch, r)
            return y / max(1, np.abs(y).max())
        return apply

    def mnru_narrow(self, q_db):
        """Modulated noise at 8 kHz."""
        noise = self.d.mnru(q_db)
        return lambda x, scratch, r: self.d.rs(
            noise(self.d.rs(x, FS, 8000), scratch, r), 8000, FS)

    def hoth(self, snr_db):
        """Room noise."""
        def apply(x, scratch, r):
            hz = np.geomspace(100, 8000, 30)
            gain = (hz / 100) ** (HOTH_DB_PER_OCTAVE / 6.02)
            taps = firwin2(2047, [0, 50, *hz, 9000, FS / 2],
                           [0, 0, *gain, 0, 0], fs=FS)
            n = fftconvolve(r.standard_normal(len(x) + 2046), taps, 'valid')
            return x + n[:, None] / n.std() * self.d.active_rms(x) \
                * 10 ** (-snr_db / 20)
        return apply

    # ------------------------------------------------------------ the tests

    def nsc(self):
        """By condition of the test NSC; all below likewise."""
        voip = self.d.voip
        return {
            '48 kHz reference': self.d.ident,
            '16 kHz, 135 Hz HP, P.341 + G.722':
                self.wide(self.band_pass(135, 7000), voip('g722', 64000)),
            '8 kHz, IRS, G.712 + G.711 A-law': self.narrow(self.a_law()),
            '16 kHz, P.341 + AMR-WB': self.wide(self.amr_wb(6.6)),
            '8 kHz, IRS, G.712 + AMR-NB (file names: 4_75)':
                self.narrow(voip('amrnb', 4750)),
            'band-pass 900-2500 Hz': self.band_pass(900, 2500),
            'MNRU 10 dB (fullband)': self.mnru(10)}

    def p863(self):
        """Superwideband anchors."""
        d, swb = self.d, self.d.band(50, 14000)
        return {
            'clean SWB reference': swb,
            'MNRU 10 dB': d.chain(swb, self.mnru(10), swb),
            'MNRU 25 dB': d.chain(swb, self.mnru(25), swb),
            'background noise 12 dB SNR (Hoth)': d.chain(swb, self.hoth(12)),
            'background noise 20 dB SNR (babble)':
                d.chain(swb, d.noise('babble', 20)),
            'level -10 dB (-36 dBov)': d.chain(swb, d.gain(-10)),
            'level -20 dB (-46 dBov)': d.chain(swb, d.gain(-20)),
            'narrowband IRS send+receive':
                self.irs(IRS_SEND_DB, IRS_RECEIVE_DB),
            'band-pass 500-2500 Hz': self.band_pass(500, 2500),
            'band-pass 100-5000 Hz': self.band_pass(100, 5000),
            'temporal clipping 2 %': d.chain(swb, d.pcmloss(2, 1, 'zero')),
            'temporal clipping 20 %': d.chain(swb, d.pcmloss(20, 1, 'zero'))}

    def g(self):
        """G1 to G5: no condition has two meanings in them."""
        return {
            'original': self.d.ident,
            'low-pass 3.5 kHz': self.low_pass(3.5),
            'low-pass 7 kHz': self.low_pass(7),
            'MNRU 15 dB at 8 kHz': self.mnru_narrow(15),
            'Opus NB VBR': self.opus_speech(11, 1101),
            'Opus WB VBR': self.opus_speech(19.85, 1103),
            'Opus FB CBR': self.opus_speech(32, 1105, '--hard-cbr'),
            'Speex NB CBR': self.speex('-n --bitrate 11000', 8000),
            'Speex NB VBR': self.speex('-n --abr 11000', 8000),
            'Speex WB CBR': self.speex('-w --bitrate 23800', 16000),
            'AMR-WB CBR': self.amr_wb(19.85),
            'MP3 LAME CBR': self.lame('-b 96'),
            'Opus VBR 20 ms': self.opus('--music --bitrate 64'),
            'Opus VBR 10 ms': self.opus('--music --bitrate 80 --framesize 10'),
            'Opus VBR 5 ms': self.opus('--music --bitrate 128 --framesize 5')}

    def anchors(self):
        """GAL, NOK and G.722.1C."""
        low = {khz: self.low_pass(khz) for khz in LOW_PASS}
        return {
            'hidden reference': self.d.ident, 'direct': self.d.ident,
            'low-pass 3.5 kHz': low[3.5],
            'low-pass 7 kHz': low[7], 'low-pass 7.0 kHz': low[7],
            'low-pass 10 kHz': low[10],
            'low-pass 7 kHz, side -6 dB': self.side(0.7506, 0.2494, low[7]),
            'low-pass 7 kHz, side -12 dB': self.side(0.6256, 0.3744, low[7]),
            'low-pass 3.5 kHz, side -12 dB':
                self.side(0.6256, 0.3744, low[3.5]),
            'AMR-WB': self.amr_wb(14.25),
            'AMR-WB mono': self.amr_wb(18.25)}

    def music(self):
        """HA and KAM: by test and condition, as codecs recur. Of the versions
        of lame Debian has one, so one row stands for the test."""
        v = self.d.vorbis
        return {
            'HA2011-64': {'CELT/Opus 0.11.2': self.opus('--bitrate 64'),
                          'Vorbis aoTuV 6.02b': v(0)},
            'HA2005-128': {'Vorbis aoTuV 4.51b': v(4),
                           'MP3 LAME 3.97b2': self.lame('-V5')},
            'HA2003-128': {'Musepack (real 146)': self.d.mpc(4.5),
                           'Vorbis (real 140)': v(4.5)},
            'KAM-96': {'opusenc 0.1.9/1.1, 91k VBR':
                           self.opus('--bitrate 91'),
                       'lame 3.99.5 --abr 98': self.lame('--abr 98'),
                       'FFmpeg native AAC (v9b patch = FFmpeg 3.0 and later)':
                           self.d.aac(96)},
            'KAM-192': {'LAME 3.99.3 CBR': self.lame('-b 192'),
                        'LAME 3.99.3 V2.5': self.lame('-V2.5')}}

    def amr_wb_modes(self):
        """G113WB: by bit rate, as the condition does not name it."""
        return {kbps: self.wide(self.amr_wb(float(kbps))) for kbps in (
            '6.6', '8.85', '12.65', '14.25', '15.85', '18.25', '19.85',
            '23.05', '23.85')}

    def e_model(self):
        """Codecs and losses of G.113, appendix I. No telephone filters: both
        ends of the E-model's scale went through them, G.711 loses nothing."""
        d, voip = self.d, self.d.voip
        muted = [Loss('G.711, muted', 0, 4.3, p, d.chain(
            voip('g711', 0), d.pcmloss(p, 1, 'zero'))) for p in (1, 3, 5, 10)]
        rows = muted + [
            Loss(name, ie, bpl, p, voip(codec, rate, p))
            for name, ie, bpl, codec, rate in (
                ('G.711, concealed', 0, 25.1, 'g711', 0),
                ('G.729A', 11, 19, 'g729', 8000),
                ('AMR 12.2 (EFR)', 5, 10, 'amrnb', 12200))
            for p in (0, 1, 3, 5, 10, 20)]
        rows += [Loss(f'G.726, {8 * bits} kbit/s', ie, 1, 0, d.g726(bits))
                 for bits, ie in ((5, 2), (4, 7), (3, 25), (2, 50))]
        return rows + [Loss('GSM full rate', 20, 1, 0, voip('gsm', 0)),
                       Loss('G.723.1, 6.3 kbit/s', 15, 1, 0,
                            d.ffc('g723_1', 6.3, 'wav', 8000))]
