package io.millrace.runtime.state;

import io.millrace.api.Configuration;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.StateBackendOptions;
import java.util.Map;

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

    /** The options of a job that asks for it. */
    public static ParsedConfiguration options() {
        return options(name());
    }

    static ParsedConfiguration options(String backend) {
        return ParsedConfiguration.of(
                Configuration.fromMap(Map.of(StateBackendOptions.TYPE.key(), backend)));
    }
}
