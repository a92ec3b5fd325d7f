package io.millrace.runtime.coordinate;

import io.millrace.runtime.loop.ManualTime;
import io.millrace.runtime.loop.Timers.Timer;
import java.time.Duration;

/** The master's loop, in the test's hand. */
record ManualLoop(ManualTime<Runnable> time) implements CoordinatorPorts.Loop {
    @Override
    public void put(String what, Runnable step) {
        time.put(step);
    }

    @Override
    public Timer after(Duration delay, String what, Runnable step) {
        return time.schedule(delay, step);
    }
}
