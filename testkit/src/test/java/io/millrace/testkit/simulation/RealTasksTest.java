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

/** A real program in a simulated cluster; see {@link Seeds}. */
class RealTasksTest {
    private static final int USUAL_SEEDS = 200;
    private static final int SEEDS = Seeds.count(USUAL_SEEDS);
    private static final int SEEDS_RUN_TWICE = 10;
    private static final int SEEDS_UNTIL_BROKEN = 200;

    @Test
    void shouldWriteEachLineOnceUnderAnySeed() {
        Map<JobState, Integer> ends = new EnumMap<>(JobState.class);
        long events = 0;
        int faults = 0;
        int masters = 0;
        int starts = 0;
        for (long seed : Seeds.of(USUAL_SEEDS).toArray()) {
            Outcome outcome =
                    Seeds.run(
                            "RealTasksTest#shouldWriteEachLineOnceUnderAnySeed",
                            seed,
                            Tasks.REAL,
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
                "%d seeds with real tasks: %s, %d events, %d faults, %d masters, %d starts%n",
                SEEDS, ends, events, faults, masters, starts);
        assertThat(ends.get(JobState.FINISHED)).as("finished").isGreaterThan(SEEDS / 2);
        assertThat(faults).as("faults").isGreaterThan(SEEDS);
        assertThat(masters).as("masters").isGreaterThan(SEEDS * 5 / 4);
        assertThat(starts).as("starts of the job").isGreaterThan(SEEDS * 5 / 4);
    }

    @Test
    void shouldDoTheSameTwiceUnderTheSameSeed() {
        for (long seed = 0; seed < SEEDS_RUN_TWICE; seed++) {
            Outcome first = SimulatedCluster.runWithRealTasks(seed);
            assertThat(SimulatedCluster.runWithRealTasks(seed))
                    .as("seed %d", seed)
                    .isEqualTo(first);
        }
    }

    /** Without the rule some seed fails: the simulation would see it if the engine lost it. */
    @ParameterizedTest
    @EnumSource(names = {"LOST_RECORD", "NO_WAIT_FOR_CANCELLED"})
    void shouldFailUnderSomeSeedWhenRuleIsTakenAway(Breaker breaker) {
        for (long seed = 0; seed < SEEDS_UNTIL_BROKEN; seed++) {
            try {
                SimulatedCluster.run(seed, Tasks.REAL, Trouble.ANY, breaker);
            } catch (AssertionError expected) {
                System.out.printf("%s: %s%n", breaker, Seeds.firstLine(expected));
                return;
            }
        }
        fail("%d seeds pass without the rule that %s takes away", SEEDS_UNTIL_BROKEN, breaker);
    }
}
