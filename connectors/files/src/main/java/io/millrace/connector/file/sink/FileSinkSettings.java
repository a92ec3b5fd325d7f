package io.millrace.connector.file.sink;

import io.millrace.api.fs.Path;
import java.io.Serializable;

/**
 * What a program says of a sink.
 *
 * @param path folder of the sink
 * @param bucketCheckMillis how often the rolling policy is asked about the time; at least 1
 */
record FileSinkSettings<IN>(
        Path path,
        PartFormat<IN> format,
        BucketAssigner<IN, String> buckets,
        RollingPolicy<IN, String> rolling,
        OutputFileConfig names,
        long bucketCheckMillis)
        implements Serializable {}
