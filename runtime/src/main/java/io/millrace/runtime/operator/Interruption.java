package io.millrace.runtime.operator;

/** Says that whoever emits is to stop before the next record or timer. */
@FunctionalInterface
public interface Interruption {
    /** For who cannot stop. */
    Interruption NEVER = () -> false;

    /** One plain look. */
    boolean isInterrupted();
}
