package io.millrace.examples;

import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.Collector;
import io.millrace.api.function.FlatMapFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.tuple.Tuple2;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Counts the words of text files: {@code --input PATH [--output FOLDER]}, or the two paths alone.
 *
 * <p>In batch mode each word is counted once and for all; one {@code word count} a line goes to the
 * folder, or to the standard output if none is given.
 */
public final class WordCount {
    private WordCount() {}

    public static void main(String[] args) throws Exception {
        Paths paths = Paths.of("WordCount", args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);

        DataStream<String> lines =
                env.readTextFile(paths.input())
                        .name("lines")
                        .flatMap(new Words())
                        .name("words")
                        .keyBy(word -> word.f0)
                        .sum(1)
                        .name("counts")
                        .map(word -> word.f0 + " " + word.f1)
                        .name("result lines");
        if (paths.output() == null) {
            lines.print();
        } else {
            lines.writeAsText(paths.output());
        }
        env.execute("Word count");
    }

    /** Splits a line into its words, in small letters, each with a count of one. */
    public static final class Words implements FlatMapFunction<String, Tuple2<String, Long>> {
        private static final Pattern BETWEEN_WORDS = Pattern.compile("\\W+");

        @Override
        public void flatMap(String line, Collector<Tuple2<String, Long>> out) {
            for (String word : BETWEEN_WORDS.split(line.toLowerCase(Locale.ROOT))) {
                if (!word.isEmpty()) {
                    out.collect(Tuple2.of(word, 1L));
                }
            }
        }
    }
}
