package io.millrace.connector.file.sink;

import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.Path;
import java.io.IOException;

/**
 * A file that is being written.
 *
 * <p>Threads: the subtask's.
 *
 * @param <IN> type of the records
 */
final class PartFile<IN> implements PartFileInfo<String> {
    private final String bucket;
    private final Path inProgress;
    private final Path target;
    private final long createdMillis;
    private final BufferedPart out;
    private final PartFormat.Content<IN> content;
    private long updatedMillis;
    private long syncedBytes;

    /** Creates the file. */
    PartFile(
            FileSystem files,
            PartFormat<IN> format,
            String bucket,
            Path inProgress,
            Path target,
            long nowMillis)
            throws IOException {
        this.bucket = bucket;
        this.inProgress = inProgress;
        this.target = target;
        this.createdMillis = nowMillis;
        this.updatedMillis = nowMillis;
        this.out = new BufferedPart(files.createSyncable(inProgress.toUri()));
        try {
            this.content = format.begin(out);
        } catch (IOException | RuntimeException e) {
            out.abandon();
            throw e;
        }
    }

    void write(IN element, long nowMillis) throws IOException {
        content.write(element);
        updatedMillis = nowMillis;
    }

    /** Makes what it has so far stay. */
    void sync() throws IOException {
        out.sync();
        syncedBytes = out.getPos();
    }

    /** The file as far as it is sure to stay. */
    FileWriterState.OpenPart synced() {
        return new FileWriterState.OpenPart(inProgress, target, syncedBytes);
    }

    /** Ends the file. */
    FileSinkCommittable complete() throws IOException {
        content.end();
        out.close();
        return new FileSinkCommittable(inProgress, target, out.getPos(), false);
    }

    /** Stops writing; what is there is left to whoever begins from a checkpoint. */
    void abandon() throws IOException {
        out.abandon();
    }

    @Override
    public String getBucketId() {
        return bucket;
    }

    @Override
    public long getCreationTime() {
        return createdMillis;
    }

    @Override
    public long getSize() {
        return out.getPos();
    }

    @Override
    public long getLastUpdateTime() {
        return updatedMillis;
    }
}
