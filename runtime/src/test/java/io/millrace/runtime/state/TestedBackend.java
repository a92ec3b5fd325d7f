package io.millrace.runtime.state;

/**
 * The backend that tests of keyed state run over: the built-in one, unless {@code
 * millrace.test.state-backend} names another.
 */
public final class TestedBackend {
    private TestedBackend() {}

    /** A value of {@code state.backend.type}. */
    public static String name() {
        return System.getProperty("millrace.test.state-backend", "managed");
    }
}
