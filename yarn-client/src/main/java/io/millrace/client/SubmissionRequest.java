package io.millrace.client;

import io.millrace.runtime.config.DeploymentOptions.Target;
import io.millrace.runtime.config.ParsedConfiguration;
import java.net.URI;
import java.util.List;

/**
 * A program to be run on the cluster, as far as it can be checked without one: a local jar exists,
 * has the entry class and its {@code main}; every setting is known and in range; the memory of
 * master and workers can be derived.
 *
 * @param target YARN_APPLICATION (main runs in the application master) or YARN_PER_JOB (main runs
 *     in the launcher)
 * @param jar absolute; {@code file:} or, in application mode only, a file system of the cluster's
 * @param entryClass null for the one that the jar's manifest names
 * @param arguments of main, untouched
 * @param configuration in force; has parallelism ({@code parallelism.default}), further class path
 *     ({@code pipeline.classpaths}), name, queue, whether to stay ({@code execution.attached})
 */
public record SubmissionRequest(
        Target target,
        URI jar,
        String entryClass,
        List<String> arguments,
        ParsedConfiguration configuration) {

    public SubmissionRequest {
        arguments = List.copyOf(arguments);
    }

    /** Whether the jar lies on this machine. */
    public boolean isJarLocal() {
        return "file".equals(jar.getScheme());
    }
}
