package io.millrace.api.window;

/** What becomes of a window. */
public enum TriggerResult {
    CONTINUE(false, false),
    /** Its function is called and its contents stay. */
    FIRE(true, false),
    /** Its contents are dropped without its function being called. */
    PURGE(false, true),
    /** Its function is called and its contents are dropped. */
    FIRE_AND_PURGE(true, true);

    private final boolean fire;
    private final boolean purge;

    TriggerResult(boolean fire, boolean purge) {
        this.fire = fire;
        this.purge = purge;
    }

    public boolean isFire() {
        return fire;
    }

    public boolean isPurge() {
        return purge;
    }
}
