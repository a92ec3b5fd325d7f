package io.millrace.api.window;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Where tumbling windows begin, so that not all subtasks emit at the same moment.
 *
 * <p>A subtask decides at its first record, and anew when it starts again: windows that are open
 * then keep their bounds, and those of later records may overlap them.
 */
public enum WindowStagger {
    /** At the offset, in all subtasks. */
    ALIGNED {
        @Override
        public long getStaggerOffset(long currentProcessingTime, long size) {
            return 0;
        }
    },

    /** A random while behind the offset. */
    RANDOM {
        @Override
        public long getStaggerOffset(long currentProcessingTime, long size) {
            return ThreadLocalRandom.current().nextLong(size);
        }
    },

    /** As long behind the offset as the clock stands in a window when the first record comes. */
    NATURAL {
        @Override
        public long getStaggerOffset(long currentProcessingTime, long size) {
            return Math.floorMod(currentProcessingTime, size);
        }
    };

    /**
     * @param currentProcessingTime milliseconds since 1970
     * @param size of the windows, milliseconds
     * @return milliseconds, from 0 to less than the size
     */
    public abstract long getStaggerOffset(long currentProcessingTime, long size);
}
