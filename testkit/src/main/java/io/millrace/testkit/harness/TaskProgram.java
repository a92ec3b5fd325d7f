package io.millrace.testkit.harness;

import static java.util.Objects.requireNonNull;

import io.millrace.api.Configuration;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.stream.DataStream;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.generate.UserObjectInputStream;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.ChainSpec;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A part of a program that becomes one task: what it does with its inputs. Tasks of it are started
 * by hand, as often as a test likes.
 *
 * <pre>
 *   TaskProgram program =
 *       TaskProgram.of(Types.LONG, (numbers, outputs) ->
 *           outputs.collect("sums", numbers.keyBy(n -> n % 2).reduce(Long::sum)));
 *   try (TaskHarness task = program.start()) {
 *       task.record(0, 5L);
 *       assertThat(task.take("sums")).containsExactly(new StreamRecord<>(5L));
 *   }
 * </pre>
 *
 * <p>The program is planned as any other, so that the operators under test are those that the
 * planner picks. It must come to one task: no partitioning between its operators.
 *
 * <p>Functions are serialized, as on the way to a cluster: a task calls copies of them. What a test
 * wants to see of a function goes through a static field.
 *
 * <p>Threads: immutable; {@link #start} and the task by one thread.
 */
public final class TaskProgram {
    private static final String INPUT = "input:";
    private static final String OUTPUT = "output:";

    private final List<TypeInformation<?>> types;
    private final Body body;
    private final Map<String, String> options;
    private final int parallelism;
    private final int maxParallelism;
    private final int channels;
    private final Plan plan;

    /** What is done with one input. */
    public interface OneInput<T> {
        void build(DataStream<T> input, Outputs outputs);
    }

    /** What is done with two inputs. */
    public interface TwoInputs<A, B> {
        void build(DataStream<A> first, DataStream<B> second, Outputs outputs);
    }

    /** Takes the streams whose records a test wants to see. */
    public interface Outputs {

        /**
         * @param name by which {@link TaskHarness#take} gives them
         */
        void collect(String name, DataStream<?> stream);
    }

    private interface Body {
        void build(List<DataStream<?>> inputs, Outputs outputs);
    }

    /**
     * The planned program.
     *
     * @param vertex the task under test
     * @param inputs edges of each input
     * @param outputs edge of each output, by its name
     */
    record Plan(
            JobGraph graph,
            JobVertex vertex,
            ChainSpec chain,
            List<List<JobEdge>> inputs,
            Map<String, JobEdge> outputs,
            JobClasses classes) {}

    /** One that reads one stream. */
    @SuppressWarnings("unchecked") // made of the type
    public static <T> TaskProgram of(TypeInformation<T> type, OneInput<T> program) {
        return new TaskProgram(
                List.of(type),
                (inputs, outputs) -> program.build((DataStream<T>) inputs.get(0), outputs),
                Map.of(),
                1,
                128,
                1);
    }

    /** One that reads two streams. */
    @SuppressWarnings("unchecked") // made of the types
    public static <A, B> TaskProgram of(
            TypeInformation<A> first, TypeInformation<B> second, TwoInputs<A, B> program) {
        return new TaskProgram(
                List.of(first, second),
                (inputs, outputs) ->
                        program.build(
                                (DataStream<A>) inputs.get(0),
                                (DataStream<B>) inputs.get(1),
                                outputs),
                Map.of(),
                1,
                128,
                1);
    }

    private TaskProgram(
            List<TypeInformation<?>> types,
            Body body,
            Map<String, String> options,
            int parallelism,
            int maxParallelism,
            int channels) {
        if (channels < 1) {
            throw new IllegalArgumentException("An input has " + channels + " channels");
        }
        this.types = types;
        this.body = requireNonNull(body, "program");
        this.options = options;
        this.parallelism = parallelism;
        this.maxParallelism = maxParallelism;
        this.channels = channels;
        this.plan = plan();
    }

    /** The same with so many subtasks. */
    public TaskProgram withParallelism(int subtasks) {
        return new TaskProgram(types, body, options, subtasks, maxParallelism, channels);
    }

    /** The same with so many key groups; 128 unless set. */
    public TaskProgram withMaxParallelism(int keyGroups) {
        return new TaskProgram(types, body, options, parallelism, keyGroups, channels);
    }

    /** The same with so many channels in each input; 1 unless set. */
    public TaskProgram withChannels(int each) {
        return new TaskProgram(types, body, options, parallelism, maxParallelism, each);
    }

    /** The same with an option set, of those that {@code -D} takes. */
    public TaskProgram withOption(String key, String value) {
        Map<String, String> more = new HashMap<>(options);
        more.put(key, value);
        return new TaskProgram(types, body, more, parallelism, maxParallelism, channels);
    }

    /** Starts subtask 0 with nothing. */
    public TaskHarness start() {
        return start(0, null);
    }

    /**
     * Starts subtask 0.
     *
     * @param from null to start with nothing
     */
    public TaskHarness start(TaskSnapshot from) {
        return start(0, from);
    }

    /**
     * Starts a subtask.
     *
     * @param subtask from 0
     * @param from null to start with nothing
     */
    public TaskHarness start(int subtask, TaskSnapshot from) {
        return start(subtask, from, 0);
    }

    TaskHarness start(int subtask, TaskSnapshot from, long wallMillis) {
        if (subtask < 0 || subtask >= parallelism) {
            throw new IllegalArgumentException(
                    "There is no subtask " + subtask + ", the parallelism is " + parallelism);
        }
        return new TaskHarness(this, subtask, from, wallMillis);
    }

    Plan planned() {
        return plan;
    }

    int parallelism() {
        return parallelism;
    }

    int channels() {
        return channels;
    }

    // ------------------------------------------------------------------ planning

    private Plan plan() {
        JobGraph planned;
        try {
            planned = CapturedProgram.graph(parallelism, this::build);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalArgumentException("The program cannot be planned", e);
        }
        try {
            return plan(planned);
        } catch (Exception e) {
            throw new IllegalArgumentException(
                    "The program comes to no task: " + e.getMessage(), e);
        }
    }

    private void build(StreamExecutionEnvironment env) {
        env.configure(Configuration.fromMap(options));
        env.setMaxParallelism(maxParallelism);
        List<DataStream<?>> inputs = new ArrayList<>();
        for (TypeInformation<?> type : types) {
            inputs.add(input(env, type, INPUT + inputs.size()));
        }
        body.build(inputs, TaskProgram::output);
    }

    private static <T> DataStream<T> input(
            StreamExecutionEnvironment env, TypeInformation<T> type, String name) {
        return env.fromCollection(List.<T>of(), type).uid(name).rebalance();
    }

    private static <T> void output(String name, DataStream<T> stream) {
        stream.rebalance().addSink(new DiscardingSink<>()).uid(OUTPUT + name).setParallelism(1);
    }

    private Plan plan(JobGraph graph) throws Exception {
        List<JobVertex> tested = new ArrayList<>();
        Map<Integer, Integer> inputs = new HashMap<>();
        Map<Integer, String> outputs = new HashMap<>();
        for (JobVertex vertex : graph.vertices()) {
            String head = vertex.operators().get(0).uid();
            if (head.startsWith(INPUT)) {
                inputs.put(vertex.id(), Integer.parseInt(head.substring(INPUT.length())));
            } else if (head.startsWith(OUTPUT)) {
                outputs.put(vertex.id(), head.substring(OUTPUT.length()));
            } else {
                tested.add(vertex);
            }
        }
        if (tested.size() != 1) {
            throw new IllegalArgumentException(
                    "it has "
                            + tested.size()
                            + " tasks "
                            + tested.stream().map(JobVertex::name).toList()
                            + "; test one after the other");
        }
        JobVertex vertex = tested.get(0);
        List<List<JobEdge>> read = new ArrayList<>();
        types.forEach(type -> read.add(new ArrayList<>()));
        for (JobEdge edge : graph.inputsOf(vertex.id())) {
            read.get(inputs.get(edge.source())).add(edge);
        }
        Map<String, JobEdge> written = new HashMap<>();
        for (JobEdge edge : graph.outputsOf(vertex.id())) {
            written.put(outputs.get(edge.target()), edge);
        }
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try (UserObjectInputStream in =
                new UserObjectInputStream(new ByteArrayInputStream(vertex.chain()), loader)) {
            return new Plan(
                    graph, vertex, ChainSpec.read(in), read, written, new JobClasses(loader));
        }
    }
}
