/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A telephone call in one program: encode, lose packets, decode with the codec's
 * own concealment.
 *
 *   network CODEC BITRATE IN.wav OUT.wav CODED LOSS_PERCENT BURST JITTER_MS SEED
 *
 * IN.wav is mono at the codec's rate. CODED becomes the encoded bytes, all of
 * them. Packets last 20 ms. One order of packets is drawn by the seed; losses
 * of BURST packets begin at the first so many of it, so that more loss keeps
 * what was lost. With JITTER_MS each packet is late by so much times a number
 * drawn for it, and a jitter buffer makes the best of it.
 */
#include <bcg729/decoder.h>
#include <bcg729/encoder.h>
#include <gsm.h>
#include <lc3.h>
#include <math.h>
#include <opencore-amrnb/interf_dec.h>
#include <opencore-amrnb/interf_enc.h>
#include <opencore-amrwb/dec_if.h>
#include <opus/opus.h>
#include <sndfile.h>
#include <spandsp.h>
#include <spandsp/plc.h>
#include <speex/speex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vo-amrwbenc/enc_if.h>

#define MOST_BYTES  1500
#define MOST_FRAMES 960 /* 20 ms at 48 kHz */

static void die(const char *what)
{
    fprintf(stderr, "network: %s\n", what);
    exit(1);
}

static void *must(void *pointer, const char *what)
{
    if (!pointer)
        die(what);
    return pointer;
}

/* --------------------------------------------------------------- codecs */

/*
 * Both ends of a call. encode() returns the number of bytes; decode() conceals
 * where there are none.
 */
struct call {
    int rate_hz;
    int frames; /* in a packet */
    int bitrate;
    void *encoder;
    void *decoder;
    plc_state_t *plc; /* for codecs without concealment (G.711, appendix I) */
    int (*encode)(struct call *call, const int16_t *in, uint8_t *out);
    void (*decode)(struct call *call, const uint8_t *in, int bytes,
                   int16_t *out);
};

static int opus_in(struct call *c, const int16_t *in, uint8_t *out)
{
    return opus_encode(c->encoder, in, c->frames, out, MOST_BYTES);
}

static void opus_out(struct call *c, const uint8_t *in, int bytes, int16_t *out)
{
    if (opus_decode(c->decoder, bytes ? in : NULL, bytes, out, c->frames, 0) <
        0)
        die("opus");
}

static void open_opus(struct call *c)
{
    int error;

    c->encoder = opus_encoder_create(c->rate_hz, 1, OPUS_APPLICATION_VOIP,
                                     &error);
    c->decoder = opus_decoder_create(c->rate_hz, 1, &error);
    opus_encoder_ctl(must(c->encoder, "opus"), OPUS_SET_BITRATE(c->bitrate));
}

struct speex {
    void *coder;
    SpeexBits bits;
};

static int speex_in(struct call *c, const int16_t *in, uint8_t *out)
{
    struct speex *s = c->encoder;
    int16_t copy[MOST_FRAMES]; /* speex writes to its input */

    memcpy(copy, in, (size_t)c->frames * sizeof(copy[0]));
    speex_bits_reset(&s->bits);
    speex_encode_int(s->coder, copy, &s->bits);
    return speex_bits_write(&s->bits, (char *)out, MOST_BYTES);
}

static void speex_out(struct call *c, const uint8_t *in, int bytes,
                      int16_t *out)
{
    struct speex *s = c->decoder;

    if (bytes)
        speex_bits_read_from(&s->bits, (const char *)in, bytes);
    speex_decode_int(s->coder, bytes ? &s->bits : NULL, out);
}

/* The bit rate is a quality, 0 to 10 */
static void open_speex(struct call *c)
{
    const SpeexMode *mode = c->rate_hz == 8000 ? &speex_nb_mode
                                               : &speex_wb_mode;
    struct speex *in = must(calloc(1, sizeof(*in)), "memory");
    struct speex *out = must(calloc(1, sizeof(*out)), "memory");
    int quality = c->bitrate;

    in->coder = speex_encoder_init(mode);
    out->coder = speex_decoder_init(mode);
    speex_encoder_ctl(in->coder, SPEEX_SET_QUALITY, &quality);
    speex_bits_init(&in->bits);
    speex_bits_init(&out->bits);
    c->encoder = in;
    c->decoder = out;
}

