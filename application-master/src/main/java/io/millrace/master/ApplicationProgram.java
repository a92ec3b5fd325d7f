package io.millrace.master;

import io.millrace.api.InvalidProgramException;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.RecordsMessage.Records;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.MasterEvent;
import io.millrace.runtime.network.ControlConnection;
import io.millrace.runtime.task.UserClassLoader;
import io.millrace.runtime.worker.WorkerEnvironment;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the job's graph to the job master: from the launcher's file, or by running the user's
 * {@code main} on a thread of its own.
 *
 * <p>Errors: whatever keeps the program from executing a job becomes the job's failure.
 */
final class ApplicationProgram {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationProgram.class);
    private static final String WHO = "The program's main";

    private final ApplicationSpec spec;
    private final ParsedConfiguration options;
    private final List<URL> classpaths;
    private final Inbox<MasterEvent> inbox;
    private final ProgramExecutor executor;
    private final CompletableFuture<JobResult> jobResult;

    /** Completed when main has ended: with null, or with what it threw after its job finished. */
    private final CompletableFuture<Failure> mainEnded = new CompletableFuture<>();

    /** Null until it is asked for. */
    private UserClassLoader userClassLoader;

    private volatile boolean started;
    private volatile boolean exitedEarly;

    ApplicationProgram(
            ApplicationSpec spec,
            ParsedConfiguration options,
            Inbox<MasterEvent> inbox,
            CompletableFuture<JobResult> jobResult) {
        this.spec = spec;
        this.options = options;
        this.classpaths =
                UserProgram.urls(options.getIfSet(JobOptions.CLASSPATHS).orElse(List.of()));
        this.inbox = inbox;
        this.jobResult = jobResult;
        this.executor = new ProgramExecutor(options, inbox, jobResult);
    }

    /** Begins; to be called at most once. */
    void start() {
        Thread thread = new Thread(this::run, "program");
        thread.setDaemon(true);
        started = true;
        thread.start();
    }

    /** Nothing is to be run if nothing was started: the graph is on record. */
    void skip() {
        if (!started) {
            mainEnded.complete(null);
        }
    }

    private void run() {
        Failure failure = null;
        try {
            failure = spec.graphFile() != null ? loadGraph() : runMain();
        } finally {
            mainEnded.complete(failure);
        }
    }

    private Failure loadGraph() {
        try {
            JobGraph graph = JobGraphFile.read(Path.of(spec.graphFile()));
            inbox.put(new MasterEvent.Submitted(graph));
            return null;
        } catch (IOException e) {
            return notSubmitted(Failure.Category.INTERNAL, "The application master", e);
        }
    }

    private Failure runMain() {
        UserProgram program = new UserProgram(jars(), spec.entryClass(), spec.arguments());
        try {
            program.run(userClassLoader(), executor);
        } catch (Throwable thrown) {
            return afterThrow(thrown);
        }
        if (!executor.hasSubmitted()) {
            return notSubmitted(
                    Failure.Category.CONFIG,
                    WHO,
                    new InvalidProgramException(
                            "The program ended without a job: its main has to call execute() on"
                                    + " the environment."));
        }
        return null;
    }

    private List<URL> jars() {
        Path folder = Path.of(WorkerEnvironment.USER_JARS_FOLDER);
        // The program's jar comes first, as its manifest may name the entry class.
        List<URL> jars = new ArrayList<>(UserClassLoader.jarsIn(folder));
        jars.sort((a, b) -> Boolean.compare(isProgram(b), isProgram(a)));
        jars.addAll(classpaths);
        return jars;
    }

    /**
     * Of the program and of what its sources have in this process; made once, also if the program
     * itself is not run here. Any thread.
     */
    synchronized UserClassLoader userClassLoader() {
        if (userClassLoader == null) {
            userClassLoader = UserClassLoader.of(jars(), getClass().getClassLoader(), options);
        }
        return userClassLoader;
    }

    private boolean isProgram(URL jar) {
        return spec.programJar() != null && jar.getPath().endsWith("/" + spec.programJar());
    }

    private Failure afterThrow(Throwable thrown) {
        if (executor.hasSubmitted()) {
            LOG.info("{} ended with an exception after it executed its job", WHO, thrown);
            return Failure.of(Failure.Category.USER_CODE, WHO, thrown);
        }
        LOG.warn("{} failed before it executed a job", WHO, thrown);
        boolean refused =
                thrown instanceof InvalidProgramException
                        || thrown instanceof ConfigurationException;
        return notSubmitted(
                refused ? Failure.Category.CONFIG : Failure.Category.USER_CODE, WHO, thrown);
    }

    private Failure notSubmitted(Failure.Category category, String where, Throwable cause) {
        Failure failure = Failure.of(category, where, cause);
        inbox.put(new MasterEvent.NotSubmitted(failure));
        return failure;
    }

    /** A worker has sent records for the program. */
    void received(ControlConnection from, Records message) {
        executor.received(from, message);
    }

    /** Null, or what main threw; completed when main has ended. */
    CompletableFuture<Failure> mainEnded() {
        return mainEnded;
    }

    /**
     * To be asked while the JVM shuts down: whether the program itself wants that, and not the node
     * by a signal.
     */
    static boolean hasCalledExit() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(
                        frame ->
                                frame.getClassName().equals(Runtime.class.getName())
                                        && frame.getMethodName().equals("exit"));
    }

    /** Called after {@code System.exit} in the program: it has ended, whatever it was doing. */
    void exited() {
        if (!started || mainEnded.isDone()) {
            return;
        }
        if (jobResult.isDone()) {
            mainEnded.complete(null);
            return;
        }
        exitedEarly = true;
        boolean submitted = executor.hasSubmitted();
        Failure failure =
                Failure.of(
                        // Without a job nothing was run: a program to be corrected, as in
                        // per-job mode.
                        submitted ? Failure.Category.USER_CODE : Failure.Category.CONFIG,
                        WHO,
                        submitted
                                ? "The program called System.exit before its job had ended."
                                : "The program called System.exit without having executed a job:"
                                        + " leave the call out.");
        mainEnded.complete(failure);
        inbox.put(
                submitted
                        ? new MasterEvent.CancelRequested("System.exit in the program's main")
                        : new MasterEvent.NotSubmitted(failure));
    }

    /** Whether the program ended the JVM before its job had a result. */
    boolean hasExitedEarly() {
        return exitedEarly;
    }
}
