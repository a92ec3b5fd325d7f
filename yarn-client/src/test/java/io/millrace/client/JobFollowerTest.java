package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JobFollowerTest {
    @Test
    void shouldLeaveOutTheTracesOfYarnsDaemons() {
        String diagnostics =
                "Application application_1_2 failed 2 times\n"
                        + "Failing this attempt.Diagnostics: Connection refused\n"
                        + "\tat java.base/sun.nio.ch.Net.connect0(Native Method)\n"
                        + "\t... 10 more\n"
                        + "\n"
                        + "Caused by: java.net.ConnectException: Connection refused\n"
                        + "\tat java.base/sun.nio.ch.Net.connect(Net.java:579)\n"
                        + "Caused by: java.net.ConnectException: Connection refused\n";

        assertThat(JobFollower.withoutTraces(diagnostics))
                .isEqualTo(
                        "Application application_1_2 failed 2 times\n"
                                + "Failing this attempt.Diagnostics: Connection refused\n"
                                + "Caused by: java.net.ConnectException: Connection refused");
    }

    @Test
    void shouldBoundWhatYarnSays() {
        assertThat(JobFollower.withoutTraces("x".repeat(100_000))).hasSizeLessThan(3_000);
    }
}
