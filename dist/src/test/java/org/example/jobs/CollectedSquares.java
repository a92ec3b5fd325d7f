package org.example.jobs;

import io.millrace.api.CloseableIterator;
import io.millrace.api.StreamExecutionEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;

/** A main that asks for the records of its stream, and writes their sum into the file given. */
public final class CollectedSquares {
    private CollectedSquares() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        long records = 0;
        long sum = 0;
        try (CloseableIterator<Long> squares =
                env.fromSequence(1, 30_000).map(n -> n * n).executeAndCollect("Squares")) {
            while (squares.hasNext()) {
                records++;
                sum += squares.next();
            }
        }
        Files.writeString(Path.of(args[0]), records + " records, their sum is " + sum);
    }
}
