package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.Wakeup;
import java.util.concurrent.CompletableFuture;

/** Beside {@link SplitSource}, which is copied and can have no lambdas. */
final class WakeOnCompletion {
    private WakeOnCompletion() {}

    static void hang(CompletableFuture<?> future, Wakeup wakeup) {
        future.whenComplete((value, thrown) -> wakeup.wake());
    }
}
