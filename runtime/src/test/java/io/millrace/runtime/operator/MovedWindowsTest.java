package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.time.Time;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.api.window.WindowAssigner;
import io.millrace.runtime.operator.OperatorHarness.Stores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Windows that are open, or wait for late records, when their job begins again. */
class MovedWindowsTest {
    private static final TypeInformation<Long> TYPE = Types.LONG;

    private static final class Sum implements AggregateFunction<Long, Long, Long> {
        private static final long serialVersionUID = 1;

        @Override
        public Long createAccumulator() {
            return 0L;
        }

        @Override
        public Long add(Long value, Long accumulator) {
            return accumulator + value;
        }

        @Override
        public Long getResult(Long accumulator) {
            return accumulator;
        }

        @Override
        public Long merge(Long a, Long b) {
            return a + b;
        }
    }

    /** Sums of the values, whose key is what remains of them by 10. */
    private static OperatorHarness harness(Stores kind, WindowAssigner<Object, TimeWindow> windows)
            throws Exception {
        return OperatorHarness.of(
                kind,
                TYPE,
                (in, sinks) ->
                        sinks.collect(
                                "out",
                                in.keyBy(value -> value % 10, Types.LONG)
                                        .window(windows)
                                        .allowedLateness(Time.milliseconds(1000))
                                        .aggregate(new Sum(), Types.LONG, Types.LONG)));
    }

    private static Stores other(Stores kind) {
        return kind == Stores.BUILT_IN ? Stores.KEY_BY_KEY : Stores.BUILT_IN;
    }

    @ParameterizedTest
    @EnumSource(names = {"BUILT_IN", "KEY_BY_KEY"})
    void shouldDropWindowsInTheEndThatCameFromAStoreOfAnotherKind(Stores from) throws Exception {
        try (OperatorHarness harness =
                harness(from, TumblingEventTimeWindows.of(Time.milliseconds(100)))) {
            harness.record(11L, 10);
            harness.record(21L, 250);
            harness.watermark(150);
            assertThat(harness.take("out")).containsExactly("11 @99");

            harness.restart(other(from));

            harness.record(2L, 260);
            harness.watermark(1_098);
            harness.record(31L, 20);
            assertThat(harness.take("out"))
                    .containsExactlyInAnyOrder("21 @299", "2 @299", "42 @99");
            harness.watermark(1_299);
            assertThat(harness.entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BUILT_IN", "KEY_BY_KEY"})
    void shouldCountLateRecordsOfTheTimeInAnotherStore(Stores from) throws Exception {
        try (OperatorHarness harness =
                harness(
                        from,
                        SlidingEventTimeWindows.of(
                                Time.milliseconds(400), Time.milliseconds(100)))) {
            harness.record(11L, 10);
            harness.record(21L, 110);
            harness.record(31L, 210);
            harness.watermark(199);
            harness.take("out");
            harness.restart(other(from));
            harness.watermark(199);
            harness.record(100_001L, 120);
            harness.take("out");
            harness.restart(from);

            harness.watermark(299);

            assertThat(harness.take("out")).containsExactly("100064 @299");
            harness.watermark(3_000);
            assertThat(harness.entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BUILT_IN", "KEY_BY_KEY"})
    void shouldFireAgainForALateRecordThatComesBeforeTheFirstWatermarkIfNoneWasSaved(Stores kind)
            throws Exception {
        try (OperatorHarness harness =
                harness(kind, TumblingEventTimeWindows.of(Time.milliseconds(100)))) {
            harness.record(11L, 10);
            harness.watermark(150);
            assertThat(harness.take("out")).containsExactly("11 @99");

            harness.restartWithoutWatermarks();
            harness.record(21L, 20);
            harness.watermark(160);

            assertThat(harness.take("out")).containsExactly("32 @99");
            harness.watermark(1_099);
            assertThat(harness.entries()).isEmpty();
        }
    }
}
