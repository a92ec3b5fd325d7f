package io.millrace.runtime.generate;

import java.util.function.LongUnaryOperator;

/** Has all that a class may have that is copied. */
final class CopyableAdder implements LongUnaryOperator {
    private static final long NONE = Step.firstOf(CopyableAdder.class);

    private final LongUnaryOperator next;
    private final long add;
    private long calls;
    private Step step = Step.ONE;

    enum Step {
        ONE,
        MORE;

        private static long firstOf(Class<?> copied) {
            return copied.isHidden() ? 0 : -1;
        }
    }

    /** Uses what is private to its host's nest. */
    private static final class Counter {
        private long value;
    }

    CopyableAdder(LongUnaryOperator next, long add) {
        this.next = next;
        this.add = add;
    }

    @Override
    public long applyAsLong(long value) {
        Counter counter = new Counter();
        counter.value = value + add + NONE;
        if (value < 0) {
            throw new IllegalArgumentException("call " + ++calls + " with " + value);
        }
        switch (step) {
            case ONE -> step = Step.MORE;
            case MORE -> counter.value++;
        }
        return next.applyAsLong(counter.value);
    }
}
