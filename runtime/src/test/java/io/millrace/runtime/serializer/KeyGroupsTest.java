package io.millrace.runtime.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KeyGroupsTest {
    @Property
    void shouldStayWithinBounds(
            @ForAll int hash,
            @ForAll @IntRange(min = 1, max = 32_768) int maxParallelism,
            @ForAll @IntRange(min = 1, max = 32_768) int parallelism) {
        int group = KeyGroups.of(hash, maxParallelism);
        int subtasks = Math.min(parallelism, maxParallelism);

        assertThat(group).isBetween(0, maxParallelism - 1);
        assertThat(KeyGroups.subtask(group, maxParallelism, subtasks)).isBetween(0, subtasks - 1);
    }

    @Test
    void shouldGiveEverySubtaskARangeOfGroups() {
        for (int parallelism : new int[] {1, 2, 3, 7, 100, 128}) {
            int last = -1;
            for (int group = 0; group < 128; group++) {
                int subtask = KeyGroups.subtask(group, 128, parallelism);
                assertThat(subtask - last).isBetween(0, 1);
                last = subtask;
            }
            assertThat(last).isEqualTo(parallelism - 1);
        }
    }

    @Test
    void shouldSpreadSmallNumbers() {
        int[] counts = new int[8];
        for (int key = 0; key < 8000; key++) {
            counts[KeyGroups.subtask(KeyGroups.of(key, 128), 128, 8)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(800, 1200);
        }
    }

    @Test
    void shouldChooseKeyGroupsAsFlinkDoes() {
        assertThat(KeyGroups.defaultMaxParallelism(1)).isEqualTo(128);
        assertThat(KeyGroups.defaultMaxParallelism(85)).isEqualTo(128);
        assertThat(KeyGroups.defaultMaxParallelism(86)).isEqualTo(256);
        assertThat(KeyGroups.defaultMaxParallelism(200)).isEqualTo(512);
        assertThat(KeyGroups.defaultMaxParallelism(30_000)).isEqualTo(32_768);
    }
}
