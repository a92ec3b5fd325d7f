package io.millrace.runtime.operator;

import io.millrace.api.time.Watermark;
import io.millrace.api.time.WatermarkOutput;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.StreamEvent.Status;
import java.util.ArrayList;
import java.util.List;

/**
 * The watermarks of a reader out of those of its splits: the least of those that are not idle.
 *
 * <p>The reader's own output takes part as soon as something comes of it.
 *
 * <p>Threads: owned by the subtask.
 */
final class SplitMarks {
    private final Downstream downstream;
    private final List<Part> parts = new ArrayList<>();
    private long watermarkMillis = Long.MIN_VALUE;
    private boolean idle;

    SplitMarks(Downstream downstream) {
        this.downstream = downstream;
    }

    /** Takes part from the first thing on that it says, or at once. */
    Part part(boolean atOnce) {
        Part part = new Part();
        if (atOnce) {
            part.join();
        }
        return part;
    }

    private void update() {
        long least = Long.MAX_VALUE;
        boolean anyActive = false;
        for (Part part : parts) {
            if (!part.idle) {
                anyActive = true;
                least = Math.min(least, part.watermarkMillis);
            }
        }
        if (parts.isEmpty()) {
            return;
        }
        if (anyActive == idle) {
            idle = !anyActive;
            downstream.event(idle ? Status.IDLE : Status.ACTIVE);
        }
        if (anyActive && least > watermarkMillis) {
            watermarkMillis = least;
            downstream.event(new StreamEvent.Watermark(least));
        }
    }

    /** The watermarks of one split. */
    final class Part implements WatermarkOutput {
        private long watermarkMillis = Long.MIN_VALUE;
        private boolean idle;
        private boolean joined;

        private void join() {
            if (!joined) {
                joined = true;
                parts.add(this);
            }
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            // a generator that has seen nothing says the least of all times, which is no word
            if (watermark.getTimestamp() > watermarkMillis) {
                join();
                idle = false;
                watermarkMillis = watermark.getTimestamp();
                update();
            }
        }

        @Override
        public void markIdle() {
            if (!idle) {
                join();
                idle = true;
                update();
            }
        }

        @Override
        public void markActive() {
            if (idle) {
                idle = false;
                update();
            }
        }

        /** The split has ended. */
        void leave() {
            parts.remove(this);
            update();
        }
    }
}
