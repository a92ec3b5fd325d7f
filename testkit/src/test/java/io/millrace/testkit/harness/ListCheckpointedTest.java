package io.millrace.testkit.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.MapFunction;
import io.millrace.api.state.ListCheckpointed;
import io.millrace.api.type.Types;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListCheckpointedTest {
    /** Counts records in one element, and remembers them in one each. */
    private static final class Words
            implements MapFunction<String, String>, ListCheckpointed<Word> {
        private static final long serialVersionUID = 1L;
        private final List<Word> words = new ArrayList<>();
        private String restored = "new";

        @Override
        public String map(String value) {
            words.add(new Word(value, words.size()));
            return restored + " " + words;
        }

        @Override
        public List<Word> snapshotState(long checkpointId, long timestamp) {
            return words;
        }

        @Override
        public void restoreState(List<Word> state) {
            restored = "again";
            words.addAll(state);
        }
    }

    private record Word(String text, int place) implements Serializable {
        @Override
        public String toString() {
            return text + place;
        }
    }

    /** Does not say what its elements are. */
    private static final class Anything<T extends Serializable>
            implements MapFunction<String, String>, ListCheckpointed<T> {
        private static final long serialVersionUID = 1L;
        private final List<T> elements;
        private String restored = "new";

        Anything(List<T> elements) {
            this.elements = new ArrayList<>(elements);
        }

        @Override
        public String map(String value) {
            return restored;
        }

        @Override
        public List<T> snapshotState(long checkpointId, long timestamp) {
            return elements;
        }

        @Override
        public void restoreState(List<T> state) {
            restored = state.toString();
        }
    }

    private static TaskProgram program(MapFunction<String, String> function) {
        return TaskProgram.of(
                Types.STRING,
                (words, outputs) ->
                        outputs.collect("out", words.map(function).returns(Types.STRING)));
    }

    private static List<Object> next(TaskHarness task, String word) {
        task.record(0, word);
        return List.copyOf(task.take("out"));
    }

    @Test
    void shouldGiveBackWhatWasReturnedOnlyWhenTheJobIsRestored() {
        TaskProgram program = program(new Words());
        TaskSnapshot snapshot;
        try (TaskHarness task = program.start()) {
            assertThat(next(task, "a")).containsExactly(new StreamRecord<>("new [a0]"));
            assertThat(next(task, "b")).containsExactly(new StreamRecord<>("new [a0, b1]"));
            snapshot = task.snapshot(1);
        }
        try (TaskHarness task = program.start(snapshot)) {
            assertThat(next(task, "c")).containsExactly(new StreamRecord<>("again [a0, b1, c2]"));
        }
    }

    @Test
    void shouldKeepElementsOfATypeThatTheFunctionLeavesOpen() {
        TaskProgram program = program(new Anything<Serializable>(List.of("text", 4L, true)));
        TaskSnapshot snapshot;
        try (TaskHarness task = program.start()) {
            assertThat(next(task, "a")).containsExactly(new StreamRecord<>("new"));
            snapshot = task.snapshot(1);
        }
        try (TaskHarness task = program.start(snapshot)) {
            assertThat(next(task, "b")).containsExactly(new StreamRecord<>("[text, 4, true]"));
        }
    }
}
