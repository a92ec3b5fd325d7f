package io.millrace.master.yarn;

import io.millrace.master.yarn.ContainerEvents.GrantedContainer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.protocolrecords.RegisterApplicationMasterResponse;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.ContainerStatus;
import org.apache.hadoop.yarn.api.records.NodeReport;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.UpdatedContainer;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.hadoop.yarn.client.api.NMClient;
import org.apache.hadoop.yarn.client.api.async.AMRMClientAsync;
import org.apache.hadoop.yarn.client.api.async.NMClientAsync;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The application master's only door to YARN: turns calls into requests and callbacks into events,
 * and decides nothing.
 *
 * <p>Traps that it knows:
 *
 * <ul>
 *   <li>Hadoop's client keeps a request until it is removed, and sends all of them again when the
 *       resource manager has restarted: a request is removed on its grant.
 *   <li>A container that was released is reported as aborted, which is no failure: it is said so.
 *   <li>An ask leaves with the next heartbeat and is answered by the one after it: heartbeats are
 *       fast while something is asked for.
 *   <li>Closing Hadoop's client would stop the containers that it has started: that is switched
 *       off, they are to outlive this process.
 * </ul>
 *
 * <p>Threads: any; guarded by its own lock. Events are called without the lock.
 */
public final class YarnContainers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(YarnContainers.class);
    private static final Priority PRIORITY = Priority.newInstance(1);

    private final ContainerEvents events;
    private final Heartbeats heartbeats;
    private final AMRMClientAsync<ContainerRequest> resourceManager;
    private final NMClientAsync nodes;
    private long nextAsk;

    private final Map<Long, ContainerRequest> asks = new HashMap<>();
    private final Map<String, Container> containers = new HashMap<>();
    private final Map<String, Container> released = new HashMap<>();

    /** Released without ever having been an event. */
    private final Set<String> surplus = new HashSet<>();

    /**
     * Intervals between heartbeats to the resource manager.
     *
     * @param askingMillis while containers are asked for
     * @param idleMillis otherwise
     */
    public record Heartbeats(int askingMillis, int idleMillis) {}

    /**
     * What the resource manager said at registration.
     *
     * @param largestMib the largest container
     */
    public record Registration(
            long largestMib, int largestVcores, List<GrantedContainer> previous) {
        public Registration {
            previous = List.copyOf(previous);
        }
    }

    /**
     * Connects to the resource manager and the nodes, without registering.
     *
     * @param attempt number of the application attempt; asks of different attempts never share an
     *     id
     */
    public static YarnContainers connect(
            Configuration hadoop, int attempt, Heartbeats heartbeats, ContainerEvents events) {
        YarnConfiguration configuration = new YarnConfiguration(hadoop);
        // The distribution does not carry the timeline service's client.
        configuration.setBoolean(YarnConfiguration.TIMELINE_SERVICE_ENABLED, false);
        return connect(
                configuration,
                AMRMClient.createAMRMClient(),
                NMClient.createNMClient(),
                attempt,
                heartbeats,
                events);
    }

    static YarnContainers connect(
            Configuration configuration,
            AMRMClient<ContainerRequest> toResourceManager,
            NMClient toNodes,
            int attempt,
            Heartbeats heartbeats,
            ContainerEvents events) {
        YarnContainers port =
                new YarnContainers(toResourceManager, toNodes, attempt, heartbeats, events);
        port.resourceManager.init(configuration);
        port.nodes.init(configuration);
        toNodes.cleanupRunningContainersOnStop(false);
        port.resourceManager.start();
        port.nodes.start();
        return port;
    }

    private YarnContainers(
            AMRMClient<ContainerRequest> toResourceManager,
            NMClient toNodes,
            int attempt,
            Heartbeats heartbeats,
            ContainerEvents events) {
        this.events = events;
        this.heartbeats = heartbeats;
        this.nextAsk = attempt * 1_000_000L + 1;
        this.resourceManager =
                AMRMClientAsync.createAMRMClientAsync(
                        toResourceManager,
                        heartbeats.askingMillis(),
                        new ResourceManagerCallbacks());
        this.nodes = NMClientAsync.createNMClientAsync(new NodeCallbacks());
        this.nodes.setClient(toNodes);
    }

    /**
     * Registers as the application's master, without a page to show. Events may come from here on.
     */
    public Registration register(String host, int port) throws IOException {
        RegisterApplicationMasterResponse response;
        try {
            response = resourceManager.registerApplicationMaster(host, port, "");
        } catch (YarnException e) {
            throw new IOException("YARN's resource manager takes no registration", e);
        }
        List<GrantedContainer> previous = new ArrayList<>();
        synchronized (this) {
            for (Container container : response.getContainersFromPreviousAttempts()) {
                previous.add(remember(container));
            }
        }
        Resource largest = response.getMaximumResourceCapability();
        return new Registration(largest.getMemorySize(), largest.getVirtualCores(), previous);
    }

    /** Asks for one container anywhere; the answer is {@link ContainerEvents#granted}. */
    public synchronized long ask(long mib, int vcores) {
        long id = nextAsk++;
        ContainerRequest request =
                ContainerRequest.newBuilder()
                        .capability(Resource.newInstance(mib, vcores))
                        .priority(PRIORITY)
                        .relaxLocality(true)
                        .allocationRequestId(id)
                        .build();
        asks.put(id, request);
        resourceManager.addContainerRequest(request);
        resourceManager.setHeartbeatInterval(heartbeats.askingMillis());
        return id;
    }

    /** Takes an ask back; a container that was granted meanwhile is released. */
    public synchronized void cancelAsk(long askId) {
        ContainerRequest request = asks.remove(askId);
        if (request != null) {
            resourceManager.removeContainerRequest(request);
            slowDown();
        }
    }

    /** Asks that are not answered yet. */
    public synchronized int standingAsks() {
        return asks.size();
    }

    /**
     * What YARN has left for this application: of its queue, of its user's share and of the
     * cluster, which need not be on one node. Empty before the first heartbeat.
     */
    public String left() {
        Resource left = resourceManager.getAvailableResources();
        return left == null
                ? ""
                : left.getMemorySize() + " MiB and " + left.getVirtualCores() + " vcores";
    }

    /** Starts the process in a container that was granted. */
    public void start(String containerId, ContainerLaunch launch, ByteBuffer credentials) {
        Container container;
        synchronized (this) {
            container = containers.get(containerId);
        }
        if (container != null) {
            ContainerLaunchContext context = launch.toContext(credentials);
            nodes.startContainerAsync(container, context);
        }
    }

    /** Stops the process in a container, if it runs, and gives the container back. */
    public void release(String containerId) {
        Container container;
        synchronized (this) {
            container = containers.remove(containerId);
            if (container == null) {
                return;
            }
            released.put(containerId, container);
        }
        nodes.stopContainerAsync(container.getId(), container.getNodeId());
        resourceManager.releaseAssignedContainer(container.getId());
    }

    /** Asks the container's node how it is; the answer is {@link ContainerEvents#nodeSays}. */
    public void askNode(String containerId) {
        Container container;
        synchronized (this) {
            container = containers.get(containerId);
        }
        if (container == null) {
            events.nodeSays(containerId, "is not known to YARN");
        } else {
            nodes.getContainerStatusAsync(container.getId(), container.getNodeId());
        }
    }

    /** Ends the application; containers that still run are stopped by YARN. */
    public void unregister(FinalStatus status, String diagnostics) throws IOException {
        try {
            resourceManager.unregisterApplicationMaster(status.yarn(), diagnostics, "");
        } catch (YarnException e) {
            throw new IOException("YARN's resource manager takes no final status", e);
        }
    }

    /** Drops the connections; containers run on. */
    @Override
    public void close() {
        resourceManager.stop();
        nodes.stop();
    }

    private GrantedContainer remember(Container container) {
        GrantedContainer granted =
                new GrantedContainer(
                        container.getId().toString(),
                        container.getNodeId().getHost(),
                        container.getResource().getMemorySize(),
                        container.getResource().getVirtualCores());
        containers.put(granted.id(), container);
        return granted;
    }

    private void slowDown() {
        if (asks.isEmpty()) {
            resourceManager.setHeartbeatInterval(heartbeats.idleMillis());
        }
    }

    private final class ResourceManagerCallbacks extends AMRMClientAsync.AbstractCallbackHandler {
        @Override
        public void onContainersAllocated(List<Container> granted) {
            for (Container container : granted) {
                long askId = container.getAllocationRequestId();
                GrantedContainer known = null;
                synchronized (YarnContainers.this) {
                    ContainerRequest request = asks.remove(askId);
                    if (request != null) {
                        resourceManager.removeContainerRequest(request);
                        known = remember(container);
                        slowDown();
                    } else {
                        // Granted twice, or after the ask was taken back.
                        surplus.add(container.getId().toString());
                    }
                }
                if (known != null) {
                    events.granted(askId, known);
                } else {
                    LOG.info("{} was granted though nobody waits for it: given back", container);
                    resourceManager.releaseAssignedContainer(container.getId());
                }
            }
        }

        @Override
        public void onContainersCompleted(List<ContainerStatus> statuses) {
            for (ContainerStatus status : statuses) {
                String id = status.getContainerId().toString();
                Container container;
                Container givenBack;
                synchronized (YarnContainers.this) {
                    if (surplus.remove(id)) {
                        continue;
                    }
                    givenBack = released.remove(id);
                    container = givenBack != null ? givenBack : containers.remove(id);
                }
                String node = container == null ? "" : " on " + container.getNodeId().getHost();
                long mib = container == null ? 0 : container.getResource().getMemorySize();
                events.ended(
                        id,
                        "Container "
                                + id
                                + node
                                + " "
                                + (givenBack != null
                                        ? "was given back"
                                        : ContainerExit.sentence(
                                                status.getExitStatus(),
                                                status.getDiagnostics(),
                                                mib)));
            }
        }

        @Override
        public void onContainersReceivedFromPreviousAttempts(List<Container> received) {
            List<GrantedContainer> previous = new ArrayList<>();
            synchronized (YarnContainers.this) {
                received.forEach(container -> previous.add(remember(container)));
            }
            events.previous(previous);
        }

        @Override
        public void onContainersUpdated(List<UpdatedContainer> updated) {
            // Nothing asks for other sizes.
        }

        @Override
        public void onShutdownRequest() {
            events.shutdownRequested();
        }

        @Override
        public void onNodesUpdated(List<NodeReport> reports) {
            // A lost node's containers are reported one by one.
        }

        @Override
        public float getProgress() {
            return 0.5f;
        }

        @Override
        public void onError(Throwable cause) {
            events.failed(
                    "The connection to YARN's resource manager is lost: "
                            + (cause.getMessage() == null ? cause.toString() : cause.getMessage()));
        }
    }

    private final class NodeCallbacks extends NMClientAsync.AbstractCallbackHandler {
        @Override
        public void onContainerStarted(ContainerId id, Map<String, ByteBuffer> responses) {
            events.started(id.toString());
        }

        @Override
        public void onStartContainerError(ContainerId id, Throwable cause) {
            release(id.toString());
            events.startFailed(
                    id.toString(),
                    "Container " + id + " could not be started by its node: " + text(cause));
        }

        @Override
        public void onContainerStatusReceived(ContainerId id, ContainerStatus status) {
            events.nodeSays(
                    id.toString(),
                    "is "
                            + status.getState()
                            + (status.getExitStatus() == ContainerExitStatus.INVALID
                                    ? ""
                                    : ", and "
                                            + ContainerExit.sentence(
                                                    status.getExitStatus(),
                                                    status.getDiagnostics(),
                                                    0)));
        }

        @Override
        public void onGetContainerStatusError(ContainerId id, Throwable cause) {
            events.nodeSays(id.toString(), "cannot be asked for: " + text(cause));
        }

        @Override
        public void onContainerStopped(ContainerId id) {
            LOG.debug("{} was stopped", id);
        }

        @Override
        public void onStopContainerError(ContainerId id, Throwable cause) {
            // Usual: it has ended already, or its node has gone.
            LOG.debug("{} could not be stopped", id, cause);
        }

        @Override
        @Deprecated
        public void onContainerResourceIncreased(ContainerId id, Resource resource) {
            // Nothing asks for other sizes.
        }

        @Override
        public void onContainerResourceUpdated(ContainerId id, Resource resource) {
            // Nothing asks for other sizes.
        }

        @Override
        @Deprecated
        public void onIncreaseContainerResourceError(ContainerId id, Throwable cause) {
            // Nothing asks for other sizes.
        }

        @Override
        public void onUpdateContainerResourceError(ContainerId id, Throwable cause) {
            // Nothing asks for other sizes.
        }
    }

    private static String text(Throwable cause) {
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return message.strip().lines().findFirst().orElse("");
    }
}
