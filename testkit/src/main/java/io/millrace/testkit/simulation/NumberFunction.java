package io.millrace.testkit.simulation;

import io.millrace.api.function.TwoPhaseCommitSinkFunction;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * Writes the second fields of pairs into {@link CommittedNumbers}, as {@link
 * CommittedNumbers.NumberSink} does, by the older interface.
 */
final class NumberFunction extends TwoPhaseCommitSinkFunction<Tuple2<Long, Long>, String, Void> {
    private static final long serialVersionUID = 1L;

    private final String simulation;

    NumberFunction(String simulation) {
        super(Types.STRING, Types.VOID, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
        this.simulation = simulation;
    }

    private CommittedNumbers numbers() {
        return CommittedNumbers.of(simulation);
    }

    @Override
    protected String beginTransaction() {
        return numbers().begin();
    }

    @Override
    protected void invoke(String transaction, Tuple2<Long, Long> value, Context context) {
        numbers().add(transaction, value.f1);
    }

    @Override
    protected void preCommit(String transaction) {
        numbers().prepare(transaction);
    }

    @Override
    protected void commit(String transaction) {
        numbers().commitPrepared(transaction);
    }

    @Override
    protected void abort(String transaction) {
        numbers().abort(transaction);
    }
}
