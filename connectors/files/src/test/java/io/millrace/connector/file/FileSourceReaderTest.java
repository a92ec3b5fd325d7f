package io.millrace.connector.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.metric.MetricGroup;
import io.millrace.api.source.InputStatus;
import io.millrace.api.source.ReaderOutput;
import io.millrace.api.source.SourceEvent;
import io.millrace.api.source.SourceOutput;
import io.millrace.api.source.SourceReaderContext;
import io.millrace.api.time.Watermark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader that has several splits, because it begins from a checkpoint. */
class FileSourceReaderTest {

    /** Records what is told, with the split that it is about. */
    private static final class Recorded implements ReaderOutput<String> {
        private final List<String> told;
        private final String split;

        Recorded(List<String> told, String split) {
            this.told = told;
            this.split = split;
        }

        @Override
        public void collect(String line) {
            told.add(split + line);
        }

        @Override
        public void collect(String line, long timestamp) {
            collect(line);
        }

        @Override
        public SourceOutput<String> createOutputForSplit(String splitId) {
            told.add("begin " + nameOf(splitId));
            return new Recorded(told, nameOf(splitId) + ": ");
        }

        @Override
        public void releaseOutputForSplit(String splitId) {
            told.add("end " + nameOf(splitId));
        }

        @Override
        public void emitWatermark(Watermark watermark) {}

        @Override
        public void markIdle() {}

        @Override
        public void markActive() {}

        private static String nameOf(String splitId) {
            return splitId.substring(splitId.lastIndexOf('/') + 1, splitId.indexOf('@'));
        }
    }

    /** Whose requests nobody hears. */
    private record Context() implements SourceReaderContext {
        @Override
        public MetricGroup metricGroup() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Configuration getConfiguration() {
            return new Configuration();
        }

        @Override
        public String getLocalHostName() {
            return "host";
        }

        @Override
        public int getIndexOfSubtask() {
            return 0;
        }

        @Override
        public int currentParallelism() {
            return 1;
        }

        @Override
        public void sendSplitRequest() {}

        @Override
        public void sendSourceEventToCoordinator(SourceEvent sourceEvent) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ClassLoader getUserCodeClassLoader() {
            return getClass().getClassLoader();
        }
    }

    @TempDir Path folder;

    private final List<String> told = new ArrayList<>();
    private final Recorded output = new Recorded(told, "");
    private final FileSourceReader<String> reader =
            new FileSourceReader<>(new TextLineInputFormat(), new Context());

    private FileSourceSplit split(String file, String... lines) throws Exception {
        Path path = folder.resolve(file);
        Files.write(path, List.of(lines));
        long length = Files.size(path);
        return new FileSourceSplit(
                new io.millrace.api.fs.FileRange(path.toUri().toString(), 0, length, length),
                List.of(),
                -1,
                0);
    }

    private List<String> poll(int times) throws Exception {
        told.clear();
        for (int i = 0; i < times; i++) {
            reader.pollNext(output);
        }
        return told;
    }

    @Test
    void shouldHoldEventTimeForAllSplitsOfACheckpointBeforeTheFirstRecord() throws Exception {
        reader.addSplits(List.of(split("a", "1", "2"), split("b", "3")));
        reader.start();
        reader.addSplits(List.of(split("c", "4")));
        reader.notifyNoMoreSplits();

        assertThat(poll(6))
                .containsExactly(
                        "begin a", "begin b", "begin a", "a: 1", "a: 2", "end a", "begin b", "b: 3",
                        "end b", "begin c", "c: 4");
        assertThat(poll(1)).containsExactly("end c");
        assertThat(reader.pollNext(output)).isEqualTo(InputStatus.END_OF_INPUT);
    }

    @Test
    void shouldReadOtherSplitsWhileOneRests() throws Exception {
        FileSourceSplit a = split("a", "1", "2");
        reader.addSplits(List.of(a, split("b", "3")));
        reader.start();
        reader.notifyNoMoreSplits();
        assertThat(poll(1)).endsWith("a: 1");

        reader.pauseOrResumeSplits(List.of(a.splitId()), List.of());
        assertThat(reader.snapshotState(1)).hasSize(2);
        assertThat(poll(2)).containsExactly("begin b", "b: 3", "end b");
        assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
        assertThat(reader.isAvailable()).isNotDone();

        reader.pauseOrResumeSplits(List.of(), List.of(a.splitId()));
        assertThat(reader.isAvailable()).isDone();
        assertThat(poll(2)).containsExactly("a: 2", "end a");
        assertThat(reader.pollNext(output)).isEqualTo(InputStatus.END_OF_INPUT);
        reader.close();
    }
}
