package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.exchange.LocalChannel.Visibility;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.StreamEvent.EndOfData;
import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InputGateTest {
    private final AtomicInteger wakes = new AtomicInteger();

    private record Wired(InputGate gate, List<OutputChannel> writers) {}

    private Wired gate(int channels) {
        return gate(channels, InputGate.Alignment.ALIGNED);
    }

    private Wired gate(int channels, InputGate.Alignment alignment) {
        InputGate gate =
                new InputGate(
                        channels,
                        wakes::incrementAndGet,
                        alignment,
                        () -> 0,
                        InputGate.Overtakable.NEVER);
        List<OutputChannel> writers = new ArrayList<>();
        for (int i = 0; i < channels; i++) {
            LocalChannel channel =
                    new LocalChannel(
                            "writer " + i, 64, new GateBudget(1 << 20), Visibility.ON_FLUSH);
            writers.add(channel.writer(() -> {}));
            gate.attach(i, channel.reader(gate.wakeup(i)));
        }
        return new Wired(gate, writers);
    }

    @Test
    void shouldTakeItsChannelsInTurn() throws Exception {
        Wired wired = gate(3);
        for (int round = 0; round < 2; round++) {
            for (OutputChannel writer : wired.writers()) {
                writer.write("x" + wired.writers().indexOf(writer), 0, 100);
                writer.writeEvent(Status.ACTIVE); // closes the batch, means nothing here
            }
        }

        assertThat(all(wired.gate())).containsExactly("x0", "x1", "x2", "x0", "x1", "x2");
    }

    @Test
    void shouldWakeItsSubtaskWhenAnyChannelHasSomething() {
        Wired wired = gate(200);
        wired.writers().get(177).write("x", 0, 100);
        wired.writers().get(177).flush();

        assertThat(wakes.get()).isEqualTo(1);
    }

    @Test
    void shouldFindTheOneChannelOfManyThatHasSomething() throws Exception {
        Wired wired = gate(300);
        assertThat(wired.gate().poll()).isNull();
        for (int i : new int[] {0, 63, 64, 128, 177, 299, 5}) {
            wired.writers().get(i).write(i, 0, 100);
            wired.writers().get(i).flush();
            assertThat(all(wired.gate())).containsExactly(i);
        }
    }

    @Test
    void shouldEmitTheLeastWatermarkOfActiveChannelsWhenItRises() throws Exception {
        Wired wired = gate(2);
        wired.writers().get(0).writeEvent(new Watermark(10));
        assertThat(wired.gate().poll()).isNull();
        wired.writers().get(1).writeEvent(new Watermark(7));
        assertThat(wired.gate().poll()).isEqualTo(new Watermark(7));
        wired.writers().get(1).writeEvent(Status.IDLE);
        assertThat(wired.gate().poll()).isEqualTo(new Watermark(10));
        wired.writers().get(0).writeEvent(Status.IDLE);
        assertThat(wired.gate().poll()).isEqualTo(Status.IDLE);
        wired.writers().get(1).writeEvent(Status.ACTIVE);
        assertThat(wired.gate().poll()).isEqualTo(Status.ACTIVE);
        wired.writers().get(1).writeEvent(new Watermark(12));
        assertThat(wired.gate().poll()).isEqualTo(new Watermark(12));
    }

    @Test
    void shouldLeaveEndedChannelsOutOfTheWatermark() throws Exception {
        Wired wired = gate(2);
        wired.writers().get(0).writeEvent(new Watermark(10));
        wired.writers().get(1).writeEvent(EndOfData.INSTANCE);

        assertThat(all(wired.gate())).containsExactly(new Watermark(10));
        wired.writers().get(0).writeEvent(EndOfData.INSTANCE);
        assertThat(all(wired.gate())).containsExactly(EndOfData.INSTANCE);
    }

    @Test
    void shouldPassBarriersOnBehindTheEndOfAllDataUntilAllChannelsEnd() throws Exception {
        Wired wired = gate(2);
        for (int i = 0; i < 2; i++) {
            wired.writers().get(i).writeEvent(EndOfData.INSTANCE);
        }
        assertThat(all(wired.gate())).containsExactly(EndOfData.INSTANCE);
        wired.writers().get(0).writeEvent(new Barrier(1, 1, 7));
        assertThat(all(wired.gate())).isEmpty();
        wired.writers().get(1).writeEvent(new Barrier(1, 1, 7));
        assertThat(all(wired.gate())).containsExactly(new Barrier(1, 1, 7));
        assertThat(wired.gate().isAtEnd()).isFalse();

        wired.writers().get(1).writeEvent(EndOfChannel.INSTANCE);
        wired.writers().get(0).writeEvent(EndOfChannel.INSTANCE);

        assertThat(all(wired.gate())).containsExactly(EndOfChannel.INSTANCE);
        assertThat(wired.gate().isAtEnd()).isTrue();
    }

    @Test
    void shouldAlwaysAlignTheBarriersOfSavepoints() throws Exception {
        Wired wired = gate(2, InputGate.Alignment.NONE);
        Barrier barrier = new Barrier(1, 1, 7, CheckpointKind.SAVEPOINT);
        wired.writers().get(0).writeEvent(barrier);
        wired.writers().get(0).write("after", 0, 100);
        wired.writers().get(0).flush();
        assertThat(all(wired.gate())).isEmpty();
        wired.writers().get(1).writeEvent(barrier);

        assertThat(all(wired.gate())).containsExactly(barrier, "after");
    }

    @Test
    void shouldCompleteACheckpointThatDoesNotAlignThoughASavepointHasBegunBehindIt()
            throws Exception {
        Wired wired = gate(2, InputGate.Alignment.NONE);
        Barrier checkpoint = new Barrier(1, 1, 7);
        Barrier savepoint = new Barrier(2, 1, 7, CheckpointKind.SAVEPOINT);
        wired.writers().get(0).writeEvent(checkpoint);
        wired.writers().get(0).writeEvent(savepoint);
        wired.writers().get(0).write("after", 0, 100);
        wired.writers().get(0).flush();
        assertThat(all(wired.gate())).isEmpty();
        wired.writers().get(1).writeEvent(checkpoint);
        assertThat(all(wired.gate())).containsExactly(checkpoint);
        wired.writers().get(1).writeEvent(savepoint);

        assertThat(all(wired.gate())).containsExactly(savepoint, "after");
    }

    @Test
    void shouldHoldRecordsOfABlockedChannelUntilAllBarriersArrived() throws Exception {
        Wired wired = gate(2);
        wired.writers().get(0).write("before", 0, 100);
        wired.writers().get(0).writeEvent(new Barrier(1, 1, 7));
        wired.writers().get(0).write("after", 0, 100);
        wired.writers().get(0).flush();
        assertThat(all(wired.gate())).containsExactly("before");
        wired.writers().get(1).write("other", 0, 100);
        wired.writers().get(1).writeEvent(new Barrier(1, 1, 7));

        assertThat(all(wired.gate())).containsExactly("other", new Barrier(1, 1, 7), "after");
    }

    @Test
    void shouldCompleteABarrierWhenTheChannelItWaitsForEnds() throws Exception {
        Wired wired = gate(2);
        wired.writers().get(0).writeEvent(new Barrier(1, 1, 7));
        wired.writers().get(1).writeEvent(EndOfData.INSTANCE);
        assertThat(all(wired.gate())).isEmpty();
        wired.writers().get(1).writeEvent(EndOfChannel.INSTANCE);

        assertThat(all(wired.gate())).containsExactly(new Barrier(1, 1, 7));
    }

    @Test
    void shouldGiveUpABarrierWhenANewerOneComes() throws Exception {
        Wired wired = gate(2);
        wired.writers().get(0).writeEvent(new Barrier(1, 1, 7));
        wired.writers().get(1).writeEvent(new Barrier(2, 1, 7));
        assertThat(all(wired.gate())).isEmpty();
        wired.writers().get(0).writeEvent(new Barrier(2, 1, 7));

        assertThat(all(wired.gate())).containsExactly(new Barrier(2, 1, 7));
    }

    @Test
    void shouldReadABlockedChannelOnWhenTheCheckpointIsGivenUp() throws Exception {
        Wired wired = gate(2);
        wired.writers().get(0).writeEvent(new Barrier(1, 1, 7));
        wired.writers().get(0).write("after", 0, 100);
        wired.writers().get(0).flush();
        assertThat(all(wired.gate())).isEmpty();

        wired.gate().giveUp(1);

        assertThat(all(wired.gate())).containsExactly("after");
    }

    @Test
    void shouldReadABlockedChannelOnWhenTheMasterThatWaitsIsNotObeyedAnyMore() throws Exception {
        Wired wired = gate(2);
        wired.writers().get(0).writeEvent(new Barrier(1, 1, 7));
        wired.writers().get(0).write("after", 0, 100);
        wired.writers().get(0).flush();
        assertThat(all(wired.gate())).isEmpty();

        wired.gate().giveUpBefore(2);

        assertThat(all(wired.gate())).containsExactly("after");
    }

    @Test
    void shouldDropBarriersOfMastersThatAreNotObeyedAnyMore() throws Exception {
        for (InputGate.Alignment alignment : InputGate.Alignment.values()) {
            Wired wired = gate(2, alignment);
            wired.writers().get(0).writeEvent(new Barrier(1, 1, 7));
            assertThat(all(wired.gate())).isEmpty();
            wired.gate().giveUpBefore(2);
            wired.writers().get(1).writeEvent(new Barrier(1, 1, 7));
            for (int i = 0; i < 2; i++) {
                wired.writers().get(i).writeEvent(new Barrier(2, 1, 7));
                wired.writers().get(i).writeEvent(new Barrier(1001, 2, 8));
            }

            assertThat(all(wired.gate())).containsExactly(new Barrier(1001, 2, 8));
        }
    }

    @Test
    void shouldDropBarriersOfACheckpointThatWasGivenUpOrIsOver() throws Exception {
        Wired wired = gate(2);
        wired.gate().giveUp(1);
        for (int i = 0; i < 2; i++) {
            wired.writers().get(i).writeEvent(new Barrier(1, 1, 7));
            wired.writers().get(i).writeEvent(new Barrier(2, 1, 7));
            wired.writers().get(i).writeEvent(new Barrier(2, 1, 7));
        }

        assertThat(all(wired.gate())).containsExactly(new Barrier(2, 1, 7));
    }

    @Test
    void shouldReadOnWhileBarriersAreAwaitedWhenItDoesNotAlign() throws Exception {
        Wired wired = gate(2, InputGate.Alignment.NONE);
        wired.writers().get(0).writeEvent(new Barrier(1, 1, 7));
        wired.writers().get(0).write("early", 0, 100);
        wired.writers().get(0).writeEvent(new Barrier(2, 1, 7));
        assertThat(all(wired.gate())).containsExactly("early");
        wired.writers().get(1).write("other", 0, 100);
        wired.writers().get(1).writeEvent(new Barrier(1, 1, 7));
        assertThat(all(wired.gate())).containsExactly("other", new Barrier(1, 1, 7));

        wired.writers().get(1).writeEvent(EndOfData.INSTANCE);
        wired.writers().get(1).writeEvent(EndOfChannel.INSTANCE);

        assertThat(all(wired.gate())).containsExactly(new Barrier(2, 1, 7));
    }

    private static List<Object> all(InputGate gate) throws ExchangeException {
        List<Object> all = new ArrayList<>();
        for (Object element = gate.poll(); element != null; element = gate.poll()) {
            if (element instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    all.add(batch.values[i]);
                }
            } else {
                all.add(element);
            }
        }
        return all;
    }
}
