package io.millrace.connector.file.sink;

import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.Path;
import io.millrace.api.sink.CommittingSinkWriter;
import io.millrace.api.sink.StatefulSinkWriter;
import io.millrace.api.sink.WriterInitContext;
import io.millrace.api.time.ProcessingTimeService;
import io.millrace.connector.file.sink.FileWriterState.OpenPart;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the records of one subtask into hidden files, one at a time for each bucket.
 *
 * <p>All files of a sink that are not to be seen lie in one folder, {@code .inprogress-<sink>}
 * below that of the sink, under the names that they will have: who begins from a checkpoint has to
 * look into no other for what others have left.
 *
 * <p>A file that was open at the checkpoint ends there when the writer begins from it: it is cut to
 * what belongs to the checkpoint and committed with the next one. That of another job, which may
 * still be writing it, is copied.
 *
 * <p>Threads: the subtask's.
 */
final class FileWriter<IN>
        implements StatefulSinkWriter<IN, FileWriterState>,
                CommittingSinkWriter<IN, FileSinkCommittable>,
                BucketAssigner.Context {
    private static final Logger LOG = LoggerFactory.getLogger(FileWriter.class);
    private static final int COPY_BYTES = 64 << 10;

    private final FileSinkSettings<IN> settings;
    private final FileSystem files;
    private final Path base;
    private final PartName name;
    private final int parallelism;
    private final ProcessingTimeService time;
    private final Map<String, PartFile<IN>> open = new HashMap<>();
    private List<FileSinkCommittable> complete = new ArrayList<>();
    private long nextNumber;

    // of the record at hand
    private Context about;
    private long nowMillis;

    /**
     * @param states of the writers it follows; null if it begins with nothing
     */
    FileWriter(
            FileSinkSettings<IN> settings,
            WriterInitContext context,
            Collection<FileWriterState> states)
            throws IOException {
        this.settings = settings;
        this.files = settings.path().getFileSystem();
        this.base = new Path(files.qualify(settings.path().toString()));
        this.parallelism = context.getTaskInfo().getNumberOfParallelSubtasks();
        this.name =
                PartName.of(
                        context.getJobInfo().getJobId(),
                        context.getOperatorId(),
                        context.getTaskInfo().getIndexOfThisSubtask(),
                        context.getAttemptId());
        this.time = context.getProcessingTimeService();
        Set<Path> kept = new HashSet<>();
        if (states != null) {
            for (FileWriterState state : states) {
                for (OpenPart part : state.open()) {
                    kept.add(part.inProgress());
                    takeOver(state.writer(), part);
                }
            }
        }
        removeLeftOvers(states, kept);
        askLater();
    }

    private Path folder(String sink) {
        return new Path(base, ".inprogress-" + sink);
    }

    // ------------------------------------------------------------------ beginning

    private void takeOver(PartName writer, OpenPart part) throws IOException {
        boolean own = writer.sink().equals(name.sink());
        if (part.length() == 0) {
            if (own) {
                files.delete(part.inProgress().toUri());
            }
            return;
        }
        try {
            if (own) {
                files.truncate(part.inProgress().toUri(), part.length());
                complete.add(
                        new FileSinkCommittable(
                                part.inProgress(), part.target(), part.length(), false));
            } else {
                complete.add(copy(part));
            }
        } catch (FileNotFoundException e) {
            throw new IOException(
                    part.inProgress()
                            + ", of which "
                            + part.length()
                            + " bytes belong to the checkpoint, is not there. If "
                            + part.target()
                            + " is, the job went on after the checkpoint and has committed the"
                            + " file: its records would come again.",
                    e);
        }
    }

    /** The first bytes of a file, under a name of its own beside where it is to be. */
    private FileSinkCommittable copy(OpenPart part) throws IOException {
        String file = name.file(settings.names(), nextNumber++);
        Path copied = new Path(folder(name.sink()), file);
        try (InputStream in = files.open(part.inProgress().toUri(), 0);
                var out = files.create(copied.toUri(), true)) {
            byte[] buffer = new byte[COPY_BYTES];
            long left = part.length();
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new IOException(
                            part.inProgress()
                                    + " ends "
                                    + left
                                    + " bytes before what belongs to the checkpoint.");
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
        return new FileSinkCommittable(
                copied, new Path(part.target().getParent(), file), part.length(), false);
    }

    /**
     * Removes files that belong to no checkpoint any more: those that the followed writers began
     * after it, and those of earlier executions of this subtask that are younger than it; without a
     * checkpoint of this job those of all earlier executions of this subtask.
     *
     * @param states null without a checkpoint
     * @param kept never removed
     */
    private void removeLeftOvers(Collection<FileWriterState> states, Set<Path> kept)
            throws IOException {
        List<FileStatus> all;
        try {
            all = files.list(folder(name.sink()).toUri());
        } catch (FileNotFoundException e) {
            return;
        }
        for (FileStatus file : all) {
            Path path = new Path(file.path());
            Optional<PartName.Numbered> written = PartName.parse(path.getName());
            if (written.isPresent()
                    && !kept.contains(path)
                    && isLeftOver(written.get(), states)
                    && files.delete(file.path())) {
                LOG.info("Removed {}, which belongs to no checkpoint", path);
            }
        }
    }

    private boolean isLeftOver(PartName.Numbered file, Collection<FileWriterState> states) {
        boolean ofThisSubtask = file.writer().isBefore(name);
        if (states == null || isFirstOfItsJob(states)) {
            return ofThisSubtask;
        }
        for (FileWriterState state : states) {
            if (file.writer().equals(state.writer())) {
                return file.number() >= state.nextNumber();
            }
            if (ofThisSubtask
                    && state.parallelism() == parallelism
                    && state.writer().isBefore(file.writer())) {
                return true;
            }
        }
        return false;
    }

    /** Whether it begins from another job: no checkpoint of its own has anything then. */
    private boolean isFirstOfItsJob(Collection<FileWriterState> states) {
        return !states.isEmpty()
                && states.stream().noneMatch(state -> state.writer().sink().equals(name.sink()));
    }

    // ------------------------------------------------------------------ records

    @Override
    public void write(IN element, Context context) throws IOException {
        about = context;
        nowMillis = time.getCurrentProcessingTime();
        String bucket = settings.buckets().getBucketId(element, this);
        PartFile<IN> part = open.get(bucket);
        if (part != null && settings.rolling().shouldRollOnEvent(part, element)) {
            complete(bucket, part);
            part = null;
        }
        if (part == null) {
            part = begin(bucket);
        }
        part.write(element, nowMillis);
    }

    private PartFile<IN> begin(String bucket) throws IOException {
        String file = name.file(settings.names(), nextNumber++);
        Path folder = bucket.isEmpty() ? base : new Path(base, bucket);
        PartFile<IN> part =
                new PartFile<>(
                        files,
                        settings.format(),
                        bucket,
                        new Path(folder(name.sink()), file),
                        new Path(folder, file),
                        nowMillis);
        open.put(bucket, part);
        return part;
    }

    private void complete(String bucket, PartFile<IN> part) throws IOException {
        complete.add(part.complete());
        open.remove(bucket);
    }

    private void askLater() {
        time.registerTimer(
                time.getCurrentProcessingTime() + settings.bucketCheckMillis(), this::rollByTime);
    }

    private void rollByTime(long dueMillis) throws IOException {
        long now = time.getCurrentProcessingTime();
        for (Map.Entry<String, PartFile<IN>> part : List.copyOf(open.entrySet())) {
            if (settings.rolling().shouldRollOnProcessingTime(part.getValue(), now)) {
                complete(part.getKey(), part.getValue());
            }
        }
        askLater();
    }

    // ------------------------------------------------------------------ checkpoints

    @Override
    public void flush(boolean endOfInput) throws IOException {
        for (Map.Entry<String, PartFile<IN>> part : List.copyOf(open.entrySet())) {
            if (endOfInput || settings.rolling().shouldRollOnCheckpoint(part.getValue())) {
                complete(part.getKey(), part.getValue());
            } else {
                part.getValue().sync();
            }
        }
    }

    @Override
    public Collection<FileSinkCommittable> prepareCommit() {
        List<FileSinkCommittable> prepared = complete;
        complete = new ArrayList<>();
        return prepared;
    }

    @Override
    public List<FileWriterState> snapshotState(long checkpointId) {
        List<OpenPart> parts = new ArrayList<>();
        for (PartFile<IN> part : open.values()) {
            parts.add(part.synced());
        }
        return List.of(new FileWriterState(name, parallelism, nextNumber, parts));
    }

    /** Files that are not complete stay, for whoever begins from the checkpoint that has them. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (PartFile<IN> part : open.values()) {
            try {
                part.abandon();
            } catch (IOException e) {
                failure = e;
            }
        }
        open.clear();
        if (failure != null) {
            throw failure;
        }
    }

    // ------------------------------------------------------------------ for the bucket assigner

    @Override
    public long currentProcessingTime() {
        return nowMillis;
    }

    @Override
    public long currentWatermark() {
        return about.currentWatermark();
    }

    @Override
    public Long timestamp() {
        return about.timestamp();
    }
}
