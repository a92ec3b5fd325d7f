package io.millrace.master.yarn;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.ContainerState;
import org.apache.hadoop.yarn.api.records.ContainerStatus;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.client.api.NMClient;
import org.apache.hadoop.yarn.exceptions.YarnException;

/** Nodes that start what they are told to, or refuse it. */
final class InMemoryNodes extends NMClient {
    private final List<String> started = new ArrayList<>();
    private final List<String> stopped = new ArrayList<>();
    private boolean refuses;
    private boolean cleansUp = true;

    InMemoryNodes() {
        super(InMemoryNodes.class.getName());
    }

    synchronized void refuse() {
        refuses = true;
    }

    synchronized List<String> started() {
        return List.copyOf(started);
    }

    synchronized boolean cleansUp() {
        return cleansUp;
    }

    @Override
    public synchronized Map<String, ByteBuffer> startContainer(
            Container container, ContainerLaunchContext context) throws YarnException {
        if (refuses) {
            throw new YarnException("no room on this disk\nat a.b.c");
        }
        started.add(container.getId() + " " + context.getCommands());
        return Map.of();
    }

    @Override
    public synchronized void stopContainer(ContainerId id, NodeId node) {
        stopped.add(id.toString());
    }

    @Override
    public ContainerStatus getContainerStatus(ContainerId id, NodeId node) {
        return ContainerStatus.newInstance(id, ContainerState.RUNNING, "", -1000);
    }

    @Override
    public void increaseContainerResource(Container container) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void updateContainerResource(Container container) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void reInitializeContainer(
            ContainerId id, ContainerLaunchContext context, boolean autoCommit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void restartContainer(ContainerId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void rollbackLastReInitialization(ContainerId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void commitLastReInitialization(ContainerId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public synchronized void cleanupRunningContainersOnStop(boolean enabled) {
        cleansUp = enabled;
    }
}
