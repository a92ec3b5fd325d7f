package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.SinkFunction;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.WorkerChannels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatedBarrierTest {
    private static final StreamEvent.Barrier BARRIER =
            new StreamEvent.Barrier(7, 1, 0, CheckpointKind.SAVEPOINT);

    private final WorkerChannels channels =
            new WorkerChannels("w", new DirectRun.NoRemote(), 16, 1 << 20);
    private final List<String> journal = new ArrayList<>();

    private record Ignoring() implements SinkFunction<Long> {
        @Override
        public void invoke(Long value, Context context) {}
    }

    @Test
    void shouldSaveItsStatesOnceThoughTheBarrierBeginsHereTooAsItsWritersHaveFinished()
            throws Exception {
        DirectRun job =
                new DirectRun(1, env -> env.fromSequence(1, 3).rebalance().addSink(new Ignoring()));
        DrivenSubtask reader = new DrivenSubtask(channels, job.deployment(1, 0), journal);
        DrivenSubtask source = new DrivenSubtask(channels, job.deployment(0, 0), journal);

        source.running.triggerCheckpoint(BARRIER);
        source.runAll();
        assertThat(journal).containsExactly("0 at 7", "0 Finished");
        reader.running.triggerCheckpoint(BARRIER);
        reader.runAll();

        assertThat(journal).containsExactly("0 at 7", "0 Finished", "1 at 7", "1 Finished");
    }
}
