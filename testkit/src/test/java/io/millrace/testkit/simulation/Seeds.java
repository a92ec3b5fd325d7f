package io.millrace.testkit.simulation;

import io.millrace.testkit.simulation.Faults.Breaker;
import io.millrace.testkit.simulation.SimulatedCluster.Outcome;
import io.millrace.testkit.simulation.SimulatedCluster.Tasks;
import io.millrace.testkit.simulation.SimulatedCluster.Trouble;
import java.util.stream.LongStream;

/**
 * Which simulations a test runs: as many as it wants from seed 0 on; {@code -Dsimulation.seeds=N}
 * of them; these from {@code -Dsimulation.first=N} on; or the one of {@code -Dsimulation.seed=N},
 * whose outcome is printed. With {@code -Dsimulation.log=INFO} the engine's own log is, too, and a
 * failure shows the last {@code -Dsimulation.trace=N} things that happened.
 */
final class Seeds {
    private static final Long ONE = Long.getLong("simulation.seed");
    private static final long FIRST = Long.getLong("simulation.first", 0);
    private static final Integer COUNT = Integer.getInteger("simulation.seeds");

    private Seeds() {}

    /** How many there are, for the figures that a test expects of them. */
    static int count(int usual) {
        return ONE != null ? 1 : COUNT != null ? COUNT : usual;
    }

    static LongStream of(int usual) {
        return ONE != null
                ? LongStream.of(ONE)
                : LongStream.range(FIRST, FIRST + (COUNT != null ? COUNT : usual));
    }

    /** Whether there is but one, of which nothing is expected but that no invariant fails. */
    static boolean areOne() {
        return ONE != null;
    }

    /** What a violation says first; the numbers of a whole job may stand in it. */
    static String firstLine(AssertionError violation) {
        String line = violation.getMessage().lines().findFirst().orElse("");
        return line.length() <= 300 ? line : line.substring(0, 300) + "...";
    }

    /**
     * Runs one; says how to run it again if it fails.
     *
     * @param test the class and method that does so
     */
    static Outcome run(String test, long seed, Tasks kind, Trouble trouble) {
        try {
            Outcome outcome = SimulatedCluster.run(seed, kind, trouble, Breaker.NONE);
            if (areOne()) {
                System.out.println(outcome);
            }
            return outcome;
        } catch (AssertionError e) {
            throw new AssertionError(
                    "Run it again: mvn -q -B -ntp -Dquick -pl testkit -am test -Dtest='"
                            + test
                            + "' -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed="
                            + seed
                            + "\n"
                            + e.getMessage(),
                    e);
        }
    }
}
