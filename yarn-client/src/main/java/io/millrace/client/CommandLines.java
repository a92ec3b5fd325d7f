package io.millrace.client;

import java.util.List;

/** Commands as they are shown to be typed. */
final class CommandLines {
    private CommandLines() {}

    /** What was typed to start the launcher, as its script says: it need not be on the PATH. */
    private static String launcher() {
        return System.getProperty("millrace.command", "millrace");
    }

    static String cancel(String applicationId) {
        return launcher() + " cancel " + applicationId;
    }

    static String follow(String applicationId) {
        return launcher() + " follow " + applicationId;
    }

    static String status(String applicationId) {
        return launcher() + " status " + applicationId;
    }

    /** How to go on with an application that nobody follows. */
    static List<String> hints(String applicationId) {
        return List.of(
                "  follow it: " + follow(applicationId),
                "  stop it:   " + cancel(applicationId),
                "  its logs:  yarn logs -applicationId " + applicationId);
    }
}
