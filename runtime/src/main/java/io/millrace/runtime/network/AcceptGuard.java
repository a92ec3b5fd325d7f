package io.millrace.runtime.network;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts those who knock at a port: how many of one address have not proven themselves yet, and how
 * many were turned away.
 *
 * <p>Threads: any.
 */
final class AcceptGuard {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptGuard.class);

    private final String port;
    private final UnauthenticatedLimits limits;
    private final ConcurrentHashMap<InetAddress, Integer> knocking = new ConcurrentHashMap<>();
    private final AtomicLong refused = new AtomicLong();

    /** Ends the counting of one connection; may be called twice. */
    @FunctionalInterface
    interface Place {
        void leave();
    }

    /**
     * @param port a word for it, for the log
     */
    AcceptGuard(String port, UnauthenticatedLimits limits) {
        this.port = port;
        this.limits = limits;
    }

    UnauthenticatedLimits limits() {
        return limits;
    }

    /** Null if too many of the address knock already. */
    Place enter(SocketAddress from) {
        InetAddress address = ((InetSocketAddress) from).getAddress();
        int now = knocking.merge(address, 1, Integer::sum);
        AtomicBoolean left = new AtomicBoolean();
        Place place =
                () -> {
                    if (left.compareAndSet(false, true)) {
                        knocking.computeIfPresent(address, (a, n) -> n == 1 ? null : n - 1);
                    }
                };
        if (now > limits.maxConnectionsPerAddress()) {
            place.leave();
            refuse(from, now - 1 + " connections of this address have not proven themselves yet");
            return null;
        }
        return place;
    }

    void refuse(SocketAddress from, String cause) {
        long count = refused.incrementAndGet();
        // Anybody can make us come here as often as he likes: the log doubles its steps.
        if (Long.bitCount(count) == 1) {
            LOG.warn(
                    "Refused a connection to the {} from {}: {}. {} in all; said of the first and"
                            + " of each doubling.",
                    port,
                    from,
                    cause,
                    count);
        }
    }

    long refused() {
        return refused.get();
    }

    /** Connections that have not proven themselves yet. */
    int knocking() {
        return knocking.values().stream().mapToInt(Integer::intValue).sum();
    }
}
