package io.millrace.runtime.graph;

import io.millrace.api.Configuration;
import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.OperatorTransformation;
import io.millrace.api.transform.PartitionTransformation;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.SinkSpec;
import io.millrace.api.transform.SinkTransformation;
import io.millrace.api.transform.SourceSpec;
import io.millrace.api.transform.SourceTransformation;
import io.millrace.api.transform.Transformation;
import io.millrace.api.transform.UnionTransformation;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import java.util.ArrayList;
import java.util.List;

/** Builds small programs of numbers for planner tests. */
final class ProgramFixture {
    private static final TypeInformation<Long> LONG = TypeExtractor.forClass(Long.class);

    private final List<Transformation<?>> leaves = new ArrayList<>();
    private int nextId = 1;
    int parallelism = Transformation.UNSET;
    RuntimeExecutionMode mode = RuntimeExecutionMode.STREAMING;

    Stream sequence(String name) {
        return new Stream(
                new SourceTransformation<>(nextId++, name, LONG, new SourceSpec.Sequence(1, 10)));
    }

    Stream elements(String name) {
        return new Stream(
                new SourceTransformation<>(
                        nextId++, name, LONG, new SourceSpec.Elements<>(List.of(1L, 2L))));
    }

    Stream function(String name) {
        return new Stream(
                new SourceTransformation<>(
                        nextId++, name, LONG, new SourceSpec.Function<>(new Endless(), false)));
    }

    Pipeline pipeline() {
        return new Pipeline(
                "job", leaves, parallelism, Transformation.UNSET, mode, true, new Configuration());
    }

    final class Stream {
        private final Transformation<Long> transformation;

        Stream(Transformation<Long> transformation) {
            this.transformation = transformation;
        }

        Transformation<Long> transformation() {
            return transformation;
        }

        Stream map(String name) {
            MapFunction<Long, Long> function = value -> value;
            return new Stream(
                    new OperatorTransformation<>(
                            nextId++,
                            name,
                            transformation,
                            LONG,
                            new OperatorSpec.Map<>(function),
                            null));
        }

        Stream keyBy() {
            KeySelector<Long, Long> selector = value -> value;
            return new Stream(
                    new PartitionTransformation<>(
                            nextId++, transformation, new Partitioning.Hash<>(selector, LONG)));
        }

        Stream forward() {
            return new Stream(
                    new PartitionTransformation<>(
                            nextId++, transformation, new Partitioning.Forward<>()));
        }

        Stream union(Stream other) {
            return new Stream(
                    new UnionTransformation<>(
                            nextId++, List.of(transformation, other.transformation)));
        }

        void print(String name) {
            leaves.add(
                    new SinkTransformation<>(
                            nextId++, name, transformation, new SinkSpec.Print<>(null, false)));
        }
    }

    private static final class Endless implements SourceFunction<Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void run(SourceContext<Long> ctx) {}

        @Override
        public void cancel() {}
    }
}
