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

/** A job of modelled subtasks in a simulated cluster; see {@link Seeds}. */
class SimulatedClusterTest {
    private static final int USUAL_SEEDS = 1000;
    private static final int SEEDS = Seeds.count(USUAL_SEEDS);
    private static final int SEEDS_RUN_TWICE = 50;
    private static final int SEEDS_UNTIL_BROKEN = 3000;

    @Test
    void shouldKeepAllInvariantsUnderAnySeed() {
        Map<JobState, Integer> ends = new EnumMap<>(JobState.class);
        long events = 0;
        int faults = 0;
        int masters = 0;
        int starts = 0;
        for (long seed : Seeds.of(USUAL_SEEDS).toArray()) {
            Outcome outcome =
                    Seeds.run(
                            "SimulatedClusterTest#shouldKeepAllInvariantsUnderAnySeed",
                            seed,
                            Tasks.MODELLED,
                            Trouble.ANY);
            ends.merge(outcome.state(), 1, Integer::sum);
            events += outcome.events();
            faults += outcome.faults();
            masters += outcome.masters();
            starts += outcome.starts();
        }
        if (Seeds.areOne()) {
            return;
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
            names = {
                "NO_FENCE",
                "NO_EPOCH_CHECK",
                "NO_WAIT_FOR_CANCELLED",
                "NO_KEPT_ENDS",
                "UNKNOWN_IS_DONE"
            })
    void shouldFailUnderSomeSeedWhenRuleIsTakenAway(Breaker breaker) {
        for (long seed = 0; seed < SEEDS_UNTIL_BROKEN; seed++) {
            try {
                SimulatedCluster.run(seed, Tasks.MODELLED, Trouble.ANY, breaker);
            } catch (AssertionError expected) {
                System.out.printf("%s: %s%n", breaker, Seeds.firstLine(expected));
                return;
            }
        }
        fail("%d seeds pass without the rule that %s takes away", SEEDS_UNTIL_BROKEN, breaker);
    }
}
