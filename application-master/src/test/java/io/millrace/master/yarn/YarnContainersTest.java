package io.millrace.master.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ContainerState;
import org.apache.hadoop.yarn.api.records.ContainerStatus;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class YarnContainersTest {
    private static final String FIRST = "container_1700000000000_0001_01_000002";

    private final InMemoryResourceManager resourceManager = new InMemoryResourceManager();
    private final InMemoryNodes nodes = new InMemoryNodes();
    private final RecordingEvents events = new RecordingEvents();
    private final YarnContainers yarn =
            YarnContainers.connect(
                    new YarnConfiguration(),
                    resourceManager,
                    nodes,
                    2,
                    new YarnContainers.Heartbeats(5, 5),
                    events);

    @AfterEach
    void close() {
        yarn.close();
    }

    private static Container container(String id, long askId, long mib) {
        Container container =
                Container.newInstance(
                        ContainerId.fromString(id),
                        NodeId.newInstance("node1", 1),
                        "node1:2",
                        Resource.newInstance(mib, 2),
                        Priority.newInstance(1),
                        null);
        container.setAllocationRequestId(askId);
        return container;
    }

    private static ContainerStatus status(String id, int exit, String diagnostics) {
        return ContainerStatus.newInstance(
                ContainerId.fromString(id), ContainerState.COMPLETE, diagnostics, exit);
    }

    private static ContainerLaunch launch() {
        return ContainerLaunch.of(
                new JavaProcess("a.Main", "w", List.of(), null, Map.of(), new TreeMap<>()),
                List.of("a.jar"),
                List.of());
    }

    @Test
    void shouldTellWhatYarnHasLeft() throws Exception {
        yarn.register("host", 1);

        assertThat(yarn.left()).isEqualTo("512 MiB and 3 vcores");
    }

    @Test
    void shouldForgetARequestWhenItIsGranted() throws Exception {
        yarn.register("host", 1);
        long ask = yarn.ask(1200, 1);
        assertThat(resourceManager.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.getAllocationRequestId()).isEqualTo(ask));

        resourceManager.grant(container(FIRST, ask, 1280));

        events.await("granted " + ask);
        assertThat(events.all())
                .containsExactly(
                        "granted "
                                + ask
                                + " GrantedContainer[id="
                                + FIRST
                                + ", host=node1, mib=1280, vcores=2]");
        assertThat(resourceManager.requests()).isEmpty();
        assertThat(yarn.standingAsks()).isZero();
    }

    @Test
    void shouldGiveBackWhatNobodyWaitsFor() throws Exception {
        yarn.register("host", 1);
        long ask = yarn.ask(1024, 1);
        yarn.cancelAsk(ask);
        resourceManager.grant(container(FIRST, ask, 1024));
        resourceManager.awaitHeartbeats(3);
        resourceManager.complete(status(FIRST, ContainerExitStatus.ABORTED, "released"));
        resourceManager.awaitHeartbeats(3);

        assertThat(events.all()).isEmpty();
        assertThat(resourceManager.released()).containsExactly(ContainerId.fromString(FIRST));
    }

    @Test
    void shouldNeverUseTheAskIdsOfAnotherAttempt() {
        assertThat(yarn.ask(1, 1)).isBetween(2_000_000L, 3_000_000L);
    }

    @Test
    void shouldSayWhyAContainerEnded() throws Exception {
        yarn.register("host", 1);
        resourceManager.grant(container(FIRST, yarn.ask(1024, 1), 1024));
        events.await("granted");

        resourceManager.complete(status(FIRST, 137, "Killed"));

        events.await("ended");
        assertThat(events.all().get(1))
                .startsWith(
                        "ended "
                                + FIRST
                                + ": Container "
                                + FIRST
                                + " on node1 ended with exit code 137");
    }

    @Test
    void shouldNotTakeAContainerThatWasGivenBackForAFailure() throws Exception {
        yarn.register("host", 1);
        resourceManager.grant(container(FIRST, yarn.ask(1024, 1), 1024));
        events.await("granted");

        yarn.release(FIRST);
        resourceManager.complete(status(FIRST, ContainerExitStatus.ABORTED, "released"));

        events.await("ended");
        assertThat(events.all())
                .last()
                .isEqualTo("ended " + FIRST + ": Container " + FIRST + " on node1 was given back");
    }

    @Test
    void shouldGiveAContainerBackThatItsNodeDoesNotStart() throws Exception {
        yarn.register("host", 1);
        resourceManager.grant(container(FIRST, yarn.ask(1024, 1), 1024));
        events.await("granted");
        nodes.refuse();

        yarn.start(FIRST, launch(), ByteBuffer.allocate(0));

        events.await("start failed");
        assertThat(events.all())
                .last()
                .isEqualTo(
                        "start failed "
                                + FIRST
                                + ": Container "
                                + FIRST
                                + " could not be started by its node: no room on this disk");
        assertThat(resourceManager.released()).containsExactly(ContainerId.fromString(FIRST));
    }

    @Test
    void shouldTellOfContainersOfEarlierAttemptsAtOnceAndLater() throws Exception {
        String later = "container_e07_1700000000000_0001_01_000003";
        resourceManager.havePrevious(container(FIRST, 1_000_001, 1024));

        YarnContainers.Registration registration = yarn.register("host", 1);
        resourceManager.findPrevious(container(later, 1_000_002, 1024));

        events.await("previous");
        assertThat(registration.previous())
                .extracting(ContainerEvents.GrantedContainer::id)
                .containsExactly(FIRST);
        assertThat(events.all()).containsExactly("previous [" + later + "]");
        yarn.askNode(later);
        events.await("node says " + later + " is RUNNING");
    }

    @Test
    void shouldSayThatAnotherAttemptHasTakenOver() throws Exception {
        yarn.register("host", 1);

        resourceManager.forgetTheAttempt();

        events.await("shutdown requested");
    }

    @Test
    void shouldLetContainersOutliveTheProcess() {
        assertThat(nodes.cleansUp()).isFalse();
    }
}
