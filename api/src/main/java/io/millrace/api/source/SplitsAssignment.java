package io.millrace.api.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Splits to be handed to readers, by the number of the subtask. */
public final class SplitsAssignment<SplitT extends SourceSplit> {
    private final Map<Integer, List<SplitT>> assignment;

    public SplitsAssignment(Map<Integer, List<SplitT>> assignment) {
        Map<Integer, List<SplitT>> copy = new LinkedHashMap<>();
        assignment.forEach((subtask, splits) -> copy.put(subtask, List.copyOf(splits)));
        this.assignment = copy;
    }

    /** One split for one reader. */
    public SplitsAssignment(SplitT split, int subtaskId) {
        this(Map.of(subtaskId, List.of(split)));
    }

    public Map<Integer, List<SplitT>> assignment() {
        Map<Integer, List<SplitT>> copy = new LinkedHashMap<>();
        assignment.forEach((subtask, splits) -> copy.put(subtask, new ArrayList<>(splits)));
        return copy;
    }

    @Override
    public String toString() {
        return assignment.toString();
    }
}
