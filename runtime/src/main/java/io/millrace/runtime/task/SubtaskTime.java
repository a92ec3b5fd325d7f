package io.millrace.runtime.task;

import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.operator.Alarms;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.operator.ProcessingTime;

/**
 * The wall clock of one subtask: has the subtask look at its timers when the least time that its
 * operators have asked for has come.
 *
 * <p>Threads: owned by the subtask; an alarm only puts a command into its mailbox.
 */
final class SubtaskTime implements ProcessingTime {
    private static final long NOTHING = Long.MAX_VALUE;

    private final OperatorPorts ports;
    private final Mailbox<SubtaskCommand> mailbox;
    private final Wakeup subtask;
    private long dueMillis = NOTHING;
    private Alarms.Alarm alarm;

    SubtaskTime(OperatorPorts ports, Mailbox<SubtaskCommand> mailbox, Wakeup subtask) {
        this.ports = ports;
        this.mailbox = mailbox;
        this.subtask = subtask;
    }

    @Override
    public long nowMillis() {
        return ports.wallMillis().getAsLong();
    }

    @Override
    public void wakeAt(long millis) {
        if (millis < dueMillis) {
            cancel();
            dueMillis = millis;
            alarm = ports.alarms().at(millis, this::ring);
        }
    }

    private void ring() {
        // with a full mailbox the subtask is about to look at it, and at the time as well
        mailbox.offer(new SubtaskCommand.TimerDue());
        subtask.wake();
    }

    /**
     * Whether the time has come that was asked for; it then counts as no longer asked for. If the
     * clock has not come that far yet, the alarm is set again.
     */
    boolean takeDue(long nowMillis) {
        if (dueMillis == NOTHING) {
            return false;
        }
        long due = dueMillis;
        cancel();
        if (nowMillis >= due) {
            return true;
        }
        wakeAt(due);
        return false;
    }

    /** Nothing rings any more. */
    void cancel() {
        dueMillis = NOTHING;
        if (alarm != null) {
            alarm.cancel();
            alarm = null;
        }
    }
}
