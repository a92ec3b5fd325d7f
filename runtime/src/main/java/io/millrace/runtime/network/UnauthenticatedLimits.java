package io.millrace.runtime.network;

/**
 * What somebody may use of us who has not shown yet that he knows the secret.
 *
 * @param timeoutMillis from the connection to the end of the handshake
 * @param maxBytes that are read of him before that
 * @param maxConnectionsPerAddress that wait for the end of their handshake at once
 */
public record UnauthenticatedLimits(
        long timeoutMillis, int maxBytes, int maxConnectionsPerAddress) {

    /** 5 s, 512 bytes, 64 connections for each address. */
    public static UnauthenticatedLimits defaults() {
        return new UnauthenticatedLimits(5_000, 512, 64);
    }

    public UnauthenticatedLimits withTimeoutMillis(long changed) {
        return new UnauthenticatedLimits(changed, maxBytes, maxConnectionsPerAddress);
    }
}
