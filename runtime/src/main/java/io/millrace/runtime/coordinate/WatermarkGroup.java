package io.millrace.runtime.coordinate;

import io.millrace.runtime.graph.JobVertex.Alignment;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.schedule.AttemptId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sources of one job that wait for each other's event time.
 *
 * <p>Each reader tells its watermark every update interval. As often, and as soon as the last one
 * that was awaited has told its own, each is told how far it may go: the least of all, and the
 * drift that its source allows. Left out of the least are readers that are idle or at their end,
 * which need not tell it again, and those that have told nothing for {@link
 * Alignment#patienceMillis} while others have: when a job is stopped, all fall silent together.
 *
 * <p>While a reader that begins anew has not told anything, the least stays what it was: others
 * must not run away from it meanwhile. Nothing of all this is kept for another master, since the
 * readers tell it again; until that master has heard all of them, they hold to what they were told
 * last. They too have patience, and no more of it.
 *
 * <p>Threads: owned by the master's loop.
 */
final class WatermarkGroup {
    private static final Logger LOG = LoggerFactory.getLogger(WatermarkGroup.class);

    private final String name;
    private final CoordinatorPorts ports;
    private final List<Member> members = new ArrayList<>();
    private long intervalMillis = Long.MAX_VALUE;
    private long patienceNanos;

    /** The least watermark; {@code Long.MAX_VALUE} if nobody is to be waited for. */
    private long leastMillis;

    /** Whether {@link #leastMillis} was ever found. */
    private boolean known;

    /** Whether a reader has told nothing yet of which something is awaited. */
    private boolean awaiting;

    private Timer timer;

    /** Tells the readers of one source. */
    @FunctionalInterface
    interface Announcement {
        /** Tells all that can be reached. */
        void alignTo(long maxWatermarkMillis);
    }

    /** What is known of one reader. */
    private static final class Reader {
        private final AttemptId attempt;
        private long watermarkMillis = Long.MIN_VALUE;
        private boolean reported;
        private long heardNanos;
        private boolean leftOut;

        Reader(AttemptId attempt, long nowNanos) {
            this.attempt = attempt;
            this.heardNanos = nowNanos;
        }

        /** Idle, or at its end. */
        boolean isPast() {
            return reported && watermarkMillis == Long.MAX_VALUE;
        }
    }

    WatermarkGroup(String name, CoordinatorPorts ports) {
        this.name = name;
        this.ports = ports;
    }

    /** A further source. */
    Member join(Alignment alignment, Announcement announcement) {
        intervalMillis = Math.min(intervalMillis, alignment.updateMillis());
        patienceNanos =
                Math.max(patienceNanos, TimeUnit.MILLISECONDS.toNanos(alignment.patienceMillis()));
        Member member = new Member(alignment.maxDriftMillis(), announcement);
        members.add(member);
        return member;
    }

    // ------------------------------------------------------------------ the least

    private void heard() {
        arm();
        if (awaiting) {
            look();
            if (!awaiting) {
                announce();
            }
        }
    }

    /** Finds the least anew. */
    private void look() {
        long now = ports.clock().nanoTime();
        long silentNanos = Long.MAX_VALUE;
        for (Member member : members) {
            for (Reader reader : member.readers.values()) {
                if (reader.reported) {
                    silentNanos = Math.min(silentNanos, now - reader.heardNanos);
                }
            }
        }
        long least = Long.MAX_VALUE;
        boolean unheard = false;
        for (Member member : members) {
            for (Reader reader : member.readers.values()) {
                long quietNanos = now - reader.heardNanos;
                if (reader.isPast()) {
                    continue;
                }
                // half of it is more than a job takes to stop all of its sources
                if (quietNanos >= patienceNanos && quietNanos - silentNanos >= patienceNanos / 2) {
                    leaveOut(reader);
                } else if (reader.reported) {
                    least = Math.min(least, reader.watermarkMillis);
                } else {
                    unheard = true;
                }
            }
        }
        awaiting = unheard;
        if (!unheard) {
            leastMillis = least;
            known = true;
        } else if (known) {
            leastMillis = Math.min(leastMillis, least);
        }
    }

    private void leaveOut(Reader reader) {
        if (!reader.leftOut) {
            reader.leftOut = true;
            LOG.warn(
                    "Reader {} has told the watermark group '{}' nothing for {} s; until it does,"
                            + " the others do not wait for it",
                    reader.attempt,
                    name,
                    TimeUnit.NANOSECONDS.toSeconds(patienceNanos));
        }
    }

    private void announce() {
        if (known) {
            members.forEach(Member::announce);
        }
    }

    private void arm() {
        if (timer == null) {
            timer =
                    ports.loop()
                            .after(
                                    Duration.ofMillis(intervalMillis),
                                    "watermark group " + name,
                                    this::tick);
        }
    }

    private void tick() {
        timer = null;
        look();
        announce();
        if (members.stream().anyMatch(Member::isWaitedFor)) {
            arm();
        }
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    // ------------------------------------------------------------------ sources

    /** One source. */
    final class Member {
        private final long maxDriftMillis;
        private final Announcement announcement;

        /** By subtask; those that have ended are not among them. */
        private final Map<Integer, Reader> readers = new TreeMap<>();

        private boolean stopped = true;

        private Member(long maxDriftMillis, Announcement announcement) {
            this.maxDriftMillis = maxDriftMillis;
            this.announcement = announcement;
        }

        /** Its readers begin, or go on with another master. */
        void begin(Collection<AttemptId> attempts) {
            stopped = false;
            readers.clear();
            attempts.forEach(this::await);
        }

        private void await(AttemptId attempt) {
            readers.put(attempt.subtask(), new Reader(attempt, ports.clock().nanoTime()));
            awaiting = true;
            arm();
        }

        /** Its readers are gone, and expected back unless nobody of the group is left. */
        void stop() {
            List.copyOf(readers.values()).forEach(reader -> await(reader.attempt));
            stopped = true;
            if (members.stream().allMatch(member -> member.stopped)) {
                disarm();
            }
        }

        /** Nobody waits for a reader any more. */
        void ended(AttemptId attempt) {
            if (find(attempt) != null) {
                readers.remove(attempt.subtask());
                heard();
            }
        }

        /**
         * A reader has told how far it has come.
         *
         * @param watermarkMillis as in {@link ToCoordinator.ReportWatermark}
         */
        void reported(AttemptId attempt, long watermarkMillis) {
            Reader reader = find(attempt);
            if (reader == null) {
                return;
            }
            reader.watermarkMillis = watermarkMillis;
            reader.heardNanos = ports.clock().nanoTime();
            reader.reported = true;
            reader.leftOut = false;
            heard();
        }

        private Reader find(AttemptId attempt) {
            Reader reader = readers.get(attempt.subtask());
            return reader != null && reader.attempt.equals(attempt) ? reader : null;
        }

        private boolean isWaitedFor() {
            return !stopped && !readers.isEmpty();
        }

        private void announce() {
            if (isWaitedFor()) {
                // whoever may go on to the end of time, or would behind an overflow, waits for
                // nobody
                announcement.alignTo(
                        leastMillis > Long.MAX_VALUE - maxDriftMillis
                                ? Long.MAX_VALUE
                                : leastMillis + maxDriftMillis);
            }
        }
    }
}
