package io.millrace.master.yarn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.yarn.api.protocolrecords.AllocateResponse;
import org.apache.hadoop.yarn.api.protocolrecords.RegisterApplicationMasterResponse;
import org.apache.hadoop.yarn.api.records.AMCommand;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ContainerStatus;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.UpdateContainerRequest;
import org.apache.hadoop.yarn.api.resource.PlacementConstraint;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.hadoop.yarn.exceptions.ApplicationAttemptNotFoundException;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.util.Records;

/** A resource manager that answers each heartbeat with what the test has put there. */
final class InMemoryResourceManager extends AMRMClient<ContainerRequest> {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final List<ContainerRequest> requests = new ArrayList<>();
    private final List<ContainerId> released = new ArrayList<>();
    private final List<Container> toGrant = new ArrayList<>();
    private final List<ContainerStatus> toComplete = new ArrayList<>();
    private final List<Container> toReturn = new ArrayList<>();
    private final List<Container> previous = new ArrayList<>();
    private boolean gone;
    private int heartbeats;

    InMemoryResourceManager() {
        super(InMemoryResourceManager.class.getName());
    }

    synchronized void grant(Container container) {
        toGrant.add(container);
    }

    synchronized void complete(ContainerStatus status) {
        toComplete.add(status);
    }

    /** A container of an earlier attempt that is found after the registration. */
    synchronized void findPrevious(Container container) {
        toReturn.add(container);
    }

    synchronized void havePrevious(Container container) {
        previous.add(container);
    }

    /** From now on it does not know the attempt any more. */
    synchronized void forgetTheAttempt() {
        gone = true;
    }

    synchronized List<ContainerRequest> requests() {
        return List.copyOf(requests);
    }

    synchronized List<ContainerId> released() {
        return List.copyOf(released);
    }

    /** Waits until so many more heartbeats have come: what came with those before was handled. */
    synchronized void awaitHeartbeats(int more) throws InterruptedException {
        int until = heartbeats + more;
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (heartbeats < until) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError(
                        heartbeats + " heartbeats within " + TIMEOUT + ", wanted " + until);
            }
            wait(left);
        }
    }

    @Override
    public RegisterApplicationMasterResponse registerApplicationMaster(
            String host, int port, String trackingUrl) {
        return registerApplicationMaster(host, port, trackingUrl, Map.of());
    }

    @Override
    public synchronized RegisterApplicationMasterResponse registerApplicationMaster(
            String host,
            int port,
            String trackingUrl,
            Map<Set<String>, PlacementConstraint> constraints) {
        RegisterApplicationMasterResponse response =
                Records.newRecord(RegisterApplicationMasterResponse.class);
        response.setMaximumResourceCapability(Resource.newInstance(8192, 4));
        response.setContainersFromPreviousAttempts(List.copyOf(previous));
        return response;
    }

    @Override
    public synchronized AllocateResponse allocate(float progress) throws YarnException {
        heartbeats++;
        notifyAll();
        if (gone) {
            throw new ApplicationAttemptNotFoundException("unknown attempt");
        }
        AllocateResponse response =
                AllocateResponse.newBuilder()
                        .allocatedContainers(List.copyOf(toGrant))
                        .completedContainersStatuses(List.copyOf(toComplete))
                        .containersFromPreviousAttempt(List.copyOf(toReturn))
                        .updatedNodes(List.of())
                        .amCommand((AMCommand) null)
                        .build();
        toGrant.clear();
        toComplete.clear();
        toReturn.clear();
        return response;
    }

    @Override
    public void unregisterApplicationMaster(
            FinalApplicationStatus status, String diagnostics, String trackingUrl) {
        // Nothing to forget.
    }

    @Override
    public synchronized void addContainerRequest(ContainerRequest request) {
        requests.add(request);
    }

    @Override
    public synchronized void removeContainerRequest(ContainerRequest request) {
        requests.remove(request);
    }

    @Override
    public void requestContainerUpdate(Container container, UpdateContainerRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public synchronized void releaseAssignedContainer(ContainerId id) {
        released.add(id);
    }

    @Override
    public Resource getAvailableResources() {
        return Resource.newInstance(512, 3);
    }

    @Override
    public int getClusterNodeCount() {
        return 1;
    }

    @Override
    public List<? extends Collection<ContainerRequest>> getMatchingRequests(
            Priority priority, String resourceName, Resource capability) {
        return List.of();
    }

    @Override
    public Collection<ContainerRequest> getMatchingRequests(long allocationRequestId) {
        return List.of();
    }

    @Override
    public void updateBlacklist(List<String> additions, List<String> removals) {
        throw new UnsupportedOperationException();
    }
}
