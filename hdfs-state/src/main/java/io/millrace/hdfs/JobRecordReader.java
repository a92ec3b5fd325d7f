package io.millrace.hdfs;

import io.millrace.api.fs.FileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Looks into a job record without taking it over: a worker that lost its master finds the next
 * one's address here, a client the end of a job.
 *
 * <p>Threads: any; each call blocks on the file system. An IOException means that nobody knows: ask
 * again.
 */
public final class JobRecordReader {
    private final JobRecord record;

    public JobRecordReader(FileSystem files, String haDir, String application) {
        this.record = JobRecord.of(files, haDir, application);
    }

    /** The epoch that owns the record; empty if there is no record, or it is just being renamed. */
    public OptionalInt epoch() throws IOException {
        try {
            return record.owner();
        } catch (FileNotFoundException e) {
            return OptionalInt.empty();
        }
    }

    /** A record of the epoch that owns the record now; empty if there is none of that name. */
    public Optional<byte[]> read(String name) throws IOException {
        OptionalInt epoch = epoch();
        return epoch.isEmpty() ? Optional.empty() : read(epoch.getAsInt(), name);
    }

    /**
     * The record that an epoch writes about itself, named {@code (kind)-(epoch)}, as {@code
     * address-2}; of the epoch that owns the record now. Empty until it was written.
     */
    public Optional<OfEpoch> readNewest(String kind) throws IOException {
        OptionalInt epoch = epoch();
        if (epoch.isEmpty()) {
            return Optional.empty();
        }
        int owner = epoch.getAsInt();
        return read(owner, kind + "-" + owner).map(content -> new OfEpoch(owner, content));
    }

    private Optional<byte[]> read(int epoch, String name) throws IOException {
        try {
            return Optional.of(record.read(record.entry(epoch, name)));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    /** Removes all of it, for after the job's end was recorded; false if there was nothing. */
    public boolean sweep() throws IOException {
        return record.files().delete(record.folder());
    }

    /** A record and the epoch that wrote it. */
    public record OfEpoch(int epoch, byte[] content) {}
}
