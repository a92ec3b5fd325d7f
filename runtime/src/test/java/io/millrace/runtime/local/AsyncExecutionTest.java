package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.CloseableIterator;
import io.millrace.api.InvalidProgramException;
import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionException;
import io.millrace.api.JobStatus;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.RichMapFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs that go on while their job runs. */
@Timeout(60)
class AsyncExecutionTest {

    /** Counts until it is cancelled. */
    private static final class Endless implements SourceFunction<Long> {
        private static final long serialVersionUID = 1L;

        private volatile boolean cancelled;

        @Override
        public void run(SourceContext<Long> context) {
            for (long n = 0; !cancelled; n++) {
                context.collect(n);
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    @Test
    void shouldTellTheResultOfAJobThatWasStarted() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        env.fromSequence(1, 1000).addSink(new DiscardingSink<>());

        JobClient job = env.executeAsync("short");

        assertThat(job.getJobID()).matches("[0-9a-f]{32}");
        assertThat(job.getJobExecutionResult().get().getJobID()).isEqualTo(job.getJobID());
        assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.FINISHED);
        job.cancel().get(); // of a job that has ended: nothing happens
        assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.FINISHED);
    }

    @Test
    void shouldCancelAJobThatWasStarted() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        env.addSource(new Endless()).addSink(new DiscardingSink<>());

        JobClient job = env.executeAsync("endless");
        assertThat(job.getJobStatus().get().isGloballyTerminalState()).isFalse();
        job.cancel().get();

        assertThatThrownBy(() -> job.getJobExecutionResult().get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(JobExecutionException.class)
                .hasMessageContaining("CANCELED");
        assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.CANCELED);
    }

    @Test
    void shouldFailTheResultOfAJobThatFailed() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        env.fromSequence(1, 10).map(n -> 1 / (n - 5)).addSink(new DiscardingSink<>());

        JobClient job = env.executeAsync("failing");

        assertThatThrownBy(() -> job.getJobExecutionResult().get())
                .hasCauseInstanceOf(JobExecutionException.class)
                .hasMessageContaining("/ by zero")
                .hasMessageContaining("operator 'Map', record '5'");
        assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.FAILED);
    }

    @Test
    void shouldRunTwoJobsAtOnce() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        env.addSource(new Endless()).addSink(new DiscardingSink<>());
        JobClient endless = env.executeAsync("endless");
        env.fromSequence(1, 10).addSink(new DiscardingSink<>());
        JobClient brief = env.executeAsync("short");

        assertThat(brief.getJobExecutionResult().get()).isNotNull();
        assertThat(endless.getJobStatus().get().isGloballyTerminalState()).isFalse();
        endless.cancel().get();
        assertThatThrownBy(() -> endless.getJobExecutionResult().get()).hasMessageContaining("");
    }

    @Test
    void shouldReturnTheRecordsOfAStream() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(3);
        List<Long> records = new ArrayList<>();

        try (CloseableIterator<Long> all =
                env.fromSequence(1, 5000).map(n -> n * 2).executeAndCollect("collected")) {
            all.forEachRemaining(records::add);
            assertThatThrownBy(all::next).isInstanceOf(NoSuchElementException.class);
        }

        assertThat(records).hasSize(5000).doesNotHaveDuplicates();
        assertThat(records.stream().mapToLong(n -> n).sum()).isEqualTo(25_005_000L);
    }

    @Test
    void shouldReturnTheFirstRecordsOfAnEndlessStream() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);

        assertThat(env.addSource(new Endless()).executeAndCollect(5))
                .containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(env.fromElements("a", "b").executeAndCollect("both", 10))
                .containsExactly("a", "b");
    }

    @Test
    void shouldReturnRecordsThatTheJobCannotChangeAnyMore() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        env.getConfig().enableObjectReuse();
        Tuple2<Long, Long> reused = Tuple2.of(0L, 0L);

        DataStream<Tuple2<Long, Long>> pairs =
                env.fromSequence(1, 3)
                        .map(
                                n -> {
                                    reused.f0 = n;
                                    return reused;
                                })
                        .returns(Types.TUPLE(Types.LONG, Types.LONG));

        assertThat(pairs.executeAndCollect(3))
                .extracting(pair -> pair.f0)
                .containsExactlyInAnyOrder(1L, 2L, 3L);
    }

    @Test
    void shouldFailTheIteratorOfAJobThatFailed() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);

        try (CloseableIterator<Long> all =
                env.fromElements(1L, 0L).map(n -> 1 / n).executeAndCollect()) {
            assertThatThrownBy(() -> all.forEachRemaining(n -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasCauseInstanceOf(JobExecutionException.class)
                    .hasMessageContaining("/ by zero");
        }
    }

    @Test
    void shouldRefuseALimitOfNothing() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        DataStream<Long> numbers = env.fromSequence(1, 3);

        assertThatThrownBy(() -> numbers.executeAndCollect(0))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("'Sequence Source' was given the limit 0");
    }

    @Test
    void shouldSendRecordsWhereThePartitionerSays() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(3);

        List<String> placed =
                env.fromSequence(1, 30)
                        .partitionCustom((Long key, int n) -> (int) (key % n), n -> n)
                        .map(new Placed())
                        .executeAndCollect(30);

        assertThat(placed).hasSize(30);
        for (long n = 1; n <= 30; n++) {
            assertThat(placed).contains(n + " in " + n % 3);
        }
    }

    @Test
    void shouldPartitionByAFieldOfARecord() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);

        List<String> placed =
                env.fromElements(Tuple2.of("a", 0), Tuple2.of("b", 1), Tuple2.of("c", 1))
                        .partitionCustom((Integer key, int n) -> key, 1)
                        .map(new PlacedPair())
                        .executeAndCollect(3);

        assertThat(placed).containsExactlyInAnyOrder("a in 0", "b in 1", "c in 1");
    }

    @Test
    void shouldNameThePartitionThatIsNone() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        env.fromSequence(1, 3)
                .partitionCustom((Long key, int n) -> 7, n -> n)
                .addSink(new DiscardingSink<>());

        assertThatThrownBy(env::execute)
                .hasMessageContaining("sent a record to partition 7, but there are 2")
                .hasMessageContaining("operator 'Source: Sequence Source', record");
    }

    private static final class Placed extends RichMapFunction<Long, String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String map(Long value) {
            return value + " in " + getRuntimeContext().getIndexOfThisSubtask();
        }
    }

    private static final class PlacedPair extends RichMapFunction<Tuple2<String, Integer>, String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String map(Tuple2<String, Integer> value) {
            return value.f0 + " in " + getRuntimeContext().getIndexOfThisSubtask();
        }
    }
}
