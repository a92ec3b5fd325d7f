package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.client.Deployer.ApplicationSummary;
import io.millrace.client.Deployer.CancelResult;
import io.millrace.client.Deployer.JobEnd;
import io.millrace.client.Deployer.Outcome;
import io.millrace.client.Deployer.SavepointResult;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointStatistics;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.DeploymentOptions;
import io.millrace.runtime.config.DeploymentOptions.Target;
import io.millrace.runtime.config.JobManagerOptions;
import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.config.Origin;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.config.YarnOptions;
import io.millrace.runtime.control.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTest {
    /** A program's entry class. */
    public static final class Program {
        public static void main(String[] arguments) {
            throw new AssertionError("checking a program must not run it");
        }
    }

    /** A class without main. */
    public static final class NoProgram {}

    /** A program with a job, which wants to go on behind it. */
    public static final class Planned {
        public static void main(String[] arguments) throws Exception {
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            env.fromElements(1L, 2L).map(n -> n + 1).name(arguments[0]).print();
            try {
                env.execute();
            } catch (RuntimeException e) {
                System.exit(1);
            }
            throw new AssertionError("there is no result to go on with");
        }
    }

    /** A program that executes nothing. */
    public static final class NoJob {
        public static void main(String[] arguments) {}
    }

    private final RecordedTerminal recorded = new RecordedTerminal();
    private final RecordingDeployer cluster = new RecordingDeployer();
    private final List<Runnable> hooks = new ArrayList<>();

    @TempDir Path directory;
    private Path configuration;
    private String jar;

    @BeforeEach
    void writeJars() throws IOException {
        configuration = Files.createDirectory(directory.resolve("conf"));
        jar = writeJar("job.jar", Program.class.getName()).toString();
        writeJar("nomanifest.jar", null);
        writeJar("absent.jar", "com.example.Absent");
        writeJar("nomain.jar", NoProgram.class.getName());
        writeJar("nojob.jar", NoJob.class.getName());
        Files.writeString(directory.resolve("text.jar"), "this is no zip");
        Files.createDirectory(directory.resolve("folder"));
    }

    @Test
    void shouldSubmitAndFollowAndReturnZeroWhenTheJobFinishes() {
        ExitCode code =
                run("run-application", "-t", "yarn-application", "-p", "4", jar, "--input", "a b");

        assertThat(code).isEqualTo(ExitCode.FINISHED);
        SubmissionRequest request = submitted();
        assertThat(request.target()).isEqualTo(Target.YARN_APPLICATION);
        assertThat(request.jar()).isEqualTo(Path.of(jar).toUri());
        assertThat(request.entryClass()).isNull();
        assertThat(request.arguments()).containsExactly("--input", "a b");
        assertThat(request.configuration().get(JobOptions.DEFAULT_PARALLELISM)).isEqualTo(4);
        assertThat(request.configuration().origin(JobOptions.DEFAULT_PARALLELISM))
                .isEqualTo(Origin.COMMAND_LINE);
        assertThat(cluster.followed).containsExactly(RecordingDeployer.APPLICATION);
        assertThat(cluster.closed).isEqualTo(1);
        assertThat(recorded.outLines())
                .containsExactly(
                        "Uploading the jar.",
                        "Accepted as application_1700000000000_0001: http://rm/proxy/1",
                        "application_1700000000000_0001 finished.");
        assertThat(recorded.errLines()).isEmpty();
    }

    @Test
    void shouldPassOnWhatFollowsTheJarWhateverItLooksLike() {
        run(
                "run",
                "-c",
                Program.class.getName(),
                jar,
                "-p",
                "0",
                "--",
                "--help",
                "-Dx=y",
                "@file",
                "run",
                "-d",
                "",
                "\"q\"",
                "--nosuch");

        assertThat(submitted().arguments())
                .containsExactly(
                        "-p",
                        "0",
                        "--",
                        "--help",
                        "-Dx=y",
                        "@file",
                        "run",
                        "-d",
                        "",
                        "\"q\"",
                        "--nosuch");
        assertThat(submitted().entryClass()).isEqualTo(Program.class.getName());
        assertThat(submitted().target()).isEqualTo(Target.YARN_PER_JOB);
        assertThat(submitted().configuration().isSet(JobOptions.DEFAULT_PARALLELISM)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "-Dyarn.application.queue=a=b",
        "'-D,yarn.application.queue=a=b'",
        "-yDyarn.application.queue=a=b",
        "'-yqu,a=b'"
    })
    void shouldReadSettingsInEverySpelling(String options) {
        List<String> line = new ArrayList<>(List.of("run"));
        line.addAll(Arrays.asList(options.split(",")));
        line.add(jar);

        run(line.toArray(String[]::new));

        assertThat(submitted().configuration().get(YarnOptions.APPLICATION_QUEUE)).isEqualTo("a=b");
    }

    @Test
    void shouldReadTheOldYarnSpellingsAndSayTheNewOnes() {
        ExitCode code =
                run(
                        "run",
                        "-m",
                        "yarn-cluster",
                        "-yjm",
                        "2048",
                        "-ytm",
                        "4g",
                        "-ys",
                        "2",
                        "-ynm",
                        "mine",
                        "-yat",
                        "T",
                        "-yd",
                        "-z",
                        "ns",
                        "-v",
                        jar);

        assertThat(code).isEqualTo(ExitCode.FINISHED);
        ParsedConfiguration settings = submitted().configuration();
        assertThat(submitted().target()).isEqualTo(Target.YARN_PER_JOB);
        assertThat(settings.get(JobManagerOptions.TOTAL_PROCESS_MEMORY).getMebiBytes())
                .isEqualTo(2048);
        assertThat(settings.get(TaskManagerOptions.TOTAL_PROCESS_MEMORY).getMebiBytes())
                .isEqualTo(4096);
        assertThat(settings.get(TaskManagerOptions.NUM_TASK_SLOTS)).isEqualTo(2);
        assertThat(settings.get(YarnOptions.APPLICATION_NAME)).isEqualTo("mine");
        assertThat(settings.get(DeploymentOptions.ATTACHED)).isFalse();
        assertThat(recorded.errLines())
                .contains(
                        "Warning: -yjm is read as -D jobmanager.memory.process.size=2048m.",
                        "Warning: -z ns has no effect: there is no ZooKeeper.");
    }

    @Test
    void shouldLetTheCommandLineOverrideTheFile() throws IOException {
        Files.writeString(
                configuration.resolve("config.yaml"),
                "parallelism.default: 2\nexecution:\n  attached: false\nrest.port: 8081\n");

        run("run", "-D", "parallelism.default=3", jar);

        assertThat(submitted().configuration().get(JobOptions.DEFAULT_PARALLELISM)).isEqualTo(3);
        assertThat(submitted().configuration().origin(DeploymentOptions.ATTACHED))
                .isEqualTo(Origin.FILE);
        assertThat(cluster.followed).isEmpty();
        assertThat(recorded.errLines())
                .containsExactly(
                        "Warning: rest.port is known to Flink, not built yet, and has no effect.");
    }

    @Test
    void shouldTakeAJarOfTheClusterInApplicationMode() {
        run("run-application", "hdfs://nn:8020/jobs/a.jar", "x");

        assertThat(submitted().jar()).hasToString("hdfs://nn:8020/jobs/a.jar");
        assertThat(submitted().isJarLocal()).isFalse();
    }

    @Test
    void shouldLeaveAndSayHowToGoOnWhenDetached() {
        assertThat(run("run", "-d", jar)).isEqualTo(ExitCode.FINISHED);

        assertThat(cluster.followed).isEmpty();
        assertThat(recorded.outLines())
                .endsWith(
                        "Accepted as application_1700000000000_0001: http://rm/proxy/1",
                        "  follow it: millrace follow application_1700000000000_0001",
                        "  stop it:   millrace cancel application_1700000000000_0001",
                        "  its logs:  yarn logs -applicationId application_1700000000000_0001");
    }

    static Stream<List<String>> refusals() {
        return Stream.of(
                // arguments, with J: for a file in the test's directory; then the sentence
                List.of("", "No command was given: 'millrace --help' lists them."),
                List.of("folow", "Unknown command folow, did you mean follow"),
                List.of("run", "<jar> is missing: see 'millrace run --help'."),
                List.of("run -p", "parameter for option '--parallelism'"),
                List.of(
                        "run --nosuch J:job.jar",
                        "Unknown argument --nosuch: see 'millrace run --help'."),
                List.of(
                        "run -p 0 J:job.jar",
                        "parallelism.default is 0, less than its least value 1"),
                List.of("run -p two J:job.jar", "parallelism.default cannot be read: 'two'"),
                List.of(
                        "run -p 8 -Dpipeline.max-parallelism=4 J:job.jar",
                        "parallelism.default is 8, more than pipeline.max-parallelism of 4"),
                List.of(
                        "run -Dparalelism.default=1 J:job.jar",
                        "did you mean parallelism.default?"),
                List.of(
                        "run -D parallelism.default J:job.jar",
                        "is no setting: write -D key=value"),
                List.of(
                        "run -Dheartbeat.timeout=1s J:job.jar",
                        "heartbeat.timeout is 1 s, not longer than heartbeat.interval of 10 s"),
                List.of("run -t nowhere J:job.jar", "local, yarn-application, yarn-per-job"),
                List.of("run -t local J:job.jar", "execution.target is local"),
                List.of("run -m host:8081 J:job.jar", "sessions are not built yet"),
                List.of("run -rm sometimes -s hdfs:///sp J:job.jar", "CLAIM, NO_CLAIM, LEGACY"),
                List.of("run -yt libs J:job.jar", "leave it out"),
                List.of("run -yxyz J:job.jar", "Unknown argument -yxyz"),
                List.of("run J:none.jar", "none.jar does not exist"),
                List.of(
                        "run-application http://host/a.jar",
                        "The jar http://host/a.jar is on no file system of the cluster"),
                List.of("info", "<jar> is missing: see 'millrace info --help'."),
                List.of("info J:none.jar", "none.jar does not exist"),
                List.of("info J:nomain.jar", "has no public static void main(String[])"),
                List.of("info J:nomanifest.jar", "names no Main-Class"),
                List.of("info hdfs:///a.jar", "is not on this machine, where info runs its main"),
                List.of("info -p 0 J:job.jar", "parallelism.default is 0"),
                List.of("info J:nojob.jar", "The program ended without a job"),
                List.of("checkpoint", "No application is running"),
                List.of("checkpoint --full application_1_2", "leave --full out"),
                List.of("cancel -s --detached application_1_2", "millrace stop --detached"),
                List.of(
                        "savepoint -d hdfs:///s/savepoint-1",
                        "hdfs dfs -rm -r hdfs:///s/savepoint-1"),
                List.of("stop -type native application_1_2", "--type native is not known"),
                List.of("stop", "No application is running"),
                List.of(
                        "savepoint 0123456789abcdef0123456789abcdef",
                        "none runs job 0123456789abcdef0123456789abcdef"),
                List.of("run J:folder", "folder is a directory"),
                List.of("run J:text.jar", "text.jar is not a jar"),
                List.of(
                        "run hdfs:///a.jar",
                        "is not on this machine, where yarn-per-job runs its main"),
                List.of(
                        "run J:nomanifest.jar",
                        "names no Main-Class: name the entry class with -c."),
                List.of("run J:absent.jar", "Entry class com.example.Absent is not in absent.jar"),
                List.of(
                        "run -c com.example.X J:job.jar",
                        "Entry class com.example.X is not in job.jar"),
                List.of("run J:nomain.jar", "has no public static void main(String[])"),
                List.of("run -C lib.jar J:job.jar", "-C lib.jar is no URL"),
                List.of(
                        "run -Dtaskmanager.memory.process.size=500m J:job.jar",
                        "the least taskmanager.memory.process.size is 982m."),
                List.of(
                        "run -Djobmanager.memory.process.size=500m J:job.jar",
                        "jobmanager.memory.process.size of 500 MiB leaves 0 MiB of heap"),
                List.of(
                        "run -Dtaskmanager.memory.flink.size=2g"
                                + " -Dtaskmanager.memory.process.size=2g J:job.jar",
                        "leave -256 MiB for the overhead"),
                List.of(
                        "run -Denv.java.opts.all=-Xmx4g J:job.jar",
                        "env.java.opts.all contains -Xmx4g"),
                List.of("cancel", "No application is running"),
                List.of("cancel --app mine", "No application called 'mine' is running"),
                List.of(
                        "memory -Dtaskmanager.numberOfTaskSlots=0",
                        "taskmanager.numberOfTaskSlots is 0"),
                List.of("memory --granted 100", "--granted 100 is less than the 1728 MiB"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void shouldRefuseWithOneSentenceAndSubmitNothing(List<String> refusal) {
        String[] arguments =
                Arrays.stream(refusal.get(0).split(" "))
                        .filter(argument -> !argument.isEmpty())
                        .map(argument -> argument.replace("J:", directory + "/"))
                        .toArray(String[]::new);

        ExitCode code = run(arguments);

        assertThat(code).isEqualTo(ExitCode.REFUSED);
        assertThat(recorded.errLines()).last().asString().contains(refusal.get(1));
        assertThat(recorded.errLines().stream().filter(line -> !line.startsWith("Warning: ")))
                .hasSize(1);
        assertThat(recorded.outLines()).isEmpty();
        assertThat(cluster.submitted).isEmpty();
        assertThat(cluster.closed).isEqualTo(cluster.connections);
    }

    @Test
    void shouldRefuseWhenThereIsNoCluster() {
        cluster.connectFailure = new ConfigurationException("No cluster is configured.");

        assertThat(run("run", jar)).isEqualTo(ExitCode.REFUSED);
        assertThat(recorded.errLines()).containsExactly("No cluster is configured.");
    }

    @Test
    void shouldRefuseWhenTheConfigurationDirectoryIsMissing() throws IOException {
        Files.delete(configuration);

        assertThat(run("run", jar)).isEqualTo(ExitCode.REFUSED);
        assertThat(recorded.errLines()).singleElement().asString().contains("MILLRACE_CONF_DIR");
    }

    @ParameterizedTest
    @CsvSource({"FINISHED, FINISHED", "FAILED, FAILED", "REFUSED, REFUSED", "CANCELLED, CANCELLED"})
    void shouldReturnTheCodeOfTheEnd(Outcome outcome, ExitCode code) {
        cluster.end = new JobEnd(outcome, "because", new Statuses().build(), "Logs: there.");

        assertThat(run("run", jar)).isEqualTo(code);
    }

    @Test
    void shouldShowTheRootCauseWhenTheJobFailed() {
        Statuses status = new Statuses();
        status.failure =
                Failure.of(
                        Failure.Category.USER_CODE,
                        "Task count[1], record 'x'",
                        new IllegalStateException("bad word"));
        cluster.end =
                new JobEnd(
                        Outcome.FAILED,
                        status.failure.summary(),
                        status.build(),
                        "Logs: yarn logs.");

        assertThat(run("run", jar)).isEqualTo(ExitCode.FAILED);
        assertThat(recorded.errLines())
                .startsWith(
                        "Job 'word count' failed: java.lang.IllegalStateException: bad word (Task"
                                + " count[1], record 'x')")
                .endsWith("Logs: yarn logs.");
    }

    @Test
    void shouldShowOnlyTheSentenceWhenTheApplicationRefused() {
        cluster.end = new JobEnd(Outcome.REFUSED, "Input /a does not exist.", null, "");

        assertThat(run("run", jar)).isEqualTo(ExitCode.REFUSED);
        assertThat(recorded.errLines()).containsExactly("Input /a does not exist.");
    }

    @Test
    void shouldReturnOneWhenMainThrewHere() {
        IllegalArgumentException cause = new IllegalArgumentException("no argument");
        cluster.submitFailure =
                new ProgramFailedException(
                        Failure.of(Failure.Category.USER_CODE, "main", cause), cause);

        assertThat(run("run", jar)).isEqualTo(ExitCode.FAILED);
        assertThat(recorded.errLines().get(0))
                .isEqualTo("The program failed: java.lang.IllegalArgumentException: no argument");
        assertThat(recorded.errLines().get(1)).isEqualTo("main");
    }

    @ParameterizedTest
    @CsvSource({"run -d -sae, false", "run -sae, true", "run, false"})
    void shouldCancelOnCtrlCOnlyWhenAskedAndAttached(String options, boolean cancels) {
        List<String> line = new ArrayList<>(Arrays.asList(options.split(" ")));
        line.add(jar);
        cluster.statuses.add(new Statuses().build());
        cluster.timeline.clear();

        RecordingDeployer interrupted = cluster;
        Launcher launcher =
                new Launcher(
                        new LauncherContext(
                                recorded.terminal,
                                configuration,
                                settings -> new InterruptingDeployer(interrupted, hooks),
                                () -> 0L,
                                hooks::add));
        launcher.run(line.toArray(String[]::new));

        assertThat(cluster.cancelled.isEmpty()).isEqualTo(!cancels);
    }

    @Test
    void shouldListWhatRuns() {
        cluster.running.add(application("application_1_1", "first", "RUNNING"));
        cluster.ended.add(application("application_1_2", "second", "FINISHED"));

        assertThat(run("list")).isEqualTo(ExitCode.FINISHED);
        assertThat(recorded.outLines()).hasSize(2);
        assertThat(recorded.outLines().get(0))
                .matches("application +state +started +user +queue +name");
        assertThat(recorded.outLines().get(1)).matches("application_1_1  RUNNING  .*  u .* first");

        run("list", "-a");
        assertThat(recorded.outLines()).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cancel application_1_2",
                "cancel -t yarn-application -Dyarn.application.id=application_1_2",
                "cancel -yid application_1_2",
                "cancel --app second"
            })
    void shouldCancelTheApplicationThatIsNamed(String line) {
        cluster.running.add(application("application_1_1", "first", "RUNNING"));
        cluster.running.add(application("application_1_2", "second", "RUNNING"));

        assertThat(run(line.split(" "))).isEqualTo(ExitCode.FINISHED);
        assertThat(cluster.cancelled).containsExactly("application_1_2");
    }

    @Test
    void shouldCancelTheOnlyOneThatRunsAndAskWhenThereAreSeveral() {
        cluster.running.add(application("application_1_1", "first", "RUNNING"));
        assertThat(run("cancel")).isEqualTo(ExitCode.FINISHED);
        assertThat(cluster.cancelled).containsExactly("application_1_1");

        cluster.running.add(application("application_1_2", "second", "RUNNING"));
        assertThat(run("cancel")).isEqualTo(ExitCode.REFUSED);
        assertThat(recorded.errLines())
                .containsExactly(
                        "2 applications are running: name one of application_1_1,"
                                + " application_1_2.");
    }

    @ParameterizedTest
    @CsvSource({"ALREADY_ENDED, has ended already", "UNKNOWN, There is no application"})
    void shouldRefuseToCancelWhatDoesNotRun(CancelResult result, String sentence) {
        cluster.cancelResult = result;

        assertThat(run("cancel", "application_1_9")).isEqualTo(ExitCode.REFUSED);
        assertThat(recorded.errLines()).singleElement().asString().contains(sentence);
    }

    static List<List<String>> savepoints() {
        return List.of(
                List.of("savepoint application_1_2", "application_1_2 NONE "),
                List.of("savepoint application_1_2 hdfs:///s", "application_1_2 NONE hdfs:///s"),
                List.of("savepoint hdfs:///s --app second", "application_1_2 NONE hdfs:///s"),
                List.of(
                        "savepoint job-2 hdfs:///s -yid application_1_2",
                        "application_1_2 NONE hdfs:///s"),
                List.of("stop -t yarn-application application_1_2", "application_1_2 STOP "),
                List.of("stop application_1_2 -p hdfs:///s", "application_1_2 STOP hdfs:///s"),
                List.of("stop -p job-2", "application_1_2 STOP "),
                List.of(
                        "stop --drain --savepointPath hdfs:///s job-2",
                        "application_1_2 DRAIN hdfs:///s"),
                List.of("cancel -s hdfs:///s application_1_2", "application_1_2 NONE hdfs:///s"),
                List.of("cancel -s application_1_2", "application_1_2 NONE "),
                List.of("cancel application_1_2 -s", "application_1_2 NONE "));
    }

    @ParameterizedTest
    @MethodSource("savepoints")
    void shouldTakeASavepointOfTheJobThatIsNamedAndSayWhereItIs(List<String> savepoint) {
        String jobId = "22222222222222222222222222222222";
        cluster.running.add(application("application_1_1", "first", "RUNNING"));
        cluster.running.add(application("application_1_2", "second", "RUNNING"));
        cluster.jobs.put("application_1_2", new Statuses().ofJob(jobId).build());
        String line = savepoint.get(0).replace("job-2", jobId);

        assertThat(run(line.split(" "))).isEqualTo(ExitCode.FINISHED);

        assertThat(cluster.savepoints).containsExactly(savepoint.get(1));
        assertThat(recorded.outLines())
                .contains("Savepoint completed. Path: hdfs:///s/savepoint-1");
        assertThat(cluster.cancelled.isEmpty()).isEqualTo(!line.startsWith("cancel"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"savepoint", "stop", "cancel -s"})
    void shouldSayWhyThereIsNoSavepointAndCancelNothing(String command) {
        cluster.running.add(application("application_1_1", "first", "RUNNING"));
        cluster.savepointResult = new SavepointResult("", "No room is left. The job runs on.");

        assertThat(run(command.split(" "))).isEqualTo(ExitCode.FAILED);

        assertThat(recorded.errLines())
                .contains("The savepoint failed: No room is left. The job runs on.");
        assertThat(cluster.cancelled).isEmpty();
    }

    @Test
    void shouldTakeACheckpointAndSayWhereItIs() {
        cluster.running.add(application("application_1_1", "first", "RUNNING"));
        Statuses statuses = new Statuses();
        statuses.checkpoints.add(
                new CheckpointStatistics(
                        7,
                        CheckpointKind.CHECKPOINT,
                        CheckpointStatistics.State.IN_PROGRESS,
                        0,
                        12,
                        0,
                        0,
                        0,
                        0,
                        0,
                        4,
                        1,
                        null,
                        "",
                        ""));
        cluster.statuses.add(statuses.build());

        assertThat(run("checkpoint", "application_1_1")).isEqualTo(ExitCode.FINISHED);

        assertThat(cluster.checkpoints).containsExactly("application_1_1");
        assertThat(recorded.outLines())
                .containsExactly(
                        "Taking a checkpoint of application_1_1.",
                        "Checkpoint 7: 1 of 4 subtasks are stored",
                        "Checkpoint completed. Path: hdfs:///c/chk-7");
    }

    @Test
    void shouldSayWhyThereIsNoCheckpoint() {
        cluster.running.add(application("application_1_1", "first", "RUNNING"));
        cluster.checkpointResult = new SavepointResult("", "Job 'a' takes no checkpoints.");

        assertThat(run("checkpoint")).isEqualTo(ExitCode.FAILED);

        assertThat(recorded.errLines())
                .containsExactly("The checkpoint failed: Job 'a' takes no checkpoints.");
    }

    @ParameterizedTest
    @CsvSource({
        "savepoint -detached application_1_1 hdfs:///s, NONE hdfs:///s",
        "stop --drain application_1_1 --detached -p hdfs:///s, DRAIN hdfs:///s"
    })
    void shouldNotWaitForASavepointWhenDetached(String line, String wanted) {
        assertThat(run(line.split(" "))).isEqualTo(ExitCode.FINISHED);

        assertThat(cluster.savepoints).containsExactly("application_1_1 " + wanted + " detached");
        assertThat(recorded.outLines())
                .contains("Savepoint triggered. Trigger id: trigger-1")
                .anyMatch(text -> text.contains("status application_1_1"));
    }

    @Test
    void shouldSayWhyADetachedSavepointIsRefused() {
        cluster.savepointResult = new SavepointResult("", "Job 'a' is FINISHED already.");

        assertThat(run("savepoint", "--detached", "application_1_1")).isEqualTo(ExitCode.FAILED);

        assertThat(recorded.errLines())
                .containsExactly("The savepoint failed: Job 'a' is FINISHED already.");
    }

    @Test
    void shouldPrintThePlanOfAProgramAndRunNoJob() throws IOException {
        String planned = writeJar("planned.jar", Planned.class.getName()).toString();

        assertThat(run("info", "-p", "3", planned, "one more")).isEqualTo(ExitCode.FINISHED);

        assertThat(cluster.connections).isZero();
        assertThat(String.join("\n", recorded.outLines()))
                .startsWith("{")
                .contains("\"one more\"", "\"parallelism\" : 3")
                .endsWith("}");
        assertThat(recorded.errLines()).isEmpty();
    }

    @Test
    void shouldSayWhatMainThrowsBeforeThereIsAPlan() throws IOException {
        String planned = writeJar("planned.jar", Planned.class.getName()).toString();

        assertThat(run("info", planned)).isEqualTo(ExitCode.FAILED);

        assertThat(recorded.errLines())
                .first()
                .asString()
                .contains("The program failed", "ArrayIndexOutOfBoundsException");
    }

    @Test
    void shouldShowAJobWithItsCheckpoints() {
        cluster.running.add(application("application_1_1", "first", "RUNNING"));
        Statuses statuses = new Statuses();
        statuses.records = 1_234_567;
        statuses.checkpoints.add(
                new CheckpointStatistics(
                        8,
                        CheckpointKind.SAVEPOINT,
                        CheckpointStatistics.State.IN_PROGRESS,
                        0,
                        12,
                        0,
                        0,
                        0,
                        0,
                        0,
                        4,
                        1,
                        null,
                        "hdfs:///s/savepoint-1",
                        ""));
        statuses.checkpoints.add(
                new CheckpointStatistics(
                        7,
                        CheckpointKind.CHECKPOINT,
                        CheckpointStatistics.State.COMPLETE,
                        0,
                        345,
                        67,
                        8,
                        1024,
                        4096,
                        2048,
                        4,
                        4,
                        new CheckpointStatistics.Slowest("count", 1, 67, 8),
                        "",
                        ""));
        cluster.jobs.put("application_1_1", statuses.build());

        assertThat(run("status")).isEqualTo(ExitCode.FINISHED);

        assertThat(recorded.outLines())
                .contains("Job 'word count' (job-1) is RUNNING; 0 restarts")
                .anyMatch(line -> line.matches("count +2 of 2 +0 +1,234,567 +0"))
                .anyMatch(line -> line.matches("8 +savepoint +1 of 4 .* hdfs:///s/savepoint-1"))
                .anyMatch(
                        line ->
                                line.matches(
                                        "7 +checkpoint +complete +[0-9:]+ +345 ms +67 ms +8 ms"
                                                + " +1,024 +4,096 +2,048 +count\\[1]"));
    }

    @Test
    void shouldSayHowAnApplicationHasEndedThatIsAskedForItsStatus() {
        cluster.running.add(application("application_1_1", "words", "FAILED"));
        cluster.running.add(application("application_1_2", "words", "ACCEPTED"));

        assertThat(run("status", "application_1_1")).isEqualTo(ExitCode.REFUSED);
        assertThat(run("status", "application_1_2")).isEqualTo(ExitCode.REFUSED);
        assertThat(run("status", "application_1_3")).isEqualTo(ExitCode.REFUSED);

        assertThat(recorded.errLines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("application_1_1 has ended (FAILED)"),
                        line -> assertThat(line).contains("application_1_2 does not answer"),
                        line -> assertThat(line).contains("no application application_1_3"));
    }

    @Test
    void shouldFollowAnApplication() {
        cluster.statuses.add(new Statuses().build());
        cluster.end = new JobEnd(Outcome.CANCELLED, "", new Statuses().build(), "");

        assertThat(run("follow", "application_1_2")).isEqualTo(ExitCode.CANCELLED);
        assertThat(cluster.followed).containsExactly("application_1_2");
        assertThat(recorded.outLines()).last().isEqualTo("Job 'word count' was cancelled.");
    }

    @Test
    void shouldShowTheMemoryWithoutACluster() {
        assertThat(run("memory", "-Dtaskmanager.memory.process.size=1728m", "--granted", "2048"))
                .isEqualTo(ExitCode.FINISHED);

        assertThat(cluster.connections).isZero();
        assertThat(recorded.outLines())
                .contains(
                        "Worker: asks YARN for 1728 MiB.",
                        "  network buffers of 32k: 5079",
                        "  batches between subtasks of one worker: up to 4m of the task heap for"
                                + " each subtask that reads some",
                        "Application master: asks YARN for 1600 MiB.")
                .anyMatch(line -> line.contains("-Xmx697932173"))
                .anyMatch(line -> line.contains("-Xmx1073741824"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-h",
                "run --help",
                "run-application -h",
                "list --help",
                "follow --help",
                "cancel --help",
                "checkpoint --help",
                "info --help",
                "savepoint --help",
                "stop --help",
                "status --help",
                "memory --help",
                "options --help"
            })
    void shouldShowHelp(String line) {
        assertThat(run(line.split(" "))).isEqualTo(ExitCode.FINISHED);
        assertThat(recorded.outLines()).anyMatch(text -> text.startsWith("Usage: millrace"));
        assertThat(recorded.outLines()).noneMatch(text -> text.contains("-yjm"));
    }

    @Test
    void shouldShowTheVersionOfTheBuild() {
        assertThat(run("--version")).isEqualTo(ExitCode.FINISHED);
        assertThat(recorded.outLines()).singleElement().asString().matches("Millrace \\d+\\..*");
    }

    @Test
    void shouldListTheOptions() {
        assertThat(run("options", "SEGMENT")).isEqualTo(ExitCode.FINISHED);
        assertThat(recorded.outLines())
                .containsExactly(
                        "taskmanager.memory.segment-size",
                        "    default 32k; memory size, 4k to 1m",
                        "    Size of one network buffer. Larger ones cost memory on every channel"
                                + " and delay small records.");
    }

    private ExitCode run(String... arguments) {
        return new Launcher(
                        new LauncherContext(
                                recorded.terminal, configuration, cluster, () -> 0L, hooks::add))
                .run(arguments);
    }

    private SubmissionRequest submitted() {
        assertThat(recorded.errLines()).noneMatch(line -> !line.startsWith("Warning: "));
        assertThat(cluster.submitted).hasSize(1);
        return cluster.submitted.get(0);
    }

    private static ApplicationSummary application(String id, String name, String state) {
        return new ApplicationSummary(id, name, state, "u", "default", 0, null);
    }

    private Path writeJar(String name, String mainClass) throws IOException {
        Path file = directory.resolve(name);
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (mainClass != null) {
            manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
        }
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jarFile = new JarOutputStream(out, manifest)) {
            jarFile.putNextEntry(new JarEntry("data.txt"));
            jarFile.write(1);
            jarFile.closeEntry();
        }
        return file;
    }
}
