package io.millrace.benchmarks;

import io.millrace.api.type.CompositeType;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.FieldReader;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** The generated serializer of a {@link Bid} beside one written by hand. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgs = {"-XX:+UseParallelGC", "-XX:+UseCondCardMark", "-Xmx512m"})
public class BidBytesBenchmark {
    private static final int RECORDS = 256;

    @Param({"byHand", "generated"})
    public String serializer;

    private final Bid[] bids = new Bid[RECORDS];
    private final RecordOutput out = new RecordOutput(64 << 10);
    private final RecordInput in = new RecordInput();
    private TypeSerializer<Bid> bidSerializer;
    private FieldReader price;
    private int[] begins;
    private byte[] bytes;

    @Setup
    public void prepare() throws IOException {
        for (int i = 0; i < RECORDS; i++) {
            bids[i] =
                    new Bid(
                            i * 37L,
                            i * 1_000_003L,
                            i & 0xffff,
                            1_700_000_000_000L + i,
                            "channel-" + i % 100,
                            "extra-of-about-forty-characters-and-" + i);
        }
        JobClasses classes = new JobClasses(BidBytesBenchmark.class.getClassLoader());
        bidSerializer =
                serializer.equals("byHand")
                        ? new BidByHand()
                        : Serializers.compile(TypeInformation.of(Bid.class), classes);
        CompositeType<Bid> type = (CompositeType<Bid>) TypeInformation.of(Bid.class);
        price =
                serializer.equals("byHand")
                        ? null
                        : Serializers.fieldReader(type, type.getFieldIndex("price"), classes);
        begins = new int[RECORDS];
        out.truncate(0);
        for (int i = 0; i < RECORDS; i++) {
            begins[i] = out.length();
            bidSerializer.serialize(bids[i], out);
        }
        bytes = new byte[out.length()];
        System.arraycopy(out.bytes(), 0, bytes, 0, bytes.length);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int write() throws IOException {
        out.truncate(0);
        for (Bid bid : bids) {
            bidSerializer.serialize(bid, out);
        }
        return out.length();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void read(Blackhole seen) throws IOException {
        in.reset(bytes, 0, bytes.length);
        for (int i = 0; i < RECORDS; i++) {
            seen.consume(bidSerializer.deserialize(in));
        }
    }

    /** One number of each record, without the record; by hand at a known place. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long readPrice() throws IOException {
        long sum = 0;
        for (int begin : begins) {
            if (price == null) {
                sum += RecordInput.getLong(bytes, begin + 25);
            } else {
                in.reset(bytes, begin, bytes.length);
                sum += price.readLong(in);
            }
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void copy(Blackhole seen) {
        for (Bid bid : bids) {
            seen.consume(bidSerializer.copy(bid));
        }
    }
}
