/* SPDX-License-Identifier: BSD-2-Clause */
#include "sink.h"

#include "report.h"

int sink_open(struct sink *sink, const struct options *options,
              const struct manifest *manifest)
{
    *sink = (struct sink){ .manifest = manifest };
    if (output_open(&sink->csv, options->csv))
        return -1;
    if (output_open(&sink->jsonl, options->jsonl)) {
        output_drop(&sink->csv);
        return -1;
    }
    sink->writer.stream = sink->csv.stream;
    if (sink->csv.stream)
        results_csv_header(&sink->writer, manifest);
    return 0;
}

void sink_put(struct sink *sink, const struct item *item,
              const struct score *score)
{
    if (sink->csv.stream)
        results_csv_row(&sink->writer, sink->manifest, item, score);
    if (sink->jsonl.stream &&
        results_json_row(sink->jsonl.stream, sink->manifest, item, score))
        sink->has_failed = 1;
}

int sink_finish(struct sink *sink)
{
    if (sink->has_failed) {
        complain(NULL, "out of memory");
        sink_drop(sink);
        return -1;
    }
    if (output_finish(&sink->csv) | output_finish(&sink->jsonl))
        return -1;
    return 0;
}

void sink_drop(struct sink *sink)
{
    output_drop(&sink->csv);
    output_drop(&sink->jsonl);
}
