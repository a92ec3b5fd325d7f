package io.millrace.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ManagedMemoryTest {

    @Property(tries = 50)
    void shouldNeverLendOneByteTwice(@ForAll long seed) {
        Random random = new Random(seed);
        long total = 1L << (20 + random.nextInt(7)) | random.nextInt(1 << 20);
        try (ManagedMemory memory = new ManagedMemory(total)) {
            MemoryBudget budget = memory.budget("test", total);
            Map<Long, Integer> lent = new HashMap<>();
            List<Long> order = new ArrayList<>();
            long sum = 0;
            for (int i = 0; i < 2000; i++) {
                if (random.nextInt(5) < 3) {
                    int bytes = 512 << random.nextInt(8);
                    if (sum + bytes > memory.totalBytes()) {
                        assertThatThrownBy(() -> budget.allocate(bytes))
                                .isInstanceOf(InsufficientManagedMemoryException.class);
                        continue;
                    }
                    long block;
                    try {
                        block = budget.allocate(bytes);
                    } catch (InsufficientManagedMemoryException e) {
                        continue; // there is room, but not in one piece
                    }
                    assertThat(Memory.getLong(block)).isZero();
                    assertThat(Memory.getLong(block + bytes - 8)).isZero();
                    assertThat(block % Math.min(bytes, 32 << 10)).isZero();
                    Memory.fill(block, bytes, (byte) order.size());
                    Memory.putInt(block, order.size());
                    lent.put(block, bytes);
                    order.add(block);
                    sum += bytes;
                } else if (!order.isEmpty()) {
                    int which = random.nextInt(order.size());
                    Long block = order.get(which);
                    Integer bytes = lent.remove(block);
                    if (bytes != null) {
                        assertThat(Memory.getInt(block)).isEqualTo(which);
                        assertThat(Memory.getByte(block + bytes - 1)).isEqualTo((byte) which);
                        budget.free(block, bytes);
                        sum -= bytes;
                        order.set(which, 0L);
                    }
                }
                assertThat(budget.usedBytes()).isEqualTo(sum);
                assertThat(memory.lentBytes()).isEqualTo(sum);
            }
            lent.forEach(budget::free);
            // all in one piece again
            long whole = Long.highestOneBit(Math.min(total, ManagedMemory.MAX_BLOCK_BYTES));
            budget.free(budget.allocate((int) whole), (int) whole);
        }
    }

    @Test
    void shouldRefuseMoreThanTheBudget() {
        try (ManagedMemory memory = new ManagedMemory(1 << 20)) {
            MemoryBudget small = memory.budget("sessions[3]", 1024);
            long block = small.allocate(1024);
            assertThatThrownBy(() -> small.allocate(512))
                    .isInstanceOf(InsufficientManagedMemoryException.class)
                    .hasMessageStartingWith(
                            "The managed memory for sessions[3] is used up: it has 1024 of 1024"
                                    + " bytes and needs 512 more");
            small.free(block, 1024);
        }
    }

    @Test
    void shouldLeaveToEachUserWhatItWasPromised() {
        try (ManagedMemory memory = new ManagedMemory(8 << 10)) {
            MemoryBudget small = memory.budget("sums[0]", 8 << 10);
            MemoryBudget large = memory.budget("sessions[0]", 8 << 10);
            assertThat(small.promise(2 << 10)).isTrue();
            long first = large.allocate(4 << 10);
            assertThat(large.freeBytes()).isEqualTo(2 << 10);
            assertThatThrownBy(() -> large.allocate(4 << 10))
                    .isInstanceOf(InsufficientManagedMemoryException.class);

            long own = small.allocate(1 << 10);
            assertThat(large.freeBytes()).as("one was taken").isEqualTo(2 << 10);
            assertThat(small.freeBytes()).isEqualTo(3 << 10);
            small.free(own, 1 << 10);
            assertThat(large.freeBytes()).as("and given back").isEqualTo(2 << 10);

            assertThat(large.promise(7 << 10)).as("more than there is").isFalse();
            small.renounce();
            assertThat(large.freeBytes()).isEqualTo(4 << 10);
            large.free(first, 4 << 10);
        }
    }

    @Test
    void shouldKeepAPromiseWhileAnotherThreadTakesWhatItGets() throws Exception {
        try (ManagedMemory memory = new ManagedMemory(2 << 10)) {
            MemoryBudget promised = memory.budget("sums[0]", 2 << 10);
            MemoryBudget other = memory.budget("sessions[0]", 2 << 10);
            assertThat(promised.promise(1 << 10)).isTrue();
            AtomicBoolean over = new AtomicBoolean();
            Thread greedy = new Thread(() -> takeWhatThereIs(other, over));
            greedy.start();
            try {
                for (int i = 0; i < 200_000; i++) {
                    long first = promised.allocate(512);
                    long second = promised.allocate(512);
                    promised.free(first, 512);
                    promised.free(second, 512);
                }
            } finally {
                over.set(true);
                greedy.join();
            }
        }
    }

    private static void takeWhatThereIs(MemoryBudget budget, AtomicBoolean over) {
        List<Long> taken = new ArrayList<>();
        while (!over.get()) {
            try {
                taken.add(budget.allocate(512));
            } catch (InsufficientManagedMemoryException e) {
                taken.forEach(block -> budget.free(block, 512));
                taken.clear();
            }
        }
        taken.forEach(block -> budget.free(block, 512));
    }

    @Test
    void shouldSayWhetherWhatIsFreeLiesInPieces() {
        try (ManagedMemory memory = new ManagedMemory(4 << 10)) {
            MemoryBudget budget = memory.budget("test", 4 << 10);
            assertThat(budget.hasBlock(4 << 10)).isTrue();
            long[] blocks = new long[8];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = budget.allocate(512);
            }
            for (int i = 0; i < blocks.length; i += 2) {
                budget.free(blocks[i], 512);
            }
            assertThat(budget.freeBytes()).isEqualTo(2 << 10);
            assertThat(budget.hasBlock(512)).isTrue();
            assertThat(budget.hasBlock(1 << 10)).isFalse();
            for (int i = 1; i < blocks.length; i += 2) {
                budget.free(blocks[i], 512);
            }
            assertThat(budget.hasBlock(4 << 10)).isTrue();
        }
    }

    @Test
    void shouldTellOfBlocksThatWereNotGivenBack() {
        ManagedMemory memory = new ManagedMemory(1 << 20);
        MemoryBudget budget = memory.budget("test", 1 << 20);
        budget.allocate(512);
        assertThatThrownBy(memory::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("512 bytes of managed memory were not given back");
    }

    @Test
    void shouldFindUseOfWhatWasGivenBackWhereAssertionsAreOn() {
        try (ManagedMemory memory = new ManagedMemory(1 << 20)) {
            MemoryBudget budget = memory.budget("test", 1 << 20);
            long block = budget.allocate(512);
            Memory.putLong(block + 504, 1);
            assertThatThrownBy(() -> Memory.putLong(block + 505, 1))
                    .isInstanceOf(AssertionError.class);
            budget.free(block, 512);
            assertThatThrownBy(() -> Memory.getLong(block))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("is not allocated");
        }
    }
}
