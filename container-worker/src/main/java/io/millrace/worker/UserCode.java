package io.millrace.worker;

import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.task.UserClassLoader;
import io.millrace.runtime.worker.WorkerEnvironment;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The user's classes and what is generated beside them, for each job, kept over its restarts.
 *
 * <p>Threads: any.
 */
final class UserCode {
    private final ParsedConfiguration options;
    private final List<URL> jars;
    private final Map<String, JobClasses> classes = new ConcurrentHashMap<>();

    UserCode(ParsedConfiguration options) {
        this.options = options;
        jars = new ArrayList<>(UserClassLoader.jarsIn(Path.of(WorkerEnvironment.USER_JARS_FOLDER)));
        for (String further : options.getIfSet(JobOptions.CLASSPATHS).orElse(List.of())) {
            try {
                jars.add(URI.create(further).toURL());
            } catch (MalformedURLException | IllegalArgumentException e) {
                throw new IllegalStateException(
                        JobOptions.CLASSPATHS.key() + " has " + further + ", which is no URL", e);
            }
        }
    }

    /** By the job's id. */
    JobClasses classes(String job) {
        return classes.computeIfAbsent(
                job,
                id ->
                        new JobClasses(
                                UserClassLoader.of(
                                        jars, UserCode.class.getClassLoader(), options)));
    }
}
