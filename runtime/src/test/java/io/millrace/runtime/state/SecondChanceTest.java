package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SecondChanceTest {
    private static final int PAGE_BYTES = 512;
    private static final int DEPTH = 5;

    private final ManagedMemory memory = new ManagedMemory(1 << 20);
    private final MemoryBudget budget = memory.budget("pages", 1 << 20);
    private final List<Long> pages = new ArrayList<>();
    private final SecondChance chance = new SecondChance();

    @AfterEach
    void freePages() {
        pages.forEach(page -> budget.free(page, PAGE_BYTES));
        memory.close();
    }

    /** A directory of pages, each as often in it as its depth says. */
    private long[] directory(int... depths) {
        long[] directory = new long[1 << DEPTH];
        int at = 0;
        for (int depth : depths) {
            long page = budget.allocate(PAGE_BYTES);
            pages.add(page);
            Memory.putInt(page + SecondChance.DEPTH, depth);
            SecondChance.setAll(directory, DEPTH, at, page, page);
            at += SecondChance.entries(page, DEPTH);
        }
        assertThat(at).isEqualTo(directory.length);
        return directory;
    }

    private int next(long[] directory) {
        return chance.next(directory, DEPTH);
    }

    @Test
    void shouldTakeInTurnThePagesThatNobodyHasUsedSinceTheyWereMarked() {
        long[] directory = directory(2, 2, 2, 3, 3);

        assertThat(next(directory)).isEqualTo(0);
        assertThat(Arrays.stream(directory)).allMatch(entry -> (entry & SecondChance.MARKED) != 0);

        // the one that comes next is used
        SecondChance.setAll(directory, DEPTH, 9, pages.get(1), pages.get(1));

        assertThat(next(directory)).isEqualTo(16);
        assertThat(next(directory)).isEqualTo(24);
        assertThat(directory[8]).isEqualTo(pages.get(1) | SecondChance.MARKED);
        assertThat(directory[15]).isEqualTo(directory[8]);
    }

    @Test
    void shouldPassPagesOnDiskBy() {
        long[] directory = directory(1, 2, 2);
        SecondChance.setAll(directory, DEPTH, 0, pages.get(0), 77 << 3 | SecondChance.ON_DISK);

        // once round, in which the two others are marked
        assertThat(next(directory)).isEqualTo(-1);
        assertThat(next(directory)).isEqualTo(16);
        assertThat(next(directory)).isEqualTo(24);
        assertThat(next(directory)).isEqualTo(16);
        assertThat(directory[3]).isEqualTo(77 << 3 | SecondChance.ON_DISK);
    }

    @Test
    void shouldEndWhereAllPagesAreOnDisk() {
        long[] directory = directory(0);
        SecondChance.setAll(directory, DEPTH, 0, pages.get(0), SecondChance.ON_DISK);

        assertThat(next(directory)).isEqualTo(-1);
    }

    @Test
    void shouldMarkNoMoreThanSomePagesInOneGo() {
        int[] depths = new int[32];
        Arrays.fill(depths, DEPTH);
        long[] directory = directory(depths);

        assertThat(next(directory)).isEqualTo(-1);
        assertThat(Arrays.stream(directory))
                .filteredOn(entry -> (entry & SecondChance.MARKED) != 0)
                .hasSize(8);
    }
}
