package io.millrace.client;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.JobExecutor;
import io.millrace.master.UserProgram;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.file.TextOutputFiles;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobPlanner;
import io.millrace.runtime.graph.JobVertex.FileInput;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import io.millrace.runtime.master.JobFiles;
import io.millrace.runtime.task.UserClassLoader;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Runs a program's {@code main} in the launcher, for its graph or its plan. */
final class PerJobProgram {
    private PerJobProgram() {}

    /**
     * Runs it to its end.
     *
     * @throws ConfigurationException if the program cannot be run as it is, an input is missing or
     *     an output exists
     * @throws ProgramFailedException if main threw
     */
    static JobGraph run(SubmissionRequest request) throws ProgramFailedException, IOException {
        CapturingExecutor executor =
                new CapturingExecutor(new JobPlanner(request.configuration(), 1));
        runMain(request, executor);
        JobGraph graph = executor.captured();
        if (graph == null) {
            throw noJob();
        }
        checkFiles(graph);
        return graph;
    }

    /**
     * Runs it up to its first job.
     *
     * @return that job's plan as JSON
     * @throws ConfigurationException as {@link #run} does, files apart
     * @throws ProgramFailedException if main threw before
     */
    static String plan(SubmissionRequest request) throws ProgramFailedException, IOException {
        PlanExecutor executor = new PlanExecutor(new JobPlanner(request.configuration(), 1));
        try {
            runMain(request, executor);
        } catch (ProgramFailedException | ConfigurationException e) {
            if (executor.plan() == null) {
                throw e;
            }
        }
        if (executor.plan() == null) {
            throw noJob();
        }
        return executor.plan();
    }

    private static ConfigurationException noJob() {
        return new ConfigurationException(
                "The program ended without a job: its main has to call execute() on the"
                        + " environment.");
    }

    private static void runMain(SubmissionRequest request, JobExecutor executor)
            throws ProgramFailedException, IOException {
        List<URL> jars = new ArrayList<>();
        jars.add(url(request.jar().toString()));
        jars.addAll(
                UserProgram.urls(
                        request.configuration().getIfSet(JobOptions.CLASSPATHS).orElse(List.of())));
        UserProgram program = new UserProgram(jars, request.entryClass(), request.arguments());
        AtomicReference<Boolean> over = new AtomicReference<>(false);
        Thread onExit = new Thread(() -> refuseExit(over), "exit");
        Runtime.getRuntime().addShutdownHook(onExit);
        try (UserClassLoader loader =
                UserClassLoader.of(
                        jars, PerJobProgram.class.getClassLoader(), request.configuration())) {
            program.run(loader, executor);
        } catch (InvalidProgramException | ConfigurationException e) {
            throw new ConfigurationException(e.getMessage(), e);
        } catch (Throwable thrown) {
            throw new ProgramFailedException(
                    Failure.of(Failure.Category.USER_CODE, "The program's main", thrown), thrown);
        } finally {
            over.set(true);
            removeHook(onExit);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // Ctrl-C: the JVM is on its way out.
        }
    }

    /** A program that ends the JVM has ended the launcher: it is told why nothing was submitted. */
    private static void refuseExit(AtomicReference<Boolean> over) {
        if (over.get() || !isExitCalled()) {
            return;
        }
        System.err.println(
                "The program called System.exit before its main had ended: nothing was submitted."
                        + " Leave the call out; main runs in the launcher in per-job mode.");
        System.err.flush();
        Runtime.getRuntime().halt(ExitCode.REFUSED.code());
    }

    /** To be asked while the JVM shuts down: whether code has asked for that, and not a signal. */
    static boolean isExitCalled() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(
                        frame ->
                                frame.getClassName().equals(Runtime.class.getName())
                                        && frame.getMethodName().equals("exit"));
    }

    /** What the job master would refuse later is refused here, before anything is uploaded. */
    private static void checkFiles(JobGraph graph) {
        List<FileInput> inputs = new ArrayList<>();
        List<FileOutput> outputs = new ArrayList<>();
        graph.vertices()
                .forEach(
                        vertex -> {
                            inputs.addAll(vertex.inputs());
                            outputs.addAll(vertex.outputs());
                        });
        if (inputs.isEmpty() && outputs.isEmpty()) {
            return;
        }
        AtomicReference<JobFiles.Result<JobFiles.Prepared>> answer = new AtomicReference<>();
        new TextOutputFiles(Runnable::run).prepare(inputs, outputs, 1, answer::set);
        if (answer.get() instanceof JobFiles.Result.Refused<JobFiles.Prepared> refused) {
            throw new ConfigurationException(refused.sentence());
        } else if (answer.get() instanceof JobFiles.Result.Failed<JobFiles.Prepared> failed) {
            throw new ConfigurationException(
                    "The job's files could not be looked at: " + failed.cause());
        }
    }

    private static URL url(String text) {
        try {
            return URI.create(text).toURL();
        } catch (MalformedURLException | IllegalArgumentException e) {
            throw new ConfigurationException(
                    text
                            + " cannot be read in per-job mode, in which main runs here: name a"
                            + " local file, or use run-application.",
                    e);
        }
    }
}
