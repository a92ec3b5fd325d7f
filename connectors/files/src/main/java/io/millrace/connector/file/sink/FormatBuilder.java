package io.millrace.connector.file.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.api.fs.Path;
import java.time.Duration;
import java.util.function.Function;

/**
 * Collects the settings of a sink of either format; the builders that programs see differ in the
 * rolling policies that they take and in what they build.
 *
 * @param <R> rolling policies that fit the format
 * @param <S> what is built
 * @param <T> the builder's own type
 */
abstract class FormatBuilder<
        IN, R extends RollingPolicy<IN, String>, S, T extends FormatBuilder<IN, R, S, T>> {
    private final Path path;
    private final PartFormat<IN> format;
    private final Function<FileSink<IN>, S> sink;
    private R rolling;
    private BucketAssigner<IN, String> buckets = new DateTimeBucketAssigner<>();
    private OutputFileConfig names = OutputFileConfig.builder().build();
    private long bucketCheckMillis = Duration.ofMinutes(1).toMillis();

    /**
     * @param sink makes what is built of a file sink
     */
    FormatBuilder(Path path, PartFormat<IN> format, R rolling, Function<FileSink<IN>, S> sink) {
        this.path = requireNonNull(path, "basePath");
        this.format = format;
        this.rolling = rolling;
        this.sink = sink;
    }

    @SuppressWarnings("unchecked") // each builder names itself
    private T self() {
        return (T) this;
    }

    /**
     * How often the rolling policy is asked about the time; a minute by default.
     *
     * @param intervalMillis at least 1
     */
    public T withBucketCheckInterval(long intervalMillis) {
        if (intervalMillis < 1) {
            throw new IllegalArgumentException(
                    "The bucket check interval is "
                            + intervalMillis
                            + " ms; it must be at least 1.");
        }
        bucketCheckMillis = intervalMillis;
        return self();
    }

    /** A folder for each hour by default. */
    public T withBucketAssigner(BucketAssigner<IN, String> assigner) {
        buckets = requireNonNull(assigner, "assigner");
        return self();
    }

    /**
     * {@link DefaultRollingPolicy} by default where records are written one after the other, {@link
     * OnCheckpointRollingPolicy} where files can be read only when they are complete.
     */
    public T withRollingPolicy(R policy) {
        rolling = requireNonNull(policy, "policy");
        return self();
    }

    public T withOutputFileConfig(OutputFileConfig outputFileConfig) {
        names = requireNonNull(outputFileConfig, "outputFileConfig");
        return self();
    }

    public S build() {
        return sink.apply(
                new FileSink<>(
                        new FileSinkSettings<>(
                                path, format, buckets, rolling, names, bucketCheckMillis)));
    }
}
