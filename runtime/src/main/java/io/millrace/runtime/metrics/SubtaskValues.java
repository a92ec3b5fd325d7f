package io.millrace.runtime.metrics;

import io.millrace.api.accumulator.Accumulator;
import io.millrace.api.metric.Counter;
import io.millrace.api.metric.Gauge;
import io.millrace.api.metric.Histogram;
import io.millrace.api.metric.HistogramStatistics;
import io.millrace.api.metric.Meter;
import io.millrace.api.metric.Metric;
import io.millrace.api.metric.MetricGroup;
import io.millrace.api.metric.View;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accumulators and metrics of the functions of one subtask.
 *
 * <p>The operators of a chain share the accumulators; each has a metric group of its own.
 *
 * <p>Threads: registered by any of the user's threads, read and shown by the subtask's; {@link
 * #latest} by any.
 */
public final class SubtaskValues {
    private static final Logger LOG = LoggerFactory.getLogger(SubtaskValues.class);
    private static final long UPDATE_NANOS = TimeUnit.SECONDS.toNanos(View.UPDATE_INTERVAL_SECONDS);

    /** Views that nobody asked for were idle: nothing is gained by telling each of those times. */
    private static final int MAX_UPDATES_AT_ONCE = 64;

    /** Of one subtask: each report has all of them. */
    private static final int MAX_METRICS = 1_000;

    private final long maxBytes;
    private final String limitKey;
    private final Map<String, Accumulator<?, ?>> accumulators = new ConcurrentSkipListMap<>();
    private final Map<String, Metric> metrics = new TreeMap<>();
    private volatile UserValues latest = UserValues.NONE;
    private volatile boolean any;
    private long updatedNanos;
    private boolean updated;

    /**
     * @param maxBytes limit of all accumulators together, as they travel
     * @param limitKey the option that sets it, for the error
     */
    public SubtaskValues(long maxBytes, String limitKey) {
        this.maxBytes = maxBytes;
        this.limitKey = limitKey;
    }

    /** False where there is nothing to ask for. */
    public boolean hasAny() {
        return any;
    }

    /** What {@link #snapshot} has made last; any thread. */
    public UserValues latest() {
        return latest;
    }

    /**
     * Adds an accumulator.
     *
     * @throws UnsupportedOperationException if there is one of this name
     */
    public void add(String name, Accumulator<?, ?> accumulator) {
        if (accumulators.putIfAbsent(name, accumulator) != null) {
            throw new UnsupportedOperationException(
                    "The accumulator '"
                            + name
                            + "' exists in this subtask and cannot be added again: operators of one"
                            + " chain share their accumulators; use getAccumulator, or another"
                            + " name.");
        }
        any = true;
    }

    /** The accumulator of the name, or null. */
    public Accumulator<?, ?> accumulator(String name) {
        return accumulators.get(name);
    }

    /** The group of an operator. */
    public MetricGroup group(String operatorName) {
        return new OperatorMetricGroup(this, List.of(operatorName), Map.of());
    }

    /** The first metric of a name stays. */
    void register(String name, Metric metric) {
        synchronized (metrics) {
            if (metrics.size() >= MAX_METRICS) {
                LOG.warn(
                        "The metric '{}' is not reported: this subtask has {} of them already",
                        name,
                        MAX_METRICS);
            } else if (metrics.putIfAbsent(name, metric) != null) {
                LOG.warn(
                        "The metric '{}' is registered a second time; the second one is not"
                                + " reported: give it another name or group",
                        name);
            }
        }
        any = true;
    }

    /**
     * Looks at all of them; for a subtask that runs. What cannot be read now, because another
     * thread of the user's is about to change it, is read the next time.
     *
     * @param nowNanos tells views how much time has passed
     * @throws AccumulatorException if the accumulators have become too large
     */
    public void look(long nowNanos) {
        try {
            snapshot(nowNanos);
        } catch (AccumulatorException e) {
            if (e.isTooLarge()) {
                throw e;
            }
            LOG.debug("The accumulators could not be written this time", e);
        }
    }

    /**
     * Looks at all of them; for a subtask whose functions are closed.
     *
     * @throws AccumulatorException if the accumulators are too large or cannot be written
     */
    public UserValues snapshot(long nowNanos) {
        if (!any) {
            return UserValues.NONE;
        }
        List<AccumulatorPart> parts = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<String, Accumulator<?, ?>> entry : accumulators.entrySet()) {
            AccumulatorPart part = part(entry.getKey(), entry.getValue());
            bytes += part.bytes().length + part.name().length();
            if (bytes > maxBytes) {
                throw AccumulatorException.tooLarge(
                        "The accumulators of this subtask take more than "
                                + maxBytes
                                + " bytes ("
                                + limitKey
                                + "); with '"
                                + part.name()
                                + "', a "
                                + part.className()
                                + " of "
                                + part.bytes().length
                                + " bytes, it is "
                                + bytes
                                + ". Accumulators are for small results: write large ones with a"
                                + " sink, or raise "
                                + limitKey
                                + ".");
            }
            parts.add(part);
        }
        UserValues now = new UserValues(parts, values(nowNanos));
        latest = now;
        return now;
    }

    private static AccumulatorPart part(String name, Accumulator<?, ?> accumulator) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(accumulator);
            out.flush();
            return new AccumulatorPart(
                    name,
                    accumulator.getClass().getName(),
                    bytes.toByteArray(),
                    TextOf.value(accumulator.getLocalValue()));
        } catch (IOException | RuntimeException e) {
            throw AccumulatorException.unwritable(
                    "Accumulator '"
                            + name
                            + "' ("
                            + accumulator.getClass().getName()
                            + ") cannot be sent to the master, as it cannot be serialized: "
                            + e
                            + ". All that is added to it has to implement java.io.Serializable.",
                    e);
        }
    }

    private List<MetricValue> values(long nowNanos) {
        Map<String, Metric> all;
        synchronized (metrics) {
            all = new TreeMap<>(metrics);
        }
        tellViews(all, nowNanos);
        List<MetricValue> values = new ArrayList<>();
        all.forEach((name, metric) -> values.add(value(name, metric)));
        return values;
    }

    private void tellViews(Map<String, Metric> all, long nowNanos) {
        if (!updated) {
            updated = true;
            updatedNanos = nowNanos;
            return;
        }
        long due = Math.min(MAX_UPDATES_AT_ONCE, (nowNanos - updatedNanos) / UPDATE_NANOS);
        if (due <= 0) {
            return;
        }
        updatedNanos += due * UPDATE_NANOS;
        for (Metric metric : all.values()) {
            if (metric instanceof View view) {
                for (long i = 0; i < due; i++) {
                    view.update();
                }
            }
        }
    }

    private static MetricValue value(String name, Metric metric) {
        try {
            if (metric instanceof Counter counter) {
                return new MetricValue(name, MetricValue.Kind.COUNTER, counter.getCount(), 0, "");
            } else if (metric instanceof Meter meter) {
                return new MetricValue(
                        name, MetricValue.Kind.METER, meter.getCount(), meter.getRate(), "");
            } else if (metric instanceof Histogram histogram) {
                return new MetricValue(
                        name,
                        MetricValue.Kind.HISTOGRAM,
                        histogram.getCount(),
                        0,
                        text(histogram.getStatistics()));
            }
            return new MetricValue(
                    name,
                    MetricValue.Kind.GAUGE,
                    0,
                    0,
                    TextOf.value(((Gauge<?>) metric).getValue()));
        } catch (RuntimeException e) {
            // a gauge that fails is no reason for its job to fail
            return new MetricValue(name, MetricValue.Kind.GAUGE, 0, 0, TextOf.value(e));
        }
    }

    private static String text(HistogramStatistics of) {
        return String.format(
                Locale.ROOT,
                "min %d, mean %.1f, p50 %.1f, p95 %.1f, p99 %.1f, max %d",
                of.getMin(),
                of.getMean(),
                of.getQuantile(0.5),
                of.getQuantile(0.95),
                of.getQuantile(0.99),
                of.getMax());
    }
}
