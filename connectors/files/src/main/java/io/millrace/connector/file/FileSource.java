package io.millrace.connector.file;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.fs.Path;
import io.millrace.api.source.Boundedness;
import io.millrace.api.source.Source;
import io.millrace.api.source.SourceReader;
import io.millrace.api.source.SourceReaderContext;
import io.millrace.api.source.SplitEnumerator;
import io.millrace.api.source.SplitEnumeratorContext;
import io.millrace.api.type.ResultTypeQueryable;
import io.millrace.api.type.SimpleVersionedSerializer;
import io.millrace.api.type.TypeInformation;
import java.time.Duration;
import java.util.List;

/**
 * The records of files: of those that are there, or also of those that come later.
 *
 * <p>Paths are files or folders; folders are read with the folders in them. Names that begin with a
 * dot or an underscore are left out. A file that is watched for must come to its folder as a whole,
 * by a rename: it is read once, at the length it had when it was found.
 *
 * @param <T> the records
 */
public final class FileSource<T>
        implements Source<T, FileSourceSplit, PendingSplitsCheckpoint>, ResultTypeQueryable<T> {
    private static final long serialVersionUID = 1;

    private final StreamFormat<T> format;
    private final List<Path> paths;

    /** From one look for new files to the next; null if there is only one. */
    private final Duration pause;

    private FileSource(StreamFormat<T> format, List<Path> paths, Duration pause) {
        this.format = format;
        this.paths = paths;
        this.pause = pause;
    }

    /**
     * @param paths at least one
     */
    public static <T> FileSourceBuilder<T> forRecordStreamFormat(
            StreamFormat<T> format, Path... paths) {
        if (paths.length == 0) {
            throw new InvalidProgramException(
                    "A file source was given no path; name at least one.");
        }
        return new FileSourceBuilder<>(format, List.of(paths));
    }

    /** Sets a file source up. */
    public static final class FileSourceBuilder<T> {
        private final StreamFormat<T> format;
        private final List<Path> paths;
        private Duration pause;

        private FileSourceBuilder(StreamFormat<T> format, List<Path> paths) {
            this.format = format;
            this.paths = paths;
        }

        /**
         * Looks for new files again and again; the source then does not end.
         *
         * @param discoveryInterval from one look to the next, at least 1 ms
         */
        public FileSourceBuilder<T> monitorContinuously(Duration discoveryInterval) {
            if (discoveryInterval.toMillis() < 1) {
                throw new InvalidProgramException(
                        "A file source was told to look for files each "
                                + discoveryInterval
                                + "; it must be at least 1 ms.");
            }
            this.pause = discoveryInterval;
            return this;
        }

        /** Reads what is there when the job begins, and ends; so it is if nothing is said. */
        public FileSourceBuilder<T> processStaticFileSet() {
            this.pause = null;
            return this;
        }

        public FileSource<T> build() {
            return new FileSource<>(format, paths, pause);
        }
    }

    @Override
    public Boundedness getBoundedness() {
        return pause == null ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint> createEnumerator(
            SplitEnumeratorContext<FileSourceSplit> context) {
        return restoreEnumerator(context, null);
    }

    @Override
    public SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint> restoreEnumerator(
            SplitEnumeratorContext<FileSourceSplit> context, PendingSplitsCheckpoint checkpoint) {
        return new FileEnumerator(context, new FileFinder(paths, format), pause, checkpoint);
    }

    @Override
    public SourceReader<T, FileSourceSplit> createReader(SourceReaderContext context) {
        return new FileSourceReader<>(format, context);
    }

    @Override
    public SimpleVersionedSerializer<FileSourceSplit> getSplitSerializer() {
        return FileSplits.SPLIT;
    }

    @Override
    public SimpleVersionedSerializer<PendingSplitsCheckpoint> getEnumeratorCheckpointSerializer() {
        return FileSplits.PENDING;
    }

    @Override
    public TypeInformation<T> getProducedType() {
        return format.getProducedType();
    }
}
