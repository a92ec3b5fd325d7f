package io.millrace.api.accumulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Parts that travelled and were merged show what one accumulator would have shown. */
class AccumulatorPropertyTest {

    /** The merged result of parts of their own for two lists of values. */
    @SuppressWarnings("unchecked") // what was written is read
    private static <V, R extends Serializable> Object merged(
            Supplier<? extends Accumulator<V, R>> maker, List<V> first, List<V> second)
            throws IOException, ClassNotFoundException {
        Accumulator<V, R> one = maker.get();
        Accumulator<V, R> other = maker.get();
        first.forEach(one::add);
        second.forEach(other::add);

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(other);
        }
        Accumulator<V, R> travelled;
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            travelled = (Accumulator<V, R>) in.readObject();
        }
        Accumulator<V, R> sum = one.clone();
        sum.merge(travelled);

        // neither the other part nor the one that was cloned has changed
        Accumulator<V, R> alone = maker.get();
        second.forEach(alone::add);
        assertThat(travelled.getLocalValue()).isEqualTo(alone.getLocalValue());
        alone.resetLocal();
        first.forEach(alone::add);
        assertThat(one.getLocalValue()).isEqualTo(alone.getLocalValue());
        return sum.getLocalValue();
    }

    @Property
    void shouldSum(@ForAll List<Integer> a, @ForAll List<Integer> b) throws Exception {
        int sum = a.stream().mapToInt(v -> v).sum() + b.stream().mapToInt(v -> v).sum();

        assertThat(merged(IntCounter::new, a, b)).isEqualTo(sum);
        assertThat(merged(LongCounter::new, longs(a), longs(b)))
                .isEqualTo(Stream.concat(a.stream(), b.stream()).mapToLong(v -> v).sum());
        assertThat(merged(DoubleCounter::new, doubles(a), doubles(b)))
                .isEqualTo(
                        doubles(a).stream().mapToDouble(v -> v).sum()
                                + doubles(b).stream().mapToDouble(v -> v).sum());
    }

    @Property
    void shouldFindLeastAndGreatest(@ForAll List<Integer> a, @ForAll List<Integer> b)
            throws Exception {
        List<Integer> all = all(a, b);
        int least = all.isEmpty() ? Integer.MAX_VALUE : Collections.min(all);
        int greatest = all.isEmpty() ? Integer.MIN_VALUE : Collections.max(all);

        assertThat(merged(IntMinimum::new, a, b)).isEqualTo(least);
        assertThat(merged(IntMaximum::new, a, b)).isEqualTo(greatest);
        if (!all.isEmpty()) {
            assertThat(merged(LongMinimum::new, longs(a), longs(b))).isEqualTo((long) least);
            assertThat(merged(LongMaximum::new, longs(a), longs(b))).isEqualTo((long) greatest);
            assertThat(merged(DoubleMinimum::new, doubles(a), doubles(b)))
                    .isEqualTo((double) least);
            assertThat(merged(DoubleMaximum::new, doubles(a), doubles(b)))
                    .isEqualTo((double) greatest);
        }
    }

    @Property
    void shouldAverageCollectAndCount(@ForAll List<Integer> a, @ForAll List<Integer> b)
            throws Exception {
        List<Integer> all = all(a, b);

        assertThat((Double) merged(AverageAccumulator::new, doubles(a), doubles(b)))
                .isCloseTo(all.stream().mapToDouble(v -> v).average().orElse(0), within(1e-3));
        assertThat(merged(ListAccumulator<Integer>::new, a, b)).isEqualTo(all);
        TreeMap<Integer, Integer> counts = new TreeMap<>();
        all.forEach(v -> counts.merge(v, 1, Integer::sum));
        assertThat(merged(Histogram::new, a, b)).isEqualTo(counts);
    }

    private static <V> List<V> all(List<V> a, List<V> b) {
        List<V> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    private static List<Long> longs(List<Integer> values) {
        return values.stream().map(Integer::longValue).toList();
    }

    private static List<Double> doubles(List<Integer> values) {
        return values.stream().map(Integer::doubleValue).toList();
    }
}
