package io.millrace.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.runtime.file.InterruptedFileSystem;
import io.millrace.runtime.file.InterruptedFileSystem.Turn;
import io.millrace.runtime.file.InterruptedFileSystem.When;
import io.millrace.runtime.file.LocalFileSystem;
import io.millrace.runtime.master.JobStore.Entry;
import io.millrace.runtime.master.JobStore.Outcome;
import io.millrace.runtime.master.JobStore.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileJobStoreTest {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    /** Calls of the longest operation, and a few more. */
    private static final int CALLS = 24;

    @TempDir Path haDir;
    private final FileSystem local = LocalFileSystem.INSTANCE;
    private String application;

    @Test
    void shouldHandTheRecordsOnFromEpochToEpoch() throws IOException {
        create();
        FileJobStore first = store(local);
        assertThat(takeOver(first, 1)).isEmpty();
        assertThat(write(first, "graph-a", "A")).isEqualTo(done());
        assertThat(write(first, "address-1", "host:1")).isEqualTo(done());
        FileJobStore third = store(local);
        assertThat(takeOver(third, 3)).isEqualTo(Map.of("graph-a", "A", "address-1", "host:1"));
        assertThat(write(third, "address-3", "host:3")).isEqualTo(done());
        JobRecordReader reader = reader();
        assertThat(reader.epoch()).hasValue(3);
        assertThat(reader.readNewest("address").orElseThrow().epoch()).isEqualTo(3);
        assertThat(reader.readNewest("address").orElseThrow().content())
                .asString()
                .isEqualTo("host:3");
        assertThat(reader.read("graph-a").orElseThrow()).asString().isEqualTo("A");
        assertThat(reader.read("graph-b")).isEmpty();
    }

    @Test
    void shouldFenceEveryEarlierEpochAtOnce() throws IOException {
        create();
        FileJobStore first = store(local);
        FileJobStore second = store(local);
        FileJobStore third = store(local);
        takeOver(first, 1);
        takeOver(second, 2);
        takeOver(third, 3);
        assertThat(reason(write(first, "chk-1", "x"))).isEqualTo(Reason.FENCED);
        assertThat(reason(write(second, "chk-1", "x"))).isEqualTo(Reason.FENCED);
        assertThat(reason(first, 1)).isEqualTo(Reason.FENCED);
        assertThat(reason(store(local), 2)).isEqualTo(Reason.FENCED);
        assertThat(takeOver(third, 3)).as("repeated by the owner").isEmpty();
        assertThat(reason(store(local), 3))
                .as("same number, not the owner")
                .isEqualTo(Reason.FENCED);
    }

    @Test
    void shouldTellAnOwnerOfTheRecordThatItIsFencedWhenItOnlyLooks() throws IOException {
        create();
        FileJobStore first = store(local);
        takeOver(first, 1);
        assertThat(check(first)).isEqualTo(done());

        takeOver(store(local), 2);

        assertThat(reason(check(first))).isEqualTo(Reason.FENCED);
    }

    private static Outcome<Void> check(FileJobStore store) {
        AtomicReference<Outcome<Void>> outcome = new AtomicReference<>();
        store.check(outcome::set);
        return outcome.get();
    }

    @Test
    void shouldRefuseAnotherContentUnderTheSameName() throws IOException {
        create();
        FileJobStore store = store(local);
        takeOver(store, 1);
        assertThat(write(store, "chk-1", "x")).isEqualTo(done());
        assertThat(write(store, "chk-1", "x")).isEqualTo(done());
        assertThat(reason(write(store, "chk-1", "y"))).isEqualTo(Reason.EXISTS);
        assertThat(reader().read("chk-1").orElseThrow()).asString().isEqualTo("x");
    }

    @Test
    void shouldRefuseToMakeARecordTwiceOrToTakeOneOverThatIsNotThere() throws IOException {
        create();
        assertThatThrownBy(() -> FileJobStore.create(local, haDir.toString(), application))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(reader().sweep()).isTrue();
        assertThat(reader().sweep()).isFalse();
        assertThat(reason(store(local), 1)).isEqualTo(Reason.ABSENT);
        assertThat(reader().epoch()).isEmpty();
        assertThat(reader().readNewest("address")).isEmpty();
    }

    @Test
    void shouldFenceAndLeaveNothingWhenTheRecordWasSwept() throws IOException {
        create();
        FileJobStore store = store(local);
        takeOver(store, 1);
        reader().sweep();
        assertThat(reason(write(store, "chk-1", "x"))).isEqualTo(Reason.FENCED);
        assertThat(haDir.resolve(application)).doesNotExist();
    }

    @Test
    void shouldRefuseNamesThatAreNoRecords() throws IOException {
        create();
        FileJobStore store = store(local);
        assertThatThrownBy(() -> store.write("a", new byte[0], outcome -> {}))
                .isInstanceOf(IllegalStateException.class);
        takeOver(store, 1);
        for (String name : List.of("", ".", "..", ".a", "a/b", "a b", "ä")) {
            assertThatThrownBy(() -> store.write(name, new byte[0], outcome -> {}))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldSayWhereARecordCanBeFenced() {
        assertThat(FileJobStore.canFence(URI.create("hdfs://nn/ha"))).isTrue();
        assertThat(FileJobStore.canFence(URI.create("file:///ha"))).isTrue();
        assertThat(FileJobStore.canFence(URI.create("viewfs://c/ha"))).isTrue();
        assertThat(FileJobStore.canFence(URI.create("s3a://bucket/ha"))).isFalse();
        assertThat(FileJobStore.canFence(URI.create("webhdfs://nn/ha"))).isFalse();
    }

    @Test
    void shouldKnowOrRepeatATakeOverWhereverItFails() throws IOException {
        for (int call = 1; call <= CALLS; call++) {
            for (When when : When.values()) {
                create();
                FileJobStore first = store(local);
                takeOver(first, 1);
                write(first, "chk-1", "x");
                FileJobStore second = store(failing(call, when));
                Outcome<List<Entry>> outcome = takeOverOnce(second, 2);
                assertThat(outcome)
                        .as("call %d %s", call, when)
                        .isNotInstanceOf(Outcome.Refused.class);
                if (outcome instanceof Outcome.Unknown) {
                    assertThat(takeOver(second, 2)).isEqualTo(Map.of("chk-1", "x"));
                }
                assertThat(reason(write(first, "chk-2", "y"))).isEqualTo(Reason.FENCED);
                assertThat(write(second, "chk-2", "z")).isEqualTo(done());
                assertThat(epochs()).containsExactly("epoch-2");
            }
        }
    }

    @Test
    void shouldKnowOrRepeatAWriteWhereverItFailsTwice() throws IOException {
        for (int call = 1; call <= 8; call++) {
            for (int second = 1; second <= 8; second++) {
                for (When when : When.values()) {
                    for (When secondWhen : When.values()) {
                        create();
                        FileSystem once = later(call, when, failure());
                        FileSystem twice =
                                new InterruptedFileSystem(once, second + 4, secondWhen, failure())
                                        .view();
                        FileJobStore store = store(twice);
                        takeOver(store, 1);
                        Outcome<Void> outcome = write(store, "chk-1", "x");
                        String at = call + " " + when + ", " + second + " " + secondWhen;
                        assertThat(outcome).as(at).isNotInstanceOf(Outcome.Refused.class);
                        if (outcome instanceof Outcome.Done) {
                            assertThat(reader().read("chk-1")).as(at).isPresent();
                        }
                        for (int i = 0; i < 2 && !outcome.equals(done()); i++) {
                            outcome = write(store, "chk-1", "x");
                        }
                        assertThat(outcome).as(at).isEqualTo(done());
                        assertThat(takeOver(store(local), 2)).isEqualTo(Map.of("chk-1", "x"));
                    }
                }
            }
        }
    }

    @Test
    void shouldDoWhatWasAskedWhenOnlyTheAnswerOfARenameIsLost() throws IOException {
        create();
        // list, rename, list, read the folder; create, rename
        FileJobStore store = store(interrupted(2, When.AFTER, failure()));
        assertThat(takeOverOnce(store, 1)).isInstanceOf(Outcome.Done.class);
        FileJobStore next = store(interrupted(6, When.AFTER, failure()));
        takeOver(next, 2);
        assertThat(write(next, "chk-1", "x")).isEqualTo(done());
    }

    @Test
    void shouldAgreeOnARecordWhereverASuccessorTakesOver() throws IOException {
        for (int call = 1; call <= CALLS; call++) {
            for (When when : When.values()) {
                create();
                AtomicReference<Map<String, String>> handedOn = new AtomicReference<>();
                Turn successor =
                        () -> {
                            FileJobStore second = store(local);
                            handedOn.set(takeOver(second, 2));
                            assertThat(write(second, "chk-1", "y"))
                                    .isEqualTo(
                                            handedOn.get().isEmpty()
                                                    ? done()
                                                    : new Outcome.Refused<>(
                                                            Reason.EXISTS, detail(second)));
                        };
                FileJobStore first = store(later(call, when, successor));
                takeOver(first, 1);
                Outcome<Void> outcome = write(first, "chk-1", "x");
                if (handedOn.get() == null) {
                    assertThat(outcome).isEqualTo(done());
                    continue;
                }
                // Done only if the successor has read it; refused if it has not.
                if (outcome instanceof Outcome.Done) {
                    assertThat(handedOn.get())
                            .as("call %d %s", call, when)
                            .containsEntry("chk-1", "x");
                } else {
                    assertThat(reason(outcome)).isEqualTo(Reason.FENCED);
                }
                String kept = handedOn.get().isEmpty() ? "y" : "x";
                assertThat(takeOver(store(local), 3)).isEqualTo(Map.of("chk-1", kept));
                assertThat(epochs()).containsExactly("epoch-3");
            }
        }
    }

    @Test
    void shouldNotBeFencedByARecordThatAppearsWhileItIsRemoved() throws IOException {
        create();
        Path epoch = haDir.resolve(application).resolve("epoch-1");
        Turn lateRename = () -> Files.writeString(epoch.resolve("coord-1"), "x");
        FileJobStore store = store(later(1, When.AFTER, lateRename));
        takeOver(store, 1);
        AtomicReference<Outcome<Void>> outcome = new AtomicReference<>();

        store.remove("coord-1", outcome::set);

        assertThat(outcome.get()).isNotInstanceOf(Outcome.Refused.class);
        assertThat(epoch.resolve("coord-1")).exists();
        assertThat(check(store)).isEqualTo(done());
    }

    @Test
    void shouldAnswerThoughAClassOfTheFileSystemIsMissing() throws IOException {
        create();
        Turn missing =
                () -> {
                    throw new NoClassDefFoundError("com/example/Client");
                };
        FileJobStore store = store(later(1, When.BEFORE, missing));
        takeOver(store, 1);

        assertThat(write(store, "chk-1", "x")).isInstanceOf(Outcome.Unknown.class);
        assertThat(write(store, "chk-1", "x")).isEqualTo(done());
    }

    @Test
    void shouldLetExactlyOneOfTwoRacingEpochsWriteAtTheEnd() throws IOException {
        for (int call = 1; call <= CALLS; call++) {
            for (When when : When.values()) {
                for (int[] epochs : new int[][] {{1, 2}, {2, 1}}) {
                    create();
                    FileJobStore other = store(local);
                    AtomicReference<Outcome<List<Entry>>> others = new AtomicReference<>();
                    Turn race = () -> others.set(takeOverOnce(other, epochs[1]));
                    FileJobStore one = store(interrupted(call, when, race));
                    Outcome<List<Entry>> ones = takeOverOnce(one, epochs[0]);
                    if (others.get() == null) {
                        others.set(takeOverOnce(other, epochs[1]));
                    }
                    boolean later = epochs[0] == 2;
                    FileJobStore newer = later ? one : other;
                    FileJobStore older = later ? other : one;
                    assertThat(later ? ones : others.get())
                            .as("the newer one, call %d %s", call, when)
                            .isInstanceOf(Outcome.Done.class);
                    assertThat(write(newer, "chk-1", "x")).isEqualTo(done());
                    if ((later ? others.get() : ones) instanceof Outcome.Done) {
                        assertThat(reason(write(older, "chk-2", "y"))).isEqualTo(Reason.FENCED);
                    } else {
                        assertThat(reason(later ? others.get() : ones)).isEqualTo(Reason.FENCED);
                    }
                    assertThat(epochs()).containsExactly("epoch-2");
                }
            }
        }
    }

    private void create() throws IOException {
        application = "application_1_" + COUNTER.incrementAndGet();
        FileJobStore.create(local, haDir.toString(), application);
    }

    private FileJobStore store(FileSystem files) {
        return new FileJobStore(
                files,
                haDir.toString(),
                application,
                Runnable::run,
                () -> "r" + COUNTER.incrementAndGet());
    }

    private JobRecordReader reader() {
        return new JobRecordReader(local, haDir.toString(), application);
    }

    private static Turn failure() {
        return InterruptedFileSystem.failure();
    }

    private FileSystem failing(int call, When when) {
        return interrupted(call, when, failure());
    }

    private FileSystem interrupted(int call, When when, Turn turn) {
        return new InterruptedFileSystem(local, call, when, turn).view();
    }

    /** Leaves the three calls of a first takeover alone: list, rename, list, and the reading. */
    private FileSystem later(int call, When when, Turn turn) {
        return interrupted(call + 4, when, turn);
    }

    private String detail(FileJobStore store) {
        return ((Outcome.Refused<Void>) write(store, "chk-1", "y")).detail();
    }

    private List<String> epochs() throws IOException {
        return local.list(haDir.resolve(application).toUri()).stream()
                .map(FileStatus::path)
                .map(JobRecord::name)
                .filter(name -> name.startsWith("epoch"))
                .toList();
    }

    private static <T> Outcome<T> done() {
        return new Outcome.Done<>(null);
    }

    private static Reason reason(Outcome<?> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return ((Outcome.Refused<?>) outcome).reason();
    }

    private static Reason reason(FileJobStore store, int epoch) {
        return reason(takeOverOnce(store, epoch));
    }

    private static Outcome<List<Entry>> takeOverOnce(FileJobStore store, int epoch) {
        AtomicReference<Outcome<List<Entry>>> outcome = new AtomicReference<>();
        store.takeOver(epoch, outcome::set);
        return outcome.get();
    }

    private static Map<String, String> takeOver(FileJobStore store, int epoch) {
        Outcome<List<Entry>> outcome = takeOverOnce(store, epoch);
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        Map<String, String> records = new TreeMap<>();
        for (Entry entry : ((Outcome.Done<List<Entry>>) outcome).value()) {
            records.put(entry.name(), new String(entry.content(), StandardCharsets.UTF_8));
        }
        return records;
    }

    private static Outcome<Void> write(FileJobStore store, String name, String content) {
        AtomicReference<Outcome<Void>> outcome = new AtomicReference<>();
        store.write(name, content.getBytes(StandardCharsets.UTF_8), outcome::set);
        return outcome.get();
    }
}
