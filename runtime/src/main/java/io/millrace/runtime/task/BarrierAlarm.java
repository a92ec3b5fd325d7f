package io.millrace.runtime.task;

import io.millrace.runtime.operator.Alarms;

/**
 * Has a subtask look at its barriers when the time of one may have come.
 *
 * <p>Threads: owned by the subtask.
 */
final class BarrierAlarm {
    private final Alarms alarms;
    private final Runnable look;
    private long dueMillis = Long.MAX_VALUE;
    private Alarms.Alarm alarm;

    /**
     * @param look called by any thread
     */
    BarrierAlarm(Alarms alarms, Runnable look) {
        this.alarms = alarms;
        this.look = look;
    }

    /** The first of all times that were asked for counts. */
    void wakeAt(long millis) {
        if (millis < dueMillis) {
            cancel();
            dueMillis = millis;
            alarm = alarms.at(millis, look);
        }
    }

    /** The subtask has looked: whoever still waits asks again. */
    void cancel() {
        dueMillis = Long.MAX_VALUE;
        if (alarm != null) {
            alarm.cancel();
            alarm = null;
        }
    }
}
