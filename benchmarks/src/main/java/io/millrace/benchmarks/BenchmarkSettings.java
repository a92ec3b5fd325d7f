package io.millrace.benchmarks;

import io.millrace.api.Configuration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the command line asks for.
 *
 * @param numbers all of the workload's options that are numbers
 * @param flags those that were set
 * @param checkpointDir where checkpoints go; null if none are taken
 * @param checkpointInterval between two checkpoints, as the option of the job is written
 * @param options of the job, by their keys
 */
record BenchmarkSettings(
        Workload workload,
        Map<Number, Long> numbers,
        Set<Flag> flags,
        String checkpointInterval,
        String checkpointDir,
        Map<String, String> options) {

    BenchmarkSettings {
        numbers = Map.copyOf(numbers);
        flags = Set.copyOf(flags);
        options = Map.copyOf(options);
    }

    /** What cannot be asked for; the message is a sentence for the user. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    private static final Set<Workload> JOBS = EnumSet.complementOf(EnumSet.of(Workload.BP));
    private static final Set<Workload> BIDS =
            EnumSet.of(Workload.W1, Workload.W2, Workload.W3, Workload.W4, Workload.LAT);
    private static final Set<Workload> KEYED =
            EnumSet.of(Workload.W2, Workload.W3, Workload.W4, Workload.LAT);
    private static final Set<Workload> WINDOWS = EnumSet.of(Workload.W3, Workload.W4);

    /** An option with a whole number behind it. */
    enum Number {
        PARALLELISM(1, 1024, 2, JOBS),
        WORKERS(1, 64, 1, JOBS),
        KEYS(1, 1_000_000_000, 10_000, BIDS),
        EVENT_RATE(1, 1_000_000_000, 100_000, WINDOWS),
        RATE(1, 1_000_000_000, 50_000, EnumSet.of(Workload.LAT)),
        WARMUP(0, 3600, 10, JOBS),
        WINDOW(1, 3600, 10, JOBS),
        REPEATS(1, 1000, 3, EnumSet.allOf(Workload.class)),
        RECORDS(1, Long.MAX_VALUE, 50_000_000, EnumSet.of(Workload.BP)),
        SPIN(0, 1_000_000_000, 3_000, EnumSet.of(Workload.BP));

        private final long least;
        private final long greatest;
        private final long usual;
        private final Set<Workload> workloads;

        Number(long least, long greatest, long usual, Set<Workload> workloads) {
            this.least = least;
            this.greatest = greatest;
            this.usual = usual;
            this.workloads = workloads;
        }

        private long usual(Workload workload) {
            return this == REPEATS && workload == Workload.BP ? 1 : usual;
        }

        String flag() {
            return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** {@code eventRate}. */
        String jsonName() {
            StringBuilder name = new StringBuilder();
            for (String word : name().toLowerCase(Locale.ROOT).split("_")) {
                name.append(
                        name.isEmpty()
                                ? word
                                : Character.toUpperCase(word.charAt(0)) + word.substring(1));
            }
            return name.toString();
        }

        private static Number of(String flag) {
            for (Number option : values()) {
                if (option.flag().equals(flag)) {
                    return option;
                }
            }
            return null;
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

    /** An option that stands alone. */
    enum Flag {
        /** Auctions are drawn by Zipf's law. */
        ZIPF(BIDS),
        /** Prints the methods that took the most time. */
        PROFILE(JOBS);

        private final Set<Workload> workloads;

        Flag(Set<Workload> workloads) {
            this.workloads = workloads;
        }

        String flag() {
            return "--" + name().toLowerCase(Locale.ROOT);
        }

        private static Flag of(String flag) {
            for (Flag option : values()) {
                if (option.flag().equals(flag)) {
                    return option;
                }
            }
            return null;
        }
    }

    private static final String INTERVAL = "--checkpoint-interval";
    private static final String DIR = "--checkpoint-dir";

    /** Another way of saying {@code -Dstate.backend.type=}. */
    private static final String BACKEND = "--backend";

    private static final Set<String> TEXTS = Set.of(INTERVAL, DIR, BACKEND);

    /**
     * @param arguments the workload and its options
     * @throws UsageException if they make no sense
     */
    static BenchmarkSettings parse(List<String> arguments) throws UsageException {
        if (arguments.isEmpty()) {
            throw new UsageException("name a workload: " + Workload.names() + ", STATE or JMH.");
        }
        Workload workload = workload(arguments.get(0));
        Map<Number, Long> numbers = new EnumMap<>(Number.class);
        for (Number option : Number.values()) {
            if (option.workloads.contains(workload)) {
                numbers.put(option, option.usual(workload));
            }
        }
        Set<Flag> flags = EnumSet.noneOf(Flag.class);
        Map<String, String> options = new LinkedHashMap<>();
        String interval = null;
        String dir = null;
        for (int i = 1; i < arguments.size(); i++) {
            String name = arguments.get(i);
            Flag flag = Flag.of(name);
            Number number = Number.of(name);
            if (flag != null) {
                requireMeaning(name, workload, flag.workloads);
                flags.add(flag);
            } else if (name.startsWith("-D") && name.indexOf('=') > 2) {
                requireMeaning("-D", workload, JOBS);
                options.put(
                        name.substring(2, name.indexOf('=')),
                        name.substring(name.indexOf('=') + 1));
            } else if (number == null && !TEXTS.contains(name)) {
                throw new UsageException("unknown option '" + name + "'; see --help.");
            } else {
                requireMeaning(name, workload, number == null ? KEYED : number.workloads);
                if (i + 1 == arguments.size()) {
                    throw new UsageException(
                            name
                                    + (number == null
                                            ? " needs a value behind it."
                                            : " needs a number behind it."));
                }
                String text = arguments.get(++i);
                if (number != null) {
                    numbers.put(number, number.parse(text));
                } else if (name.equals(INTERVAL)) {
                    interval = text;
                } else if (name.equals(BACKEND)) {
                    options.put("state.backend.type", text);
                } else {
                    dir = text;
                }
            }
        }
        if ((interval == null) != (dir == null)) {
            throw new UsageException(INTERVAL + " and " + DIR + " need each other.");
        }
        requireWorkForAll(numbers);
        return new BenchmarkSettings(workload, numbers, flags, interval, dir, options);
    }

    private static void requireMeaning(String name, Workload workload, Set<Workload> workloads)
            throws UsageException {
        if (!workloads.contains(workload)) {
            throw new UsageException(name + " means nothing to " + workload + ".");
        }
    }

    private static void requireWorkForAll(Map<Number, Long> numbers) throws UsageException {
        Long workers = numbers.get(Number.WORKERS);
        if (workers != null && workers > numbers.get(Number.PARALLELISM)) {
            throw new UsageException(
                    "--workers "
                            + workers
                            + " is more than --parallelism "
                            + numbers.get(Number.PARALLELISM)
                            + ": a worker would have nothing to do.");
        }
    }

    private static Workload workload(String name) throws UsageException {
        for (Workload workload : Workload.values()) {
            if (workload.name().equals(name)) {
                return workload;
            }
        }
        throw new UsageException(
                "there is no workload '"
                        + name
                        + "'; there are "
                        + Workload.names()
                        + ", STATE and JMH.");
    }

    /** The arguments that {@link #parse} makes these settings of again. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(workload.name()));
        for (Number option : Number.values()) {
            if (numbers.containsKey(option)) {
                arguments.add(option.flag());
                arguments.add(Long.toString(numbers.get(option)));
            }
        }
        if (checkpointDir != null) {
            arguments.addAll(List.of(INTERVAL, checkpointInterval, DIR, checkpointDir));
        }
        for (Flag flag : Flag.values()) {
            if (flags.contains(flag)) {
                arguments.add(flag.flag());
            }
        }
        options.forEach((key, value) -> arguments.add("-D" + key + "=" + value));
        return arguments;
    }

    /** What the job is run with. */
    Configuration configuration() {
        Map<String, String> all = new LinkedHashMap<>();
        if (checkpointDir != null) {
            all.put("execution.checkpointing.interval", checkpointInterval);
            all.put("execution.checkpointing.dir", checkpointDir);
        }
        all.putAll(options);
        return Configuration.fromMap(all);
    }

    private int number(Number option) {
        return Math.toIntExact(numbers.get(option));
    }

    int parallelism() {
        return number(Number.PARALLELISM);
    }

    /** Task managers in the one JVM; between two of them records travel over TCP. */
    int workers() {
        return number(Number.WORKERS);
    }

    /** Number of different auctions. */
    long keys() {
        return numbers.get(Number.KEYS);
    }

    /** Records in a second of event time, of all sources together. */
    long eventRate() {
        return numbers.get(Number.EVENT_RATE);
    }

    /** Records a second, of all sources together. */
    long rate() {
        return numbers.get(Number.RATE);
    }

    /** Time before the window. */
    int warmupSeconds() {
        return number(Number.WARMUP);
    }

    /** Time that is measured. */
    int windowSeconds() {
        return number(Number.WINDOW);
    }

    /** Number of JVMs, one after the other. */
    int repeats() {
        return number(Number.REPEATS);
    }

    /** Of BP. */
    long records() {
        return numbers.get(Number.RECORDS);
    }

    /** Of BP: work of its sink for each record. */
    long spinNanos() {
        return numbers.get(Number.SPIN);
    }

    boolean zipf() {
        return flags.contains(Flag.ZIPF);
    }

    boolean profile() {
        return flags.contains(Flag.PROFILE);
    }

    int slotsPerWorker() {
        return (parallelism() + workers() - 1) / workers();
    }
}
