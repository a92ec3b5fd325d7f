package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.operator.SinkSubtasks.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * A sink that commits, under faults of any kind at any moment: what can be seen at the end is each
 * record of the input once.
 */
class SinkWriterPropertyTest {
    private static final int RECORDS = 120;
    private static Path folder;

    @BeforeContainer
    static void makeFolder() throws IOException {
        folder = Files.createTempDirectory("sink-property");
    }

    @AfterContainer
    static void deleteFolder() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** A job of one source that can be put back, and a sink. */
    private static final class Job {
        final Random random;
        final TransactionStore store;
        final SinkSubtasks subtasks;

        /** Checkpoints that are taken and neither complete nor given up. */
        final TreeMap<Long, Snapshot> taken = new TreeMap<>();

        final TreeMap<Long, Integer> positions = new TreeMap<>();
        Snapshot complete;
        long lastId;
        int next;
        int crashes;
        int rescalings;

        Job(long seed) throws Exception {
            random = new Random(seed);
            store = new TransactionStore(random);
            store.trouble(0.3, 0.01);
            subtasks =
                    new SinkSubtasks(
                            folder,
                            store.sink(),
                            SinkWriterOperator.End.WAITS_FOR_LAST_CHECKPOINT,
                            1_000);
            subtasks.start(1 + random.nextInt(3), null);
        }

        void run() throws Exception {
            while (true) {
                try {
                    if (step()) {
                        return;
                    }
                } catch (OperatorFailure e) {
                    restart();
                }
            }
        }

        private boolean step() throws Exception {
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> {
                    if (next < RECORDS) {
                        subtasks.operator(random.nextInt(subtasks.parallelism()))
                                .process("r" + next, 0);
                        next++;
                    } else {
                        return end();
                    }
                }
                case 4 -> {
                    if (taken.size() < 3) {
                        take();
                    }
                }
                case 5 -> {
                    if (!taken.isEmpty()) {
                        complete(new ArrayList<>(taken.keySet()).get(random.nextInt(taken.size())));
                    }
                }
                case 6 -> {
                    if (!taken.isEmpty()) {
                        taken.pollLastEntry(); // given up: the next one takes its place
                    }
                }
                default -> {
                    if (random.nextInt(4) == 0) {
                        restart();
                    } else {
                        subtasks.advance(random.nextInt(5_000));
                    }
                }
            }
            return false;
        }

        private void take() throws Exception {
            long id = ++lastId;
            positions.put(id, next);
            taken.put(id, subtasks.checkpoint(id));
        }

        private void complete(long id) {
            complete = taken.get(id);
            taken.headMap(id, true).clear();
            if (random.nextInt(5) > 0) {
                subtasks.complete(id); // else nobody hears of it
            }
        }

        /** Whoever ran is gone, in whatever he was about to do. */
        private void restart() {
            taken.clear();
            while (true) {
                crashes++;
                next = complete == null ? 0 : positions.get(complete.id());
                int parallelism = 1 + random.nextInt(3);
                rescalings += complete != null && parallelism != complete.subtasks().size() ? 1 : 0;
                try {
                    subtasks.start(parallelism, complete);
                    return;
                } catch (OperatorFailure e) {
                    // once more
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        }

        private boolean end() throws Exception {
            subtasks.finish();
            take();
            complete(lastId);
            while (!subtasks.settle()) {
                subtasks.advance(60_000);
            }
            if (random.nextBoolean()) {
                restart(); // and commits again
                while (!subtasks.settle()) {
                    subtasks.advance(60_000);
                }
            } else {
                subtasks.complete(lastId);
                while (!subtasks.settle()) {
                    subtasks.advance(60_000);
                }
            }
            subtasks.close();
            return true;
        }
    }

    @Property(tries = 200)
    void shouldShowEachRecordOnceWhateverFailsWhenever(@ForAll long seed) throws Exception {
        Job job = new Job(seed);
        job.run();

        List<String> input = IntStream.range(0, RECORDS).mapToObj(i -> "r" + i).toList();
        assertThat(job.store.visible()).containsExactlyInAnyOrderElementsOf(input);
        TOTAL.crashes += job.crashes;
        TOTAL.rescalings += job.rescalings;
        TOTAL.retries += job.store.retries;
        TOTAL.repeated += job.store.repeatedCommits;
    }

    /** How much of what may go wrong has gone wrong. */
    private static final class Total {
        int crashes;
        int rescalings;
        int retries;
        int repeated;
    }

    private static final Total TOTAL = new Total();

    @AfterContainer
    static void shouldHaveMetAllFaults() {
        assertThat(TOTAL.crashes).as("crashes").isPositive();
        assertThat(TOTAL.rescalings).as("restarts with another parallelism").isPositive();
        assertThat(TOTAL.retries).as("commits tried again").isPositive();
        assertThat(TOTAL.repeated).as("commits done twice").isPositive();
    }
}
