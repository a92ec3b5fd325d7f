package io.millrace.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import org.junit.jupiter.api.Test;

class DescribeTest {
    @Test
    void shouldSayTheSameOfWhatFailedElsewhereInTheCode() {
        Failure here = failure(new IllegalStateException("odd", new RuntimeException("inner")));
        Failure there = failure(new IllegalStateException("odd", new RuntimeException("inner")));

        assertThat(here).isNotEqualTo(there);
        assertThat(Describe.message(declined(there))).isEqualTo(Describe.message(declined(here)));
        assertThat(Describe.message(ended(there))).isEqualTo(Describe.message(ended(here)));
    }

    @Test
    void shouldTellFailuresApartByWhatTheySay() {
        Failure one = failure(new IllegalStateException("odd", new RuntimeException("inner")));
        Failure other = failure(new IllegalStateException("odd", new RuntimeException("other")));

        assertThat(Describe.message(declined(other))).isNotEqualTo(Describe.message(declined(one)));
    }

    private static Failure failure(Exception e) {
        return Failure.of(Failure.Category.INTERNAL, "task", e);
    }

    private static ControlMessage declined(Failure failure) {
        return new ToMaster.CheckpointDeclined(7, 1, failure);
    }

    private static ControlMessage ended(Failure failure) {
        return new ToMaster.TaskEnded(
                new AttemptId("job", 0, 0, 1, 1),
                new Generation(1, 1),
                new SubtaskEnd.Failed(failure),
                SubtaskMetrics.NONE);
    }
}
