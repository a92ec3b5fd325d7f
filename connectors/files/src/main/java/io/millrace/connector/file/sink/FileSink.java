package io.millrace.connector.file.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.api.fs.Path;
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
 * Writes records into files in folders, exactly once where checkpoints are taken.
 *
 * <pre>
 * stream.sinkTo(
 *         FileSink.forRowFormat(new Path("hdfs:///out"), new SimpleStringEncoder&lt;String&gt;())
 *                 .withRollingPolicy(
 *                         DefaultRollingPolicy.builder().withMaxPartSize(64 &lt;&lt; 20).build())
 *                 .build());
 * </pre>
 *
 * <p>A file is seen under {@code (path)/(bucket)/part-...} once it is complete and a checkpoint
 * after that is, or, where none are taken, at the end of the input. Until then it lies in a hidden
 * folder, {@code (path)/.inprogress-...}. A job that begins from a checkpoint removes there what it
 * does not have; what is left by jobs that have failed for good may be removed by hand.
 *
 * <p>The path must be on a file system that renames without overwriting: the local one, or HDFS.
 *
 * @param <IN> type of the records
 */
public final class FileSink<IN>
        implements Sink<IN>,
                SupportsWriterState<IN, FileWriterState>,
                SupportsCommitter<FileSinkCommittable> {
    private static final long serialVersionUID = 1L;

    private final FileSinkSettings<IN> settings;

    FileSink(FileSinkSettings<IN> settings) {
        this.settings = settings;
    }

    /** One record after the other, as the encoder writes them. */
    public static <IN> DefaultRowFormatBuilder<IN> forRowFormat(
            Path basePath, Encoder<IN> encoder) {
        return new DefaultRowFormatBuilder<>(basePath, encoder);
    }

    /** Files that can be read only when they are complete; each ends at the next checkpoint. */
    public static <IN> DefaultBulkFormatBuilder<IN> forBulkFormat(
            Path basePath, BulkWriter.Factory<IN> writerFactory) {
        return new DefaultBulkFormatBuilder<>(basePath, writerFactory);
    }

    @Override
    public SinkWriter<IN> createWriter(WriterInitContext context) throws IOException {
        return new FileWriter<>(settings, context, null);
    }

    @Override
    public StatefulSinkWriter<IN, FileWriterState> restoreWriter(
            WriterInitContext context, Collection<FileWriterState> recoveredState)
            throws IOException {
        return new FileWriter<>(settings, context, recoveredState);
    }

    @Override
    public SimpleVersionedSerializer<FileWriterState> getWriterStateSerializer() {
        return new FileWriterState.Serializer();
    }

    @Override
    public Committer<FileSinkCommittable> createCommitter(CommitterInitContext context) {
        return new FileCommitter();
    }

    @Override
    public SimpleVersionedSerializer<FileSinkCommittable> getCommittableSerializer() {
        return new FileSinkCommittable.Serializer();
    }

    /**
     * Collects the settings of a sink that writes one record after the other.
     *
     * @param <T> the builder's own type
     */
    public static class RowFormatBuilder<IN, T extends RowFormatBuilder<IN, T>>
            extends FormatBuilder<IN, RollingPolicy<IN, String>, FileSink<IN>, T> {
        RowFormatBuilder(Path basePath, Encoder<IN> encoder) {
            super(
                    basePath,
                    new PartFormat.Rows<>(requireNonNull(encoder, "encoder")),
                    DefaultRollingPolicy.builder().build(),
                    sink -> sink);
        }
    }

    /** The builder of {@link FileSink#forRowFormat}. */
    public static final class DefaultRowFormatBuilder<IN>
            extends RowFormatBuilder<IN, DefaultRowFormatBuilder<IN>> {
        private DefaultRowFormatBuilder(Path basePath, Encoder<IN> encoder) {
            super(basePath, encoder);
        }
    }

    /**
     * Collects the settings of a sink whose files can be read only when they are complete.
     *
     * @param <T> the builder's own type
     */
    public static class BulkFormatBuilder<IN, T extends BulkFormatBuilder<IN, T>>
            extends FormatBuilder<IN, CheckpointRollingPolicy<IN, String>, FileSink<IN>, T> {
        BulkFormatBuilder(Path basePath, BulkWriter.Factory<IN> factory) {
            super(
                    basePath,
                    new PartFormat.Bulk<>(requireNonNull(factory, "writerFactory")),
                    OnCheckpointRollingPolicy.build(),
                    sink -> sink);
        }
    }

    /** The builder of {@link FileSink#forBulkFormat}. */
    public static final class DefaultBulkFormatBuilder<IN>
            extends BulkFormatBuilder<IN, DefaultBulkFormatBuilder<IN>> {
        private DefaultBulkFormatBuilder(Path basePath, BulkWriter.Factory<IN> factory) {
            super(basePath, factory);
        }
    }
}
