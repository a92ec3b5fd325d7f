package io.millrace.runtime.control;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import com.esotericsoftware.kryo.util.Pool;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointStatistics;
import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.checkpoint.OperatorState;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SavepointRecord;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.checkpoint.SubtaskState;
import io.millrace.runtime.checkpoint.WorkerFile;
import io.millrace.runtime.coordinate.CoordinatorRecord;
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
import io.millrace.runtime.network.MessageCodec;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.worker.WorkerAddress;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Writes and reads the messages of the control channel and the entries of the job record.
 *
 * <p>Format: a byte that is {@value #FORMAT}, then the record as Kryo writes it with the
 * registrations below. Application master and workers run the same build, attempts of one
 * application too, so that the format need not outlive a build. Texts, lists and maps are written
 * as their length and content, maps in the order of their keys.
 *
 * <p>Invariant: only the classes registered here are ever made, and no more memory is taken than
 * the bytes at hand may need.
 *
 * <p>Threads: any.
 */
public final class ControlCodec implements MessageCodec {
    private static final byte FORMAT = 1;
    private static final int MAX_DEPTH = 64;
    private static final int FIRST_ID = 20;

    /** The order is the format. New ones go to the end. */
    private static final List<Class<?>> RECORDS =
            List.of(
                    ToMaster.Report.class,
                    ToMaster.TaskRunning.class,
                    ToMaster.TaskEnded.class,
                    ToMaster.WorkerBeat.class,
                    ToMaster.Leaving.class,
                    ToMaster.TaskReport.class,
                    ToMaster.TaskBeat.class,
                    ToMaster.WorkerStart.class,
                    ToWorker.Welcome.class,
                    ToWorker.Deploy.class,
                    ToWorker.Cancel.class,
                    ToWorker.EndKnown.class,
                    ToWorker.MasterBeat.class,
                    ToWorker.Leave.class,
                    FromClient.GetStatus.class,
                    FromClient.CancelJob.class,
                    ToClient.Status.class,
                    ToClient.CancelReply.class,
                    Failure.class,
                    Failure.Text.class,
                    AttemptId.class,
                    Generation.class,
                    WorkerAddress.class,
                    SubtaskEnd.Finished.class,
                    SubtaskEnd.Canceled.class,
                    SubtaskEnd.Failed.class,
                    SubtaskMetrics.class,
                    SubtaskMetrics.EdgeMetrics.class,
                    TaskDeployment.class,
                    TaskDeployment.Edge.class,
                    TaskDeployment.Peer.class,
                    FileSplit.class,
                    JobStatus.class,
                    JobStatus.WorkerCount.class,
                    JobStatus.VertexStatus.class,
                    JobStatus.TimelineEvent.class,
                    JobResult.class,
                    JobGraph.class,
                    JobVertex.class,
                    JobVertex.FileInput.class,
                    JobVertex.FileOutput.class,
                    JobEdge.class,
                    JobIntent.class,
                    UserValues.class,
                    AccumulatorPart.class,
                    MetricValue.class,
                    JobValues.Shown.class,
                    RecordsMessage.Records.class,
                    RecordsMessage.Taken.class,
                    ToMaster.CheckpointStored.class,
                    ToMaster.CheckpointDeclined.class,
                    ToWorker.TriggerCheckpoint.class,
                    ToWorker.CheckpointComplete.class,
                    ToWorker.CheckpointAborted.class,
                    WorkerFile.class,
                    SubtaskState.class,
                    OperatorState.class,
                    StatePart.class,
                    RestoredState.class,
                    RestoredState.Operator.class,
                    RestoredState.Slice.class,
                    JobVertex.Operator.class,
                    StatePart.Piece.class,
                    ToMaster.InputEnded.class,
                    ToWorker.SavepointComplete.class,
                    FromClient.TriggerSavepoint.class,
                    FromClient.StopJob.class,
                    ToClient.SavepointEnded.class,
                    StopIntent.class,
                    SavepointRecord.class,
                    CheckpointStatistics.class,
                    CheckpointStatistics.Slowest.class,
                    ToWorker.OperatorEvent.class,
                    ToMaster.OperatorEvent.class,
                    JobVertex.Coordinator.class,
                    JobVertex.Alignment.class,
                    CoordinatorState.class,
                    CoordinatorState.Splits.class,
                    CoordinatorRecord.class,
                    CoordinatorRecord.Coordinator.class,
                    CoordinatorRecord.Reader.class,
                    CoordinatorRecord.Told.class,
                    ToWorker.Adopt.class,
                    JobFiles.Prepared.class,
                    FinishedSubtasks.class,
                    RestartIntent.class,
                    RestartIntent.Abandoned.class,
                    RestartStrategy.Memory.class,
                    RestoredState.InFlight.class,
                    FromClient.TriggerCheckpoint.class);

    private static final List<Class<?>> ENUMS =
            List.of(
                    ToMaster.Phase.class,
                    Failure.Category.class,
                    JobState.class,
                    JobEdge.Pattern.class,
                    MetricValue.Kind.class,
                    StatePart.Kind.class,
                    CheckpointKind.class,
                    CheckpointStatistics.State.class);

    private static final Pool<Kryo> KRYOS =
            new Pool<>(true, true, 16) {
                @Override
                protected Kryo create() {
                    return newKryo();
                }
            };

    /** Kryo reads a class by its name before it refuses it, of whatever length the bytes say. */
    private static final class RegisteredClasses extends DefaultClassResolver {
        @Override
        protected Registration readName(Input input) {
            throw new KryoException("a class by its name, not by its number");
        }
    }

    private static Kryo newKryo() {
        Kryo kryo = new Kryo(new RegisteredClasses(), null);
        kryo.setRegistrationRequired(true);
        kryo.setReferences(false);
        kryo.setMaxDepth(MAX_DEPTH);
        int id = FIRST_ID;
        // Kryo has texts under an id of its own, with a serializer that believes any length
        kryo.register(String.class, new KryoSerializers.Text());
        kryo.register(byte[].class, new KryoSerializers.Bytes(), id++);
        kryo.register(List.class, new KryoSerializers.Lists(), id++);
        kryo.register(Map.class, new KryoSerializers.Maps(), id++);
        for (Class<?> type : RECORDS) {
            kryo.register(type, new KryoSerializers.Records(type), id++);
        }
        for (Class<?> type : ENUMS) {
            kryo.register(type, new KryoSerializers.Enums(type), id++);
        }
        return kryo;
    }

    @Override
    public byte[] encode(Object message) {
        Kryo kryo = KRYOS.obtain();
        try (Output output = new Output(256, Integer.MAX_VALUE - 8)) {
            output.writeByte(FORMAT);
            kryo.writeClassAndObject(output, message);
            return output.toBytes();
        } finally {
            KRYOS.free(kryo);
        }
    }

    @Override
    public Object decode(byte[] bytes) throws IOException {
        Kryo kryo = KRYOS.obtain();
        try (Input input = new Input(bytes)) {
            int format = input.readByte();
            if (format != FORMAT) {
                throw new IOException(
                        "A control message of "
                                + bytes.length
                                + " bytes begins with format "
                                + format
                                + ", this build reads "
                                + FORMAT);
            }
            Object message = kryo.readClassAndObject(input);
            if (!(message instanceof Record)) {
                throw new IOException(bytes.length + " bytes are no control message");
            }
            if (input.position() != bytes.length) {
                throw new IOException(
                        "A control message of "
                                + bytes.length
                                + " bytes ends after "
                                + input.position());
            }
            return message;
        } catch (RuntimeException e) {
            // Kryo and the records' own checks throw what they like for bytes that are no message
            throw new IOException(
                    bytes.length + " bytes are no control message: " + e.getMessage(), e);
        } finally {
            kryo.reset();
            KRYOS.free(kryo);
        }
    }
}
