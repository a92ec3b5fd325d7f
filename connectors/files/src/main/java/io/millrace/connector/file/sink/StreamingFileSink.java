package io.millrace.connector.file.sink;

import static java.util.Objects.requireNonNull;

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
        return new RowFormatBuilder<>(basePath, encoder);
    }

    /** As {@link FileSink#forBulkFormat}. */
    public static <IN> BulkFormatBuilder<IN> forBulkFormat(
            Path basePath, BulkWriter.Factory<IN> writerFactory) {
        return new BulkFormatBuilder<>(basePath, writerFactory);
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
    public static final class RowFormatBuilder<IN>
            extends FormatBuilder<
                    IN, RollingPolicy<IN, String>, StreamingFileSink<IN>, RowFormatBuilder<IN>> {
        private RowFormatBuilder(Path basePath, Encoder<IN> encoder) {
            super(
                    basePath,
                    new PartFormat.Rows<>(requireNonNull(encoder, "encoder")),
                    DefaultRollingPolicy.builder().build(),
                    StreamingFileSink::new);
        }
    }

    /** As {@link FileSink.BulkFormatBuilder}. */
    public static final class BulkFormatBuilder<IN>
            extends FormatBuilder<
                    IN,
                    CheckpointRollingPolicy<IN, String>,
                    StreamingFileSink<IN>,
                    BulkFormatBuilder<IN>> {
        private BulkFormatBuilder(Path basePath, BulkWriter.Factory<IN> factory) {
            super(
                    basePath,
                    new PartFormat.Bulk<>(requireNonNull(factory, "writerFactory")),
                    OnCheckpointRollingPolicy.build(),
                    StreamingFileSink::new);
        }
    }
}
