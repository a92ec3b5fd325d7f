package io.millrace.benchmarks;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.RecordSize;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.WorkerChannels;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.worker.NoOtherWorkers;
import io.millrace.runtime.worker.WorkerAddress;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A channel between two subtasks of one worker, each on a thread of its own: time from the first
 * record written to the last one read, over the number of records.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(
        value = 2,
        jvmArgs = {"-XX:+UseParallelGC", "-XX:+UseCondCardMark", "-Xmx512m"})
public class LocalEdgeBenchmark {
    private static final int RECORDS = 1 << 20;

    /** What is handed over: text by reference, bids as copies. */
    @Param({"TEXT", "BID"})
    public String type;

    private final ExecutorService readers = Executors.newSingleThreadExecutor();
    private final WorkerAddress here = new WorkerAddress("here", "localhost", 0);
    private WorkerChannels channels;
    private TypeSerializer<Object> serializer;
    private ToIntFunction<Object> size;
    private Object[] records;
    private int counter;

    @Setup
    @SuppressWarnings("unchecked") // the records are of that type
    public void prepare() {
        boolean text = type.equals("TEXT");
        TypeInformation<?> described =
                text ? TypeInformation.of(String.class) : TypeInformation.of(Bid.class);
        JobClasses classes = new JobClasses(LocalEdgeBenchmark.class.getClassLoader());
        serializer = (TypeSerializer<Object>) Serializers.compile(described, classes);
        size = RecordSize.of(described, serializer, classes, "records");
        records = new Object[1024];
        for (int i = 0; i < records.length; i++) {
            records[i] = text ? "text-" + i : new Bid(i, i, i, i, "channel", "extra");
        }
        channels = new WorkerChannels("here", new NoOtherWorkers(), 4, 4 << 20);
    }

    @TearDown
    public void end() {
        readers.shutdown();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long handOver() throws ExecutionException, InterruptedException {
        AttemptId writer = new AttemptId("b".repeat(32), 0, 0, 1, ++counter);
        AttemptId reader = new AttemptId("b".repeat(32), 1, 0, 1, counter);
        ChannelId id = new ChannelId(writer, 0, reader);
        Future<Long> read = readers.submit(() -> readAll(id));
        Thread self = Thread.currentThread();
        OutputChannel out =
                channels.openOutput(id, here, serializer, () -> LockSupport.unpark(self));
        for (int i = 0; i < RECORDS; i++) {
            if ((i & 127) == 0) {
                while (!out.isAvailable()) {
                    LockSupport.park();
                }
            }
            Object record = records[i & 1023];
            Object handed = serializer.isImmutable() ? record : serializer.copy(record);
            out.write(handed, i, size.applyAsInt(handed));
        }
        out.writeEvent(StreamEvent.EndOfChannel.INSTANCE);
        long sum = read.get();
        channels.release(writer);
        channels.release(reader);
        return sum;
    }

    private long readAll(ChannelId id) throws Exception {
        Thread self = Thread.currentThread();
        InputChannel in = channels.openInput(id, here, serializer, () -> LockSupport.unpark(self));
        long sum = 0;
        while (true) {
            Object element = in.poll();
            if (element instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    sum += batch.timestamps[i] + batch.values[i].hashCode();
                }
            } else if (element instanceof StreamEvent.EndOfChannel) {
                return sum;
            } else if (element == null) {
                LockSupport.park();
            }
        }
    }
}
