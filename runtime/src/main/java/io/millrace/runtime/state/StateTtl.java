package io.millrace.runtime.state;

import java.time.Duration;

/**
 * How long a value lives.
 *
 * <p>The time is the store's clock, in wall milliseconds. What has expired is dropped when it is
 * met, when memory is tidied, and when a snapshot is restored.
 *
 * @param millis 0 for ever
 */
public record StateTtl(long millis, Update update, Visibility visibility) {
    /** Values live until they are removed. */
    public static final StateTtl NONE =
            new StateTtl(0, Update.ON_CREATE_AND_WRITE, Visibility.NEVER_RETURN_EXPIRED);

    /** What makes a value live longer. */
    public enum Update {
        /** Putting it. */
        ON_CREATE_AND_WRITE,
        /** Putting it and reading it. */
        ON_READ_AND_WRITE
    }

    /** What is seen of a value that has expired and is still there. */
    public enum Visibility {
        NEVER_RETURN_EXPIRED,
        RETURN_EXPIRED_IF_NOT_CLEANED_UP
    }

    public StateTtl {
        if (millis < 0) {
            throw new IllegalArgumentException("A time to live of " + millis + " ms");
        }
    }

    public static StateTtl of(Duration time, Update update, Visibility visibility) {
        return new StateTtl(time.toMillis(), update, visibility);
    }

    /** Whether there is an end to it. */
    public boolean isOn() {
        return millis > 0;
    }

    /**
     * @param stampMillis of the last use that counts
     */
    public boolean isExpired(long stampMillis, long nowMillis) {
        return isOn() && stampMillis + millis <= nowMillis;
    }

    /** Whether what has that stamp is not to be seen any more. */
    public boolean isHidden(long stampMillis, long nowMillis) {
        return visibility == Visibility.NEVER_RETURN_EXPIRED && isExpired(stampMillis, nowMillis);
    }
}
