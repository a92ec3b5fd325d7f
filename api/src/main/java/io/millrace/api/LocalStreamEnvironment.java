package io.millrace.api;

/** An environment that runs its jobs in this process. */
public final class LocalStreamEnvironment extends StreamExecutionEnvironment {
    LocalStreamEnvironment() {
        super(null, true);
    }
}
