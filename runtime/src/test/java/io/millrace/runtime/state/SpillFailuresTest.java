package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.api.type.Types;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State larger than its memory when the disk, or the storage of its snapshots, fails. */
class SpillFailuresTest {
    private static final int KEYS = 110_000;

    @TempDir Path directory;

    @Test
    void shouldSayWhichDirectoryDoesNotTakeState() throws Exception {
        Path file = Files.createFile(directory.resolve("a-file"));
        try (TestStores stores = new TestStores(2 << 20, file);
                KeyedStateStore store = stores.open(Types.LONG)) {
            StoredValue<String> text = text(store);
            assertThatThrownBy(
                            () -> {
                                for (long key = 0; key < KEYS; key++) {
                                    store.setCurrentKey(key);
                                    text.put(SpillFiles.text(key, 0));
                                }
                            })
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("sums[0]")
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("bytes")
                    .hasMessageContaining("io.tmp.dirs");
        }
    }

    private static StoredValue<String> text(KeyedStateStore store) {
        return store.value("text", Namespace.none(), Types.STRING, StateTtl.NONE);
    }

    /** All kinds of state of one store. */
    private static final class Kinds {
        final KeyedStateStore store;
        final StoredValue<String> text;
        final StoredMap<Integer, String> map;
        final StoredLong sum;
        final OrderedState timers;
        final CalendarState calendar;

        Kinds(KeyedStateStore store) {
            this.store = store;
            text = text(store);
            map = store.map("texts", Namespace.none(), Types.INT, Types.STRING, StateTtl.NONE);
            sum = store.longValue("sum", Namespace.none(), StateTtl.NONE);
            timers = store.ordered("timers", Namespace.none());
            calendar = store.calendar("ends");
        }

        void put(long key) {
            store.setCurrentKey(key);
            text.put(SpillFiles.text(key, 0).substring(0, 100));
            map.put((int) key, "of a map");
            sum.add(key);
            timers.add(key);
            calendar.add(key % 10);
        }

        void get(long key) {
            store.setCurrentKey(key);
            assertThat(text.get()).isEqualTo(SpillFiles.text(key, 0).substring(0, 100));
            assertThat(map.get((int) key)).isEqualTo("of a map");
            assertThat(sum.get(0)).isEqualTo(key);
            assertThat(timers.contains(key)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 60, 300, 1_000, 3_000})
    void shouldSayThatTheDiskIsFullAndLeaveNothingBehind(int roomKib) throws Exception {
        try (TestStores stores =
                new TestStores(
                        2 << 20,
                        directory,
                        channel -> {
                            FailingChannel failing = new FailingChannel(channel);
                            failing.roomBytes = roomKib << 10;
                            return failing;
                        })) {
            Kinds kinds = new Kinds(stores.open(Types.LONG));
            assertThatThrownBy(
                            () -> {
                                for (long key = 0; key < KEYS; key++) {
                                    kinds.put(key);
                                }
                            })
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("sums[0]")
                    .hasMessageContaining("No space left on device")
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("io.tmp.dirs");
            kinds.store.close();
        }
        SpillFiles.assertThatNoneIsLeft(directory);
    }

    @Test
    void shouldSayThatTheDiskCannotBeReadAndGoOnWhenItCan() throws Exception {
        List<FailingChannel> channels = new ArrayList<>();
        try (TestStores stores =
                new TestStores(
                        2 << 20,
                        directory,
                        channel -> {
                            channels.add(new FailingChannel(channel));
                            return channels.get(0);
                        })) {
            Kinds kinds = new Kinds(stores.open(Types.LONG));
            for (long key = 0; key < 15_000; key++) {
                kinds.put(key);
            }
            FailingChannel disk = channels.get(0);
            disk.isReadable = false;
            for (long key = 0; key < 1_500; key++) {
                long of = key * 10;
                // what is in memory can be read all the same
                Throwable thrown = catchThrowable(() -> kinds.get(of));
                if (thrown != null) {
                    assertThat(thrown)
                            .isInstanceOf(StateException.class)
                            .hasMessageContaining("Input/output error")
                            .hasMessageContaining("cannot be read")
                            .hasMessageContaining("io.tmp.dirs");
                }
            }
            assertThatThrownBy(
                            () -> {
                                for (long key = 0; key < 15_000; key++) {
                                    kinds.get(key);
                                }
                            })
                    .isInstanceOf(StateException.class);
            disk.isReadable = true;
            for (long key = 0; key < 15_000; key++) {
                kinds.get(key);
            }
            for (long key = 0; key < 15_000; key++) {
                assertThat(kinds.timers.poll(key)).isTrue();
            }
            while (kinds.calendar.poll(10)) {
                assertThat(kinds.calendar.order()).isEqualTo((Long) kinds.store.currentKey() % 10);
            }
            kinds.store.close();
        }
        SpillFiles.assertThatNoneIsLeft(directory);
    }

    @Test
    void shouldGoOnWhenStorageIsAwayAndSaveAgainWhenItIsBack() throws Exception {
        try (TestStores stores = new TestStores(8 << 20, directory);
                KeyedStateStore store = stores.open(Types.LONG)) {
            StoredValue<String> text = text(store);
            Map<Long, Integer> model = new HashMap<>();
            for (long key = 0; key < 3_000; key++) {
                store.setCurrentKey(key);
                text.put(SpillFiles.text(key, 0));
                model.put(key, 0);
            }
            for (int round = 1; round <= 3; round++) {
                // nobody writes it: storage does not answer, and all changes meanwhile
                StateSnapshot held = store.snapshot(round, SnapshotKind.INCREMENTAL);
                for (long key = 0; key < 9_000; key++) {
                    store.setCurrentKey(key);
                    text.put(SpillFiles.text(key, round) + "longer".repeat(round));
                }
                assertThatThrownBy(() -> held.write((bytes, from, count) -> {}))
                        .isInstanceOf(StateException.class)
                        .hasMessageContaining("Checkpoint " + round)
                        .hasMessageContaining("taskmanager.memory.managed");
                held.close();
                store.abort(round);
            }
            StateSnapshot failing = store.snapshot(4, SnapshotKind.INCREMENTAL);
            assertThatThrownBy(
                            () ->
                                    failing.write(
                                            (bytes, from, count) -> {
                                                throw new IOException("no storage");
                                            }))
                    .isInstanceOf(IOException.class);
            failing.close();
            store.abort(4);
            InMemorySnapshot bytes = new InMemorySnapshot();
            try (StateSnapshot snapshot = store.snapshot(5, SnapshotKind.INCREMENTAL)) {
                snapshot.write(bytes);
            }
            try (TestStores others = new TestStores(64 << 20);
                    KeyedStateStore restored = others.open(Types.LONG)) {
                restored.restore(bytes);
                StoredValue<String> found = text(restored);
                for (long key = 0; key < 9_000; key++) {
                    restored.setCurrentKey(key);
                    assertThat(found.get()).isEqualTo(SpillFiles.text(key, 3) + "longer".repeat(3));
                }
            }
        }
    }
}
