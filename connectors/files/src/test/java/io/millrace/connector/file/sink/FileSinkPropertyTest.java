package io.millrace.connector.file.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.serialization.SimpleStringEncoder;
import io.millrace.connector.file.sink.SinkDriver.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A file sink that dies and begins again at any moment: each record is in the files once. */
class FileSinkPropertyTest {
    private static final int RECORDS = 80;

    @Property(tries = 40)
    void shouldHaveEachRecordOnceInTheFiles(@ForAll long seed) throws Exception {
        Path temporary = Files.createTempDirectory("file-sink-property");
        try {
            run(new Random(seed), temporary.resolve("out"));
        } finally {
            try (Stream<Path> all = Files.walk(temporary)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static RollingPolicy<String, String> policy(Random random) {
        return random.nextInt(4) == 0
                ? OnCheckpointRollingPolicy.build()
                : DefaultRollingPolicy.builder()
                        .withMaxPartSize(1 + random.nextInt(200))
                        .withRolloverInterval(1 + random.nextInt(20_000))
                        .build();
    }

    private static void run(Random random, Path folder) throws Exception {
        FileSink<String> sink =
                FileSink.forRowFormat(
                                io.millrace.api.fs.Path.fromLocalFile(folder.toFile()),
                                new SimpleStringEncoder<String>())
                        .withBucketAssigner((record, context) -> "b" + record.hashCode() % 3)
                        .withRollingPolicy(policy(random))
                        .withBucketCheckInterval(1_000)
                        .build();
        int jobs = 1;
        SinkDriver driver = new SinkDriver(sink, "%032x".formatted(jobs), "sink");
        driver.start(1 + random.nextInt(3), null);
        Snapshot complete = null;
        int position = 0;
        int next = 0;
        while (next < RECORDS) {
            switch (random.nextInt(12)) {
                case 0, 1 -> {
                    Snapshot taken = driver.checkpoint(false);
                    if (random.nextInt(4) > 0) {
                        complete = taken;
                        position = next;
                        if (random.nextBoolean()) {
                            driver.commit();
                        }
                    } // else it is given up: what it had is in the next one
                }
                case 2 -> driver.advance(random.nextInt(5_000));
                case 3 -> {
                    if (random.nextBoolean()) {
                        driver.close(); // as a subtask that failed does, not one that is killed
                    }
                    int parallelism =
                            complete == null ? driver.parallelism() : complete.parallelism();
                    if (complete != null && random.nextInt(3) == 0) {
                        // stopped, and submitted again with another parallelism
                        driver = new SinkDriver(sink, "%032x".formatted(++jobs), "sink");
                        parallelism = 1 + random.nextInt(3);
                    }
                    if (driver.parallelism() == 0 && complete == null) {
                        parallelism = 2;
                    }
                    driver.start(parallelism, complete);
                    next = position;
                }
                default -> {
                    driver.write(random.nextInt(driver.parallelism()), "record " + next);
                    next++;
                }
            }
        }
        driver.checkpoint(true);
        driver.commit();
        driver.close();

        List<String> expected =
                new ArrayList<>(IntStream.range(0, RECORDS).mapToObj(i -> "record " + i).toList());
        assertThat(new WrittenFiles(folder).lines()).containsExactlyInAnyOrderElementsOf(expected);
    }
}
