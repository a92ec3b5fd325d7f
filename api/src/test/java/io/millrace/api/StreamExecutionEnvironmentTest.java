package io.millrace.api;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.fs.Path;
import io.millrace.api.function.ParallelSourceFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.state.EmbeddedRocksDBStateBackend;
import io.millrace.api.state.FsStateBackend;
import io.millrace.api.state.HashMapStateBackend;
import io.millrace.api.state.MemoryStateBackend;
import io.millrace.api.state.PredefinedOptions;
import io.millrace.api.state.RocksDBStateBackend;
import io.millrace.api.time.Time;
import io.millrace.api.transform.OperatorTransformation;
import io.millrace.api.transform.SinkTransformation;
import io.millrace.api.transform.SourceSpec;
import io.millrace.api.transform.SourceTransformation;
import io.millrace.api.transform.Transformation;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamExecutionEnvironmentTest {
    private final RecordingExecutor executor = new RecordingExecutor();
    private final ExecutorContext.Scope scope = ExecutorContext.setForThread(executor);
    private final StreamExecutionEnvironment env =
            StreamExecutionEnvironment.getExecutionEnvironment();

    @AfterEach
    void leave() {
        scope.close();
    }

    @Test
    void shouldHandOverEveryNodeThatNothingReads() throws Exception {
        var numbers = env.fromSequence(1, 10);
        numbers.print().name("all");
        var even = numbers.filter(n -> n % 2 == 0);
        even.map(n -> -n).name("unread");
        even.keyBy(n -> n);
        even.rebalance().union(numbers);

        env.execute("job");

        assertThat(executor.last().jobName()).isEqualTo("job");
        assertThat(executor.last().leaves())
                .extracting(Transformation::name)
                .containsExactly("all", "unread");
        assertThat(executor.last().leaves().get(0)).isInstanceOf(SinkTransformation.class);
    }

    @Test
    void shouldHandOverAnOperatorThatOnlyAnUnusedPartitioningReads() throws Exception {
        env.fromSequence(1, 10).map(n -> n).keyBy(n -> n);
        env.execute();
        assertThat(executor.last().leaves())
                .singleElement()
                .isInstanceOf(OperatorTransformation.class);
    }

    @Test
    void shouldRefuseToExecuteNothing() {
        assertThatThrownBy(env::execute)
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("No operators are defined");
        env.fromElements(1, 2);
        assertThatThrownBy(env::getExecutionPlan)
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("No operators are defined");
    }

    @Test
    void shouldBeginANewProgramAfterExecute() throws Exception {
        var numbers = env.fromSequence(1, 10);
        numbers.print().name("first");
        assertThat(env.getExecutionPlan()).isEqualTo("{}");
        env.execute();
        assertThatThrownBy(env::execute).hasMessageContaining("No operators");
        numbers.print().name("second");
        env.execute();
        assertThat(executor.executed).hasSize(2);
        assertThat(executor.last().leaves())
                .extracting(Transformation::name)
                .containsExactly("second");
    }

    @Test
    void shouldTellOnlyWhatTheProgramHasSet() throws Exception {
        env.fromSequence(1, 10).print();
        env.execute();
        assertThat(executor.last().parallelism()).isEqualTo(Transformation.UNSET);
        assertThat(executor.last().maxParallelism()).isEqualTo(Transformation.UNSET);
        assertThat(executor.last().mode()).isEqualTo(RuntimeExecutionMode.STREAMING);
        assertThat(executor.last().chainingEnabled()).isTrue();
        assertThat(executor.last().configuration().toMap()).isEmpty();
        assertThat(env.getParallelism()).isEqualTo(7);
    }

    @Test
    void shouldTakeStateBackendsForTheirOptions() {
        env.setStateBackend(new HashMapStateBackend());
        assertThat(env.getConfiguration().toMap())
                .isEqualTo(Map.of("state.backend.type", "managed"));
        env.setStateBackend(new EmbeddedRocksDBStateBackend());
        assertThat(env.getConfiguration().toMap())
                .isEqualTo(Map.of("state.backend.type", "rocksdb"));

        env.setStateBackend(new EmbeddedRocksDBStateBackend(true));
        env.setStateBackend(new FsStateBackend("hdfs://nn/a", true));
        assertThat(env.getConfiguration().toMap())
                .containsEntry("state.backend.type", "managed")
                .containsEntry("execution.checkpointing.incremental", "true")
                .containsEntry("execution.checkpointing.dir", "hdfs://nn/a");
        env.setStateBackend(new RocksDBStateBackend("hdfs://nn/b", false));
        assertThat(env.getConfiguration().toMap())
                .containsEntry("state.backend.type", "rocksdb")
                .containsEntry("execution.checkpointing.incremental", "false")
                .containsEntry("execution.checkpointing.dir", "hdfs://nn/b");
        env.setStateBackend(new FsStateBackend(new Path("hdfs://nn/c")));
        assertThat(env.getConfiguration().toMap())
                .containsEntry("state.backend.type", "managed")
                .containsEntry("execution.checkpointing.dir", "hdfs://nn/c");
    }

    @Test
    void shouldTakeBackendInMemoryWithTheFoldersItNames() {
        env.setStateBackend(new MemoryStateBackend(5 << 20, true));
        assertThat(env.getConfiguration().toMap())
                .isEqualTo(Map.of("state.backend.type", "managed"));
        env.setStateBackend(new MemoryStateBackend("hdfs://nn/chk", "hdfs://nn/sp"));
        assertThat(env.getConfiguration().toMap())
                .containsEntry("execution.checkpointing.dir", "hdfs://nn/chk")
                .containsEntry("execution.checkpointing.savepoint-dir", "hdfs://nn/sp");
    }

    @Test
    void shouldTakeWhatProgramsTellRocksDb() {
        RocksDBStateBackend backend = new RocksDBStateBackend("hdfs://nn/chk", true);
        backend.setPredefinedOptions(PredefinedOptions.SPINNING_DISK_OPTIMIZED_HIGH_MEM);
        backend.setNumberOfTransferingThreads(3);
        backend.setDbStoragePaths("/disk1", "/disk2");
        env.setStateBackend(backend);

        assertThat(env.getConfiguration().toMap())
                .containsEntry("state.backend.type", "rocksdb")
                .containsEntry("state.backend.rocksdb.localdir", "/disk1;/disk2")
                .containsEntry(
                        "state.backend.rocksdb.predefined-options",
                        "SPINNING_DISK_OPTIMIZED_HIGH_MEM")
                .containsEntry("state.backend.rocksdb.checkpoint.transfer.thread.num", "3");
    }

    @Test
    void shouldHandOverWhatTheProgramHasSet() throws Exception {
        env.setParallelism(3).setMaxParallelism(64).setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.disableOperatorChaining().setBufferTimeout(5);
        env.getConfig().enableObjectReuse();
        env.getConfig()
                .setGlobalJobParameters(ParameterTool.fromArgs(new String[] {"--k", "v, w"}));
        env.fromSequence(1, 10).print();
        env.execute("named");

        assertThat(executor.last().parallelism()).isEqualTo(3);
        assertThat(executor.last().maxParallelism()).isEqualTo(64);
        assertThat(executor.last().mode()).isEqualTo(RuntimeExecutionMode.BATCH);
        assertThat(executor.last().chainingEnabled()).isFalse();
        assertThat(executor.last().configuration().toMap())
                .containsEntry("parallelism.default", "3")
                .containsEntry("pipeline.max-parallelism", "64")
                .containsEntry("execution.runtime-mode", "BATCH")
                .containsEntry("pipeline.operator-chaining.enabled", "false")
                .containsEntry("execution.buffer-timeout.interval", "5 ms")
                .containsEntry("pipeline.object-reuse", "true")
                .containsEntry("pipeline.global-job-parameters", "k:'v, w'")
                .containsEntry("pipeline.name", "named");
        assertThat(env.getParallelism()).isEqualTo(3);
    }

    @Test
    void shouldTakeOptionsOfTheProgram() throws Exception {
        Configuration options = new Configuration();
        options.setString("parallelism.default", "5");
        options.setString("execution.runtime-mode", "automatic");
        options.setString("pipeline.operator-chaining", "false");
        options.setString("pipeline.name", "from options");
        options.setString("pipeline.global-job-parameters", "a:b");
        env.getConfig().setGlobalJobParameters(ParameterTool.fromMap(java.util.Map.of()));
        env.configure(options);
        env.fromSequence(1, 10).print();
        env.execute();

        assertThat(env.getParallelism()).isEqualTo(5);
        assertThat(executor.last().jobName()).isEqualTo("from options");
        assertThat(executor.last().parallelism()).isEqualTo(5);
        assertThat(executor.last().mode()).isEqualTo(RuntimeExecutionMode.AUTOMATIC);
        assertThat(executor.last().chainingEnabled()).isFalse();
        assertThat(env.getConfig().getGlobalJobParameters().toMap()).containsEntry("a", "b");
    }

    @Test
    void shouldRefuseValuesOutOfRange() {
        for (int wrong : new int[] {0, -1, -5, 32_769}) {
            assertThatThrownBy(() -> env.setParallelism(wrong))
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining("was set to " + wrong)
                    .hasMessageContaining("32768");
            assertThatThrownBy(() -> env.setMaxParallelism(wrong))
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining("was set to " + wrong);
        }
        assertThatThrownBy(() -> env.setBufferTimeout(-2))
                .isInstanceOf(InvalidProgramException.class);
        Configuration options = new Configuration();
        options.setString("parallelism.default", "two");
        assertThatThrownBy(() -> env.configure(options).getParallelism())
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("parallelism.default")
                .hasMessageContaining("'two'");
    }

    @Test
    void shouldReadValuesWithTheirCommonType() {
        var words = env.fromElements("a", "b");
        assertThat(words.getType()).isEqualTo(Types.STRING);
        assertThat(spec(words)).isEqualTo(new SourceSpec.Elements<>(List.of("a", "b")));
        assertThat(words.getParallelism()).isEqualTo(1);
        assertThat(words.isParallel()).isFalse();
        assertThat(env.fromData(Tuple2.of("a", 1), Tuple2.of("b", 2)).getType())
                .isEqualTo(Types.TUPLE(Types.STRING, Types.INT));
        assertThat(env.fromCollection(List.<Number>of(1, 2L), Types.GENERIC(Number.class)))
                .isNotNull();
        assertThat(env.fromElements(Number.class, 1, 2L).getType().getTypeClass())
                .isEqualTo(Number.class);
    }

    @Test
    void shouldRefuseValuesThatAreNone() {
        assertThatThrownBy(() -> env.fromElements())
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("fromCollection(values, type)");
        assertThatThrownBy(() -> env.fromElements("a", null))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("Value 1");
        assertThatThrownBy(() -> env.<Object>fromElements("a", 1))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("Value 1")
                .hasMessageContaining("java.lang.Integer");
    }

    /** Like those of many programs, it does not say that it is serializable. */
    public static class Person {
        public String name;
    }

    @Test
    void shouldAcceptValuesThatAreNotJavaSerializable() {
        var people = env.fromElements(new Person(), new Person());
        assertThat(people.getType()).isEqualTo(Types.POJO(Person.class));
    }

    @Test
    void shouldNumberASequence() {
        var numbers = env.fromSequence(3, 9);
        assertThat(numbers.getType()).isEqualTo(Types.LONG);
        assertThat(spec(numbers)).isEqualTo(new SourceSpec.Sequence(3, 9));
        assertThat(numbers.isParallel()).isTrue();
        assertThat(numbers.setParallelism(4).getParallelism()).isEqualTo(4);
        assertThat(spec(env.generateSequence(5, 5))).isEqualTo(new SourceSpec.Sequence(5, 5));
        assertThatThrownBy(() -> env.fromSequence(2, 1)).hasMessageContaining("from 2 to 1");
    }

    @Test
    void shouldReadTextInCharsetsWithAOneByteLineFeed() {
        assertThat(spec(env.readTextFile("hdfs:///a")))
                .isEqualTo(new SourceSpec.TextFile("hdfs:///a", "UTF-8"));
        assertThat(spec(env.readTextFile("/a", "ISO-8859-1")))
                .isEqualTo(new SourceSpec.TextFile("/a", "ISO-8859-1"));
        for (String wrong : new String[] {"UTF-16", "no-such-charset", "not a name!"}) {
            assertThatThrownBy(() -> env.readTextFile("/a", wrong))
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining(wrong);
        }
        assertThatThrownBy(() -> env.readTextFile(" ")).hasMessageContaining("no path");
    }

    @Test
    void shouldKnowWhetherASourceFunctionIsParallel() {
        var alone = env.addSource(new Ones(), "ones");
        assertThat(alone.getType()).isEqualTo(Types.INT);
        assertThat(alone.getName()).isEqualTo("ones");
        assertThatThrownBy(() -> alone.setParallelism(2))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("'ones'")
                .hasMessageContaining("ParallelSourceFunction");
        assertThat(alone.setParallelism(1).getParallelism()).isEqualTo(1);
        assertThat(env.addSource(new ManyOnes()).setParallelism(2).getParallelism()).isEqualTo(2);
        assertThat(env.addSource(new Ones(), Types.INT).getName()).isEqualTo("Custom Source");
    }

    private static SourceSpec<?> spec(io.millrace.api.stream.DataStream<?> stream) {
        return ((SourceTransformation<?>) stream.getTransformation()).spec();
    }

    private static class Ones implements SourceFunction<Integer> {
        private static final long serialVersionUID = 1L;

        @Override
        public void run(SourceContext<Integer> ctx) {
            ctx.collect(1);
        }

        @Override
        public void cancel() {}
    }

    private static final class ManyOnes extends Ones implements ParallelSourceFunction<Integer> {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void shouldSetTheOptionsOfARestartStrategy() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment();
        env.setRestartStrategy(RestartStrategies.fixedDelayRestart(4, 250));
        assertThat(env.getConfiguration().toMap())
                .containsEntry("restart-strategy.type", "fixed-delay")
                .containsEntry("restart-strategy.fixed-delay.attempts", "4")
                .containsEntry("restart-strategy.fixed-delay.delay", "250 ms");

        env.setRestartStrategy(RestartStrategies.fixedDelayRestart(5, Time.of(10, SECONDS)));
        assertThat(env.getConfiguration().toMap())
                .containsEntry("restart-strategy.fixed-delay.attempts", "5")
                .containsEntry("restart-strategy.fixed-delay.delay", "10000 ms");

        env.setRestartStrategy(
                RestartStrategies.failureRateRestart(3, Time.minutes(5), Time.seconds(2)));
        assertThat(env.getConfiguration().toMap())
                .containsOnly(
                        Map.entry("restart-strategy.type", "failure-rate"),
                        Map.entry("restart-strategy.failure-rate.max-failures-per-interval", "3"),
                        Map.entry(
                                "restart-strategy.failure-rate.failure-rate-interval", "300000 ms"),
                        Map.entry("restart-strategy.failure-rate.delay", "2000 ms"));

        env.getConfig().setRestartStrategy(RestartStrategies.noRestart());
        assertThat(env.getConfiguration().toMap())
                .containsExactly(Map.entry("restart-strategy.type", "none"));

        env.setRestartStrategy(RestartStrategies.fallBackRestart());
        assertThat(env.getConfiguration().toMap()).isEmpty();
        assertThatThrownBy(() -> RestartStrategies.fixedDelayRestart(-1, 0))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("-1 times");
        assertThatThrownBy(
                        () ->
                                RestartStrategies.failureRateRestart(
                                        0, Duration.ofMinutes(1), Duration.ZERO))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("0 failures in PT1M");
    }
}
