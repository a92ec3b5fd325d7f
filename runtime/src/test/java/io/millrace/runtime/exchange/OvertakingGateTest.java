package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.Types;
import io.millrace.runtime.exchange.InputGate.Alignment;
import io.millrace.runtime.exchange.InputGate.Overtakable;
import io.millrace.runtime.exchange.InputGate.OvertakingBarrier;
import io.millrace.runtime.exchange.LocalChannel.Visibility;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfData;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the barriers of a gate overtake, and what it keeps of its channels. */
class OvertakingGateTest {
    private static final Barrier BARRIER = new Barrier(1, 1, 0);
    private static final Barrier NEXT = new Barrier(2, 1, 0);

    @SuppressWarnings("unchecked") // texts are all it sees
    private static final TypeSerializer<Object> SERIALIZER =
            (TypeSerializer<Object>)
                    (TypeSerializer<?>)
                            Serializers.compile(
                                    Types.STRING,
                                    new JobClasses(OvertakingGateTest.class.getClassLoader()));

    private final List<OutputChannel> writers = new ArrayList<>();
    private final List<Long> alarms = new ArrayList<>();
    private long nowMillis;
    private int urgent;
    private InputGate gate;

    private void gate(int channels, long timeoutMillis, int... inLineOnly) {
        BitSet only = new BitSet();
        for (int channel : inLineOnly) {
            only.set(channel);
        }
        gate =
                new InputGate(
                        channels,
                        () -> {},
                        Alignment.ALIGNED,
                        () -> 0,
                        new Overtakable(
                                new Overtaking(timeoutMillis, () -> nowMillis, alarms::add),
                                only,
                                () -> urgent++));
        for (int i = 0; i < channels; i++) {
            LocalChannel channel =
                    new LocalChannel(
                            "writer " + i, 64, new GateBudget(1 << 20), Visibility.ON_FLUSH);
            writers.add(channel.writer(() -> {}));
            gate.attach(i, channel.reader(gate.wakeup(i)));
        }
    }

    private void write(int channel, String... records) {
        for (String record : records) {
            writers.get(channel).write(record, 0, 10);
        }
        writers.get(channel).flush();
    }

    private final KeptPieces pieces =
            new KeptPieces(KeptPieces.Disk.NONE, KeptPieces.MAX_HEAP_BYTES);

    private ChannelSaving save() throws ExchangeException {
        return gate.save(channel -> gate.content(channel, SERIALIZER, pieces), pieces);
    }

    private static List<Object> kept(ChannelSaving saving, int channel) throws Exception {
        return ChannelContents.elements(saving.contentOf(channel), SERIALIZER);
    }

    /** Takes all that is there. */
    private List<Object> read() throws ExchangeException {
        List<Object> all = new ArrayList<>();
        for (Object next = gate.poll(); next != null; next = gate.poll()) {
            if (next instanceof RecordBatch batch) {
                while (batch.from < batch.to) {
                    all.add(batch.values[batch.from++]);
                }
            } else {
                all.add(next);
            }
        }
        return all;
    }

    @Test
    void shouldOvertakeWhatLiesInAllChannelsWhenItsTimeHasCome() throws Exception {
        gate(2, 100);
        write(0, "a", "b");
        writers.get(0).writeEvent(BARRIER);
        write(0, "after");
        write(1, "c");
        assertThat(urgent).isEqualTo(1);
        assertThat(gate.look()).isNull();
        assertThat(alarms).contains(100L);
        nowMillis = 100;

        assertThat(gate.look()).isEqualTo(new OvertakingBarrier(BARRIER));
        ChannelSaving saving = save();

        assertThat(kept(saving, 0)).containsExactly("a", "b");
        assertThat(saving.isComplete()).isFalse();
        // what comes on the other channel belongs to the checkpoint until its barrier comes
        assertThat(read()).containsExactlyInAnyOrder("a", "b", "after", "c");
        write(1, "d");
        writers.get(1).writeEvent(BARRIER);
        write(1, "later");
        assertThat(gate.look()).isNull();
        assertThat(saving.isComplete()).isTrue();
        assertThat(kept(saving, 1)).containsExactly("c", "d");
        assertThat(read()).containsExactly("d", "later");
    }

