package io.millrace.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.millrace.runtime.master.JobState;
import io.millrace.testkit.simulation.Faults.Breaker;
import io.millrace.testkit.simulation.SimulatedCluster.Outcome;
import io.millrace.testkit.simulation.SimulatedCluster.Tasks;
import io.millrace.testkit.simulation.SimulatedCluster.Trouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Jobs whose application masters are killed, and paused for so long that two live at once, while
 * all else is well: nothing that ran is ever started again; see {@link Seeds}.
 */
class OnlyMastersDieTest {
    private static final int SEEDS_UNTIL_BROKEN = 400;

    @ParameterizedTest
    @CsvSource({"MODELLED, 300", "CHECKPOINTED, 50"})
    void shouldStartNoTaskAgainUnderAnySeed(Tasks kind, int usual) {
        int masters = 0;
        int checkpoints = 0;
        int survived = 0;
        for (long seed : Seeds.of(usual).toArray()) {
            Outcome outcome =
                    Seeds.run(
                            "OnlyMastersDieTest#shouldStartNoTaskAgainUnderAnySeed*",
                            seed,
                            kind,
                            Trouble.ONLY_MASTERS_DIE);
            assertThat(outcome.state()).as("seed %d", seed).isEqualTo(JobState.FINISHED);
            masters += outcome.masters();
            checkpoints += outcome.checkpoints();
            survived += outcome.masters() > 1 && outcome.lastEpochStarted() == 1 ? 1 : 0;
        }
        if (Seeds.areOne()) {
            return;
        }
        int seeds = Seeds.count(usual);
        System.out.printf(
                "%d seeds where only masters die, %s: %d masters, %d checkpoints; in %d a later"
                        + " master has finished what the first one had started%n",
                seeds, kind, masters, checkpoints, survived);
        assertThat(survived).as("jobs that outlived their master").isGreaterThan(seeds / 8);
    }

    /** Without the rule some seed fails: the simulation would see it if the engine lost it. */
    @ParameterizedTest
    @CsvSource({
        "MODELLED, NO_FINISHED_ON_RECORD",
        "MODELLED, NO_WAIT_FOR_WORKERS",
        "CHECKPOINTED, ASSIGNED_BEFORE_RECORDED",
        "CHECKPOINTED, STOPPED_BEFORE_RECORDED",
        "CHECKPOINTED, NO_ALIGNMENT"
    })
    void shouldFailUnderSomeSeedWhenRuleIsTakenAway(Tasks kind, Breaker breaker) {
        for (long seed = 0; seed < SEEDS_UNTIL_BROKEN; seed++) {
            try {
                run(seed, kind, breaker);
            } catch (AssertionError expected) {
                System.out.printf("%s: %s%n", breaker, Seeds.firstLine(expected));
                return;
            }
        }
        fail("%d seeds pass without the rule that %s takes away", SEEDS_UNTIL_BROKEN, breaker);
    }

    @Test
    void shouldDoTheSameTwiceUnderTheSameSeed() {
        for (long seed = 0; seed < 10; seed++) {
            Outcome first = run(seed, Tasks.MODELLED, Breaker.NONE);
            assertThat(run(seed, Tasks.MODELLED, Breaker.NONE))
                    .as("seed %d", seed)
                    .isEqualTo(first);
        }
    }

    private static Outcome run(long seed, Tasks kind, Breaker breaker) {
        return SimulatedCluster.run(seed, kind, Trouble.ONLY_MASTERS_DIE, breaker);
    }
}