/* No data, as both AMR put it into a frame's first byte: type 15, good */
#define AMR_NOTHING (15 << 3 | 4)

static int mode_of(int bitrate, const int *rates, int count)
{
    for (int mode = 0; mode < count; mode++)
        if (rates[mode] == bitrate)
            return mode;
    die("not a rate of this codec");
    return 0;
}

static int amrnb_in(struct call *c, const int16_t *in, uint8_t *out)
{
    static const int rates[] = { 4750, 5150, 5900,  6700,
                                 7400, 7950, 10200, 12200 };

    return Encoder_Interface_Encode(c->encoder,
                                    (enum Mode)mode_of(c->bitrate, rates, 8),
                                    in, out, 0);
}

static void amrnb_out(struct call *c, const uint8_t *in, int bytes,
                      int16_t *out)
{
    static const uint8_t nothing[] = { AMR_NOTHING };

    Decoder_Interface_Decode(c->decoder, bytes ? in : nothing, out, !bytes);
}

static void open_amrnb(struct call *c)
{
    c->encoder = Encoder_Interface_init(0);
    c->decoder = Decoder_Interface_init();
}

static int amrwb_in(struct call *c, const int16_t *in, uint8_t *out)
{
    static const int rates[] = { 6600,  8850,  12650, 14250, 15850,
                                 18250, 19850, 23050, 23850 };
    int16_t copy[MOST_FRAMES];

    memcpy(copy, in, (size_t)c->frames * sizeof(copy[0]));
    return E_IF_encode(c->encoder, mode_of(c->bitrate, rates, 9), copy, out, 0);
}

static void amrwb_out(struct call *c, const uint8_t *in, int bytes,
                      int16_t *out)
{
    static const uint8_t nothing[] = { AMR_NOTHING };

    D_IF_decode(c->decoder, bytes ? in : nothing, out, !bytes);
}

static void open_amrwb(struct call *c)
{
    c->encoder = E_IF_init();
    c->decoder = D_IF_init();
}

/* Two frames of 10 ms in a packet */
static int lc3_in(struct call *c, const int16_t *in, uint8_t *out)
{
    int bytes = lc3_frame_bytes(10000, c->bitrate);

    for (int half = 0; half < 2; half++)
        lc3_encode(c->encoder, LC3_PCM_FORMAT_S16, in + half * c->frames / 2, 1,
                   bytes, out + half * bytes);
    return 2 * bytes;
}

static void lc3_out(struct call *c, const uint8_t *in, int bytes, int16_t *out)
{
    int frame = lc3_frame_bytes(10000, c->bitrate);

    for (int half = 0; half < 2; half++)
        lc3_decode(c->decoder, bytes ? in + half * frame : NULL, frame,
                   LC3_PCM_FORMAT_S16, out + half * c->frames / 2, 1);
}

static void open_lc3(struct call *c)
{
    int rate = c->rate_hz;

    c->encoder =
        lc3_setup_encoder(10000, rate, 0,
                          must(malloc(lc3_encoder_size(10000, rate)), "lc3"));
    c->decoder =
        lc3_setup_decoder(10000, rate, 0,
                          must(malloc(lc3_decoder_size(10000, rate)), "lc3"));
}

/* Two frames of 10 ms in a packet; the length of each stands before it */
static int g729_in(struct call *c, const int16_t *in, uint8_t *out)
{
    for (int half = 0; half < 2; half++) {
        uint8_t length;

        bcg729Encoder(c->encoder, in + half * 80, out + half * 10, &length);
    }
    return 20;
}

static void g729_out(struct call *c, const uint8_t *in, int bytes, int16_t *out)
{
    for (int half = 0; half < 2; half++)
        bcg729Decoder(c->decoder, bytes ? in + half * 10 : NULL, 10, !bytes, 0,
                      0, out + half * 80);
}

static void open_g729(struct call *c)
{
    c->encoder = initBcg729EncoderChannel(0);
    c->decoder = initBcg729DecoderChannel();
}

/* Codecs without concealment borrow that of G.711, appendix I */
static void conceal(struct call *c, int bytes, int16_t *out)
{
    if (bytes)
        plc_rx(c->plc, out, c->frames);
    else
        plc_fillin(c->plc, out, c->frames);
}

static int g711_in(struct call *c, const int16_t *in, uint8_t *out)
{
    for (int i = 0; i < c->frames; i++)
        out[i] = linear_to_alaw(in[i]);
    return c->frames;
}

