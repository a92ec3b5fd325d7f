package io.millrace.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.file.FileSplit;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SplitAssignmentTest {

    private static List<FileSplit> splits(List<Integer> lengths) {
        List<FileSplit> splits = new ArrayList<>();
        for (int length : lengths) {
            splits.add(new FileSplit(0, "file-" + splits.size(), 0, length, length));
        }
        return splits;
    }

    @Test
    void shouldGiveEachSubtaskAboutTheSameBytesInTheOrderOfTheInput() {
        List<FileSplit> all = splits(List.of(10, 60, 20, 30));

        List<List<FileSplit>> dealt = SplitAssignment.evenly(all, 2);

        assertThat(dealt.get(0)).containsExactly(all.get(1));
        assertThat(dealt.get(1)).containsExactly(all.get(0), all.get(2), all.get(3));
    }

    @Test
    void shouldDealSplitsOfOneLengthInTurn() {
        List<FileSplit> all = splits(List.of(0, 0, 0));

        assertThat(SplitAssignment.evenly(all, 3)).allSatisfy(own -> assertThat(own).hasSize(1));
    }

    @Property
    void shouldDealEachSplitOnceAndNoSubtaskMuchMoreThanItsShare(
            @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 100) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 6) int subtasks) {
        List<FileSplit> all = splits(lengths);

        List<List<FileSplit>> dealt = SplitAssignment.evenly(all, subtasks);

        assertThat(dealt).hasSize(subtasks);
        assertThat(dealt.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(all);
        long total = all.stream().mapToLong(FileSplit::length).sum();
        long longest = all.stream().mapToLong(FileSplit::length).max().orElse(0);
        for (List<FileSplit> own : dealt) {
            assertThat(own.stream().mapToLong(FileSplit::length).sum())
                    .isLessThanOrEqualTo(total / subtasks + longest);
        }
    }
}
