package io.millrace.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.accumulator.IntCounter;
import io.millrace.api.accumulator.ListAccumulator;
import io.millrace.api.metric.Counter;
import io.millrace.api.metric.DescriptiveStatisticsHistogram;
import io.millrace.api.metric.Gauge;
import io.millrace.api.metric.Meter;
import io.millrace.api.metric.MeterView;
import io.millrace.api.metric.MetricGroup;
import io.millrace.runtime.metrics.MetricValue.Kind;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SubtaskValuesTest {
    private final SubtaskValues values = new SubtaskValues(1_000, "some.limit");

    @Test
    void shouldShowWhatWasMeasuredUnderTheNamesOfItsGroups() {
        MetricGroup group = values.group("parse");
        Counter lines = group.counter("lines");
        lines.inc(3);
        lines.dec();
        group.addGroup("kafka").addGroup("topic", "bids").gauge("lag", (Gauge<Long>) () -> 42L);
        DescriptiveStatisticsHistogram sizes =
                group.histogram("sizes", new DescriptiveStatisticsHistogram(10));
        sizes.update(1);
        sizes.update(3);

        assertThat(values.snapshot(0).metrics())
                .containsExactly(
                        new MetricValue("parse.kafka.topic.bids.lag", Kind.GAUGE, 0, 0, "42"),
                        new MetricValue("parse.lines", Kind.COUNTER, 2, 0, ""),
                        new MetricValue(
                                "parse.sizes",
                                Kind.HISTOGRAM,
                                2,
                                0,
                                "min 1, mean 2.0, p50 2.0, p95 2.9, p99 3.0, max 3"));
    }

    @Test
    void shouldTellMetersTheTimeBetweenTwoLooks() {
        Meter meter = values.group("op").meter("events", new MeterView(10));
        values.snapshot(0);
        meter.markEvent(100);
        values.snapshot(TimeUnit.SECONDS.toNanos(5));

        assertThat(values.snapshot(TimeUnit.SECONDS.toNanos(6)).metrics())
                .containsExactly(new MetricValue("op.events", Kind.METER, 100, 10.0, ""));

        values.snapshot(TimeUnit.SECONDS.toNanos(60));
        assertThat(values.latest().metrics().get(0).rate()).isZero();
    }

    @Test
    void shouldKeepTheFirstMetricOfAName() {
        MetricGroup group = values.group("op");
        group.counter("n").inc();
        group.counter("n").inc(100);

        assertThat(values.snapshot(0).metrics())
                .containsExactly(new MetricValue("op.n", Kind.COUNTER, 1, 0, ""));
    }

    @Test
    void shouldReportSoManyMetricsAndNoMore() {
        MetricGroup group = values.group("op");
        for (int i = 0; i < 2_000; i++) {
            group.counter(i);
        }

        assertThat(values.snapshot(0).metrics()).hasSize(1_000);
    }

    @Test
    void shouldShowWhyAGaugeFailsAndGoOn() {
        values.group("op")
                .gauge(
                        "odd",
                        (Gauge<Object>)
                                () -> {
                                    throw new IllegalStateException("not open yet");
                                });

        assertThat(values.snapshot(0).metrics())
                .singleElement()
                .extracting(MetricValue::text)
                .isEqualTo("java.lang.IllegalStateException: not open yet");
    }

    @Test
    void shouldRefuseAccumulatorsOverTheLimitAtOnce() {
        ListAccumulator<String> list = new ListAccumulator<>();
        values.add("names", list);
        values.look(0);
        list.add("x".repeat(1_000));

        assertThatThrownBy(() -> values.look(1))
                .isInstanceOf(AccumulatorException.class)
                .hasMessageContaining("more than 1000 bytes (some.limit)")
                .hasMessageContaining("'names'");
    }

    @Test
    void shouldWaitForTheEndBeforeItRefusesWhatCannotBeWritten() {
        ListAccumulator<Object> list = new ListAccumulator<>();
        list.add(new Object());
        values.add("odd", list);

        values.look(0); // another thread may be about to repair it
        assertThatThrownBy(() -> values.snapshot(1))
                .isInstanceOf(AccumulatorException.class)
                .hasMessageContaining("Accumulator 'odd'");
    }

    @Test
    void shouldSumTheSubtasksUpForPeople() {
        SubtaskValues other = new SubtaskValues(1_000, "some.limit");
        for (SubtaskValues subtask : List.of(values, other)) {
            subtask.group("op").counter("n").inc(4);
            subtask.group("op").gauge("g", (Gauge<String>) () -> "here");
            IntCounter count = new IntCounter();
            count.add(5);
            subtask.add("count", count);
            ListAccumulator<Own> own = new ListAccumulator<>();
            own.add(Own.ONE);
            subtask.add("own", own);
        }
        List<UserValues> both = List.of(values.snapshot(0), other.snapshot(0));
        List<AccumulatorPart> parts =
                both.stream().flatMap(v -> v.accumulators().stream()).toList();

        assertThat(JobValues.shownMetrics(both))
                .containsExactly(
                        new JobValues.Shown("op.g", "here | here"),
                        new JobValues.Shown("op.n", "8"));
        assertThat(JobValues.shown(parts))
                .containsExactly(
                        new JobValues.Shown("count", "10"),
                        new JobValues.Shown("own", "[ONE] | [ONE]"));
        assertThat(JobValues.results(parts, getClass().getClassLoader()))
                .isEqualTo(Map.of("count", 10, "own", List.of(Own.ONE, Own.ONE)));
    }

    /** A class that is not the engine's to make. */
    private enum Own {
        ONE
    }
}
