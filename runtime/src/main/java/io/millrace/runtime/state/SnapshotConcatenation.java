package io.millrace.runtime.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes one snapshot of several that follow each other, so that a chain does not grow without end.
 *
 * <p>The blocks of each key group are put behind each other as they are: whoever reads them takes
 * the last record of each key. All snapshots must be of one store, which numbers its states the
 * same way as long as it lives, and of the same key groups.
 *
 * <p>Threads: one; blocks.
 */
public final class SnapshotConcatenation {
    /** Where the base's checkpoint id stands in the header. */
    private static final int BASE_ID = 20;

    private static final int FIRST_GROUP = 29;
    private static final int LAST_GROUP = 33;

    private SnapshotConcatenation() {}

    /**
     * @param snapshots in their order, each built on the one before
     * @throws IOException what inputs and output throw; if an input is damaged, with its name
     */
    public static void write(List<? extends SnapshotInput> snapshots, SnapshotOutput output)
            throws IOException {
        List<SnapshotReader> readers = new ArrayList<>();
        for (SnapshotInput snapshot : snapshots) {
            readers.add(new SnapshotReader(snapshot));
        }
        byte[] first = readers.get(0).header();
        byte[] last = readers.get(readers.size() - 1).header();
        // the last one knows all states
        RecordBytes header = new RecordBytes(last.length);
        header.put(last, 0, BASE_ID);
        header.put(first, BASE_ID, 8);
        header.put(last, BASE_ID + 8, last.length - 4 - BASE_ID - 8);
        SnapshotWriter writer = new SnapshotWriter(output, header);
        int lastGroup = RecordBytes.getInt(last, LAST_GROUP);
        for (int group = RecordBytes.getInt(last, FIRST_GROUP); group <= lastGroup; group++) {
            writer.begin(group);
            for (SnapshotReader reader : readers) {
                reader.copyBlocks(group, writer::block);
            }
            writer.end();
        }
        writer.finish();
    }
}
