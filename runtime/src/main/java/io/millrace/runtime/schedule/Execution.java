package io.millrace.runtime.schedule;

import io.millrace.runtime.schedule.SlotSharing.WorkerSlot;
import io.millrace.runtime.task.SubtaskMetrics;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the master knows of one attempt.
 *
 * <p>Threads: owned by the master's loop.
 */
public final class Execution {
    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    /** Where an attempt is in its life, as far as the master knows. */
    public enum State {
        /** It was sent, or will be as soon as its worker is connected. */
        DEPLOYING,
        RUNNING,
        /** It was told to end, or will be. */
        CANCELLING,
        FINISHED,
        CANCELED,
        /** It failed, or its worker is lost. */
        FAILED;

        private static final Map<State, Set<State>> NEXT = new EnumMap<>(State.class);

        static {
            NEXT.put(DEPLOYING, EnumSet.of(RUNNING, CANCELLING, FINISHED, CANCELED, FAILED));
            NEXT.put(RUNNING, EnumSet.of(CANCELLING, FINISHED, CANCELED, FAILED));
            NEXT.put(CANCELLING, EnumSet.of(FINISHED, CANCELED, FAILED));
            NEXT.put(FINISHED, EnumSet.noneOf(State.class));
            NEXT.put(CANCELED, EnumSet.noneOf(State.class));
            NEXT.put(FAILED, EnumSet.noneOf(State.class));
        }

        /** Whether it may still run somewhere. */
        public boolean isLive() {
            return this == DEPLOYING || this == RUNNING || this == CANCELLING;
        }
    }

    private final AttemptId attempt;
    private final String name;
    private final WorkerSlot slot;
    private final long startNanos;
    private State state;
    private SubtaskMetrics metrics;
    private SubtaskMetrics earlier = SubtaskMetrics.NONE;
    private long loopsMovedNanos;

    /** One that is to be deployed. */
    Execution(AttemptId attempt, String vertexName, WorkerSlot slot, long nowNanos) {
        this(attempt, vertexName, slot, State.DEPLOYING, SubtaskMetrics.NONE, nowNanos);
    }

    /** One that another master has deployed. */
    Execution(
            AttemptId attempt,
            String vertexName,
            WorkerSlot slot,
            State state,
            SubtaskMetrics metrics,
            long nowNanos) {
        this.attempt = attempt;
        this.name = vertexName + "[" + attempt.subtask() + "]";
        this.slot = slot;
        this.state = state;
        this.metrics = metrics;
        this.startNanos = nowNanos;
        this.loopsMovedNanos = nowNanos;
    }

    public AttemptId attempt() {
        return attempt;
    }

    /** Vertex and subtask, for texts. */
    public String name() {
        return name;
    }

    public WorkerSlot slot() {
        return slot;
    }

    public State state() {
        return state;
    }

    public boolean isLive() {
        return state.isLive();
    }

    /** The one place where the state changes. */
    public void become(State next, long nowNanos) {
        if (!State.NEXT.get(state).contains(next)) {
            throw new IllegalStateException(
                    "Task "
                            + name
                            + " attempt "
                            + attempt
                            + " cannot go from "
                            + state
                            + " to "
                            + next);
        }
        if (LOG.isInfoEnabled()) {
            LOG.info(
                    "Task {} attempt {}.{} on {}: {} -> {} after {} s",
                    name,
                    attempt.epoch(),
                    attempt.counter(),
                    slot.workerId(),
                    state,
                    next,
                    (nowNanos - startNanos) / 1_000_000_000L);
        }
        state = next;
    }

    /** Newer counters have come. */
    public void measured(SubtaskMetrics now, long nowNanos) {
        if (now.loops() != metrics.loops()) {
            loopsMovedNanos = nowNanos;
        }
        earlier = metrics;
        metrics = now;
    }

    public SubtaskMetrics metrics() {
        return metrics;
    }

    /** The counters before the last ones. */
    public SubtaskMetrics earlierMetrics() {
        return earlier;
    }

    /** How long the loop of a running attempt has stood still, as far as beats tell. */
    public long stillNanos(long nowNanos) {
        return state == State.RUNNING || state == State.CANCELLING ? nowNanos - loopsMovedNanos : 0;
    }
}