static void g711_out(struct call *c, const uint8_t *in, int bytes, int16_t *out)
{
    for (int i = 0; i < bytes; i++)
        out[i] = alaw_to_linear(in[i]);
    conceal(c, bytes, out);
}

static void open_g711(struct call *c)
{
    c->plc = plc_init(NULL);
}

static int g722_in(struct call *c, const int16_t *in, uint8_t *out)
{
    return g722_encode(c->encoder, out, in, c->frames);
}

static void g722_out(struct call *c, const uint8_t *in, int bytes, int16_t *out)
{
    if (bytes)
        g722_decode(c->decoder, out, in, bytes);
    conceal(c, bytes, out);
}

static void open_g722(struct call *c)
{
    c->encoder = g722_encode_init(NULL, c->bitrate, G722_PACKED);
    c->decoder = g722_decode_init(NULL, c->bitrate, G722_PACKED);
    c->plc = plc_init(NULL);
}

static int gsm_in(struct call *c, const int16_t *in, uint8_t *out)
{
    int16_t copy[MOST_FRAMES];

    memcpy(copy, in, (size_t)c->frames * sizeof(copy[0]));
    gsm_encode(c->encoder, copy, out);
    return (int)sizeof(gsm_frame);
}

static void gsm_out(struct call *c, const uint8_t *in, int bytes, int16_t *out)
{
    gsm_frame frame;

    if (bytes) {
        memcpy(frame, in, sizeof(frame));
        gsm_decode(c->decoder, frame, out);
    }
    conceal(c, bytes, out);
}

static void open_gsm(struct call *c)
{
    c->encoder = gsm_create();
    c->decoder = gsm_create();
    c->plc = plc_init(NULL);
}

static const struct codec {
    const char *name;
    int rate_hz;
    void (*open)(struct call *call);
    int (*encode)(struct call *call, const int16_t *in, uint8_t *out);
    void (*decode)(struct call *call, const uint8_t *in, int bytes,
                   int16_t *out);
} codecs[] = {
    { "opus", 48000, open_opus, opus_in, opus_out },
    { "lc3", 48000, open_lc3, lc3_in, lc3_out },
    { "amrwb", 16000, open_amrwb, amrwb_in, amrwb_out },
    { "speexwb", 16000, open_speex, speex_in, speex_out },
    { "g722", 16000, open_g722, g722_in, g722_out },
    { "amrnb", 8000, open_amrnb, amrnb_in, amrnb_out },
    { "speexnb", 8000, open_speex, speex_in, speex_out },
    { "g729", 8000, open_g729, g729_in, g729_out },
    { "gsm", 8000, open_gsm, gsm_in, gsm_out },
    { "g711", 8000, open_g711, g711_in, g711_out },
};

static void begin_call(struct call *c, const char *name, int bitrate)
{
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        const struct codec *codec = &codecs[i];

        if (strcmp(codec->name, name))
            continue;
        *c = (struct call){ .rate_hz = codec->rate_hz,
                            .frames = codec->rate_hz / 50,
                            .bitrate = bitrate,
                            .encode = codec->encode,
                            .decode = codec->decode };
        codec->open(c);
        return;
    }
    die("no such codec");
}

/* -------------------------------------------------------------- network */

struct packet {
    int bytes;
    double late_ms;
    int is_lost;
    uint8_t data[MOST_BYTES];
};

/* Uniform, 0 to 1: xorshift64* (Vigna 2016) */
static double draw(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * 0x2545f4914f6cdd1du) >> 11) / 9007199254740992.0;
}

/* Lose bursts until so many are lost, in an order that does not depend on how
   many; the first packet arrives, since nobody conceals it */
static void lose(struct packet *p, int count, double percent, int burst,
                 uint64_t *state)
{
    int *order = must(calloc((size_t)count, sizeof(*order)), "memory");
    int left = (int)lround(percent / 100 * count);

    for (int i = 0; i < count; i++) {
        int k = (int)(draw(state) * (i + 1));

        order[i] = order[k];
        order[k] = i;
    }
    for (int i = 0; i < count && left > 0; i++)
        for (int k = order[i]; k < order[i] + burst && k < count; k++) {
            if (k == 0 || p[k].is_lost || left == 0)
                continue;
            p[k].is_lost = 1;
            left--;
        }
    free(order);
}

