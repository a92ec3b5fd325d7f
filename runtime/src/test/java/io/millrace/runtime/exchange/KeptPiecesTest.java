package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.Types;
import io.millrace.runtime.exchange.ChannelReplay.Choice;
import io.millrace.runtime.exchange.ChannelReplay.Events;
import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lay in channels, when it is more than the heap is to take. */
class KeptPiecesTest {
    private static final int RECORDS = 40_000;

    @TempDir Path folder;

    private final JobClasses classes = new JobClasses(getClass().getClassLoader());
    private final List<FileChannel> opened = new ArrayList<>();

    @SuppressWarnings("unchecked") // of the records that are kept
    private final TypeSerializer<Object> serializer =
            (TypeSerializer<Object>) (TypeSerializer<?>) Serializers.compile(Types.STRING, classes);

    private FileChannel open() throws IOException {
        FileChannel file =
                FileChannel.open(
                        folder.resolve("file-" + opened.size()),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        opened.add(file);
        return file;
    }

    private static Object element(Random random, int number) {
        return switch (random.nextInt(50)) {
            case 0 -> new Watermark(number);
            case 1 -> random.nextBoolean() ? Status.IDLE : Status.ACTIVE;
            default -> number + "x".repeat(random.nextInt(500));
        };
    }

    private static void add(Object element, ChannelContent content) {
        if (element instanceof StreamEvent event) {
            content.event(event);
        } else {
            content.records(new RecordBatch(new Object[] {element}, new long[] {7}, 0, 1));
        }
    }

    private static List<Object> all(ChannelReplay replay) throws Exception {
        List<Object> all = new ArrayList<>();
        for (Object next = replay.next(); next != null; next = replay.next()) {
            if (next instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    assertThat(batch.timestamps[i]).isEqualTo(7);
                    all.add(batch.values[i]);
                }
            } else {
                all.add(next);
            }
        }
        return all;
    }

    private static List<Object> elements() {
        Random random = new Random(1);
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            elements.add(element(random, i));
        }
        return elements;
    }

    @Test
    void shouldReadBackInItsOrderWhatDoesNotStayOnTheHeap() throws Exception {
        KeptPieces kept = new KeptPieces(this::open, KeptPieces.MAX_HEAP_BYTES);
        ChannelContent content = new ChannelContent(serializer, 3, true, kept, 16);
        List<Object> elements = elements();
        elements.forEach(element -> add(element, content));
        assertThat(content.bytes()).isGreaterThan(2 * KeptPieces.HEAP_BYTES);
        List<KeptPieces.Piece> pieces = content.toPieces();
        kept.close();
        assertThat(opened).hasSize(1);

        ChannelReplay replay = new ChannelReplay(this::open);
        for (KeptPieces.Piece piece : pieces) {
            replay.add(0, piece.read(), serializer, Events.KEPT, Choice.ALL);
        }
        List<Object> expected = new ArrayList<>(List.of(new Watermark(3), Status.IDLE));
        expected.addAll(elements);
        ChannelContent left = new ChannelContent(serializer);
        replay.left(0, left); // a barrier comes before it is read
        assertThat(all(replay)).isEqualTo(expected);
        assertThat(replay.isEmpty()).isTrue();
        assertThat(ChannelContents.elements(left, serializer)).hasSize(expected.size());

        assertThat(opened.get(0).isOpen()).isTrue();
        pieces.forEach(KeptPieces.Piece::release);
        replay.close();
        assertThat(opened).hasSize(2).noneMatch(FileChannel::isOpen);
    }

    @Test
    void shouldTakeOnlyItsOwnRecordsOfWhatIsDealtOutAnew() throws Exception {
        ChannelContent content = new ChannelContent(serializer);
        List<Object> elements = elements();
        elements.forEach(element -> add(element, content));
        ChannelReplay replay = new ChannelReplay(this::open);
        Choice own = value -> value.hashCode() % 3 == 0;

        replay.add(0, content.toBytes(), serializer, Events.DROPPED, own);

        assertThat(all(replay))
                .isEqualTo(
                        elements.stream()
                                .filter(e -> e instanceof String && e.hashCode() % 3 == 0)
                                .toList());
    }

    @Test
    void shouldSayThatThereIsNoDiskWhenTheHeapIsNotToTakeMore() throws Exception {
        KeptPieces kept = new KeptPieces(KeptPieces.Disk.NONE, 100);
        kept.add(new byte[80], 80);

        assertThatThrownBy(() -> kept.add(new byte[21], 21))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 100 bytes")
                .hasMessageContaining("io.tmp.dirs");
    }

    @Test
    void shouldTellWhenThereIsNoRoom() {
        KeptPieces kept =
                new KeptPieces(
                        () -> {
                            throw new IOException("disk full");
                        },
                        KeptPieces.MAX_HEAP_BYTES);
        ChannelContent content = new ChannelContent(serializer, 0, false, kept, 1);

        elements().forEach(element -> add(element, content));

        assertThat(content.failure()).hasMessage("disk full");
        assertThat(content.bytes()).isLessThan(2 * KeptPieces.HEAP_BYTES);
    }
}
