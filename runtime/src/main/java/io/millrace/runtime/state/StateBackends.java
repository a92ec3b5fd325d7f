package io.millrace.runtime.state;

import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.StateBackendOptions;
import io.millrace.runtime.control.Failure;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * The backends of one worker: the built-in one, and those that are on its class path.
 *
 * <p>Threads: any.
 */
public final class StateBackends {
    /** Guarded by this. */
    private final Map<String, StateBackend> used = new HashMap<>();

    /**
     * An empty store of the kind that the job asks for ({@code state.backend.type}).
     *
     * @throws StateException if the backend is not on the class path, naming option and jar, or
     *     refuses
     */
    public KeyedStateStore open(KeyedStateSettings settings, ParsedConfiguration job) {
        StateBackendOptions.Type type = job.get(StateBackendOptions.TYPE);
        return switch (type) {
            case MANAGED, HASHMAP, FILESYSTEM, JOBMANAGER -> KeyedStateStore.binary(settings);
            case ROCKSDB -> find(nameOf(type)).open(settings, job);
        };
    }

    private synchronized StateBackend find(String name) {
        return used.computeIfAbsent(name, StateBackends::load);
    }

    /** Whether a job may ask for it in a process with this class path. */
    public static boolean isPresent(StateBackendOptions.Type type) {
        return type != StateBackendOptions.Type.ROCKSDB || search(nameOf(type)) != null;
    }

    private static String nameOf(StateBackendOptions.Type type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private static StateBackend load(String name) {
        StateBackend found = search(name);
        if (found != null) {
            return found;
        }
        throw missing(name);
    }

    /** Null if it is not on the class path. */
    private static StateBackend search(String name) {
        for (StateBackend backend :
                ServiceLoader.load(StateBackend.class, StateBackend.class.getClassLoader())) {
            if (backend.name().equals(name)) {
                return backend;
            }
        }
        return null;
    }

    private static StateException missing(String name) {
        return new StateException(
                Failure.Category.CONFIG,
                "state.backend.type is "
                        + name
                        + ", and millrace-"
                        + name
                        + "-state is not on the class path of this process. On a cluster set"
                        + " state.backend.type where the job is started (-D or conf/millrace.yaml),"
                        + " so that the jars in opt/"
                        + name
                        + " of the distribution are sent along; elsewhere add that artifact and"
                        + " what it depends on");
    }
}
