package io.millrace.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.master.JobState;
import io.millrace.testkit.simulation.SimulatedCluster.Outcome;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Replay a seed with {@code -Dsimulation.seed=N}; run more with {@code -Dsimulation.seeds=N}. */
class SimulatedClusterTest {
    private static final Long ONE_SEED = Long.getLong("simulation.seed");
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 1000);

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
        for (long seed = 0; seed < SEEDS; seed++) {
            Outcome outcome = SimulatedCluster.run(seed);
            ends.merge(outcome.state(), 1, Integer::sum);
            events += outcome.events();
            faults += outcome.faults();
            masters += outcome.masters();
        }
        System.out.printf(
                "%d seeds: %s, %d events, %d faults, %d masters%n",
                SEEDS, ends, events, faults, masters);
        assertThat(ends).containsKeys(JobState.FINISHED, JobState.FAILED, JobState.CANCELED);
    }
}
