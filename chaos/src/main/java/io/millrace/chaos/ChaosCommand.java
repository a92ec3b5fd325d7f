package io.millrace.chaos;

import io.millrace.chaos.Expectation.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code bin/chaos.sh} starts. */
@Command(name = "bin/chaos.sh", sortOptions = false)
final class ChaosCommand implements Callable<Integer> {
    private static final int EXACT = 0;
    private static final int NOT_EXACT = 1;
    private static final int WRONG_CALL = 2;

    @Option(names = "--checkout", required = true)
    private Path checkout;

    @Option(names = "--jar", required = true)
    private Path jar;

    @Option(names = "--hdfs", required = true)
    private String hdfs;

    @Option(names = "--log", required = true)
    private Path log;

    @Option(names = "--minutes", defaultValue = "10")
    private int minutes;

    @Option(names = "--seed", defaultValue = "1")
    private long seed;

    @Option(names = "--parallelism", defaultValue = "2")
    private int parallelism;

    @Option(names = "--interval-millis", defaultValue = "1000")
    private long intervalMillis;

    private ChaosCommand() {}

    public static void main(String[] arguments) {
        int code =
                new CommandLine(new ChaosCommand())
                        .setExecutionExceptionHandler(
                                (failure, command, parsed) -> {
                                    say("it was broken off: " + failure);
                                    failure.printStackTrace();
                                    return NOT_EXACT;
                                })
                        .execute(arguments);
        // Hadoop's clients leave threads behind that would keep the process.
        System.exit(code);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (minutes < 1 || parallelism < 1 || intervalMillis < 1) {
            System.err.println(
                    "chaos: --minutes, --parallelism and --interval-millis are at least 1.");
            return WRONG_CALL;
        }
        ChaosRun.Result result =
                new ChaosRun(
                                new ChaosRun.Settings(
                                        checkout,
                                        jar,
                                        hdfs,
                                        log,
                                        Duration.ofMinutes(minutes),
                                        seed,
                                        parallelism,
                                        Duration.ofMillis(intervalMillis)),
                                ChaosCommand::say)
                        .run();
        Recoveries recoveries = result.recoveries();
        Verdict verdict = result.verdict();
        System.out.println();
        recoveries.table().forEach(System.out::println);
        System.out.println();
        System.out.println(
                "seed "
                        + seed
                        + ", "
                        + minutes
                        + " minutes, "
                        + recoveries.faults()
                        + " faults; "
                        + verdict.events()
                        + " events counted, "
                        + verdict.lost()
                        + " lost, "
                        + verdict.doubled()
                        + " doubled; AM kills "
                        + recoveries.faults(Fault.MASTER_KILLED)
                        + ", "
                        + recoveries.noticedByTasks()
                        + " of them noticed by tasks");
        if (verdict.firstDifference() != null) {
            System.out.println("the first difference: " + verdict.firstDifference());
        }
        return verdict.isExact() && recoveries.noticedByTasks() == 0 ? EXACT : NOT_EXACT;
    }

    private static void say(String line) {
        System.out.println("chaos: " + line);
    }
}
