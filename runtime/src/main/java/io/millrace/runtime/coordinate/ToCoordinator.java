package io.millrace.runtime.coordinate;

import java.util.List;

/**
 * What a reader tells its coordinator.
 *
 * <p>Invariant: sequence numbers ascend from 1 in each attempt of the reader, over both kinds that
 * have one.
 */
public sealed interface ToCoordinator {

    /**
     * The reader is there: the first thing on each connection of its worker.
     *
     * @param link number of that connection
     * @param received the highest sequence number that has come, 0 if none has
     * @param request number of the request for splits that was not answered yet, 0 if there is none
     * @param events that the coordinator may not have heard
     */
    record Register(int link, long received, long request, List<Event> events)
            implements ToCoordinator {
        public Register {
            events = List.copyOf(events);
        }
    }

    /**
     * The reader wants a split.
     *
     * @param received as in {@link Register}
     */
    record RequestSplit(long sequence, long received) implements ToCoordinator {}

    /**
     * How far the reader's event time has come. Told again and again.
     *
     * @param watermarkMillis {@code Long.MIN_VALUE} if there was no watermark yet, {@code
     *     Long.MAX_VALUE} if nobody is to wait for the reader, because it is idle or at its end
     */
    record ReportWatermark(long watermarkMillis) implements ToCoordinator {}

    /** Something of the user's, serialized. */
    record Event(long sequence, byte[] event) implements ToCoordinator {}
}
