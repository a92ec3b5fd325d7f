package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfData;
import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.KeyHashers;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CombiningRecordWriterTest {
    private static final TypeInformation<Tuple2<Long, Long>> TYPE =
            Types.TUPLE(Types.LONG, Types.LONG);

    private final JobClasses classes = new JobClasses(getClass().getClassLoader());
    private final RecordingChannel channel = new RecordingChannel(false);
    private final RecordWriter writer = writer(channel);

    /** Sums in panes of ten milliseconds. */
    private static final class Sums implements Panes {
        @Override
        public long pane(long timestampMillis) {
            return Math.floorDiv(timestampMillis, 10L) * 10;
        }

        @Override
        @SuppressWarnings("unchecked") // only such records are written
        public Object add(Object contents, Object value) {
            long added = ((Tuple2<Long, Long>) value).f1;
            return contents == null ? added : (Long) contents + added;
        }
    }

    private static final class RecordingChannel extends ForgettingOutputChannel {
        private final boolean handsOver;
        private final List<Object> written = new ArrayList<>();
        private boolean available = true;
        private int takes = Integer.MAX_VALUE;

        RecordingChannel(boolean handsOver) {
            this.handsOver = handsOver;
        }

        @Override
        public void write(Object value, long timestamp, int bytes) {
            written.add(value + " @" + timestamp);
        }

        @Override
        public boolean handsObjectsOver() {
            return handsOver;
        }

        @Override
        public void writeEvent(StreamEvent event) {
            written.add(event);
        }

        @Override
        public boolean isAvailable() {
            return available && written.size() < takes;
        }

        @Override
        public long recordsWritten() {
            return written.size();
        }

        List<Object> take() {
            List<Object> taken = List.copyOf(written);
            written.clear();
            return taken;
        }
    }

    private RecordWriter writer(OutputChannel... channels) {
        return new EdgeWriter(0, List.of(channels), 100, edge -> {})
                .byKeyCombined(
                        classes,
                        "edge",
                        TYPE,
                        serializer(),
                        (Tuple2<Long, Long> record) -> record.f0,
                        KeyHashers.forType(Types.LONG, classes),
                        128,
                        new Sums());
    }

    @SuppressWarnings("unchecked") // of the records that are written
    private TypeSerializer<Object> serializer() {
        return (TypeSerializer<Object>) (TypeSerializer<?>) Serializers.compile(TYPE, classes);
    }

    private void write(long key, long value, long timestamp) throws Exception {
        writer.write(Tuple2.of(key, value), timestamp);
    }

    private static List<StreamEvent> events() {
        return List.of(new Watermark(3), new Barrier(1, 1, 0), Status.IDLE, EndOfData.INSTANCE);
    }

    @ParameterizedTest
    @MethodSource("events")
    void shouldSendOneForAllOfAKeyAndPaneBeforeAnEvent(StreamEvent event) throws Exception {
        write(7, 1, 2);
        write(7, 10, 5);
        write(7, 100, 4);
        write(7, 1000, 12);
        assertThat(channel.take()).isEmpty();

        writer.edge().event(event);

        List<Object> written = channel.take();
        assertThat(written).hasSize(3).last().isEqualTo(event);
        assertThat(written.subList(0, 2))
                .containsExactlyInAnyOrder(
                        new Partial(7L, 111L, 3) + " @5", new Partial(7L, 1000L, 1) + " @12");
    }

    @Test
    void shouldSendAllWhenItWaitsForInputAndNotWhenItWaitsForItsReader() throws Exception {
        write(7, 1, 2);
        channel.available = false;
        writer.edge().flush();
        assertThat(channel.take()).isEmpty();

        channel.available = true;
        writer.edge().flush();

        assertThat(channel.take()).containsExactly(new Partial(7L, 1L, 1) + " @2");
    }

    /** Takes what is kept for a checkpoint. */
    private static final class Kept implements InFlight {
        private final List<Object> records = new ArrayList<>();

        @Override
        public void records(RecordBatch batch) {
            for (int i = batch.from; i < batch.to; i++) {
                records.add(batch.values[i] + " @" + batch.timestamps[i]);
            }
        }

        @Override
        public void records(byte[] bytes, int from, int to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void event(StreamEvent event) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void shouldCopyWhatItHoldsForABarrierThatOvertakesAndSendItLater() throws Exception {
        Kept kept = new Kept();
        Barrier barrier = new Barrier(1, 1, 0);
        write(7, 1, 2);
        write(7, 10, 5);

        writer.edge().keep(barrier, BarrierOrder.OVERTAKING, List.of(kept));
        writer.edge().event(barrier);
        assertThat(channel.take()).containsExactly(barrier);
        assertThat(kept.records).containsExactly(new Partial(7L, 11L, 2) + " @5");

        write(7, 100, 4);
        writer.edge().event(new Barrier(2, 1, 0));
        assertThat(channel.take())
                .containsExactly(new Partial(7L, 111L, 3) + " @5", new Barrier(2, 1, 0));
    }

    @Test
    void shouldSendWhatFitsBeforeABarrierInLineAndCopyTheRest() throws Exception {
        for (long key = 0; key < 1000; key++) {
            write(key, 1, 2);
        }
        int sentBefore = channel.take().size(); // two keys may want one place
        Kept kept = new Kept();
        Barrier barrier = new Barrier(1, 1, 0);
        channel.takes = 100;

        writer.edge().keep(barrier, BarrierOrder.IN_LINE, List.of(kept));
        writer.edge().event(barrier);

        List<Object> written = channel.take();
        assertThat(written.size() - 1).isBetween(100, 200);
        assertThat(written).endsWith(barrier);
        assertThat(sentBefore + written.size() - 1 + kept.records.size()).isEqualTo(1000);
        assertThat(written).doesNotContainAnyElementsOf(kept.records);
    }

    @Test
    void shouldSendARecordAloneWhenItsOwnWatermarkHasPassedIt() throws Exception {
        writer.edge().event(new Watermark(9));
        channel.take();

        write(7, 1, 5);
        write(7, 1, 10);

        assertThat(channel.take()).containsExactly("(7,1) @5");
    }

    @Test
    void shouldCombineNothingAfterIdlenessUntilThereIsAWatermark() throws Exception {
        writer.edge().event(Status.IDLE);
        writer.edge().event(Status.ACTIVE);
        channel.take();

        write(7, 1, 5);
        assertThat(channel.take()).containsExactly("(7,1) @5");

        writer.edge().event(new Watermark(1));
        channel.take();
        write(7, 1, 5);
        assertThat(channel.take()).isEmpty();
    }

    @Test
    void shouldCopyWhatMayBeChangedAfterwards() throws Exception {
        Tuple2<Long, Long> used = Tuple2.of(7L, 1L);
        writer.write(used, 2);
        used.f1 = 50L;
        writer.edge().event(EndOfData.INSTANCE);

        assertThat(channel.take()).contains(new Partial(7L, 1L, 1) + " @2");
    }

    @Test
    void shouldHandRecordsOverAloneWithinTheWorker() throws Exception {
        RecordingChannel local = new RecordingChannel(true);
        RecordWriter toLocal = writer(local);

        toLocal.write(Tuple2.of(7L, 1L), 2);

        assertThat(local.take()).containsExactly("(7,1) @2");
    }

    @Test
    void shouldStepAsideWhereRecordsAreNotMadeFewerAndTryAgainLater() throws Exception {
        for (long key = 0; key < 1 << 15; key++) {
            write(key, 1, 2);
        }
        channel.take();
        for (int i = 0; i < 10; i++) {
            write(7, 1, 2);
        }
        assertThat(channel.take()).hasSize(10).containsOnly("(7,1) @2");

        for (int i = 0; i < 1 << 20; i++) {
            write(7, 1, 2);
        }
        channel.take();
        for (int i = 0; i < 10; i++) {
            write(7, 1, 2);
        }
        assertThat(channel.take()).isEmpty();
    }

    @Test
    void shouldReadAgainWhatTravels() throws Exception {
        @SuppressWarnings("unchecked") // keys and contents are longs
        TypeSerializer<Object> longs =
                (TypeSerializer<Object>)
                        (TypeSerializer<?>) Serializers.compile(Types.LONG, classes);
        PartialSerializer serializer = new PartialSerializer(serializer(), longs, longs);
        RecordOutput out = new RecordOutput(64);
        serializer.serialize(new Partial(7L, 111L, 3), out);
        serializer.serialize(Tuple2.of(1L, 2L), out);
        RecordInput in = new RecordInput();
        in.reset(out.bytes(), 0, out.length());

        assertThat(serializer.deserialize(in)).isEqualTo(new Partial(7L, 111L, 3));
        assertThat(serializer.deserialize(in)).isEqualTo(Tuple2.of(1L, 2L));
        assertThat(in.remaining()).isZero();
    }
}
