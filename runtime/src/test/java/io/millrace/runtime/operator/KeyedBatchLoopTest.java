package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.function.KeySelector;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.type.Types;
import io.millrace.runtime.operator.OperatorHarness.Stores;
import io.millrace.runtime.state.KeysAhead;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys are read ahead where there is much state, and nobody notices but the key selector. */
class KeyedBatchLoopTest {
    private static final int KEYS = 200_000;
    private static final long POISON = -1;
    private static final AtomicInteger SELECTED = new AtomicInteger();

    /** The record is its key; one has none. */
    private static final class Itself implements KeySelector<Long, Long> {
        private static final long serialVersionUID = 1;

        @Override
        public Long getKey(Long value) {
            SELECTED.incrementAndGet();
            if (value == POISON) {
                throw new IllegalArgumentException("poison");
            }
            return value;
        }
    }

    /** Counts how often a key was there, in thousands of millions. */
    private static final class Sum implements ReduceFunction<Long> {
        private static final long serialVersionUID = 1;

        @Override
        public Long reduce(Long before, Long value) {
            return before + 1_000_000_000L;
        }
    }

    private static OperatorHarness sums() throws Exception {
        return OperatorHarness.of(
                Stores.BUILT_IN,
                Types.LONG,
                (input, sinks) ->
                        sinks.collect("sums", input.keyBy(new Itself()).reduce(new Sum())));
    }

    @BeforeEach
    void forget() {
        SELECTED.set(0);
    }

    private static Object[] values(long from, long to) {
        return LongStream.range(from, to).boxed().toArray();
    }

    @Test
    void shouldAskForTheKeysOfAllRecordsButTheFirstTwiceWhenThereIsMuchState() throws Exception {
        try (OperatorHarness sums = sums()) {
            sums.batch(values(0, KEYS));
            SELECTED.set(0);

            sums.batch(values(0, 1000));

            assertThat(SELECTED.get()).isBetween(2000 - KeysAhead.KEYS, 2000);
            assertThat(sums.take("sums").subList(KEYS, KEYS + 1000))
                    .element(999)
                    .asString()
                    .startsWith("1000000999 @");
        }
    }

    @Test
    void shouldAskOnceForEachKeyWhenThereIsLittleState() throws Exception {
        try (OperatorHarness sums = sums()) {
            sums.batch(values(0, 1000));
            sums.batch(values(0, 1000));

            assertThat(SELECTED.get()).isEqualTo(2000);
        }
    }

    @Test
    void shouldFailAtARecordWithoutKeyInItsTurnWhenKeysAreReadAhead() throws Exception {
        try (OperatorHarness sums = sums()) {
            sums.batch(values(0, KEYS));
            sums.take("sums");
            Object[] values = values(0, 100);
            values[70] = POISON;

            assertThatThrownBy(() -> sums.batch(values))
                    .isInstanceOfSatisfying(
                            OperatorFailure.class,
                            failure -> assertThat(failure.where()).contains("record '-1'"));
            assertThat(sums.take("sums")).hasSize(70);
        }
    }
}
