/* SPDX-License-Identifier: BSD-2-Clause */
/* Versions, and the words for settings, scores and conditions. */
#include "map/map.h"
#include "opine.h"

#define STRING(x)        #x
#define VERSION(a, b, c) STRING(a) "." STRING(b) "." STRING(c)

const char *opine_version(void)
{
    return VERSION(OPINE_VERSION_MAJOR, OPINE_VERSION_MINOR,
                   OPINE_VERSION_PATCH);
}

int opine_version_number(void)
{
    return OPINE_VERSION_MAJOR * 10000 + OPINE_VERSION_MINOR * 100 +
           OPINE_VERSION_PATCH;
}

const char *opine_model_version(void)
{
    return opine_model.version;
}

const char *opine_status_text(int status)
{
    switch (status) {
    case OPINE_OK:
        return "success";
    case OPINE_ERR_MEMORY:
        return "out of memory";
    case OPINE_ERR_ARGUMENT:
        return "an argument is missing or out of its range";
    case OPINE_ERR_RATE:
        return "the sampling rate is not within 8000 to 192000 Hz";
    case OPINE_ERR_CHANNELS:
        return "the number of channels is not within 1 to 64";
    case OPINE_ERR_SHORT:
        return "less than 0.25 s to compare";
    case OPINE_ERR_LONG:
        return "longer than 4 hours";
    case OPINE_ERR_REFERENCE_SILENT:
        return "the reference is silent";
    case OPINE_ERR_REFERENCE_VALUE:
        return "the reference holds samples that are not finite numbers";
    case OPINE_ERR_DEGRADED_VALUE:
        return "the degraded holds samples that are not finite numbers";
    case OPINE_ERR_CPU:
        return "this machine or build lacks the CPU level asked for";
    case OPINE_ERR_READ:
        return "a recording could not be read to its end";
    default:
        return "unknown status";
    }
}

/* -------------------------------------------------------------- causes */

static const struct opine_cause_info causes[OPINE_CAUSES] = {
    [OPINE_NOISE] = { "noise", "sone", "added noise", 1, 1 },
    [OPINE_ECHO] = { "echo", "sone", "echo or reverberation", 1, 1 },
    [OPINE_DISTORTION] = { "distortion", "sone", "other added sound", 1, 1 },
    [OPINE_MISSING] = { "missing", "sone", "lost parts of the sound", 1, 1 },
    [OPINE_GAPS] = { "gaps", "%", "silence instead of sound", 1, 1 },
    [OPINE_BANDWIDTH] = { "bandwidth", "Hz", "highest frequency kept", -1, 1 },
    [OPINE_UNRELATED] = { "unrelated", "", "other material than the reference",
                          1, 1 },
    [OPINE_PAUSE_NOISE] = { "pause_noise", "sone", "sound in pauses", 1, 0 },
    [OPINE_LEVEL] = { "level", "dB", "level beyond the reference's", 0, 0 },
    [OPINE_CLIPPING] = { "clipping", "%", "samples in flat tops", 1, 1 },
    [OPINE_IMAGE] = { "image", "", "change of the stereo image", 1, 1 },
    [OPINE_REGENERATED] = { "regenerated", "", "fine structure made anew", 1,
                            1 },
    [OPINE_PITCH] = { "pitch", "%", "voiced sound of another pitch", 1, 0 },
};

const struct opine_cause_info *opine_cause_info(int cause)
{
    return cause >= 0 && cause < OPINE_CAUSES ? &causes[cause] : NULL;
}

const char *opine_flag_name(unsigned flag)
{
    switch (flag) {
    case OPINE_FLAG_RESAMPLED:
        return "resampled";
    case OPINE_FLAG_MIXED_DOWN:
        return "mixed_down";
    case OPINE_FLAG_LENGTH_DIFFERS:
        return "length_differs";
    case OPINE_FLAG_LOW_CONFIDENCE:
        return "low_confidence";
    case OPINE_FLAG_UNRELATED:
        return "unrelated";
    case OPINE_FLAG_DEGRADED_SILENT:
        return "degraded_silent";
    case OPINE_FLAG_SHORT:
        return "short";
    case OPINE_FLAG_BAND_LIMITED:
        return "band_limited";
    case OPINE_FLAG_POLARITY:
        return "polarity";
    case OPINE_FLAG_CLIPPED:
        return "reference_clipped";
    case OPINE_FLAG_OUT_OF_RANGE:
        return "out_of_range";
    default:
        return NULL;
    }
}

/* --------------------------------------------------- scores and settings */

const char *opine_acr_text(double mos)
{
    /* The five categories of P.800, each around its number */
    if (mos >= 4.5)
        return "Excellent";
    if (mos >= 3.5)
        return "Good";
    if (mos >= 2.5)
        return "Fair";
    return mos >= 1.5 ? "Poor" : "Bad";
}

const char *opine_verdict_text(double mos)
{
    if (mos >= 4.3)
        return "excellent";
    return mos >= 3.5 ? "acceptable" : "unacceptable";
}

const char *opine_mos_name(enum opine_band band)
{
    static const char *const names[] = { "MOS-LQOf", "MOS-LQOs", "MOS-LQOw",
                                         "MOS-LQOn" };

    return (unsigned)band < 4 ? names[band] : "";
}

const char *opine_band_name(enum opine_band band)
{
    static const char *const names[] = { "fb", "swb", "wb", "nb" };

    return (unsigned)band < 4 ? names[band] : "";
}

const char *opine_mode_name(enum opine_mode mode)
{
    static const char *const names[] = { "auto", "speech", "audio" };

    return (unsigned)mode < 3 ? names[mode] : "";
}

const char *opine_level_name(enum opine_level level)
{
    static const char *const names[] = { "match", "keep" };

    return (unsigned)level < 2 ? names[level] : "";
}

const char *opine_cpu_name(enum opine_cpu cpu)
{
    static const char *const names[] = { "best", "c", "avx2" };

    return (unsigned)cpu < 3 ? names[cpu] : "";
}
