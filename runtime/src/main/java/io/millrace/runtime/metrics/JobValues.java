package io.millrace.runtime.metrics;

import io.millrace.api.JobExecutionResult;
import io.millrace.api.accumulator.Accumulator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Makes results of a job out of what its subtasks have sent. */
public final class JobValues {
    private static final int MAX_PARTS_SHOWN = 8;

    /** What the accumulators of the API consist of; nothing of a user's is ever made. */
    private static final ObjectInputFilter OURS =
            ObjectInputFilter.Config.createFilter(
                    "io.millrace.api.accumulator.*;java.lang.Number;java.lang.Integer;"
                            + "java.lang.Long;java.lang.Double;java.util.TreeMap;maxdepth=8;"
                            + "!*");

    private JobValues() {}

    /**
     * Something counted or measured, for people.
     *
     * @param name of the accumulator or metric
     */
    public record Shown(String name, String text) {}

    // ------------------------------------------------------------------ for the program

    /**
     * Merges the parts of each accumulator, in a process that has the user's classes.
     *
     * @return results by name, in the order of the names; {@link JobExecutionResult.Unreadable} for
     *     accumulators whose classes fail
     */
    public static Map<String, Object> results(List<AccumulatorPart> parts, ClassLoader loader) {
        Map<String, Object> results = new LinkedHashMap<>();
        byName(parts)
                .forEach(
                        (name, ofName) -> {
                            try {
                                results.put(name, merged(ofName, loader, null).getLocalValue());
                            } catch (Exception | LinkageError e) {
                                results.put(
                                        name,
                                        new JobExecutionResult.Unreadable(
                                                "The "
                                                        + ofName.size()
                                                        + " parts of accumulator '"
                                                        + name
                                                        + "' ("
                                                        + ofName.get(0).className()
                                                        + ") could not be merged: "
                                                        + e
                                                        + ". All functions have to add one class"
                                                        + " under one name, and its merge() must"
                                                        + " not fail.",
                                                e));
                            }
                        });
        return results;
    }

    private static Map<String, List<AccumulatorPart>> byName(List<AccumulatorPart> parts) {
        return parts.stream()
                .collect(
                        Collectors.groupingBy(
                                AccumulatorPart::name, TreeMap::new, Collectors.toList()));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // parts of one class merge, others are refused
    private static Accumulator<?, ?> merged(
            List<AccumulatorPart> parts, ClassLoader loader, ObjectInputFilter filter)
            throws IOException, ClassNotFoundException {
        Accumulator sum = null;
        for (AccumulatorPart part : parts) {
            Accumulator next = read(part, loader, filter);
            if (sum == null) {
                sum = next;
            } else if (sum.getClass() != next.getClass()) {
                throw new IllegalArgumentException(
                        "one is a "
                                + sum.getClass().getName()
                                + " and one a "
                                + next.getClass().getName());
            } else {
                sum.merge(next);
            }
        }
        return (Accumulator<?, ? extends Serializable>) sum;
    }

    private static Accumulator<?, ?> read(
            AccumulatorPart part, ClassLoader loader, ObjectInputFilter filter)
            throws IOException, ClassNotFoundException {
        try (ObjectInputStream in =
                new LoaderInputStream(new ByteArrayInputStream(part.bytes()), loader)) {
            if (filter != null) {
                in.setObjectInputFilter(filter);
            }
            return (Accumulator<?, ?>) in.readObject();
        }
    }

    /** Finds classes with the user's loader. */
    private static final class LoaderInputStream extends ObjectInputStream {
        private final ClassLoader loader;

        LoaderInputStream(InputStream in, ClassLoader loader) throws IOException {
            super(in);
            this.loader = loader;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description)
                throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, loader);
            } catch (ClassNotFoundException e) {
                return super.resolveClass(description); // primitive types have no loader
            }
        }
    }

    // ------------------------------------------------------------------ for people

    /**
     * One line for each accumulator. Those of the API are merged; of others, whose classes this
     * process need not have, the subtasks' own texts are shown.
     */
    public static List<Shown> shown(List<AccumulatorPart> parts) {
        List<Shown> lines = new ArrayList<>();
        byName(parts).forEach((name, ofName) -> lines.add(new Shown(name, text(ofName))));
        return lines;
    }

    private static String text(List<AccumulatorPart> parts) {
        if (parts.size() == 1) {
            return parts.get(0).text();
        }
        try {
            return TextOf.value(
                    merged(parts, JobValues.class.getClassLoader(), OURS).getLocalValue());
        } catch (IOException | ClassNotFoundException | RuntimeException e) {
            return each(parts.stream().map(AccumulatorPart::text).toList());
        }
    }

    /** One line for each metric: sums of what can be summed, else the subtasks' own texts. */
    public static List<Shown> shownMetrics(List<UserValues> subtasks) {
        Map<String, List<MetricValue>> byName =
                subtasks.stream()
                        .flatMap(values -> values.metrics().stream())
                        .collect(
                                Collectors.groupingBy(
                                        MetricValue::name, TreeMap::new, Collectors.toList()));
        List<Shown> lines = new ArrayList<>();
        byName.forEach((name, ofName) -> lines.add(new Shown(name, metricText(ofName))));
        return lines;
    }

    private static String metricText(List<MetricValue> values) {
        long count = values.stream().mapToLong(MetricValue::count).sum();
        List<String> texts = values.stream().map(MetricValue::text).toList();
        return switch (values.get(0).kind()) {
            case COUNTER -> Long.toString(count);
            case METER ->
                    String.format(
                            Locale.ROOT,
                            "%d, %.1f/s",
                            count,
                            values.stream().mapToDouble(MetricValue::rate).sum());
            case HISTOGRAM -> count + " values: " + each(texts);
            case GAUGE -> each(texts);
        };
    }

    private static String each(List<String> texts) {
        if (texts.size() == 1) {
            return texts.get(0);
        }
        String shown = texts.stream().limit(MAX_PARTS_SHOWN).collect(Collectors.joining(" | "));
        return texts.size() <= MAX_PARTS_SHOWN
                ? shown
                : shown + " | and of " + (texts.size() - MAX_PARTS_SHOWN) + " more subtasks";
    }
}
