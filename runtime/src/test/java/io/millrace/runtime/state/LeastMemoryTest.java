package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.Types;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.MemoryBudget;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores of all key groups that have no more memory than each needs. */
@Tag(TestStores.MANAGED_ONLY)
class LeastMemoryTest {
    private static final int KEY_GROUPS = 128;
    private static final int KEYS = 300;
    private static final long NUMBERS = 40_000;

    @TempDir Path directory;

    private BinaryStateStore open(ManagedMemory memory, String owner) {
        return new BinaryStateStore(
                new KeyedStateSettings(
                        owner,
                        Types.LONG,
                        KeyGroupRange.of(0, KEY_GROUPS, 1),
                        KEY_GROUPS,
                        new JobClasses(LeastMemoryTest.class.getClassLoader()),
                        memory.budget(owner, memory.totalBytes()),
                        () -> 0,
                        new SpillDirectories(List.of(directory))));
    }

    /** Most of all pieces are small, so that what is free lies in many places. */
    @Test
    void shouldHoldManyTimesTheMemoryInAllKeyGroupsBesideAnotherThatHasTakenAllElse() {
        try (ManagedMemory memory = new ManagedMemory(2 * Spill.LEAST_BYTES)) {
            MemoryBudget others = memory.budget("others", memory.totalBytes());
            List<Long> taken = new ArrayList<>();
            try (BinaryStateStore store = open(memory, "sessions[0]")) {
                while (others.hasBlock(512)) {
                    taken.add(others.allocate(512));
                }
                assertThat(taken.size() * 512L).isEqualTo(Spill.LEAST_BYTES);
                useAllKinds(store);
                assertThat(store.spilledBytes()).isGreaterThan(2 * Spill.LEAST_BYTES);
            }
            taken.forEach(block -> others.free(block, 512));
        }
        assertThat(directory).isDirectory();
    }

    private static void useAllKinds(KeyedStateStore store) {
        StoredList<String> list = store.list("list", Namespace.none(), Types.STRING, StateTtl.NONE);
        StoredMap<Long, String> map =
                store.map("map", Namespace.none(), Types.LONG, Types.STRING, StateTtl.NONE);
        StoredLong sum = store.longValue("sum", Namespace.panes(), StateTtl.NONE);
        OrderedState timers = store.ordered("timers", Namespace.none());
        CalendarState ends = store.calendar("ends");
        Map<Long, Deque<Long>> model = new HashMap<>();
        Random random = new Random(3);
        for (long step = 0; step < 12_000; step++) {
            long key = random.nextInt(KEYS);
            Deque<Long> steps = model.computeIfAbsent(key, k -> new ArrayDeque<>());
            store.setCurrentKey(key);
            map.put(step, SpillFiles.text(step, 0).substring(0, 60));
            timers.add(step);
            sum.setPane(step / 1000);
            sum.add(1);
            ends.add(step / 1000);
            steps.add(step);
            if (steps.size() > 40) {
                long oldest = steps.poll();
                assertThat(map.get(oldest)).isEqualTo(SpillFiles.text(oldest, 0).substring(0, 60));
                map.remove(oldest);
                assertThat(timers.delete(oldest)).isTrue();
            }
            if (step % 7 == 0 || steps.size() == 1) {
                list.add("at " + step);
            }
        }
        for (long key = 0; key < KEYS; key++) {
            store.setCurrentKey(key);
            for (long step : model.get(key)) {
                assertThat(map.get(step)).isEqualTo(SpillFiles.text(step, 0).substring(0, 60));
            }
            assertThat(list.iterator().hasNext()).isTrue();
        }
    }

    /** What tells which keys the map has is larger than memory, and goes with the last key. */
    @Test
    void shouldEmptyAMapWhoseKeysAloneAreLargerThanTheMemory() {
        try (ManagedMemory memory = new ManagedMemory(Spill.LEAST_BYTES);
                BinaryStateStore store = open(memory, "numbers[0]")) {
            StoredMap<Long, String> map =
                    store.map("map", Namespace.none(), Types.LONG, Types.STRING, StateTtl.NONE);
            store.setCurrentKey(1L);
            for (long number = 0; number < NUMBERS; number++) {
                map.put(number, "n" + number);
            }
            for (long number = 0; number < NUMBERS; number++) {
                assertThat(map.get(number)).isEqualTo("n" + number);
                map.remove(number);
            }
            assertThat(map.isEmpty()).isTrue();

            map.put(7L, "again");
            assertThat(map.get(7L)).isEqualTo("again");
            assertThat(map.get(8L)).isNull();
        }
    }

    @Test
    void shouldRefuseAStoreForWhichTooLittleIsLeft() {
        try (ManagedMemory memory = new ManagedMemory(2 * Spill.LEAST_BYTES - 512)) {
            try (BinaryStateStore first = open(memory, "sums[0]")) {
                assertThatThrownBy(() -> open(memory, "sessions[0]"))
                        .isInstanceOf(StateException.class)
                        .hasMessageContaining("sessions[0] needs at least 262144 bytes")
                        .hasMessageContaining("taskmanager.memory.managed.size")
                        .hasMessageContaining("taskmanager.memory.managed.fraction")
                        .extracting(e -> ((StateException) e).category())
                        .isEqualTo(Failure.Category.CONFIG);
            }
            open(memory, "sessions[0]").close();
        }
    }
}
