/**
 * The port to YARN: turns calls into requests and callbacks into events, and decides nothing.
 *
 * <p>Entry: {@link io.millrace.master.yarn.YarnContainers} for the application master, {@link
 * io.millrace.master.yarn.ContainerLaunch} for whoever starts a container. Events come from threads
 * of Hadoop's. Must not import the job master.
 */
package io.millrace.master.yarn;
