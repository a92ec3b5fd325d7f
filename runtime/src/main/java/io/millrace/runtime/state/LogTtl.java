package io.millrace.runtime.state;

/** The times to live of entries in the log, where they are read. */
final class LogTtl {
    private LogTtl() {}

    /**
     * Takes note that a live entry of a state with a time to live was read: one that has expired is
     * removed, and another lives longer if reading counts.
     *
     * @return whether the value read may be seen
     */
    static boolean read(BinaryStateStore store, StateDefinition state, long at) {
        long now = store.nowMillis();
        StateTtl ttl = state.ttl();
        if (ttl.isExpired(LogEntry.stamp(at), now)) {
            store.log().remove(state, at);
            return ttl.visibility() == StateTtl.Visibility.RETURN_EXPIRED_IF_NOT_CLEANED_UP;
        }
        if (ttl.update() == StateTtl.Update.ON_READ_AND_WRITE) {
            store.log().setStamp(at, state, now);
        }
        return true;
    }

    /** Whether a live entry is not to be seen any more. */
    static boolean isHidden(BinaryStateStore store, StateDefinition state, long at) {
        return state.ttl().isHidden(LogEntry.stamp(at), store.nowMillis());
    }
}
