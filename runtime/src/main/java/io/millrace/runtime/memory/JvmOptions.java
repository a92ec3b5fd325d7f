package io.millrace.runtime.memory;

import io.millrace.api.ConfigOption;
import io.millrace.api.MemorySize;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.DeploymentOptions;
import io.millrace.runtime.config.KeyFamily;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The options and the environment with which the JVM of a process keeps to its {@link
 * ProcessMemory}.
 *
 * <p>Shape: ours first, the user's after them, so that a user's choice wins where both say
 * something. Limits of memory are the exception: they are derived, and a user's own are refused.
 */
public final class JvmOptions {

    /** A heap beyond this takes too long to collect in one stop: G1 collects it in pieces. */
    private static final MemorySize LARGEST_PARALLEL_HEAP = MemorySize.ofGibiBytes(8);

    private static final MemorySize LEAST_INITIAL_HEAP = MemorySize.ofMebiBytes(64);
    private static final MemorySize LEAST_CODE_CACHE = MemorySize.ofMebiBytes(96);
    private static final MemorySize GREATEST_CODE_CACHE = MemorySize.ofMebiBytes(240);

    private static final List<String> DERIVED_LIMITS =
            List.of(
                    "-Xmx",
                    "-XX:MaxHeapSize=",
                    "-XX:MaxRAM",
                    "-XX:MaxDirectMemorySize=",
                    "-XX:MaxMetaspaceSize=");

    private JvmOptions() {}

    /**
     * Options of a worker's JVM, one argument each.
     *
     * @param vcores of its container, as asked for
     */
    public static List<String> ofWorker(
            ParsedConfiguration configuration, TaskManagerMemory memory, int vcores) {
        List<String> options =
                of(configuration, DeploymentOptions.JAVA_OPTS_WORKER, memory, vcores);
        return List.copyOf(options);
    }

    /** Options of the application master's JVM, one argument each. */
    public static List<String> ofMaster(
            ParsedConfiguration configuration, JobManagerMemory memory, int vcores) {
        return List.copyOf(of(configuration, DeploymentOptions.JAVA_OPTS_MASTER, memory, vcores));
    }

    /** Environment variables of a worker; the user's win over ours. */
    public static SortedMap<String, String> environmentOfWorker(ParsedConfiguration configuration) {
        return environment(configuration, DeploymentOptions.WORKER_ENVIRONMENT);
    }

    /** Environment variables of the application master; the user's win over ours. */
    public static SortedMap<String, String> environmentOfMaster(ParsedConfiguration configuration) {
        return environment(configuration, DeploymentOptions.MASTER_ENVIRONMENT);
    }

    private static SortedMap<String, String> environment(
            ParsedConfiguration configuration, KeyFamily family) {
        SortedMap<String, String> variables = new TreeMap<>();
        // glibc gives threads arenas of 64 MiB, up to 8 for each core of the node, and frees them
        // late: nothing else makes a process outgrow its container as fast.
        variables.put("MALLOC_ARENA_MAX", "1");
        variables.putAll(configuration.family(family));
        return variables;
    }

    private static List<String> of(
            ParsedConfiguration configuration,
            ConfigOption<String> ownOption,
            ProcessMemory memory,
            int vcores) {
        List<String> users = new ArrayList<>();
        users.addAll(userOptions(configuration, DeploymentOptions.JAVA_OPTS_ALL));
        users.addAll(userOptions(configuration, ownOption));

        List<String> options = new ArrayList<>();
        options.add("-Xmx" + memory.heap().getBytes());
        options.add("-Xms" + initialHeap(memory).getBytes());
        if (memory.isDirectLimited()) {
            options.add("-XX:MaxDirectMemorySize=" + memory.direct().getBytes());
        }
        options.add("-XX:MaxMetaspaceSize=" + memory.metaspace().getBytes());
        options.add("-XX:ReservedCodeCacheSize=" + codeCache(memory).getBytes());
        // Without cgroups a container sees all cores of its node and sizes its thread pools by
        // them.
        options.add("-XX:ActiveProcessorCount=" + vcores);
        if (users.stream().noneMatch(option -> option.matches("-XX:\\+Use\\w+GC"))) {
            options.addAll(collector(memory));
        }
        options.add("-XX:+ExitOnOutOfMemoryError");
        options.add("-XX:+IgnoreUnrecognizedVMOptions");
        // Gives back to the system what malloc has freed; an experimental option on older JDKs 17.
        options.add("-XX:+UnlockExperimentalVMOptions");
        options.add("-XX:TrimNativeHeapInterval=10000");
        // Generated operators stay visible in stack traces.
        options.add("-XX:+UnlockDiagnosticVMOptions");
        options.add("-XX:+ShowHiddenFrames");
        // Each thread would keep direct buffers as large as its largest read or write.
        options.add("-Djdk.nio.maxCachedBufferSize=262144");
        // Netty's direct memory counts against the JVM's limit, not against one of its own.
        options.add("-Dio.netty.maxDirectMemory=0");
        // Netty would load Flight Recorder only to ask whether it records: a tenth of the start.
        options.add("-Dio.netty.jfr.enabled=false");
        options.addAll(users);
        return options;
    }

    /**
     * An eighth of the heap: what is resident grows with need, not with the limit. Pages are not
     * touched in advance for the same reason.
     */
    private static MemorySize initialHeap(ProcessMemory memory) {
        MemorySize eighth = memory.heap().divide(8);
        return least(memory.heap(), greatest(LEAST_INITIAL_HEAP, eighth));
    }

    /** Half of the overhead, as far as that makes sense: the JVM's own 240 MiB may exceed it. */
    private static MemorySize codeCache(ProcessMemory memory) {
        return least(GREATEST_CODE_CACHE, greatest(LEAST_CODE_CACHE, memory.overhead().divide(2)));
    }

    private static List<String> collector(ProcessMemory memory) {
        return memory.heap().compareTo(LARGEST_PARALLEL_HEAP) <= 0
                // Two subtasks that store into neighbouring cards would slow each other down to
                // half.
                ? List.of("-XX:+UseParallelGC", "-XX:+UseCondCardMark")
                : List.of("-XX:+UseG1GC");
    }

    private static List<String> userOptions(
            ParsedConfiguration configuration, ConfigOption<String> option) {
        List<String> words = words(configuration.get(option));
        for (String word : words) {
            for (String limit : DERIVED_LIMITS) {
                if (word.startsWith(limit)) {
                    throw new ConfigurationException(
                            option.key()
                                    + " contains "
                                    + word
                                    + ", but this limit is derived from the size of the container:"
                                    + " leave it out, and set taskmanager.memory.process.size,"
                                    + " jobmanager.memory.process.size or the parts of these"
                                    + " ('millrace memory' shows what comes out).");
                }
            }
        }
        return words;
    }

    /** Words between blanks; blanks within quotes, single or double, belong to the word. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    private static MemorySize least(MemorySize a, MemorySize b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static MemorySize greatest(MemorySize a, MemorySize b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
