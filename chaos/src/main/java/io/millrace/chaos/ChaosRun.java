package io.millrace.chaos;

import io.millrace.chaos.Expectation.Verdict;
import io.millrace.chaos.Injector.DevHadoop;
import io.millrace.chaos.Recoveries.Recovery;
import io.millrace.client.Deployer;
import io.millrace.client.Deployer.JobEnd;
import io.millrace.client.Deployer.Outcome;
import io.millrace.client.YarnDeployer;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.master.JobStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run: the job is submitted, disturbed for some minutes, stopped with a savepoint after all it
 * has read is written, and its output compared with what it must be.
 *
 * <p>Threads: one, besides those of {@link JobWatch}.
 */
final class ChaosRun {
    private static final Duration FIRST_RECORDS = Duration.ofMinutes(3);
    private static final Duration RECOVERY = Duration.ofMinutes(3);
    private static final Duration END = Duration.ofMinutes(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(3);
    private static final int LONGEST_MORE_SECONDS = 6;
    private static final Pattern APPLICATION = Pattern.compile("application_\\d+_\\d+");

    private final Settings settings;
    private final Random random;
    private final Consumer<String> out;
    private final Recoveries recoveries = new Recoveries();

    /**
     * @param checkout folder of the project
     * @param jar with the job
     * @param hdfsFolder for output and checkpoints; there is nothing in it yet
     * @param log takes what other programs say
     */
    record Settings(
            Path checkout,
            Path jar,
            String hdfsFolder,
            Path log,
            Duration time,
            long seed,
            int parallelism,
            Duration checkpointInterval) {}

    /** What came of a run. */
    record Result(Recoveries recoveries, Verdict verdict) {}

    ChaosRun(Settings settings, Consumer<String> out) {
        this.settings = settings;
        this.random = new Random(settings.seed());
        this.out = out;
    }

    Result run() throws IOException, InterruptedException {
        Files.createDirectories(settings.log().getParent());
        String application = submit();
        out.accept("the job is " + application + ", output below " + settings.hdfsFolder());
        try (Deployer deployer = YarnDeployer.connect(ParsedConfiguration.of(Map.of()))) {
            JobWatch watch = JobWatch.follow(deployer, application);
            watch.awaitFlow("the first records", FIRST_RECORDS, status -> true);
            disturb(application, watch);
            stop(application);
            JobEnd end = watch.awaitEnd(END);
            if (end.outcome() != Outcome.FINISHED) {
                throw new IOException(
                        "The job ended as " + end.outcome() + ": " + end.diagnostics());
            }
        }
        out.accept("comparing what was written with what must have been");
        Map<String, Integer> lines = OutputLines.read(output());
        out.accept(lines.size() + " lines were written");
        return new Result(recoveries, Expectation.check(Events.of(settings.parallelism()), lines));
    }

    private String output() {
        return settings.hdfsFolder() + "/output";
    }

    private String submit() throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                script("millrace"),
                                "run-application",
                                "-t",
                                "yarn-application",
                                "-d",
                                "-p",
                                Integer.toString(settings.parallelism())));
        for (String setting :
                List.of(
                        "taskmanager.numberOfTaskSlots=1",
                        "jobmanager.memory.process.size=1024m",
                        "taskmanager.memory.process.size=1280m",
                        "yarn.application.name=chaos",
                        "yarn.application-attempts=1000",
                        "execution.checkpointing.interval="
                                + settings.checkpointInterval().toMillis()
                                + "ms",
                        "execution.checkpointing.dir=" + settings.hdfsFolder() + "/checkpoints",
                        "restart-strategy.type=fixed-delay",
                        "restart-strategy.fixed-delay.attempts=1000000",
                        "restart-strategy.fixed-delay.delay=100ms")) {
            command.add("-D");
            command.add(setting);
        }
        command.addAll(
                List.of("-c", ChaosJob.class.getName(), settings.jar().toString(), output()));
        String said = Commands.run(settings.log(), command);
        Matcher id = APPLICATION.matcher(said);
        if (!id.find()) {
            throw new IOException("The launcher names no application:\n" + said);
        }
        return id.group();
    }

    private void disturb(String application, JobWatch watch)
            throws IOException, InterruptedException {
        FaultDeck deck = new FaultDeck(random);
        Injector injector =
                new Injector(
                        new ContainerProcesses(application),
                        new DevHadoop(
                                settings.checkout().resolve("bin/dev-hadoop.sh"), settings.log()),
                        random);
        long end = System.nanoTime() + settings.time().toNanos();
        try {
            while (true) {
                Injector.pause(
                        SHORTEST_PAUSE.plusMillis(random.nextInt(LONGEST_MORE_SECONDS * 1000)));
                if (System.nanoTime() >= end) {
                    return;
                }
                one(deck.next(), injector, watch);
            }
        } finally {
            injector.resumeAll();
        }
    }

    private void one(Fault fault, Injector injector, JobWatch watch)
            throws IOException, InterruptedException {
        JobStatus before = watch.last();
        long begun = System.nanoTime();
        injector.inject(fault);
        watch.awaitFlow(
                "records flow after '" + fault.words() + "'", RECOVERY, noticed(fault, before));
        double seconds = (System.nanoTime() - begun) / 1e9;
        Recovery recovery = new Recovery(seconds, watch.last().restarts() - before.restarts());
        recoveries.add(fault, recovery);
        out.accept(
                String.format(
                        java.util.Locale.ROOT,
                        "%3d %-28s records flow again after %5.1f s, %d restarts",
                        recoveries.faults(),
                        fault.words(),
                        recovery.seconds(),
                        recovery.restarts()));
    }

    private static Predicate<JobStatus> noticed(Fault fault, JobStatus before) {
        Predicate<JobStatus> newMaster = status -> status.epoch() > before.epoch();
        Predicate<JobStatus> restart = status -> status.restarts() > before.restarts();
        return switch (fault.notice()) {
            case NONE -> status -> true;
            case RESTART -> restart;
            case NEW_MASTER -> newMaster;
            case RESTART_OR_NEW_MASTER -> restart.or(newMaster);
        };
    }

    private void stop(String application) throws IOException, InterruptedException {
        out.accept("stopping the job with a savepoint, after all it has read is written");
        Commands.run(
                settings.log(),
                List.of(
                        script("millrace"),
                        "stop",
                        "--drain",
                        "--savepointPath",
                        settings.hdfsFolder() + "/savepoint",
                        application));
    }

    private String script(String name) {
        return settings.checkout().resolve("bin").resolve(name).toString();
    }
}
