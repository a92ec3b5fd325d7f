package io.millrace.client;

import java.util.List;

/** Commands as they are shown to be typed. */
final class CommandLines {
    private CommandLines() {}

    static String cancel(String applicationId) {
        return "millrace cancel " + applicationId;
    }

    static String follow(String applicationId) {
        return "millrace follow " + applicationId;
    }

    /** How to go on with an application that nobody follows. */
    static List<String> hints(String applicationId) {
        return List.of(
                "  follow it: " + follow(applicationId),
                "  stop it:   " + cancel(applicationId),
                "  its logs:  yarn logs -applicationId " + applicationId);
    }
}
