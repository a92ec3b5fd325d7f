package io.millrace.examples;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.Collector;
import io.millrace.api.stream.DataStream;
import java.util.Locale;

/**
 * Counts letters while the text comes in: {@code --input PATH [--output FOLDER]}.
 *
 * <p>In streaming mode, the default, a running aggregate emits a result for each record: {@code e
 * 1}, {@code e 2}, {@code e 3} and so on. The last line of a letter is its final count.
 */
public final class LetterCounts {
    private LetterCounts() {}

    /** So often a letter was seen. */
    public record Count(char letter, long times) {
        Count plus(Count other) {
            return new Count(letter, times + other.times);
        }
    }

    public static void main(String[] args) throws Exception {
        Paths paths = Paths.of("LetterCounts", args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();

        DataStream<Count> letters =
                env.readTextFile(paths.input())
                        .flatMap(
                                (String line, Collector<Count> out) ->
                                        line.toLowerCase(Locale.ROOT)
                                                .chars()
                                                .filter(Character::isLetter)
                                                .forEach(c -> out.collect(new Count((char) c, 1))))
                        .returns(Count.class)
                        .name("letters");
        DataStream<String> lines =
                letters.keyBy(Count::letter)
                        .reduce(Count::plus)
                        .name("running counts")
                        .map(count -> count.letter() + " " + count.times());
        if (paths.output() == null) {
            lines.print();
        } else {
            lines.writeAsText(paths.output());
        }
        env.execute("Letter counts");
    }
}
