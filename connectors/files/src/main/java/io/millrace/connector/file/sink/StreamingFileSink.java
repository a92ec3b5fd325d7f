package io.millrace.connector.file.sink;

import io.millrace.api.fs.Path;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.serialization.BulkWriter;
import io.millrace.api.serialization.Encoder;
import io.millrace.api.sink.Committer;
import io.millrace.api.sink.CommitterInitContext;
import io.millrace.api.sink.Sink;
import io.millrace.api.sink.SinkWriter;
import io.millrace.api.sink.StatefulSinkWriter;
import io.millrace.api.sink.SupportsCommitter;
import io.millrace.api.sink.SupportsWriterState;
import io.millrace.api.sink.WriterInitContext;
import io.millrace.api.type.SimpleVersionedSerializer;
import java.io.IOException;
import java.util.Collection;

/**
 * A {@link FileSink} for programs that give it to {@code addSink}.
 *
 * @param <IN> type of the records
 */
public final class StreamingFileSink<IN>
        implements SinkFunction<IN>,
                Sink<IN>,
                SupportsWriterState<IN, FileWriterState>,
                SupportsCommitter<FileSinkCommittable> {
    private static final long serialVersionUID = 1L;

    private final FileSink<IN> sink;

    private StreamingFileSink(FileSink<IN> sink) {
        this.sink = sink;
    }

    /** As {@link FileSink#forRowFormat}. */
    public static <IN> RowFormatBuilder<IN> forRowFormat(Path basePath, Encoder<IN> encoder) {
        return new RowFormatBuilder<>(FileSink.forRowFormat(basePath, encoder));
    }

    /** As {@link FileSink#forBulkFormat}. */
    public static <IN> BulkFormatBuilder<IN> forBulkFormat(
            Path basePath, BulkWriter.Factory<IN> writerFactory) {
        return new BulkFormatBuilder<>(FileSink.forBulkFormat(basePath, writerFactory));
    }

    @Override
    public SinkWriter<IN> createWriter(WriterInitContext context) throws IOException {
        return sink.createWriter(context);
    }

    @Override
    public StatefulSinkWriter<IN, FileWriterState> restoreWriter(
            WriterInitContext context, Collection<FileWriterState> recoveredState)
            throws IOException {
        return sink.restoreWriter(context, recoveredState);
    }

    @Override
    public SimpleVersionedSerializer<FileWriterState> getWriterStateSerializer() {
        return sink.getWriterStateSerializer();
    }

    @Override
    public Committer<FileSinkCommittable> createCommitter(CommitterInitContext context) {
        return sink.createCommitter(context);
    }

    @Override
    public SimpleVersionedSerializer<FileSinkCommittable> getCommittableSerializer() {
        return sink.getCommittableSerializer();
    }

    /** As {@link FileSink.RowFormatBuilder}. */
    public static final class RowFormatBuilder<IN> {
        private final FileSink.DefaultRowFormatBuilder<IN> builder;

        private RowFormatBuilder(FileSink.DefaultRowFormatBuilder<IN> builder) {
            this.builder = builder;
        }

        public RowFormatBuilder<IN> withBucketCheckInterval(long intervalMillis) {
            builder.withBucketCheckInterval(intervalMillis);
            return this;
        }

        public RowFormatBuilder<IN> withBucketAssigner(BucketAssigner<IN, String> assigner) {
            builder.withBucketAssigner(assigner);
            return this;
        }

        public RowFormatBuilder<IN> withRollingPolicy(RollingPolicy<IN, String> policy) {
            builder.withRollingPolicy(policy);
            return this;
        }

        public RowFormatBuilder<IN> withOutputFileConfig(OutputFileConfig config) {
            builder.withOutputFileConfig(config);
            return this;
        }

        public StreamingFileSink<IN> build() {
            return new StreamingFileSink<>(builder.build());
        }
    }

    /** As {@link FileSink.BulkFormatBuilder}. */
    public static final class BulkFormatBuilder<IN> {
        private final FileSink.DefaultBulkFormatBuilder<IN> builder;

        private BulkFormatBuilder(FileSink.DefaultBulkFormatBuilder<IN> builder) {
            this.builder = builder;
        }

        public BulkFormatBuilder<IN> withBucketCheckInterval(long intervalMillis) {
            builder.withBucketCheckInterval(intervalMillis);
            return this;
        }

        public BulkFormatBuilder<IN> withBucketAssigner(BucketAssigner<IN, String> assigner) {
            builder.withBucketAssigner(assigner);
            return this;
        }

        public BulkFormatBuilder<IN> withRollingPolicy(CheckpointRollingPolicy<IN, String> policy) {
            builder.withRollingPolicy(policy);
            return this;
        }

        public BulkFormatBuilder<IN> withOutputFileConfig(OutputFileConfig config) {
            builder.withOutputFileConfig(config);
            return this;
        }

        public StreamingFileSink<IN> build() {
            return new StreamingFileSink<>(builder.build());
        }
    }
}
