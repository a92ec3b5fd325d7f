package io.millrace.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailureTest {
    @Test
    void shouldSummarizeInOneLineWhenTheMessageHasSeveral() {
        Failure failure =
                Failure.of(
                        Failure.Category.USER_CODE,
                        "Task count[1]",
                        new RuntimeException(
                                "wrapped", new IllegalArgumentException("bad word:\n  'x'")));

        assertThat(failure.summary())
                .isEqualTo("java.lang.IllegalArgumentException: bad word: 'x' (Task count[1])");
    }
}
