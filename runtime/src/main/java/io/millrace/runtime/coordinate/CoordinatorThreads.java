package io.millrace.runtime.coordinate;

/**
 * Where enumerators of the user's run: on threads in a master's process, on the simulation's one
 * thread in tests.
 */
public interface CoordinatorThreads {

    /** The loader of the job's classes; any thread, may take long the first time. */
    ClassLoader userClassLoader();

    /** A thread for one enumerator. */
    Lane open(String name);

    /** Runs steps one after the other, off the master's loop. */
    interface Lane {

        /** Runs a step after those that were given before; any thread. */
        void execute(Runnable step);

        /** Runs something that may take long, beside the steps; any thread. */
        void call(Runnable call);

        /**
         * Runs one last step after those given before and ends. What runs at this moment is
         * interrupted; steps that are given later are not run.
         */
        void close(Runnable last);
    }
}
