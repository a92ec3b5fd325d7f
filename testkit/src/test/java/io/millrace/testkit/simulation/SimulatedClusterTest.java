package io.millrace.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.millrace.runtime.master.JobState;
import io.millrace.testkit.simulation.Faults.Breaker;
import io.millrace.testkit.simulation.SimulatedCluster.Outcome;
import io.millrace.testkit.simulation.SimulatedCluster.Tasks;
import io.millrace.testkit.simulation.SimulatedCluster.Trouble;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Replay a seed with {@code -Dsimulation.seed=N}, with the engine's own log by {@code
 * -Dsimulation.log=INFO}; run more with {@code -Dsimulation.seeds=N}.
 */
class SimulatedClusterTest {
    private static final Long ONE_SEED = Long.getLong("simulation.seed");
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 1000);
    private static final int SEEDS_RUN_TWICE = 50;
    private static final int SEEDS_UNTIL_BROKEN = 3000;

    @Test
    void shouldKeepAllInvariantsUnderAnySeed() {
        if (ONE_SEED != null) {
            System.out.println(SimulatedCluster.run(ONE_SEED));
            return;
        }
        Map<JobState, Integer> ends = new EnumMap<>(JobState.class);
        long events = 0;
        int faults = 0;
        int masters = 0;
        int starts = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Outcome outcome = SimulatedCluster.run(seed);
            ends.merge(outcome.state(), 1, Integer::sum);
            events += outcome.events();
            faults += outcome.faults();
            masters += outcome.masters();
            starts += outcome.starts();
        }
        System.out.printf(
                "%d seeds: %s, %d events, %d faults, %d masters, %d starts%n",
                SEEDS, ends, events, faults, masters, starts);
        assertThat(ends).containsKeys(JobState.FINISHED, JobState.FAILED, JobState.CANCELED);
        assertThat(faults).as("faults").isGreaterThan(4 * SEEDS);
        assertThat(masters).as("masters").isGreaterThan(2 * SEEDS);
        assertThat(starts).as("starts of the job").isGreaterThan(SEEDS * 3 / 2);
    }

    @Test
    void shouldDoTheSameTwiceUnderTheSameSeed() {
        for (long seed = 0; seed < SEEDS_RUN_TWICE; seed++) {
            Outcome first = SimulatedCluster.run(seed);
            assertThat(SimulatedCluster.run(seed)).as("seed %d", seed).isEqualTo(first);
        }
    }

    /** Without the rule some seed fails: the simulation would see it if the engine lost it. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "NONE",
                "LOST_RECORD",
                "NO_ID_RESERVATION",
                "TOLD_BEFORE_RECORDED",
                "RECORDED_BEFORE_METADATA"
            })
    void shouldFailUnderSomeSeedWhenRuleIsTakenAway(Breaker breaker) {
        for (long seed = 0; seed < SEEDS_UNTIL_BROKEN; seed++) {
            try {
                SimulatedCluster.run(seed, Tasks.MODELLED, Trouble.ANY, breaker);
            } catch (AssertionError expected) {
                System.out.printf(
                        "%s: %s%n", breaker, expected.getMessage().lines().findFirst().orElse(""));
                return;
            }
        }
        fail("%d seeds pass without the rule that %s takes away", SEEDS_UNTIL_BROKEN, breaker);
    }
}
