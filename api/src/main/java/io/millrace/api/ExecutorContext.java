package io.millrace.api;

import static java.util.Objects.requireNonNull;

import java.util.Iterator;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds what runs a program: the executor that a launcher set for the thread that runs {@code
 * main}, else the only one on the class path of the API.
 *
 * <p>Threads: what is set holds for one thread and is inherited by none. While it is set, other
 * threads are not given the class path's executor, because the program would then run in the
 * launcher's process instead of where it was sent.
 */
public final class ExecutorContext {
    private static final ThreadLocal<JobExecutor> OF_THREAD = new ThreadLocal<>();

    /** The scopes that are open on any thread; for the refusal of other threads. */
    private static final Set<Scope> OPEN = ConcurrentHashMap.newKeySet();

    private ExecutorContext() {}

    /**
     * Programs that this thread runs use the executor until the scope is closed, by this thread.
     */
    public static Scope setForThread(JobExecutor executor) {
        requireNonNull(executor, "executor");
        JobExecutor before = OF_THREAD.get();
        OF_THREAD.set(executor);
        Scope scope = new Scope(before);
        OPEN.add(scope);
        return scope;
    }

    /** The executor of the current thread, or null. */
    static JobExecutor ofThread() {
        return OF_THREAD.get();
    }

    /** The executor of the current thread, else the only one that the loader of the API sees. */
    static JobExecutor find() {
        JobExecutor executor = OF_THREAD.get();
        if (executor != null) {
            return executor;
        }
        for (Scope launched : OPEN) {
            throw new InvalidProgramException(
                    "Thread '"
                            + Thread.currentThread().getName()
                            + "' made a StreamExecutionEnvironment, but the program was launched"
                            + " on thread '"
                            + launched.owner.getName()
                            + "'. Call getExecutionEnvironment() on that thread, or"
                            + " createLocalEnvironment() to run in this process.");
        }
        return onlyProvider(JobExecutor.class.getClassLoader());
    }

    /** Refuses none and more than one, by name. */
    static JobExecutor onlyProvider(ClassLoader loader) {
        Iterator<JobExecutor> providers = ServiceLoader.load(JobExecutor.class, loader).iterator();
        if (!providers.hasNext()) {
            throw new InvalidProgramException(
                    "Nothing on the class path can run this program: no provider of "
                            + JobExecutor.class.getName()
                            + " was found. Add the artifact io.millrace:millrace-runtime (scope"
                            + " provided or test is enough), or submit the program with"
                            + " bin/millrace.");
        }
        JobExecutor only = providers.next();
        if (providers.hasNext()) {
            throw new InvalidProgramException(
                    "The class path has more than one provider of "
                            + JobExecutor.class.getName()
                            + ": "
                            + named(only)
                            + " and "
                            + named(providers.next())
                            + ". Leave one of them out.");
        }
        return only;
    }

    private static String named(JobExecutor executor) {
        var source = executor.getClass().getProtectionDomain().getCodeSource();
        return executor.getClass().getName()
                + (source == null ? "" : " (" + source.getLocation() + ")");
    }

    /** Ends what {@link #setForThread} began. */
    public static final class Scope implements AutoCloseable {
        private final Thread owner = Thread.currentThread();
        private final JobExecutor before;
        private boolean closed;

        private Scope(JobExecutor before) {
            this.before = before;
        }

        @Override
        public void close() {
            if (Thread.currentThread() != owner) {
                throw new IllegalStateException(
                        "The executor of thread '"
                                + owner.getName()
                                + "' cannot be taken away by thread '"
                                + Thread.currentThread().getName()
                                + "'");
            }
            if (closed) {
                return;
            }
            closed = true;
            if (before == null) {
                OF_THREAD.remove();
            } else {
                OF_THREAD.set(before);
            }
            OPEN.remove(this);
        }
    }
}