    @Test
    void shouldKeepTheRestOfTheBatchThatWasHandedOut() throws Exception {
        gate(1, 0);
        write(0, "a", "b", "c");
        RecordBatch batch = (RecordBatch) gate.poll();
        batch.from++;
        write(0, "d");
        writers.get(0).writeEvent(BARRIER);

        assertThat(gate.look()).isEqualTo(new OvertakingBarrier(BARRIER));
        ChannelSaving saving = save();

        assertThat(saving.isComplete()).isTrue();
        assertThat(kept(saving, 0)).containsExactly("b", "c", "d");
        assertThat(read()).containsExactly("d");
    }

    @Test
    void shouldStayInLineWhenAllBarriersComeInTime() throws Exception {
        gate(2, 100);
        write(0, "a");
        writers.get(0).writeEvent(BARRIER);
        write(0, "after");
        writers.get(1).writeEvent(BARRIER);
        nowMillis = 99;

        assertThat(gate.look()).isNull();
        assertThat(read()).containsExactly("a", BARRIER, "after");
    }

    @Test
    void shouldKeepNothingOfAChannelOnWhichTheBarrierHasBeenReadInItsPlace() throws Exception {
        gate(2, 100);
        write(0, "a");
        writers.get(0).writeEvent(BARRIER);
        write(0, "after");
        assertThat(read()).containsExactly("a");
        write(1, "b");
        writers.get(1).writeEvent(BARRIER);
        nowMillis = 100;

        assertThat(gate.look()).isEqualTo(new OvertakingBarrier(BARRIER));
        ChannelSaving saving = save();

        assertThat(gate.look()).isNull();
        assertThat(kept(saving, 0)).isEmpty();
        assertThat(kept(saving, 1)).containsExactly("b");
        assertThat(read()).containsExactlyInAnyOrder("after", "b");
    }

    @Test
    void shouldOvertakeBeforeItsTimeWhenTheWriterHasDoneSo() throws Exception {
        gate(2, 100);
        write(0, "a");
        writers.get(0).writeEvent(BARRIER);
        writers.get(0).overtake(BARRIER, new ChannelContent(SERIALIZER));

        assertThat(gate.look()).isEqualTo(new OvertakingBarrier(BARRIER));
        assertThat(kept(save(), 0)).containsExactly("a");
    }

    @Test
    void shouldWaitForChannelsThatMustNotBeOvertaken() throws Exception {
        gate(2, 0, 1);
        write(0, "a");
        writers.get(0).writeEvent(BARRIER);
        write(1, "b");
        writers.get(1).writeEvent(BARRIER);
        write(1, "after");

        assertThat(gate.look()).isNull();
        List<Object> all = new ArrayList<>();
        for (Object next = gate.poll(); ; next = gate.poll()) {
            if (next instanceof RecordBatch batch) {
                while (batch.from < batch.to) {
                    all.add(batch.values[batch.from++]);
                }
                continue;
            }
            all.add(next);
            break;
        }

        // by then the first channel may have come to its barrier in line
        assertThat(all).contains("b").doesNotContain("after");
        assertThat(all.get(all.size() - 1)).isIn(BARRIER, new OvertakingBarrier(BARRIER));
    }

    @Test
    void shouldEndTheWaitWhenTheChannelItWaitsForEnds() throws Exception {
        gate(2, 0);
        writers.get(0).writeEvent(BARRIER);
        assertThat(gate.look()).isEqualTo(new OvertakingBarrier(BARRIER));
        ChannelSaving saving = save();
        write(1, "last");
        writers.get(1).writeEvent(EndOfData.INSTANCE);

        assertThat(read()).containsExactly("last");

        assertThat(saving.isComplete()).isTrue();
        assertThat(kept(saving, 1)).containsExactly("last");
    }

