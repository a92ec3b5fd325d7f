package io.millrace.master;

import io.millrace.api.CloseableIterator;
import io.millrace.api.Configuration;
import io.millrace.api.InvalidProgramException;
import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionException;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.SinkTransformation;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.StateBackendOptions;
import io.millrace.runtime.control.RecordsMessage.Records;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobPlanner;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.MasterEvent;
import io.millrace.runtime.network.ControlConnection;
import io.millrace.runtime.program.CollectedIterator;
import io.millrace.runtime.program.MasterJobClient;
import io.millrace.runtime.program.RecordsReceiver;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.StateBackends;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * What {@code execute()} leads to in an application master: hands the graph to the job master and
 * waits for the job's end.
 *
 * <p>Threads: the program's.
 */
final class ProgramExecutor implements JobExecutor {
    private static final SecureRandom IDS = new SecureRandom();

    private final ParsedConfiguration launched;
    private final JobPlanner planner;
    private final Inbox<MasterEvent> master;
    private final CompletableFuture<JobResult> result;
    private volatile String submitted;

    /** Null if the program does not ask for the records of a stream. */
    private volatile RecordsReceiver records;

    /**
     * @param launched what the application was submitted with
     * @param master takes the job's graph
     * @param result of the job, once it has one
     */
    ProgramExecutor(
            ParsedConfiguration launched,
            Inbox<MasterEvent> master,
            CompletableFuture<JobResult> result) {
        this.launched = launched;
        this.planner = new JobPlanner(launched, 1);
        this.master = master;
        this.result = result;
    }

    /** Whether the program has executed a job. */
    boolean hasSubmitted() {
        return submitted != null;
    }

    @Override
    public JobExecutionResult execute(Pipeline pipeline) throws Exception {
        MasterJobClient job = submitted(pipeline, "execute()");
        return job.resultOf(result.get());
    }

    /** The application ends with its job, whether or not the program still runs. */
    @Override
    public JobClient executeAsync(Pipeline pipeline) {
        return submitted(pipeline, "executeAsync()");
    }

    @Override
    @SuppressWarnings("unchecked") // values of the type are all the serializer ever sees
    public <T> CloseableIterator<T> executeAndCollect(
            Pipeline pipeline, SinkTransformation<T> sink) {
        JobClasses classes = new JobClasses(Thread.currentThread().getContextClassLoader());
        RecordsReceiver receiver =
                new RecordsReceiver(
                        (TypeSerializer<Object>) Serializers.compile(sink.outputType(), classes));
        if (submitted == null) {
            records = receiver;
        }
        return new CollectedIterator<>(receiver, submitted(pipeline, "executeAndCollect()"));
    }

    /** A worker has sent records for the program. */
    void received(ControlConnection from, Records message) {
        RecordsReceiver receiver = records;
        if (receiver == null) {
            from.close(
                    "the program that called executeAndCollect ran in an application master that"
                            + " is gone");
        } else {
            receiver.received(from, message);
        }
    }

    private MasterJobClient submitted(Pipeline pipeline, String call) {
        if (submitted != null) {
            throw new InvalidProgramException(
                    "The program calls "
                            + call
                            + " for job '"
                            + pipeline.jobName()
                            + "' after it has executed job '"
                            + submitted
                            + "'; in application mode it may run one job: put both pipelines before"
                            + " one execute(), or submit two programs.");
        }
        JobGraph graph = planner.clusterJobGraph(pipeline, newJobId());
        checkStateBackend(graph);
        submitted = graph.jobName();
        master.put(new MasterEvent.Submitted(graph));
        return new MasterJobClient(
                graph.jobId(),
                master,
                result,
                Thread.currentThread().getContextClassLoader(),
                ended ->
                        new JobExecutionException(
                                ended.jobId(), ApplicationEnd.of(ended).sentence()));
    }

    /**
     * What a backend needs beside the distribution is sent when the application is submitted, which
     * is before the program can say that it wants it.
     *
     * @throws InvalidProgramException if the workers would not find it
     */
    private void checkStateBackend(JobGraph graph) {
        StateBackendOptions.Type type =
                ParsedConfiguration.of(Configuration.fromMap(graph.configuration()))
                        .get(StateBackendOptions.TYPE);
        if (type != launched.get(StateBackendOptions.TYPE) && !StateBackends.isPresent(type)) {
            String name = type.name().toLowerCase(Locale.ROOT);
            throw new InvalidProgramException(
                    "Job '"
                            + graph.jobName()
                            + "' sets state.backend.type to "
                            + name
                            + " in the program, which runs after the application was submitted:"
                            + " the jars in opt/"
                            + name
                            + " of the distribution were not sent along. Submit it with -D"
                            + " state.backend.type="
                            + name
                            + " or set that in conf/millrace.yaml; or use 'run', which runs the"
                            + " program first.");
        }
    }

    /** 32 hexadecimal digits that no other job has. */
    static String newJobId() {
        byte[] id = new byte[16];
        IDS.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    @Override
    public String explain(Pipeline pipeline) {
        return planner.explain(pipeline);
    }

    @Override
    public int defaultParallelism() {
        return planner.defaultParallelism();
    }
}
