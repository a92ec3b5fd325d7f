package io.millrace.runtime.master;

import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.master.JobStatus.TimelineEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Remembers when what happened, for the waterfall of a start.
 *
 * <p>Threads: owned by the master's loop.
 */
final class Timeline {
    private static final int CAPACITY = 1000;

    private final Clock clock;
    private final List<TimelineEvent> events = new ArrayList<>();
    private final Set<String> once = new HashSet<>();

    Timeline(Clock clock) {
        this.clock = clock;
    }

    /** Something happens now. */
    void note(String name, String subject) {
        add(new TimelineEvent(name, subject, clock.wallMillis()));
    }

    /** Something happens now, of which only the first time is of interest. */
    void noteFirst(String name) {
        if (once.add(name)) {
            note(name, "");
        }
    }

    /** Something happened at a time of another's clock; 0 is nobody knows when. */
    void noteAt(String name, String subject, long wallMillis) {
        if (wallMillis != 0) {
            add(new TimelineEvent(name, subject, wallMillis));
        }
    }

    /** Beyond its capacity it forgets the newest: the start is what it is for. */
    void add(TimelineEvent event) {
        if (events.size() < CAPACITY) {
            events.add(event);
        }
    }

    List<TimelineEvent> events() {
        return List.copyOf(events);
    }
}
