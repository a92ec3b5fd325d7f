package org.example.jobs;

import io.millrace.api.StreamExecutionEnvironment;

/** A user's mistake: one record of a hundred is not to the function's liking. */
public final class FailingMap {
    private FailingMap() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, 100).map(FailingMap::check).name("picky function").print();
        env.execute("Failing map");
    }

    private static long check(long number) {
        if (number == 42) {
            throw new IllegalArgumentException("forty-two is not allowed");
        }
        return number;
    }
}