/* Lateness beyond the least delay: exponential, as queues make it */
static void delay(struct packet *p, int count, double jitter_ms,
                  uint64_t *state)
{
    for (int i = 0; i < count; i++)
        p[i].late_ms = -jitter_ms * log(1 - draw(state));
}

/*
 * Play the packets. The buffer holds `slack_ms` of sound; a packet that is later
 * than that is awaited for as many packets as it takes, each concealed, which
 * makes the buffer longer. When for a second no packet needed one of the
 * packets that it holds, it skips one.
 */
static int play(struct call *c, const struct packet *p, int count, int16_t *out,
                int room)
{
    double slack_ms = 0;
    double needed_ms = 0;
    int since = 0;
    int played = 0;

    for (int i = 0; i < count; i++) {
        const struct packet *packet = &p[i];

        while (!packet->is_lost && packet->late_ms > slack_ms &&
               played < room) {
            c->decode(c, NULL, 0, out + played++ * c->frames);
            slack_ms += 20;
            since = 0;
            needed_ms = packet->late_ms;
        }
        if (!packet->is_lost)
            needed_ms = fmax(needed_ms, packet->late_ms);
        if (++since >= 50) {
            int has_room = slack_ms - 20 >= needed_ms;

            since = 0;
            needed_ms = 0;
            slack_ms -= has_room ? 20 : 0;
            if (has_room)
                continue; /* this one is skipped */
        }
        if (played < room)
            c->decode(c, packet->data, packet->is_lost ? 0 : packet->bytes,
                      out + played++ * c->frames);
    }
    return played;
}

/* ---------------------------------------------------------------- files */

static int16_t *read_all(const char *path, const struct call *c, int *packets,
                         sf_count_t *frames)
{
    SF_INFO info = { 0 };
    SNDFILE *file = must(sf_open(path, SFM_READ, &info), path);
    int16_t *x;

    if (info.samplerate != c->rate_hz || info.channels != 1)
        die("is not mono at the codec's rate");
    *frames = info.frames;
    *packets = (int)((info.frames + c->frames - 1) / c->frames);
    x = must(calloc((size_t)*packets * (size_t)c->frames, sizeof(*x)),
             "memory");
    if (sf_readf_short(file, x, info.frames) != info.frames)
        die("cannot be read");
    sf_close(file);
    return x;
}

static void write_all(const char *path, const struct call *c, const int16_t *y,
                      sf_count_t frames)
{
    SF_INFO info = { .samplerate = c->rate_hz,
                     .channels = 1,
                     .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
    SNDFILE *file = must(sf_open(path, SFM_WRITE, &info), path);

    if (sf_writef_short(file, y, frames) != frames || sf_close(file))
        die("cannot be written");
}

static void write_coded(const char *path, const struct packet *p, int count)
{
    FILE *file = must(fopen(path, "wb"), path);

    for (int i = 0; i < count; i++)
        fwrite(p[i].data, 1, (size_t)p[i].bytes, file);
    if (fclose(file))
        die("cannot be written");
}

int main(int argc, char **argv)
{
    struct call call;
    struct packet *packets;
    sf_count_t frames;
    int count;

    if (argc != 10)
        die("see the source");
    begin_call(&call, argv[1], atoi(argv[2]));

    double jitter_ms = atof(argv[8]);
    uint64_t loss_seed = (uint64_t)atol(argv[9]) * 2 + 1;
    uint64_t jitter_seed = loss_seed + 0x9e3779b97f4a7c15u;
    int16_t *x = read_all(argv[3], &call, &count, &frames);
    int room = jitter_ms > 0 ? 2 * count : count;
    int16_t *y = must(calloc((size_t)room * (size_t)call.frames, sizeof(*y)),
                      "memory");

    packets = must(calloc((size_t)count, sizeof(*packets)), "memory");
    for (int i = 0; i < count; i++)
        packets[i].bytes = call.encode(&call, x + i * call.frames,
                                       packets[i].data);
    lose(packets, count, atof(argv[6]), atoi(argv[7]), &loss_seed);
    delay(packets, count, jitter_ms, &jitter_seed);
    count = play(&call, packets, count, y, room);
    write_coded(argv[5], packets, (int)((frames + call.frames - 1) /
                                        call.frames));
    write_all(argv[4], &call, y, (sf_count_t)count * call.frames);
    return 0;
}
