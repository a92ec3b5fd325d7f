package io.millrace.api.source;

import java.util.concurrent.CompletableFuture;

/** So many permits for each checkpoint that becomes complete, and as many before the first. */
final class CheckpointLimiter implements RateLimiter {
    private final int each;
    private int left;
    private CompletableFuture<Void> available = new CompletableFuture<>();

    CheckpointLimiter(int each) {
        this.each = each;
        this.left = each;
    }

    @Override
    public int acquire(int most) {
        int taken = Math.min(most, left);
        left -= taken;
        return taken;
    }

    @Override
    public CompletableFuture<Void> available() {
        return left > 0 ? CompletableFuture.completedFuture(null) : available;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        left = each;
        CompletableFuture<Void> waiting = available;
        available = new CompletableFuture<>();
        waiting.complete(null);
    }
}
