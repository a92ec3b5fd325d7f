package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointPreparation.Beginning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** In which order checkpoints begin, and what becomes of one whose coordinators do not answer. */
class CheckpointPreparationTest {
    private static final Beginning CHECKPOINT =
            new Beginning(CheckpointKind.CHECKPOINT, new CheckpointFolder("/c"), null);
    private static final Beginning SAVEPOINT =
            new Beginning(CheckpointKind.SAVEPOINT, CheckpointCoordinatorFixture.SAVEPOINT, null);

    private final CheckpointCoordinatorFixture f = new CheckpointCoordinatorFixture();
    private final ManualSources sources = new ManualSources();
    private final CheckpointPreparation preparation =
            new CheckpointPreparation(
                    f.ports(sources), Duration.ofSeconds(60), new RecordingListener());

    /** Coordinators that tell their states when the test lets them. */
    private final class ManualSources implements CheckpointPorts.Sources {
        private Consumer<List<CoordinatorState>> then;

        @Override
        public void prepare(long id, Consumer<List<CoordinatorState>> answer) {
            f.journal.add("prepare " + id);
            then = answer;
        }

        @Override
        public void cancelPreparation() {
            f.journal.add("cancel");
            then = null;
        }

        @Override
        public void complete(long id) {}

        void answer() {
            Consumer<List<CoordinatorState>> answered = then;
            then = null;
            answered.accept(List.of());
        }
    }

    private final class RecordingListener implements CheckpointPreparation.Listener {
        @Override
        public void prepared(Beginning beginning, long id, List<CoordinatorState> coordinators) {
            f.journal.add("begin " + beginning.kind() + " " + id);
        }

        @Override
        public void expired(Beginning beginning, long id) {
            f.journal.add("expired " + beginning.kind() + " " + id);
        }
    }

    @Test
    void shouldPrepareOneAfterTheOther() {
        preparation.add(CHECKPOINT);
        preparation.add(SAVEPOINT);
        f.time.settle();
        assertThat(f.journal).containsExactly("reserve 1000", "prepare 1");

        sources.answer();

        assertThat(f.journal).endsWith("prepare 1", "begin CHECKPOINT 1", "prepare 2");
        assertThat(preparation.isIdle()).isFalse();
        sources.answer();
        assertThat(f.journal).endsWith("begin SAVEPOINT 2");
        assertThat(preparation.isIdle()).isTrue();
    }

    @Test
    void shouldGoOnWithTheNextWhenCoordinatorsDoNotAnswerInTime() {
        preparation.idsBehind(1000);
        preparation.add(CHECKPOINT);
        preparation.add(SAVEPOINT);
        f.time.settle();

        f.pass(61);

        assertThat(f.journal).endsWith("cancel", "expired CHECKPOINT 1001", "prepare 1002");
    }

    @Test
    void shouldExpireOnlyWhatStillWaits() {
        preparation.add(CHECKPOINT);
        f.time.settle();
        sources.answer();

        f.pass(61);

        assertThat(f.journal).endsWith("begin CHECKPOINT 1");
    }

    @Test
    void shouldBeginNothingThatWasCancelledWhileItsIdWasBeingReserved() {
        f.heldRecords = new ArrayList<>();
        preparation.add(CHECKPOINT);
        preparation.add(SAVEPOINT);

        assertThat(preparation.cancel()).containsExactly(CHECKPOINT, SAVEPOINT);
        assertThat(preparation.cancel()).isEmpty();
        f.heldRecords.forEach(Runnable::run);
        f.time.settle();

        assertThat(f.journal).containsExactly("reserve 1000", "cancel");
        assertThat(preparation.isIdle()).isTrue();
    }
}
