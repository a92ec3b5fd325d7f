package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.StreamEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A watermark, or a status, on its way through a chain: an operator after the other takes it, emits
 * what it makes due, and hands it on when all of that is out. The walk can stop between any two
 * timers and go on later.
 *
 * <p>Threads: owned by the subtask.
 */
final class EventWalk {
    /** What is still to do, the next first. */
    private final Deque<Step> steps = new ArrayDeque<>();

    private sealed interface Step permits Visit, Leave {}

    /**
     * An operator that is to fire, and what reads it.
     *
     * @param event that goes on behind it; null if it ends here
     */
    private record Visit(Operator operator, Downstream downstream, StreamEvent event, boolean told)
            implements Step {}

    /** The edges behind an operator, all of whose readers in the chain have the event. */
    private record Leave(Downstream downstream, StreamEvent event) implements Step {}

    boolean isOver() {
        return steps.isEmpty();
    }

    /** Begins where an event comes into the chain; behind what is on its way. */
    void enter(Downstream downstream, StreamEvent event) {
        Deque<Step> before = new ArrayDeque<>(steps);
        steps.clear();
        push(downstream, event);
        before.descendingIterator().forEachRemaining(steps::addFirst);
    }

    /** Event time ends for all of these, in their order; no edge is told. */
    void end(List<Operator> operators) {
        StreamEvent end = new StreamEvent.Watermark(Long.MAX_VALUE);
        for (Operator operator : operators) {
            steps.addLast(new Visit(operator, null, end, false));
        }
    }

    private void push(Downstream downstream, StreamEvent event) {
        steps.addFirst(new Leave(downstream, event));
        List<Downstream.Reader> readers = downstream.readers();
        for (int i = readers.size() - 1; i >= 0; i--) {
            Downstream.Reader reader = readers.get(i);
            steps.addFirst(new Visit(reader.operator(), reader.downstream(), event, false));
        }
    }

    /**
     * Goes on.
     *
     * @param most timers of one operator to fire at the most
     * @return whether it is over
     */
    boolean go(int most, Interruption interruption) {
        while (!steps.isEmpty()) {
            Step step = steps.pollFirst();
            if (step instanceof Leave leave) {
                leave.downstream().leave(leave.event());
                continue;
            }
            Visit visit = (Visit) step;
            if (visit.event() instanceof StreamEvent.Watermark mark) {
                if (!visit.told()) {
                    visit.operator().watermark(mark.timestampMillis());
                }
                if (!visit.operator().fire(most, interruption)) {
                    steps.addFirst(
                            new Visit(visit.operator(), visit.downstream(), visit.event(), true));
                    return false;
                }
            }
            if (visit.downstream() != null && !visit.operator().makesWatermarks()) {
                push(visit.downstream(), visit.event());
            }
        }
        return true;
    }
}
