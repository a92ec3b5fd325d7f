package io.millrace.runtime.local;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * An outside system with transactions, all of which it remembers; its calls fail where a test says.
 *
 * <p>Threads: any.
 */
final class TransactionLedger {
    /** A failure comes when that many transactions were committed, so that there is one to lose. */
    private static final int COMMITS_BEFORE_FAILURES = 3;

    private static final double CHANCE = 0.1;
    private static final double CHANCE_OF_WRITES = 0.002;

    private final Map<String, Transaction> transactions = new LinkedHashMap<>();
    private final List<Long> visible = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final Set<Step> failures = EnumSet.noneOf(Step.class);
    private Random random;
    private int randomFailures;
    private int failuresHad;
    private int commits;

    /** Where a call can fail. */
    enum Step {
        BEGIN,
        WRITE,
        BEFORE_PRE_COMMIT,
        AFTER_PRE_COMMIT,
        BEFORE_COMMIT,
        AFTER_COMMIT,
        BEFORE_RECOVERY,
        AFTER_RECOVERY,
        FINISH
    }

    private enum State {
        OPEN,
        PREPARED,
        COMMITTED,
        ABORTED
    }

    private static final class Transaction {
        private State state = State.OPEN;
        private final List<Long> records = new ArrayList<>();
    }

    /** The first call of this step fails behind some commits. */
    synchronized void failOnceAt(Step step) {
        failures.add(step);
    }

    /** Calls fail at random, so many times all together. */
    synchronized void failAtAnyStep(long seed, int count) {
        random = new Random(seed);
        randomFailures = count;
    }

    private void at(Step step) {
        boolean chosen =
                commits >= COMMITS_BEFORE_FAILURES
                        && (failures.remove(step)
                                || randomFailures > 0
                                        && random.nextDouble()
                                                < (step == Step.WRITE ? CHANCE_OF_WRITES : CHANCE));
        if (chosen) {
            failuresHad++;
            randomFailures--;
            throw new IllegalStateException("the ledger fails at " + step);
        }
    }

    synchronized String begin() {
        at(Step.BEGIN);
        String name = "t" + transactions.size();
        transactions.put(name, new Transaction());
        return name;
    }

    synchronized void write(String name, long record) {
        at(Step.WRITE);
        Transaction transaction = transactions.get(name);
        check(transaction.state == State.OPEN, "record " + record + " came into", name);
        transaction.records.add(record);
    }

    synchronized void prepare(String name) {
        at(Step.BEFORE_PRE_COMMIT);
        Transaction transaction = transactions.get(name);
        check(transaction.state == State.OPEN, "prepared", name);
        transaction.state = State.PREPARED;
        at(Step.AFTER_PRE_COMMIT);
    }

    synchronized void commit(String name) {
        at(Step.BEFORE_COMMIT);
        doCommit(name);
        at(Step.AFTER_COMMIT);
    }

    synchronized void recover(String name) {
        at(Step.BEFORE_RECOVERY);
        doCommit(name);
        at(Step.AFTER_RECOVERY);
    }

    private void doCommit(String name) {
        Transaction transaction = transactions.get(name);
        if (transaction.state == State.COMMITTED) {
            return;
        }
        check(transaction.state == State.PREPARED, "committed", name);
        transaction.state = State.COMMITTED;
        visible.addAll(transaction.records);
        commits++;
        notifyAll();
    }

    synchronized void abort(String name) {
        Transaction transaction = transactions.get(name);
        check(transaction.state != State.COMMITTED, "aborted", name);
        transaction.state = State.ABORTED;
    }

    synchronized void finish(String name) {
        at(Step.FINISH);
        check(transactions.get(name).state == State.OPEN, "finished", name);
    }

    private void check(boolean holds, String what, String name) {
        if (!holds) {
            violations.add(what + " " + name + ", which is " + transactions.get(name).state);
        }
    }

    synchronized void awaitCommits(int count) throws InterruptedException {
        while (commits < count) {
            wait();
        }
    }

    synchronized List<Long> visible() {
        return List.copyOf(visible);
    }

    /** Records of transactions that were neither committed nor aborted. */
    synchronized List<Long> written() {
        return transactions.values().stream()
                .filter(t -> t.state == State.OPEN || t.state == State.PREPARED)
                .flatMap(t -> t.records.stream())
                .toList();
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** Failures that were asked for and have not come. */
    synchronized Set<Step> failures() {
        return Set.copyOf(failures);
    }

    synchronized int failuresHad() {
        return failuresHad;
    }
}
