package io.millrace.client;

import io.millrace.api.ConfigOption;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;

/**
 * Folders for checkpoints and savepoints of which each node of a cluster has its own: a job writes
 * there, and does not find it again.
 */
final class NodeLocalFolders {
    private NodeLocalFolders() {}

    /**
     * What is to be said of a job's options, a sentence each.
     *
     * @param nodes how many the cluster has; asked only if it matters
     */
    static List<String> warnings(ParsedConfiguration job, IntSupplier nodes) {
        List<String> warnings = new ArrayList<>();
        for (ConfigOption<String> option :
                List.of(CheckpointOptions.DIRECTORY, CheckpointOptions.SAVEPOINT_DIRECTORY)) {
            job.getIfSet(option)
                    .ifPresent(folder -> warn(option.key() + " is", folder, nodes, warnings));
        }
        return warnings;
    }

    /**
     * What is to be said of a folder that a command names for a savepoint, a sentence or none.
     *
     * @param folder empty if it names none
     */
    static List<String> warnings(String folder, IntSupplier nodes) {
        List<String> warnings = new ArrayList<>();
        warn("The savepoint's folder is", folder, nodes, warnings);
        return warnings;
    }

    private static void warn(String what, String folder, IntSupplier nodes, List<String> warnings) {
        if (!isLocal(folder)) {
            return;
        }
        int count = nodes.getAsInt();
        if (count > 1) {
            warnings.add(
                    what
                            + " "
                            + folder
                            + ", of which each of the cluster's "
                            + count
                            + " nodes has its own: a container that starts on another node does"
                            + " not find what was saved, and the job cannot go on from it; name a"
                            + " folder on HDFS, or mount the same one there on all nodes.");
        }
    }

    private static boolean isLocal(String folder) {
        try {
            String scheme = URI.create(folder).getScheme();
            return scheme != null && scheme.toLowerCase(Locale.ROOT).equals("file");
        } catch (IllegalArgumentException e) {
            return false; // refused with its own sentence where it is used
        }
    }
}
