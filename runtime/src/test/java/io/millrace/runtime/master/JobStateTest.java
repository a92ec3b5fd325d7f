package io.millrace.runtime.master;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JobStateTest {

    @ParameterizedTest
    @EnumSource
    void shouldBecomeNothingButFencedAfterItsEnd(JobState state) {
        for (JobState next : JobState.values()) {
            boolean allowed = state.mayBecome(next);
            if (state.isEnd()) {
                assertThat(allowed).as("%s -> %s", state, next).isEqualTo(next == JobState.FENCED);
            }
            assertThat(state != next || !allowed).as("%s stays", state).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FENCED")
    void shouldBecomeFencedAtAnyTime(JobState state) {
        assertThat(state.mayBecome(JobState.FENCED)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"COMMITTING", "FINISHED", "FAILING", "FAILED", "CANCELED"})
    void shouldNotBeCancelledWhenResultIsDecided(JobState state) {
        assertThat(state.mayBecome(JobState.CANCELLING)).isFalse();
    }
}