    @Test
    void shouldSaveForTwoCheckpointsAtATime() throws Exception {
        gate(2, 0);
        writers.get(0).writeEvent(BARRIER);
        assertThat(gate.look()).isEqualTo(new OvertakingBarrier(BARRIER));
        ChannelSaving first = save();
        write(1, "a");
        assertThat(read()).containsExactly("a");
        writers.get(0).writeEvent(NEXT);
        assertThat(gate.look()).isEqualTo(new OvertakingBarrier(NEXT));
        ChannelSaving second = save();
        write(1, "b");
        writers.get(1).writeEvent(BARRIER);
        write(1, "c");
        writers.get(1).writeEvent(NEXT);
        assertThat(gate.look()).isNull();

        assertThat(kept(first, 1)).containsExactly("a", "b");
        assertThat(kept(second, 1)).containsExactly("b", "c");
        assertThat(first.isComplete()).isTrue();
        assertThat(second.isComplete()).isTrue();
        assertThat(read()).containsExactly("b", "c");
    }

    @Test
    void shouldKeepNoMoreOfACheckpointThatWasGivenUp() throws Exception {
        gate(2, 0);
        writers.get(0).writeEvent(BARRIER);
        assertThat(gate.look()).isEqualTo(new OvertakingBarrier(BARRIER));
        ChannelSaving saving = save();

        gate.giveUp(1);
        write(1, "a");

        assertThat(read()).containsExactly("a");
        assertThat(kept(saving, 1)).isEmpty();
    }

    @Test
    void shouldKeepWatermarksInTheirPlaces() throws Exception {
        gate(1, 0);
        writers.get(0).writeEvent(new Watermark(5));
        assertThat(read()).containsExactly(new Watermark(5));
        write(0, "a");
        writers.get(0).writeEvent(new Watermark(7));
        write(0, "b");
        writers.get(0).writeEvent(BARRIER);

        assertThat(gate.look()).isEqualTo(new OvertakingBarrier(BARRIER));

        assertThat(kept(save(), 0)).containsExactly(new Watermark(5), "a", new Watermark(7), "b");
    }

    @Test
    void shouldReadWhatIsRestoredBeforeItsChannelsAndKeepWhatIsLeftOfIt() throws Exception {
        gate(2, 0);
        ChannelContent former = new ChannelContent(SERIALIZER, 3, false);
        former.records(new RecordBatch(new Object[] {"r1", "r2"}, new long[2], 0, 2));
        former.event(new Watermark(4));
        former.records(new RecordBatch(new Object[] {"r3"}, new long[1], 0, 1));
        ChannelReplay replay = new ChannelReplay(KeptPieces.Disk.NONE);
        replay.add(
                1,
                former.toBytes(),
                SERIALIZER,
                ChannelReplay.Events.KEPT,
                ChannelReplay.Choice.ALL);
        gate.begin(replay);
        write(1, "live");
        RecordBatch first = (RecordBatch) gate.poll();
        assertThat(gate.lastChannel()).isEqualTo(1);
        assertThat(first.values[first.from++]).isEqualTo("r1");
        writers.get(1).writeEvent(BARRIER);

        assertThat(gate.look()).isEqualTo(new OvertakingBarrier(BARRIER));
        ChannelSaving saving = save();

        assertThat(kept(saving, 1))
                .containsExactly(new Watermark(3), "r2", new Watermark(4), "r3", "live");
        assertThat(read()).containsExactly("r3", "live");
    }

    /** Otherwise what lies behind its barrier would take the room that others need to go on. */
    @Test
    void shouldLendNoMoreRoomToAChannelThatWaitsForBarriersOfOthers() throws Exception {
        GateBudget budget = new GateBudget(1000);
        gate = new InputGate(2, () -> {}, Alignment.ALIGNED, () -> 0, Overtakable.NEVER);
        for (int i = 0; i < 2; i++) {
            LocalChannel channel = new LocalChannel("writer " + i, 64, budget, Visibility.ON_FLUSH);
            writers.add(channel.writer(() -> {}));
            gate.attach(i, channel.reader(gate.wakeup(i)));
        }
        writers.get(0).writeEvent(BARRIER);
        assertThat(read()).isEmpty();
        for (int i = 0; i < 100 && writers.get(0).isAvailable(); i++) {
            writers.get(0).write("x", 0, 50);
        }
        long lent = budget.closedBytes();

        assertThat(lent).as("its own minimum").isLessThanOrEqualTo(2L * budget.batchBytes());
        assertThat(budget.hasRoom()).as("for the other channel").isTrue();
        writers.get(1).writeEvent(BARRIER);
        assertThat(read()).contains(BARRIER);
        assertThat(writers.get(0).isAvailable()).isTrue();
    }
}
