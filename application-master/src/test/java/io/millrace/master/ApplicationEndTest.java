package io.millrace.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.master.ApplicationEnd.Kind;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.master.JobState;
import org.junit.jupiter.api.Test;

class ApplicationEndTest {

    @Test
    void shouldCarryARefusalThroughYarnsDiagnostics() {
        Failure failure =
                Failure.of(
                        Failure.Category.CONFIG,
                        "Job 'x'",
                        new IllegalArgumentException("Input path /nosuch does not exist."));

        ApplicationEnd end = ApplicationEnd.of(JobState.FAILED, failure);

        assertThat(end)
                .isEqualTo(new ApplicationEnd(Kind.REFUSED, "Input path /nosuch does not exist."));
        assertThat(ApplicationEnd.ofDiagnostics(end.diagnostics())).isEqualTo(end);
    }

    @Test
    void shouldBeginWithTheRootCause() {
        Failure failure =
                Failure.of(
                        Failure.Category.USER_CODE,
                        "Task parse[0] attempt 1.1, operator 'parse', record 'x'",
                        new RuntimeException("outer", new IllegalStateException("inner")));

        ApplicationEnd end = ApplicationEnd.of(JobState.FAILED, failure);

        assertThat(end.kind()).isEqualTo(Kind.FAILED);
        assertThat(end.diagnostics())
                .startsWith("java.lang.IllegalStateException: inner (Task parse[0] attempt 1.1,");
        assertThat(ApplicationEnd.ofDiagnostics(end.diagnostics()).kind()).isEqualTo(Kind.FAILED);
    }

    @Test
    void shouldBoundTheDiagnostics() {
        Failure failure =
                Failure.of(
                        Failure.Category.USER_CODE, "t", new RuntimeException("x".repeat(100_000)));

        assertThat(ApplicationEnd.of(failure).diagnostics()).hasSizeLessThan(10_000);
    }

    @Test
    void shouldHaveTheDocumentedExitCodes() {
        assertThat(ApplicationEnd.of(JobState.FINISHED, null).kind().exitCode()).isZero();
        assertThat(Kind.FAILED.exitCode()).isEqualTo(1);
        assertThat(Kind.REFUSED.exitCode()).isEqualTo(2);
        assertThat(ApplicationEnd.of(JobState.CANCELED, null).kind().exitCode()).isEqualTo(3);
    }

    @Test
    void shouldTakeMissingDiagnosticsForAFailure() {
        assertThat(ApplicationEnd.ofDiagnostics(null))
                .isEqualTo(new ApplicationEnd(Kind.FAILED, ""));
    }
}
