package io.millrace.runtime.network;

import java.util.function.LongSupplier;

/**
 * Bounds of the control channel.
 *
 * @param maxMessageBytes a longer message is refused at both ends
 * @param maxOutboundBytes unsent bytes of one connection; over it the connection is closed
 * @param limits for those who have not proven themselves yet
 * @param nanoClock monotonic
 */
public record ControlSettings(
        int maxMessageBytes,
        long maxOutboundBytes,
        UnauthenticatedLimits limits,
        LongSupplier nanoClock) {

    /** Messages up to 256 MiB, as much unsent, the usual limits. */
    public static ControlSettings defaults() {
        return new ControlSettings(
                256 << 20, 512L << 20, UnauthenticatedLimits.defaults(), System::nanoTime);
    }

    public ControlSettings withLimits(UnauthenticatedLimits changed) {
        return new ControlSettings(maxMessageBytes, maxOutboundBytes, changed, nanoClock);
    }

    public ControlSettings withMaxMessageBytes(int changed) {
        return new ControlSettings(changed, maxOutboundBytes, limits, nanoClock);
    }

    public ControlSettings withMaxOutboundBytes(long changed) {
        return new ControlSettings(maxMessageBytes, changed, limits, nanoClock);
    }
}
