package io.millrace.master.yarn;

import java.util.List;

/**
 * Hears what YARN says. Every call is a plain fact; what to do about it is decided elsewhere.
 *
 * <p>Threads: called by threads of Hadoop's; must not block.
 */
public interface ContainerEvents {

    /** A container was granted for an ask that still stood. */
    void granted(long askId, GrantedContainer container);

    /** The node has taken the start command. */
    void started(String containerId);

    /** The node refused to start it; the container is given back. */
    void startFailed(String containerId, String sentence);

    /**
     * A container ended, by itself or because it was given back.
     *
     * @param sentence why, for people, beginning with the container's name
     */
    void ended(String containerId, String sentence);

    /** Containers that earlier attempts of the application master have left running. */
    void previous(List<GrantedContainer> containers);

    /** Answer to {@link YarnContainers#askNode}. */
    void nodeSays(String containerId, String sentence);

    /** YARN has given the application to another attempt, or has ended it: this one must go. */
    void shutdownRequested();

    /** The connection to the resource manager is lost for good. */
    void failed(String sentence);

    /**
     * A container.
     *
     * @param id as YARN writes it
     * @param host of its node
     * @param mib memory that was granted; at least what was asked for
     * @param vcores that were granted
     */
    record GrantedContainer(String id, String host, long mib, int vcores) {}
}
