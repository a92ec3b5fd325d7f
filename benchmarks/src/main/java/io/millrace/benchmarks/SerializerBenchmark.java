package io.millrace.benchmarks;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Bytes of records and back, 256 different ones in turn. The two types are used in one JVM, as in a
 * job, so that what is shared between serializers is seen to be.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(
        value = 2,
        jvmArgs = {"-XX:+UseParallelGC", "-XX:+UseCondCardMark", "-Xmx512m"})
public class SerializerBenchmark {
    private static final int RECORDS = 256;

    private final Corpus<Bid> bids = new Corpus<>();
    private final Corpus<Tuple2<String, Integer>> words = new Corpus<>();

    private static final class Corpus<T> {
        private final Object[] records = new Object[RECORDS];
        private final RecordOutput out = new RecordOutput(64 << 10);
        private final RecordInput in = new RecordInput();
        private TypeSerializer<T> serializer;
        private byte[] bytes;

        void compile(TypeInformation<T> type) throws IOException {
            serializer =
                    Serializers.compile(
                            type, new JobClasses(SerializerBenchmark.class.getClassLoader()));
            write();
            bytes = new byte[out.length()];
            System.arraycopy(out.bytes(), 0, bytes, 0, bytes.length);
        }

        @SuppressWarnings("unchecked") // filled with records of the type alone
        private T record(int i) {
            return (T) records[i];
        }

        int write() throws IOException {
            out.truncate(0);
            for (int i = 0; i < RECORDS; i++) {
                serializer.serialize(record(i), out);
            }
            return out.length();
        }

        void read(Blackhole seen) throws IOException {
            in.reset(bytes, 0, bytes.length);
            for (int i = 0; i < RECORDS; i++) {
                seen.consume(serializer.deserialize(in));
            }
        }

        void copy(Blackhole seen) {
            for (int i = 0; i < RECORDS; i++) {
                seen.consume(serializer.copy(record(i)));
            }
        }
    }

    @Setup
    public void prepare() throws IOException {
        for (int i = 0; i < RECORDS; i++) {
            bids.records[i] =
                    new Bid(
                            i * 37L,
                            i * 1_000_003L,
                            i & 0xffff,
                            1_700_000_000_000L + i,
                            "channel-" + i % 100,
                            "extra-of-about-forty-characters-" + i);
            words.records[i] = Tuple2.of("word" + i, 1);
        }
        bids.compile(TypeInformation.of(Bid.class));
        words.compile(TypeInformation.of(new TypeHint<Tuple2<String, Integer>>() {}));
        for (int i = 0; i < 20_000; i++) {
            bids.write();
            words.write();
        }
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int writeBid() throws IOException {
        return bids.write();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void readBid(Blackhole seen) throws IOException {
        bids.read(seen);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void copyBid(Blackhole seen) {
        bids.copy(seen);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int writeWord() throws IOException {
        return words.write();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void readWord(Blackhole seen) throws IOException {
        words.read(seen);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void copyWord(Blackhole seen) {
        words.copy(seen);
    }
}
