package io.millrace.api.ported;

import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.Collector;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import java.util.Arrays;

/** Counts words with lambdas, and says their types where a compiler erases them. */
public class LambdaWordCount {
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.setParallelism(2);
        env.fromCollection(Arrays.asList("a b", "b c"))
                .flatMap(
                        (String line, Collector<Tuple2<String, Integer>> out) -> {
                            for (String word : line.split(" ")) {
                                out.collect(Tuple2.of(word, 1));
                            }
                        })
                .returns(Types.TUPLE(Types.STRING, Types.INT))
                .keyBy(value -> value.f0)
                .reduce((a, b) -> Tuple2.of(a.f0, a.f1 + b.f1))
                .name("counter")
                .uid("counter")
                .map(t -> t.f0 + " " + t.f1)
                .print("words")
                .setParallelism(1);
        env.execute();
    }
}
