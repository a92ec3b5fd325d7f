package io.millrace.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointStatistics;
import io.millrace.runtime.checkpoint.OperatorState;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SavepointRecord;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.checkpoint.SubtaskState;
import io.millrace.runtime.checkpoint.WorkerFile;
import io.millrace.runtime.file.FileSplit;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.master.FinishedSubtasks;
import io.millrace.runtime.master.JobFiles;
import io.millrace.runtime.master.JobIntent;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.master.RestartIntent;
import io.millrace.runtime.master.StopIntent;
import io.millrace.runtime.metrics.AccumulatorPart;
import io.millrace.runtime.metrics.JobValues;
import io.millrace.runtime.metrics.MetricValue;
import io.millrace.runtime.metrics.UserValues;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.worker.WorkerAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ControlCodecTest {
    private static final AttemptId ATTEMPT = new AttemptId("a".repeat(32), 1, 2, 3, 4);
    private static final Generation GENERATION = new Generation(3, 4);
    private static final SubtaskMetrics METRICS =
            new SubtaskMetrics(
                    1,
                    2,
                    3,
                    4,
                    Long.MAX_VALUE,
                    6,
                    7,
                    List.of(new SubtaskMetrics.EdgeMetrics(1, 2, 3)),
                    List.of(),
                    new UserValues(
                            List.of(),
                            List.of(
                                    new MetricValue(
                                            "op.lag", MetricValue.Kind.METER, -1, 0.5, ""))));
    private static final Failure FAILURE =
            Failure.of(
                    Failure.Category.USER_CODE,
                    "Task",
                    new IllegalStateException("\u00fcber", new IOException()));
    private static final ControlCodec CODEC = new ControlCodec();

    private static TaskDeployment deployment() {
        return new TaskDeployment(
                ATTEMPT,
                GENERATION,
                1,
                "job",
                "vertex",
                2,
                128,
                new byte[] {1, 2, 3},
                List.of(
                        new TaskDeployment.Edge(
                                0,
                                1,
                                List.of(
                                        new TaskDeployment.Peer(
                                                ATTEMPT, new WorkerAddress("w", "h", 80))))),
                List.of(),
                List.of(new FileSplit(0, "file:/x", 1, 1L << 40, 1L << 41)),
                "run",
                Map.of("b", "2", "a", "1"));
    }

    private static final StatePart PART =
            new StatePart(StatePart.Kind.UNION_LIST, "offsets", "Long", 3, 0, 0, 17, 36, -1);

    static List<Object> messages() {
        return List.of(
                new ToMaster.Report(
                        new WorkerAddress("w", "h", 80),
                        1,
                        2,
                        3,
                        new ToMaster.WorkerStart(1, 2, 3),
                        List.of(
                                new ToMaster.TaskReport(
                                        ATTEMPT, GENERATION, ToMaster.Phase.CANCELLING, 3, 42)),
                        List.of(
                                new ToMaster.TaskEnded(
                                        ATTEMPT,
                                        GENERATION,
                                        new SubtaskEnd.Failed(FAILURE),
                                        METRICS)),
                        List.of(ATTEMPT)),
                new ToMaster.TaskRunning(ATTEMPT),
                new ToMaster.TaskEnded(ATTEMPT, GENERATION, new SubtaskEnd.Finished(), METRICS),
                new ToMaster.TaskEnded(ATTEMPT, GENERATION, new SubtaskEnd.Canceled(), METRICS),
                new ToMaster.WorkerBeat(7, List.of(new ToMaster.TaskBeat(ATTEMPT, METRICS))),
                new ToMaster.Leaving("why"),
                new ToMaster.CheckpointStored(
                        42,
                        1,
                        new WorkerFile("chk-42/worker-w", 1000, -5),
                        List.of(
                                new SubtaskState(
                                        ATTEMPT,
                                        true,
                                        1,
                                        2,
                                        3,
                                        4,
                                        List.of(new OperatorState("uid", List.of(PART)))))),
                new ToMaster.CheckpointStored(42, 1, null, List.of()),
                new ToMaster.CheckpointDeclined(42, 1, FAILURE),
                new ToWorker.TriggerCheckpoint(
                        1,
                        42,
                        CheckpointKind.DRAIN,
                        "hdfs:///c",
                        7,
                        List.of(ATTEMPT),
                        List.of(ATTEMPT)),
                new ToWorker.SavepointComplete(1, 42),
                new ToMaster.InputEnded(ATTEMPT),
                new FromClient.TriggerSavepoint("r", "", "hdfs:///s"),
                new FromClient.TriggerCheckpoint("r", ""),
                new FromClient.StopJob("r", "", "", true),
                new ToClient.SavepointEnded("r", "hdfs:///s/savepoint-1", ""),
                new StopIntent("r", "", true),
                new SavepointRecord(42, CheckpointKind.STOP, "hdfs:///s/savepoint-1", "r"),
                new ToWorker.CheckpointComplete(1, 42),
                new ToWorker.CheckpointAborted(1, 42),
                new RestoredState(
                        42,
                        "hdfs:///c",
                        false,
                        List.of(
                                new RestoredState.Operator(
                                        "uid",
                                        List.of(
                                                new RestoredState.Slice(
                                                        new WorkerFile("w", 1, 2), PART, 0, 3))))),
                new ToWorker.Welcome(1, 2, 3, 4),
                new ToWorker.Cancel(1, ATTEMPT),
                new ToWorker.Adopt(2, List.of(ATTEMPT), 42),
                new ToWorker.EndKnown(1, ATTEMPT),
                new ToWorker.MasterBeat(1, 2),
                new ToWorker.Leave(1, "why"),
                new FromClient.GetStatus("r", ""),
                new FromClient.CancelJob("r", "j"),
                new ToClient.CancelReply("r", true, "yes"),
                new ToClient.Status(
                        "r",
                        new JobStatus(
                                "app",
                                1,
                                "j",
                                "job",
                                JobState.RUNNING,
                                1,
                                2,
                                new JobStatus.WorkerCount(1, 2, 3),
                                List.of(
                                        new JobStatus.VertexStatus(
                                                0, "v", 1, 1, 0, 1, 2, 3, 4, 5, 6, 7, 0.1, 0.2,
                                                0.7)),
                                3,
                                4,
                                null,
                                "it",
                                FAILURE,
                                List.of("w"),
                                List.of(new JobStatus.TimelineEvent("n", "s", 5)),
                                List.of(new JobValues.Shown("count", "7")),
                                List.of(
                                        new CheckpointStatistics(
                                                1,
                                                CheckpointKind.SAVEPOINT,
                                                CheckpointStatistics.State.COMPLETE,
                                                2,
                                                3,
                                                4,
                                                5,
                                                6,
                                                7,
                                                8,
                                                9,
                                                10,
                                                new CheckpointStatistics.Slowest("v", 1, 2, 3),
                                                "/s",
                                                "why"),
                                        new CheckpointStatistics(
                                                1,
                                                CheckpointKind.CHECKPOINT,
                                                CheckpointStatistics.State.FAILED,
                                                2,
                                                3,
                                                4,
                                                5,
                                                6,
                                                7,
                                                8,
                                                0,
                                                9,
                                                null,
                                                "",
                                                "why")))),
                new JobIntent(List.of("run"), null),
                new FinishedSubtasks(
                        List.of(
                                new ToMaster.TaskEnded(
                                        ATTEMPT, GENERATION, new SubtaskEnd.Finished(), METRICS))),
                new RestartIntent(
                        List.of(new RestartIntent.Abandoned(1, GENERATION)),
                        7,
                        2,
                        new RestartStrategy.Memory(1, 2, 3, List.of(4L, 0L))),
                new JobFiles.Prepared(List.of(new FileSplit(0, "in", 0, 10, 15)), 15),
                new JobResult("j", "job", JobState.FAILED, FAILURE, 1, 2, 3));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldReadWhatItWrote(Object message) throws IOException {
        assertThat(CODEC.decode(CODEC.encode(message))).isEqualTo(message);
    }

    @Test
    void shouldReadDeploymentWithItsBytes() throws IOException {
        ToWorker.Deploy deploy =
                (ToWorker.Deploy)
                        CODEC.decode(CODEC.encode(new ToWorker.Deploy(1, 2, deployment())));

        assertThat(deploy.deployment()).usingRecursiveComparison().isEqualTo(deployment());
    }

    @Test
    void shouldReadAccumulatorsWithTheirBytes() throws IOException {
        JobResult result =
                new JobResult(
                        "j",
                        "job",
                        JobState.FINISHED,
                        null,
                        1,
                        2,
                        3,
                        List.of(new AccumulatorPart("n", "user.Own", new byte[] {1, 2}, "two")));

        assertThat(CODEC.decode(CODEC.encode(result))).usingRecursiveComparison().isEqualTo(result);
    }

    @Test
    void shouldReadJobGraph() throws IOException {
        JobGraph graph =
                new JobGraph(
                        "j",
                        "job",
                        List.of(
                                new JobVertex(
                                        0,
                                        "v",
                                        1,
                                        128,
                                        "g",
                                        new byte[300],
                                        List.of(new JobVertex.FileInput(0, "in")),
                                        List.of(new JobVertex.FileOutput(1, "out", true)),
                                        List.of(
                                                new JobVertex.Operator(
                                                        "uid", "map", "Long", true)))),
                        List.of(new JobEdge(0, 0, 0, 0, JobEdge.Pattern.POINTWISE, "FORWARD")),
                        Map.of("k", "v"));

        assertThat(CODEC.decode(CODEC.encode(graph))).usingRecursiveComparison().isEqualTo(graph);
    }

    @Test
    void shouldWriteEqualMapsAsEqualBytes() {
        Map<String, String> forth = new LinkedHashMap<>();
        Map<String, String> back = new LinkedHashMap<>();
        for (int i = 0; i < 20; i++) {
            forth.put("k" + i, "v");
            back.put("k" + (19 - i), "v");
        }

        assertThat(CODEC.encode(new JobGraph("j", "n", List.of(), List.of(), forth)))
                .isEqualTo(CODEC.encode(new JobGraph("j", "n", List.of(), List.of(), back)));
    }

    @Test
    void shouldRefuseToWriteWhatIsNotRegistered() {
        assertThatThrownBy(() -> CODEC.encode(new java.util.BitSet()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BitSet");
    }

    @Test
    void shouldSayWhatIsWrongWhenBytesAreNoMessage() {
        assertThatThrownBy(() -> CODEC.decode(new byte[] {9, 1, 2}))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "A control message of 3 bytes begins with format 9, this build reads 1");
        assertThatThrownBy(() -> CODEC.decode(new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("0 bytes are no control message");
        byte[] longer = Arrays.copyOf(CODEC.encode(new ToMaster.Leaving("x")), 20);
        assertThatThrownBy(() -> CODEC.decode(longer))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("A control message of 20 bytes ends after");
    }

    /** Neither another exception nor memory beyond what the bytes may need. */
    @Test
    void shouldRefuseRandomAndDamagedBytes() {
        Random random = new Random(42);
        List<byte[]> samples = new ArrayList<>();
        messages().forEach(message -> samples.add(CODEC.encode(message)));
        samples.add(CODEC.encode(new ToWorker.Deploy(1, 2, deployment())));
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes;
            if (i % 2 == 0) {
                bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
                if (bytes.length > 0) {
                    bytes[0] = 1;
                }
            } else {
                bytes = samples.get(random.nextInt(samples.size())).clone();
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                CODEC.decode(bytes);
            } catch (IOException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(25_000);
    }

    @Test
    void shouldNotReadClassesByTheirNames() {
        // format, "a class by name", the name's number, a length of half a gigabyte
        byte[] named = {1, 1, 0, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F, 'x'};

        assertThatThrownBy(() -> CODEC.decode(named))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a class by its name");
    }

    @Test
    void shouldNotTakeMemoryForLengthsThatCannotBe() {
        // a list that says that it has two thousand million elements
        byte[] list = {1, 0, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7};
        for (int id = 0; id < 100; id++) {
            list[1] = (byte) id;
            assertThatThrownBy(() -> CODEC.decode(list)).isInstanceOf(IOException.class);
        }
    }
}
