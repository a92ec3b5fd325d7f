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
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Jobs whose application masters are killed, and paused for so long that two live at once, while
 * all else is well: nothing that ran is ever started again. Replay a seed with {@code
 * -Dsimulation.masters.seed=N}, with the engine's own log by {@code -Dsimulation.log=INFO}.
 */
class OnlyMastersDieTest {
    private static final Long ONE_SEED = Long.getLong("simulation.masters.seed");
    private static final int SEEDS = Integer.getInteger("simulation.masters.seeds", 50);
    private static final int SEEDS_UNTIL_BROKEN = 400;

    @ParameterizedTest
    @CsvSource({"MODELLED, 6", "CHECKPOINTED, 1"})
    void shouldStartNoTaskAgainUnderAnySeed(Tasks kind, int times) {
        if (ONE_SEED != null) {
            System.out.println(run(ONE_SEED, kind, Breaker.NONE));
            return;
        }
        int masters = 0;
        int checkpoints = 0;
        int survived = 0;
        int seeds = times * SEEDS;
        for (long seed = 0; seed < seeds; seed++) {
            Outcome outcome = run(seed, kind, Breaker.NONE);
            assertThat(outcome.state()).as("seed %d", seed).isEqualTo(JobState.FINISHED);
            masters += outcome.masters();
            checkpoints += outcome.checkpoints();
            survived += outcome.masters() > 1 && outcome.lastEpochStarted() == 1 ? 1 : 0;
        }
        System.out.printf(
                "%d seeds where only masters die, %s: %d masters, %d checkpoints; in %d a later"
                        + " master has finished what the first one had started%n",
                seeds, kind, masters, checkpoints, survived);
        assertThat(survived).as("jobs that outlived their master").isGreaterThan(seeds / 8);
    }

    /** Without the rule some seed fails: the simulation would see it if the engine lost it. */
    @ParameterizedTest
    @EnumSource(names = {"NO_FINISHED_ON_RECORD", "NO_WAIT_FOR_WORKERS"})
    void shouldFailUnderSomeSeedWhenRuleIsTakenAway(Breaker breaker) {
        for (long seed = 0; seed < SEEDS_UNTIL_BROKEN; seed++) {
            try {
                run(seed, Tasks.MODELLED, breaker);
            } catch (AssertionError expected) {
                System.out.printf(
                        "%s: %s%n", breaker, expected.getMessage().lines().findFirst().orElse(""));
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
