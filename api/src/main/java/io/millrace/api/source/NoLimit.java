package io.millrace.api.source;

import java.util.concurrent.CompletableFuture;

/** There are always permits. */
final class NoLimit implements RateLimiter {
    static final NoLimit INSTANCE = new NoLimit();

    private NoLimit() {}

    @Override
    public int acquire(int most) {
        return most;
    }

    @Override
    public CompletableFuture<Void> available() {
        return CompletableFuture.completedFuture(null);
    }
}
