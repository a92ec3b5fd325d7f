package io.millrace.runtime.network;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits in tests for a named condition; a time-out tells the state. */
final class Await {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private Await() {}

    static void until(String condition, BooleanSupplier holds, Supplier<?> state) {
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Waited in vain until " + condition + ": " + state.get());
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
