package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.SinkFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.exchange.StreamEvent;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A barrier that a source function puts among its records when nobody waits for it any more. */
@Timeout(120)
class LateSourceBarrierTest {
    private static final CountDownLatch LOCKED = new CountDownLatch(1);
    private static final CountDownLatch ABORTED = new CountDownLatch(1);
    private static final CountDownLatch SAVED = new CountDownLatch(1);
    private static final Queue<Long> COLLECTED = new ConcurrentLinkedQueue<>();

    /** Holds its lock until the savepoint is given up, and goes on behind the barrier. */
    private record HoldingItsLock() implements SourceFunction<Long>, CheckpointedFunction {
        @Override
        public void run(SourceContext<Long> ctx) throws Exception {
            synchronized (ctx.getCheckpointLock()) {
                ctx.collect(1L);
                LOCKED.countDown();
                ABORTED.await();
            }
            SAVED.await();
            ctx.collect(2L);
        }

        @Override
        public void cancel() {}

        @Override
        public void initializeState(FunctionInitializationContext context) {}

        @Override
        public void snapshotState(FunctionSnapshotContext context) {
            SAVED.countDown();
        }
    }

    private record Collecting() implements SinkFunction<Long>, CheckpointListener {
        @Override
        public void invoke(Long value, Context context) {
            COLLECTED.add(value);
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {}

        @Override
        public void notifyCheckpointAborted(long checkpointId) {
            ABORTED.countDown();
        }
    }

    @Test
    void shouldReadOnWhenTheBarrierThatWasToStopTheJobComesOutAfterTheSavepointIsGivenUp()
            throws Exception {
        DirectRun job =
                new DirectRun(
                                1,
                                env ->
                                        env.addSource(new HoldingItsLock())
                                                .addSink(new Collecting()))
                        .start();
        LOCKED.await();

        job.started(0, 0).triggerCheckpoint(new StreamEvent.Barrier(7, 1, 0, CheckpointKind.STOP));
        job.started(0, 0).checkpointAborted(7);

        assertThat(job.await().values()).containsOnly(new SubtaskEnd.Finished());
        assertThat(COLLECTED).containsExactly(1L, 2L);
    }
}
