package io.millrace.api.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MetricsTest {

    @Test
    void shouldTakeTheRateOverTheTimeSpanAlone() {
        MeterView meter = new MeterView(12); // rounded down to 10 seconds, two looks
        meter.update();
        meter.markEvent(30);
        meter.update();
        assertThat(meter.getRate()).isEqualTo(3.0);

        meter.markEvent();
        meter.update();
        assertThat(meter.getRate()).isEqualTo(3.1);

        meter.update();
        assertThat(meter.getRate()).isEqualTo(0.1);
        assertThat(meter.getCount()).isEqualTo(31);
    }

    @Test
    void shouldTakeTheRateOverOneLookAtLeast() {
        SimpleCounter counter = new SimpleCounter();
        MeterView meter = new MeterView(counter, 1);
        counter.inc(10);
        meter.update();
        assertThat(meter.getRate()).isEqualTo(2.0);
        meter.update();
        assertThat(meter.getRate()).isZero();
    }

    @Test
    void shouldForgetTheNumbersThatLeftTheWindow() {
        DescriptiveStatisticsHistogram histogram = new DescriptiveStatisticsHistogram(4);
        for (long n : new long[] {1000, 4, 1, 3, 2}) {
            histogram.update(n);
        }

        HistogramStatistics statistics = histogram.getStatistics();
        assertThat(histogram.getCount()).isEqualTo(5);
        assertThat(statistics.getValues()).containsExactlyInAnyOrder(1, 2, 3, 4);
        assertThat(statistics.size()).isEqualTo(4);
        assertThat(statistics.getMin()).isEqualTo(1);
        assertThat(statistics.getMax()).isEqualTo(4);
        assertThat(statistics.getMean()).isEqualTo(2.5);
        assertThat(statistics.getStdDev()).isEqualTo(Math.sqrt(5.0 / 3));
        assertThat(statistics.getQuantile(0)).isEqualTo(1);
        assertThat(statistics.getQuantile(0.5)).isEqualTo(2.5);
        assertThat(statistics.getQuantile(1)).isEqualTo(4);
    }

    @Test
    void shouldShowZerosOfNoNumbers() {
        HistogramStatistics none = new DescriptiveStatisticsHistogram(4).getStatistics();

        assertThat(none.getQuantile(0.99)).isZero();
        assertThat(none.getMean()).isZero();
        assertThat(none.getStdDev()).isZero();
        assertThat(none.getMin()).isZero();
        assertThatThrownBy(() -> new DescriptiveStatisticsHistogram(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("last 0 numbers");
    }
}
