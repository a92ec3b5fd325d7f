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

/** A real program with checkpoints in a simulated cluster; see {@link Seeds}. */
class CheckpointedJobsTest {
    private static final int USUAL_SEEDS = 100;
    private static final int SEEDS = Seeds.count(USUAL_SEEDS);
    private static final int SEEDS_RUN_TWICE = 10;
    private static final int SEEDS_UNTIL_BROKEN = 400;

    @Test
    void shouldCountEachRecordOnceUnderAnySeed() {
        Map<JobState, Integer> ends = new EnumMap<>(JobState.class);
        long events = 0;
        int faults = 0;
        int masters = 0;
        int starts = 0;
        int checkpoints = 0;
        int savepoints = 0;
        int stops = 0;
        for (long seed : Seeds.of(USUAL_SEEDS).toArray()) {
            Outcome outcome =
                    Seeds.run(
                            "CheckpointedJobsTest#shouldCountEachRecordOnceUnderAnySeed",
                            seed,
                            Tasks.CHECKPOINTED,
                            Trouble.ANY);
            ends.merge(outcome.state(), 1, Integer::sum);
            events += outcome.events();
            faults += outcome.faults();
            masters += outcome.masters();
            starts += outcome.starts();
            checkpoints += outcome.checkpoints();
            savepoints += outcome.savepoints();
            stops += outcome.stops();
        }
        if (Seeds.areOne()) {
            return;
        }
        System.out.printf(
                "%d seeds with checkpoints: %s, %d events, %d faults, %d masters, %d starts, %d"
                        + " checkpoints, %d savepoints, %d of them to stop%n",
                SEEDS, ends, events, faults, masters, starts, checkpoints, savepoints, stops);
        assertThat(ends.get(JobState.FINISHED)).as("finished").isGreaterThan(SEEDS / 2);
        assertThat(starts).as("starts of the job").isGreaterThan(SEEDS * 3 / 2);
        assertThat(checkpoints).as("complete checkpoints").isGreaterThan(2 * SEEDS);
        assertThat(savepoints - stops).as("savepoints").isGreaterThan(SEEDS / 5);
        assertThat(stops).as("stopped jobs").isGreaterThan(SEEDS / 20);
    }

    @Test
    void shouldDoTheSameTwiceUnderTheSameSeed() {
        for (long seed = 0; seed < SEEDS_RUN_TWICE; seed++) {
            Outcome first = SimulatedCluster.runWithCheckpoints(seed);
            assertThat(SimulatedCluster.runWithCheckpoints(seed))
                    .as("seed %d", seed)
                    .isEqualTo(first);
        }
    }

    /** Without the rule some seed fails: the simulation would see it if the engine lost it. */
    @ParameterizedTest
    @EnumSource(
            names = {
                "NO_ID_RESERVATION",
                "NO_STOP_ON_RECORD",
                "TOLD_BEFORE_RECORDED",
                "RECORDED_BEFORE_METADATA",
                "LOST_RECORD",
                "LOST_IN_FLIGHT",
                "DOUBLED_IN_FLIGHT",
                "LOST_COMBINED"
            })
    void shouldFailUnderSomeSeedWhenRuleIsTakenAway(Breaker breaker) {
        int tried = 0;
        for (long seed = 0; tried < SEEDS_UNTIL_BROKEN; seed++) {
            if (breaker == Breaker.LOST_COMBINED && !WindowedSums.Kind.of(seed).combines()) {
                continue; // and of those that do, one in forty has what is combined saved and
                // restored
            }
            tried++;
            try {
                SimulatedCluster.run(seed, Tasks.CHECKPOINTED, Trouble.ANY, breaker);
            } catch (AssertionError expected) {
                System.out.printf("%s: %s%n", breaker, Seeds.firstLine(expected));
                return;
            }
        }
        fail("%d seeds pass without the rule that %s takes away", SEEDS_UNTIL_BROKEN, breaker);
    }
}
