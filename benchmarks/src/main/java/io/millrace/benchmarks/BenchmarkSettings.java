package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the command line asks for.
 *
 * @param parallelism of every operator
 * @param workers task managers in the one JVM; between two of them records travel over TCP
 * @param keys number of different auctions
 * @param warmupSeconds time before the window
 * @param windowSeconds time that is measured
 * @param repeats number of JVMs, one after the other
 * @param records of BP
 * @param spinNanos of BP: work of its sink for each record
 * @param profile whether to print the methods that took the most time
 */
record BenchmarkSettings(
        Workload workload,
        int parallelism,
        int workers,
        long keys,
        int warmupSeconds,
        int windowSeconds,
        int repeats,
        long records,
        long spinNanos,
        boolean profile) {

    /** What cannot be asked for; the message is a sentence for the user. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    private enum Option {
        PARALLELISM(1, 1024, EnumSet.of(Workload.W1, Workload.W2, Workload.WC)),
        WORKERS(1, 64, EnumSet.of(Workload.W1, Workload.W2, Workload.WC)),
        KEYS(1, 1_000_000_000, EnumSet.of(Workload.W1, Workload.W2)),
        WARMUP(0, 3600, EnumSet.of(Workload.W1, Workload.W2, Workload.WC)),
        WINDOW(1, 3600, EnumSet.of(Workload.W1, Workload.W2, Workload.WC)),
        REPEATS(1, 1000, EnumSet.allOf(Workload.class)),
        RECORDS(1, Long.MAX_VALUE, EnumSet.of(Workload.BP)),
        SPIN(0, 1_000_000_000, EnumSet.of(Workload.BP));

        private final long least;
        private final long greatest;
        private final Set<Workload> workloads;

        Option(long least, long greatest, Set<Workload> workloads) {
            this.least = least;
            this.greatest = greatest;
            this.workloads = workloads;
        }

        String flag() {
            return "--" + name().toLowerCase(java.util.Locale.ROOT);
        }

        static Option of(String flag) throws UsageException {
            for (Option option : values()) {
                if (option.flag().equals(flag)) {
                    return option;
                }
            }
            throw new UsageException("unknown option '" + flag + "'; see --help.");
        }

        long parse(String text) throws UsageException {
            try {
                long value = Long.parseLong(text);
                if (value >= least && value <= greatest) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new UsageException(
                    flag()
                            + " needs a whole number from "
                            + least
                            + " to "
                            + greatest
                            + ", not '"
                            + text
                            + "'.");
        }
    }

    /**
     * @param arguments the workload and its options
     * @throws UsageException if they make no sense
     */
    static BenchmarkSettings parse(List<String> arguments) throws UsageException {
        if (arguments.isEmpty()) {
            throw new UsageException("name a workload: " + Workload.names() + " or JMH.");
        }
        Workload workload = workload(arguments.get(0));
        long[] values = {2, 1, 10_000, 10, 10, workload == Workload.BP ? 1 : 3, 50_000_000, 3_000};
        boolean profile = false;
        for (int i = 1; i < arguments.size(); i++) {
            String flag = arguments.get(i);
            if (flag.equals("--profile") && workload != Workload.BP) {
                profile = true;
                continue;
            }
            Option option = Option.of(flag);
            if (!option.workloads.contains(workload)) {
                throw new UsageException(flag + " means nothing to " + workload + ".");
            }
            if (i + 1 == arguments.size()) {
                throw new UsageException(flag + " needs a number behind it.");
            }
            values[option.ordinal()] = option.parse(arguments.get(++i));
        }
        if (values[1] > values[0]) {
            throw new UsageException(
                    "--workers "
                            + values[1]
                            + " is more than --parallelism "
                            + values[0]
                            + ": a worker would have nothing to do.");
        }
        return new BenchmarkSettings(
                workload,
                (int) values[0],
                (int) values[1],
                values[2],
                (int) values[3],
                (int) values[4],
                (int) values[5],
                values[6],
                values[7],
                profile);
    }

    private static Workload workload(String name) throws UsageException {
        for (Workload workload : Workload.values()) {
            if (workload.name().equals(name)) {
                return workload;
            }
        }
        throw new UsageException(
                "there is no workload '" + name + "'; there are " + Workload.names() + " and JMH.");
    }

    /** The arguments that {@link #parse} makes these settings of again. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(workload.name()));
        long[] values = {
            parallelism, workers, keys, warmupSeconds, windowSeconds, repeats, records, spinNanos
        };
        for (Option option : Option.values()) {
            if (option.workloads.contains(workload)) {
                arguments.add(option.flag());
                arguments.add(Long.toString(values[option.ordinal()]));
            }
        }
        if (profile) {
            arguments.add("--profile");
        }
        return arguments;
    }

    int slotsPerWorker() {
        return (parallelism + workers - 1) / workers;
    }
}
