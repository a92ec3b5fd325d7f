package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.Types;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of sums that are much larger than the memory for them. */
class SpillTablesTest {
    @TempDir Path directory;

    /** Sums by key, and by key and pane. */
    private static final class Tables {
        final KeyedStateStore store;
        final StoredLong sum;
        final StoredLong panes;

        Tables(KeyedStateStore store, StateTtl ttl) {
            this.store = store;
            sum = store.longValue("sum", Namespace.none(), ttl);
            panes = store.longValue("panes", Namespace.panes(), ttl);
        }

        void add(long[] model, int key, long delta) {
            store.setCurrentKey((long) key);
            assertThat(sum.add(delta)).isEqualTo(model[key] + delta);
            model[key] += delta;
            panes.setPane(key & 3);
            panes.put(model[key]);
        }

        void check(long[] model) throws Exception {
            for (int key = 0; key < model.length; key += 11) {
                store.setCurrentKey((long) key);
                assertThat(sum.get(0)).isEqualTo(model[key]);
                panes.setPane(key & 3);
                assertThat(panes.get(0)).isEqualTo(model[key]);
            }
            long[] count = {0};
            store.forEachKey(sum, key -> count[0]++);
            assertThat(count[0]).isEqualTo(LongStream.of(model).filter(s -> s != 0).count());
        }
    }

    @Test
    void shouldHoldTablesLargerThanMemoryAndSaveAndRestoreThem() throws Exception {
        try (TestStores stores = new TestStores(1 << 20, directory)) {
            Tables tables = new Tables(stores.open(Types.LONG), StateTtl.NONE);
            long[] model = new long[100_000];
            for (int key = 0; key < model.length; key++) {
                tables.add(model, key, key + 1);
            }
            assertThat(tables.store.spilledBytes()).isGreaterThan(10 << 20);
            Random random = new Random(5);
            SnapshotChain chain = new SnapshotChain(directory);
            for (int round = 1; round <= 3; round++) {
                StateSnapshot snapshot = tables.store.snapshot(round, SnapshotKind.INCREMENTAL);
                long[] then = model.clone();
                for (int i = 0; i < 1_000; i++) {
                    tables.add(model, random.nextInt(model.length), random.nextInt(100));
                }
                chain.write(snapshot, round);
                tables.store.confirm(round);
                for (int i = 0; i < 5_000; i++) {
                    int key = random.nextInt(model.length);
                    tables.store.setCurrentKey((long) key);
                    if (random.nextInt(3) == 0) {
                        tables.sum.clear();
                        tables.panes.setPane(key & 3);
                        tables.panes.clear();
                        model[key] = 0;
                    } else {
                        tables.add(model, key, 1);
                    }
                }
                try (TestStores others = new TestStores(1 << 20, directory);
                        KeyedStateStore restored = others.open(Types.LONG)) {
                    chain.restoreInto(restored);
                    new Tables(restored, StateTtl.NONE).check(then);
                }
            }
            tables.check(model);
            tables.store.close();
        }
        SpillFiles.assertThatNoneIsLeft(directory);
    }

    @Test
    void shouldForgetWhatHasExpiredOnDisk() {
        try (TestStores stores = new TestStores(1 << 20, directory)) {
            StateTtl ttl =
                    new StateTtl(
                            1_000,
                            StateTtl.Update.ON_CREATE_AND_WRITE,
                            StateTtl.Visibility.NEVER_RETURN_EXPIRED);
            Tables tables = new Tables(stores.open(Types.LONG), ttl);
            long[] model = new long[60_000];
            for (int round = 0; round < 3; round++) {
                for (int key = 0; key < model.length; key++) {
                    tables.add(model, key, 1);
                }
                stores.wallMillis += 1_000;
                Arrays.fill(model, 0);
            }
            long spilled = tables.store.spilledBytes();
            assertThat(spilled).isPositive();
            // others are written, and what nobody asks for goes meanwhile
            for (int i = 0; i < 150_000; i++) {
                tables.store.setCurrentKey(i % 50L);
                tables.sum.put(i);
            }
            for (int key = 50; key < model.length; key += 7) {
                tables.store.setCurrentKey((long) key);
                assertThat(tables.sum.isEmpty()).isTrue();
            }
        }
    }

    @Test
    void shouldKeepPagesInMemoryThatAreUsed() {
        try (TestStores stores = new TestStores(1 << 20, directory)) {
            Tables tables = new Tables(stores.open(Types.LONG), StateTtl.NONE);
            long[] model = new long[150_000];
            for (int key = 0; key < model.length; key++) {
                tables.add(model, key, 1);
            }
            // twelve keys again and again, among others that come once
            SpillFile file = ((BinaryStateStore) tables.store).spill().file();
            long reads = file.reads();
            for (int i = 0; i < 5_000; i++) {
                tables.add(model, i, 1);
                for (int hot = 0; hot < 12; hot++) {
                    tables.add(model, 140_000 + hot, 1);
                }
            }
            // a page for each of the two states, and a tenth for what is in use
            assertThat(file.reads() - reads).isLessThan(5_000 * 2 * 11 / 10);
        }
    }
}
