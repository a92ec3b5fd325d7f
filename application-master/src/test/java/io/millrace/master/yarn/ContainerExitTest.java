package io.millrace.master.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hadoop.yarn.api.records.ContainerExitStatus;
import org.junit.jupiter.api.Test;

class ContainerExitTest {

    @Test
    void shouldSayHowMuchMemoryWasUsedAndWhatToRaiseWhenItWasTooMuch() {
        String node =
                "Container [pid=4711,containerID=container_1] is running 44924928B beyond the"
                    + " 'PHYSICAL' memory limit. Current usage: 170.8 MB of 128 MB physical memory"
                    + " used; 2.4 GB of 268.8 MB virtual memory used. Killing container.\n"
                    + "Dump of the process-tree for container_1 :\n";

        assertThat(ContainerExit.sentence(ContainerExitStatus.KILLED_EXCEEDED_PMEM, node, 128))
                .isEqualTo(
                        "was killed by its node: it used 170.8 MB of 128 MB physical memory; raise"
                            + " taskmanager.memory.jvm-overhead.max (and .fraction) if the job"
                            + " allocates outside the heap, or taskmanager.memory.process.size");
    }

    @Test
    void shouldNameTheContainersSizeWhenTheNodeWordsItOtherwise() {
        assertThat(
                        ContainerExit.sentence(
                                ContainerExitStatus.KILLED_EXCEEDED_PMEM, "too much", 512))
                .contains("more physical memory than its container of 512 MiB allows");
    }

    @Test
    void shouldNotTakeALostNodeForAContainerThatWasGivenBack() {
        assertThat(
                        ContainerExit.sentence(
                                ContainerExitStatus.ABORTED,
                                "Container released on a *lost* node",
                                128))
                .isEqualTo("was on a node that YARN has lost");
        assertThat(
                        ContainerExit.sentence(
                                ContainerExitStatus.ABORTED,
                                "Container released by application",
                                128))
                .isEqualTo("was released or taken back by YARN: Container released by application");
    }

    @Test
    void shouldNameSignals() {
        assertThat(ContainerExit.sentence(137, "Exit code is 137\nKilled", 128))
                .isEqualTo(
                        "ended with exit code 137 (SIGKILL: by the kernel for lack of memory, or by"
                                + " somebody): Exit code is 137 Killed");
        assertThat(ContainerExit.sentence(143, null, 128)).contains("SIGTERM");
        assertThat(ContainerExit.sentence(3, "", 128)).contains("out of memory in the JVM");
    }

    @Test
    void shouldBoundWhatTheNodeSays() {
        assertThat(ContainerExit.sentence(1, "x".repeat(10_000), 128)).hasSizeLessThan(500);
    }

    @Test
    void shouldHaveASentenceForEachStatusThatYarnNames() throws Exception {
        for (var field : ContainerExitStatus.class.getFields()) {
            int status = field.getInt(null);
            assertThat(ContainerExit.sentence(status, "", 128))
                    .as(field.getName())
                    .isNotBlank()
                    .doesNotContain("exit code -");
        }
    }
}
