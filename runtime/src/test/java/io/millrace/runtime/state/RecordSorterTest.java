package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordSorterTest {
    @TempDir Path directory;

    private SpillFile file() {
        return new SpillFile(new SpillDirectories(List.of(directory)), "test");
    }

    /** Puts a record of state 0 without a value, whose key is these bytes. */
    private static void put(RecordSorter sorter, byte[] key, int padding) throws IOException {
        RecordBytes record = sorter.begin();
        record.putVarInt(0);
        record.putVarInt(key.length);
        record.putVarInt(padding);
        record.put(key, 0, key.length);
        record.reserve(padding);
        sorter.end();
    }

    private static byte[] key(long number) {
        byte[] key = new byte[8];
        RecordBytes.setLong(key, 0, number);
        return key;
    }

    private static List<Long> drain(RecordSorter sorter) throws IOException {
        List<Long> found = new ArrayList<>();
        sorter.drain(
                (bytes, from, length) -> {
                    int padding = bytes[from + 2] < 0 ? 4 : 3;
                    found.add(RecordBytes.getLong(bytes, from + padding));
                });
        return found;
    }

    @Test
    void shouldOrderManyTimesWhatFitsIntoItsBufferAndGiveTheDiskBack() throws IOException {
        try (SpillFile file = file();
                RecordSorter sorter = new RecordSorter(file, true)) {
            for (int group = 0; group < 2; group++) {
                TreeMap<Long, Boolean> expected = new TreeMap<>();
                Random random = new Random(group);
                // with runs enough for some of them to be made one
                for (long bytes = 0; bytes < 70L * RecordSorter.BUFFER_BYTES; bytes += 16_000) {
                    long number = random.nextInt(1 << 20);
                    expected.put(number, true);
                    put(sorter, key(number), 15_989);
                }
                assertThat(file.usedBytes()).isGreaterThan(60L * RecordSorter.BUFFER_BYTES);
                assertThat(drain(sorter)).containsExactlyElementsOf(expected.keySet());
                assertThat(file.usedBytes()).isZero();
            }
        }
    }

    @Test
    void shouldNotTouchTheDiskForWhatFits() throws IOException {
        try (SpillFile file = file();
                RecordSorter sorter = new RecordSorter(file, true)) {
            for (long number : new long[] {3, 1, 2, 3, 0}) {
                put(sorter, key(number), 0);
            }
            assertThat(drain(sorter)).containsExactly(0L, 1L, 2L, 3L);
            assertThat(drain(sorter)).isEmpty();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldGiveTheDiskBackWhenItIsClosedBeforeItsEnd() throws IOException {
        try (SpillFile file = file()) {
            try (RecordSorter sorter = new RecordSorter(file, true)) {
                for (int i = 0; i < 2_000; i++) {
                    put(sorter, key(i), 10_000);
                }
                assertThat(file.usedBytes()).isPositive();
                assertThatThrownBy(
                                () ->
                                        sorter.drain(
                                                (bytes, from, length) -> {
                                                    throw new IOException("no storage");
                                                }))
                        .isInstanceOf(IOException.class);
            }
            assertThat(file.usedBytes()).isZero();
        }
    }
}
