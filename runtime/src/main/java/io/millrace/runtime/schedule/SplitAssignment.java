package io.millrace.runtime.schedule;

import io.millrace.runtime.file.FileSplit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Deals the splits of a source out to its subtasks. */
public final class SplitAssignment {
    private SplitAssignment() {}

    /**
     * Gives each subtask about the same number of bytes: the longest split goes first, each to the
     * subtask that has the least. The same input always gives the same assignment.
     *
     * @return for each subtask its splits, in the order in which they were given
     */
    public static List<List<FileSplit>> evenly(List<FileSplit> splits, int subtasks) {
        List<Integer> byLength = new ArrayList<>();
        for (int i = 0; i < splits.size(); i++) {
            byLength.add(i);
        }
        byLength.sort(Comparator.comparingLong(i -> -splits.get(i).length()));
        long[] bytes = new long[subtasks];
        int[] counts = new int[subtasks];
        int[] ownerOf = new int[splits.size()];
        for (int i : byLength) {
            int least = 0;
            for (int s = 1; s < subtasks; s++) {
                if (bytes[s] < bytes[least]
                        || (bytes[s] == bytes[least] && counts[s] < counts[least])) {
                    least = s;
                }
            }
            bytes[least] += splits.get(i).length();
            counts[least]++;
            ownerOf[i] = least;
        }
        List<List<FileSplit>> assigned = new ArrayList<>();
        for (int s = 0; s < subtasks; s++) {
            assigned.add(new ArrayList<>());
        }
        for (int i = 0; i < splits.size(); i++) {
            assigned.get(ownerOf[i]).add(splits.get(i));
        }
        return assigned;
    }
}
