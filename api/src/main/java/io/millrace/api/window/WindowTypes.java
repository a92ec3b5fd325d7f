package io.millrace.api.window;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.time.TimestampAssigner;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import java.util.ArrayList;
import java.util.List;

/** Checks, types and arithmetic that the assigners of this package share. */
final class WindowTypes {
    static final TypeInformation<TimeWindow> TIME = TypeExtractor.forClass(TimeWindow.class);
    static final TypeInformation<GlobalWindow> GLOBAL = TypeExtractor.forClass(GlobalWindow.class);

    private WindowTypes() {}

    /** Windows of {@code size} that begin every {@code slide}, from {@code offset} on. */
    static void check(String kind, long sizeMillis, long slideMillis, long offsetMillis) {
        if (sizeMillis < 1 || slideMillis < 1) {
            throw new InvalidProgramException(
                    kind
                            + " were given a size of "
                            + sizeMillis
                            + " ms and a slide of "
                            + slideMillis
                            + " ms, but both must be at least 1 ms.");
        }
        if (Math.abs(offsetMillis) >= slideMillis) {
            throw new InvalidProgramException(
                    kind
                            + " that begin every "
                            + slideMillis
                            + " ms were given an offset of "
                            + offsetMillis
                            + " ms, but an offset must be shorter than that: it says where in the"
                            + " interval windows begin, e.g. -8 hours for days in China.");
        }
    }

    /** The windows that have a time, the last one first; none if it lies between two. */
    static List<TimeWindow> sliding(
            long timeMillis, long sizeMillis, long slideMillis, long offsetMillis) {
        List<TimeWindow> windows = new ArrayList<>((int) (sizeMillis / slideMillis) + 1);
        long last = TimeWindow.getWindowStartWithOffset(timeMillis, offsetMillis, slideMillis);
        for (long start = last; start > timeMillis - sizeMillis; start -= slideMillis) {
            windows.add(new TimeWindow(start, start + sizeMillis));
        }
        return windows;
    }

    static void checkGap(String kind, long gapMillis) {
        if (gapMillis < 1) {
            throw new InvalidProgramException(
                    kind + " were given a gap of " + gapMillis + " ms, but it must be at least 1.");
        }
    }

    static long timestamped(String kind, long timestamp) {
        if (timestamp == TimestampAssigner.NO_TIMESTAMP) {
            throw new IllegalArgumentException(
                    "The record has no timestamp, and "
                            + kind
                            + " are by timestamps. Call assignTimestampsAndWatermarks(...) with an"
                            + " assigner before the window, or use windows by processing time.");
        }
        return timestamp;
    }
}
