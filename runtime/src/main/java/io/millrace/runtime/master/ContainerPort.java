package io.millrace.runtime.master;

/**
 * Where containers for workers come from. Answers are {@link MasterEvent.ContainersGranted} and
 * {@link MasterEvent.ContainerCompleted}, in any order, late, and in any number: whatever is too
 * much is given back.
 *
 * <p>Threads: called by the master's loop; returns at once.
 */
public interface ContainerPort {

    /** Asks for so many more; the port starts a worker in each container that is granted. */
    void request(int more);

    /** So many of those asked for and not yet granted are not needed any more. */
    void withdraw(int fewer);

    /** Gives a container back; whatever runs in it is killed. Answered by its completion. */
    void release(String containerId);

    /**
     * Why a container that was asked for may not have been granted, for whoever waits: its size,
     * and what is left. Empty where nothing is known of it.
     */
    default String scarcity() {
        return "";
    }
}
