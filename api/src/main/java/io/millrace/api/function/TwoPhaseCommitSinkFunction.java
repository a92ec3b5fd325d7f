package io.millrace.api.function;

import static java.util.Objects.requireNonNull;

import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.tuple.Tuple3;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import java.time.Clock;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A sink that writes into transactions of an outside system, so that what it writes is seen exactly
 * once.
 *
 * <p>Records go into the current transaction. At each checkpoint that is <em>pre-committed</em>,
 * and another begins; when the checkpoint is complete, it is committed. One whose checkpoint failed
 * is held by the next one and committed with that: its records will not come again. After a failure
 * all that the checkpoint holds as pre-committed is committed first, and the transaction that was
 * current is aborted, since its records do come again.
 *
 * <pre>
 *   begin -> invoke ... -> preCommit -> commit      once, or again after a failure
 *                      \-> abort                    when the subtask closes or begins again
 * </pre>
 *
 * <p>So {@link #commit} and {@link #abort} must be idempotent, and a pre-committed transaction must
 * survive the process. Where the input ends, the last transaction is committed with the last
 * checkpoint; in a job without checkpoints right at the end of the input. When a job with another
 * parallelism begins, the transactions are dealt out among its subtasks.
 *
 * <p>Newer programs use {@link io.millrace.api.sink.SupportsCommitter}.
 *
 * <p>Threads: all calls come from the subtask's thread.
 *
 * <p>Errors: what {@link #invoke}, {@link #beginTransaction}, {@link #preCommit} and {@link
 * #commit} throw fails the subtask, which begins again from the last checkpoint.
 *
 * <p>Format: one element a subtask in the list state {@value #STATE}: the current transaction,
 * those that wait for the commit in the order of their checkpoints, the context; a transaction with
 * the time when it began, in milliseconds since 1970.
 *
 * @param <IN> type of the records
 * @param <TXN> what is to be known of a transaction, to go on with it in another process
 * @param <CONTEXT> what the subtask keeps besides its transactions; {@code Void} for nothing
 */
public abstract class TwoPhaseCommitSinkFunction<IN, TXN, CONTEXT> extends RichSinkFunction<IN>
        implements CheckpointedFunction, CheckpointListener {
    private static final long serialVersionUID = 1L;
    private static final System.Logger LOG =
            System.getLogger(TwoPhaseCommitSinkFunction.class.getName());
    private static final String STATE = "state";

    private final ListStateDescriptor<
                    Tuple3<Optional<Tuple2<TXN, Long>>, List<Tuple2<TXN, Long>>, Optional<CONTEXT>>>
            descriptor;
    private final Clock clock;

    private long timeoutMillis = Long.MAX_VALUE;
    private boolean ignoresFailuresAfterTimeout;

    /** Part of the time-out; negative for no warnings. */
    private double warningRatio = -1;

    private transient ListState<
                    Tuple3<Optional<Tuple2<TXN, Long>>, List<Tuple2<TXN, Long>>, Optional<CONTEXT>>>
            state;

    /** By the first checkpoint that holds it. */
    private transient LinkedHashMap<Long, Tuple2<TXN, Long>> pending;

    /** Null before the function is set up and after the end of the input. */
    private transient Tuple2<TXN, Long> current;

    private transient Optional<CONTEXT> userContext;
    private transient boolean finished;

    /**
     * @param transactionType of what describes a transaction
     * @param contextType {@link Types#VOID} if there is none
     */
    protected TwoPhaseCommitSinkFunction(
            TypeInformation<TXN> transactionType, TypeInformation<CONTEXT> contextType) {
        this(transactionType, contextType, Clock.systemUTC());
    }

    /**
     * @param clock tells how old transactions are; serializable
     */
    protected TwoPhaseCommitSinkFunction(
            TypeInformation<TXN> transactionType,
            TypeInformation<CONTEXT> contextType,
            Clock clock) {
        TypeInformation<Tuple2<TXN, Long>> timed =
                Types.TUPLE(requireNonNull(transactionType, "transactionType"), Types.LONG);
        this.descriptor =
                new ListStateDescriptor<>(
                        STATE,
                        Types.TUPLE(
                                Types.OPTIONAL(timed),
                                Types.LIST(timed),
                                Types.OPTIONAL(requireNonNull(contextType, "contextType"))));
        this.clock = requireNonNull(clock, "clock");
    }

    // ------------------------------------------------------------------ to be implemented

    /** Writes a record into a transaction. */
    protected abstract void invoke(TXN transaction, IN value, Context context) throws Exception;

    /** Begins a transaction, under a name that was never used before. */
    protected abstract TXN beginTransaction() throws Exception;

    /**
     * Makes a transaction ready, so that whoever has its description can commit it; writes out what
     * is buffered. Nothing is written into it any more.
     */
    protected abstract void preCommit(TXN transaction) throws Exception;

    /** Makes a pre-committed transaction visible; no more than that if it is visible already. */
    protected abstract void commit(TXN transaction);

    /**
     * Commits a transaction after a failure, by a subtask that may not be the one that began it.
     */
    protected void recoverAndCommit(TXN transaction) {
        commit(transaction);
    }

    /** Drops a transaction that was not pre-committed; no more than that if it is not there. */
    protected abstract void abort(TXN transaction);

    /** Drops a transaction after a failure, by a subtask that may not be the one that began it. */
    protected void recoverAndAbort(TXN transaction) {
        abort(transaction);
    }

    /**
     * All transactions of one former subtask that had a context were committed or aborted.
     *
     * @param handledTransactions those of that subtask
     */
    protected void finishRecoveringContext(Collection<TXN> handledTransactions) {}

    /** The input has ended; {@link #preCommit} follows with the last checkpoint. */
    protected void finishProcessing(TXN transaction) {}

    /** Makes the context of a subtask that has none in the checkpoint. */
    protected Optional<CONTEXT> initializeUserContext() {
        return Optional.empty();
    }

    // ------------------------------------------------------------------ to be asked

    /** Of the checkpoint, or made by {@link #initializeUserContext}. */
    protected Optional<CONTEXT> getUserContext() {
        return userContext;
    }

    /** Null after the end of the input. */
    protected TXN currentTransaction() {
        return current == null ? null : current.f0;
    }

    /** What waits for the commit, by the id of the first checkpoint that holds it, in order. */
    protected Stream<Map.Entry<Long, TXN>> pendingTransactions() {
        return pending.entrySet().stream()
                .map(entry -> new AbstractMap.SimpleEntry<>(entry.getKey(), entry.getValue().f0));
    }

    /**
     * Tells after how many milliseconds the outside system drops a transaction by itself. Has no
     * effect of its own; see {@link #ignoreFailuresAfterTransactionTimeout} and {@link
     * #enableTransactionTimeoutWarnings}.
     */
    protected TwoPhaseCommitSinkFunction<IN, TXN, CONTEXT> setTransactionTimeout(
            long transactionTimeout) {
        if (transactionTimeout < 0) {
            throw new IllegalArgumentException(
                    "The time-out of transactions is " + transactionTimeout + " ms");
        }
        this.timeoutMillis = transactionTimeout;
        return this;
    }

    /**
     * Lets the job go on when a transaction that is older than the time-out cannot be committed
     * after a failure: its records are lost, and logged as an error. Otherwise the job would try
     * again for ever.
     */
    protected TwoPhaseCommitSinkFunction<IN, TXN, CONTEXT> ignoreFailuresAfterTransactionTimeout() {
        this.ignoresFailuresAfterTimeout = true;
        return this;
    }

    /**
     * Logs a warning for each transaction that is committed when more than a part of the time-out
     * is over.
     *
     * @param warningRatio from 0 to 1
     */
    protected TwoPhaseCommitSinkFunction<IN, TXN, CONTEXT> enableTransactionTimeoutWarnings(
            double warningRatio) {
        if (!(warningRatio >= 0 && warningRatio <= 1)) {
            throw new IllegalArgumentException(
                    "The ratio for warnings is " + warningRatio + ", it must be from 0 to 1");
        }
        this.warningRatio = warningRatio;
        return this;
    }

    // ------------------------------------------------------------------ called by the engine

    @Override
    public final void invoke(IN value) {
        throw new UnsupportedOperationException("a record comes with its context");
    }

    @Override
    public final void invoke(IN value, Context context) throws Exception {
        invoke(current.f0, value, context);
    }

    @Override
    public final void finish() {
        finished = true;
        if (current != null) {
            finishProcessing(current.f0);
        }
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        state = context.getOperatorStateStore().getListState(descriptor);
        pending = new LinkedHashMap<>();
        userContext = Optional.empty();
        finished = false;
        boolean recovered = false;
        for (Tuple3<Optional<Tuple2<TXN, Long>>, List<Tuple2<TXN, Long>>, Optional<CONTEXT>>
                former : state.get()) {
            userContext = former.f2;
            List<TXN> handled = new ArrayList<>();
            for (Tuple2<TXN, Long> transaction : former.f1) {
                recover(transaction);
                handled.add(transaction.f0);
            }
            if (former.f0.isPresent()) {
                recoverAndAbort(former.f0.get().f0);
                handled.add(former.f0.get().f0);
            }
            if (userContext.isPresent()) {
                finishRecoveringContext(handled);
                recovered = true;
            }
        }
        if (!recovered) {
            userContext = initializeUserContext();
        }
        begin();
    }

    private void begin() throws Exception {
        long nowMillis = clock.millis();
        current = Tuple2.of(beginTransaction(), nowMillis);
    }

    private void recover(Tuple2<TXN, Long> transaction) {
        warnIfOld(transaction);
        try {
            recoverAndCommit(transaction.f0);
        } catch (RuntimeException e) {
            long ageMillis = clock.millis() - transaction.f1;
            if (!ignoresFailuresAfterTimeout || ageMillis <= timeoutMillis) {
                throw e;
            }
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Transaction "
                            + transaction.f0
                            + " began "
                            + ageMillis
                            + " ms ago, the time-out is "
                            + timeoutMillis
                            + " ms. It cannot be committed, and will not be tried again: its"
                            + " records are lost.",
                    e);
        }
    }

    private void warnIfOld(Tuple2<TXN, Long> transaction) {
        if (warningRatio < 0 || timeoutMillis == Long.MAX_VALUE) {
            return;
        }
        long ageMillis = clock.millis() - transaction.f1;
        if (ageMillis > timeoutMillis * warningRatio) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Transaction "
                            + transaction.f0
                            + " began "
                            + ageMillis
                            + " ms ago, the time-out is "
                            + timeoutMillis
                            + " ms: let checkpoints be taken more often"
                            + " (execution.checkpointing.interval), or raise the time-out.");
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        if (current != null) {
            preCommit(current.f0);
            pending.put(context.getCheckpointId(), current);
            current = null; // whatever follows, nothing is written into it any more
        }
        if (!finished) {
            begin();
        }
        state.update(
                List.of(
                        Tuple3.of(
                                Optional.ofNullable(current),
                                new ArrayList<>(pending.values()),
                                userContext)));
    }

    /**
     * Commits all that this checkpoint holds. Those that cannot be committed do not keep the others
     * from it; the first failure is thrown when all were tried.
     */
    @Override
    public final void notifyCheckpointComplete(long checkpointId) {
        RuntimeException first = null;
        Iterator<Map.Entry<Long, Tuple2<TXN, Long>>> entries = pending.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<Long, Tuple2<TXN, Long>> entry = entries.next();
            if (entry.getKey() > checkpointId) {
                continue;
            }
            warnIfOld(entry.getValue());
            try {
                commit(entry.getValue().f0);
                entries.remove();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Nothing is rolled back: what was pre-committed is committed with the next checkpoint. */
    @Override
    public final void notifyCheckpointAborted(long checkpointId) {}

    /** Aborts the current transaction; what was pre-committed stays as it is. */
    @Override
    public void close() throws Exception {
        super.close();
        if (current != null) {
            TXN transaction = current.f0;
            current = null;
            abort(transaction);
        }
    }
}
