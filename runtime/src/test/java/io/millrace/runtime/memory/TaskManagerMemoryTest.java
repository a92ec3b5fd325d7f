package io.millrace.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.MemorySize;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.Arrays;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TaskManagerMemoryTest {
    private static final MemorySize SEGMENT = MemorySize.ofKibiBytes(32);

    /**
     * A worker as known from Flink, to the byte.
     *
     * @param settings {@code key=value}, without the leading {@code taskmanager.memory.}
     * @param overheadMebibytes rounded to a tenth
     */
    record Vector(
            String name,
            String settings,
            double overheadMebibytes,
            double managedMebibytes,
            int buffers,
            long heapBytes,
            long directBytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Columns whose outcome does not depend on which of fraction and default bound wins. */
    static Stream<Vector> vectorsOfBoth() {
        return Stream.of(
                new Vector("1728m", "process.size=1728m", 192, 512, 4096, 536870902L, 268435458L),
                new Vector("default", "", 192, 512, 4096, 536870902L, 268435458L),
                new Vector("4g", "process.size=4g", 409.6, 1372.16, 10977, 1664299798L, 493921243L),
                new Vector(
                        "12g", "process.size=12g", 1024, 4403.2, 35225, 5637144490L, 1288490206L),
                new Vector(
                        "12g, managed and overhead raised, overhead bounded at 4 GB",
                        "process.size=12g managed.fraction=0.5 jvm-overhead.fraction=0.4"
                                + " jvm-overhead.max=4gb",
                        4096,
                        3968,
                        25395,
                        3194381914L,
                        966367654L),
                new Vector("2g", "process.size=2g", 204.8, 634.88, 5079, 697932173L, 300647712L),
                new Vector(
                        "flink.size=1280m",
                        "flink.size=1280m",
                        192,
                        512,
                        4096,
                        536870902L,
                        268435458L),
                new Vector(
                        "flink.size=4g",
                        "flink.size=4g",
                        483.56,
                        1638.4,
                        13107,
                        2013265888L,
                        563714464L));
    }

    /** Columns in which a fraction that was set meets a default bound: Flink caps it silently. */
    static Stream<Vector> vectorsOfFlinkAlone() {
        return Stream.of(
                new Vector(
                        "12g, managed and overhead raised",
                        "process.size=12g managed.fraction=0.5 jvm-overhead.fraction=0.4",
                        1024,
                        5504,
                        35225,
                        4482872098L,
                        1288490206L),
                new Vector(
                        "12g, managed and overhead raised, network bounded",
                        "process.size=12g managed.fraction=0.5 jvm-overhead.fraction=0.4"
                                + " network.max=1g",
                        1024,
                        5504,
                        32768,
                        4563402752L,
                        1207959552L));
    }

    @ParameterizedTest
    @MethodSource("vectorsOfBoth")
    void shouldDeriveWhatFlinkDerives(Vector vector) {
        assertMatches(TaskManagerMemory.of(settings(vector.settings)), vector);
        assertMatches(asFlink(vector.settings), vector);
    }

    @ParameterizedTest
    @MethodSource("vectorsOfFlinkAlone")
    void shouldDeriveWhatFlinkDerivesWhenDefaultBoundsWin(Vector vector) {
        assertMatches(asFlink(vector.settings), vector);
    }

    @ParameterizedTest
    @MethodSource("vectorsOfFlinkAlone")
    void shouldGiveTheFractionThatWasSetWhenOnlyADefaultBoundIsAgainstIt(Vector vector) {
        TaskManagerMemory memory = TaskManagerMemory.of(settings(vector.settings));

        // 0.4 of 12 GiB is overhead; the rest without metaspace is halved by managed.
        assertThat(mebibytes(memory.overhead())).isEqualTo(4915.2);
        assertThat(mebibytes(memory.managed())).isEqualTo(3558.4);
        assertThat(mebibytes(memory.network())).isEqualTo(711.68);
        assertThat(memory.process()).isEqualTo(MemorySize.ofGibiBytes(12));
    }

    @Test
    void shouldReproduceTheSizesOfAnOldLog() {
        TaskManagerMemory memory =
                TaskManagerMemory.of(settings("process.size=2048m jvm-metaspace.size=96m"));

        assertThat(memory.taskHeap().getBytes()).isEqualTo(647600523L);
        assertThat(memory.network().getBytes()).isEqualTo(183207201L);
        assertThat(memory.managed().getBytes()).isEqualTo(732828804L);
        assertThat(memory.overhead().getBytes()).isEqualTo(214748368L);
    }

    @Test
    void shouldRefuseWithTheLeastSizeWhenProcessIsTooSmall() {
        assertThat(TaskManagerMemory.of(settings("process.size=982m")).taskHeap().getBytes())
                .isPositive();
        assertThatThrownBy(() -> TaskManagerMemory.of(settings("process.size=981m")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("the least taskmanager.memory.process.size is 982m.");
        assertThatThrownBy(() -> TaskManagerMemory.of(settings("process.size=300m")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("taskmanager.memory.process.size is 300 MiB")
                .hasMessageContaining("the least taskmanager.memory.process.size is 982m.");
    }

    @Test
    void shouldDeriveEverythingFromTaskHeapAndManagedWhenBothAreSet() {
        TaskManagerMemory memory =
                TaskManagerMemory.of(settings("task.heap.size=1g managed.size=512m"));

        // 0.1/0.9 of the other parts (1792 MiB) and, for the overhead, of 1991.1 + 256 MiB.
        assertThat(mebibytes(memory.network())).isEqualTo(199.11);
        assertThat(mebibytes(memory.overhead())).isEqualTo(249.68);
        assertThat(memory.heap()).isEqualTo(MemorySize.ofMebiBytes(1152));
        assertThat(memory.containerMebibytes()).isEqualTo(2496);
    }

    @Test
    void shouldTakeTheRestAsNetworkWhenTaskHeapAndATotalAreSet() {
        TaskManagerMemory memory =
                TaskManagerMemory.of(settings("task.heap.size=1g managed.size=512m flink.size=2g"));
        assertThat(memory.network()).isEqualTo(MemorySize.ofMebiBytes(256));

        memory = TaskManagerMemory.of(settings("task.heap.size=384m process.size=1728m"));
        assertThat(mebibytes(memory.network())).isEqualTo(128);
    }

    @Test
    void shouldTakeTheRestAsOverheadWhenFlinkAndProcessAreSet() {
        TaskManagerMemory memory = TaskManagerMemory.of(settings("flink.size=4g process.size=6g"));

        assertThat(memory.overhead()).isEqualTo(MemorySize.ofMebiBytes(1792));
        assertThat(memory.process()).isEqualTo(MemorySize.ofGibiBytes(6));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flink.size=4g process.size=4g|taskmanager.memory.process.size of 4096 MiB, "
                        + "taskmanager.memory.jvm-metaspace.size of 256 MiB and the other parts of "
                        + "4096 MiB leave -256 MiB for the overhead",
                "flink.size=4g process.size=6g jvm-overhead.max=1g|leave 1792 MiB for the overhead,"
                        + " more than taskmanager.memory.jvm-overhead.max of 1024 MiB",
                "task.heap.size=1g managed.size=1g flink.size=2g|leave -256 MiB for the network "
                        + "memory, less than taskmanager.memory.network.min of 64 MiB",
                "managed.size=1g flink.size=1g|need 1382.4 MiB: raise"
                        + " taskmanager.memory.flink.size",
                "managed.size=2g process.size=2g|the least taskmanager.memory.process.size is"
                        + " 3129m",
                "jvm-overhead.min=2g jvm-overhead.max=1g|taskmanager.memory.jvm-overhead.min is 2g,"
                        + " which is more than taskmanager.memory.jvm-overhead.max of 1g",
                "framework.heap.size=0 task.heap.size=1m managed.size=0|32 MiB of heap"
            })
    void shouldRefuseWithBothNumbersWhenSettingsConflict(String settings, String sentence) {
        assertThatThrownBy(() -> TaskManagerMemory.of(settings(settings)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(sentence);
    }

    @ParameterizedTest
    @CsvSource({
        "process.size=12g jvm-overhead.max=100m, 100",
        "process.size=12g jvm-overhead.min=2g, 2048",
        "process.size=1728m jvm-overhead.fraction=0.05, 86.4",
        "process.size=12g jvm-overhead.fraction=0.4 jvm-overhead.max=2g, 2048",
        "process.size=1728m jvm-overhead.fraction=0.05 jvm-overhead.min=100m, 100"
    })
    void shouldLetADefaultYieldToWhatWasSet(String settings, double overheadMebibytes) {
        assertThat(mebibytes(TaskManagerMemory.of(settings(settings)).overhead()))
                .isEqualTo(overheadMebibytes);
    }

    @Test
    void shouldUseWhatYarnGrantedWhenItRoundedUp() {
        ParsedConfiguration configuration = settings("process.size=1728m");

        TaskManagerMemory memory = TaskManagerMemory.ofGranted(configuration, 2048);

        assertThat(memory.heap().getBytes()).isEqualTo(697932173L);
        assertThat(memory.process()).isEqualTo(MemorySize.ofMebiBytes(2048));
        assertThat(memory.lines().get(0).from())
                .isEqualTo("granted by YARN; asked for 1728 MiB (taskmanager.memory.process.size)");
    }

    @ParameterizedTest
    @CsvSource({
        "flink.size=1280m, 192",
        "task.heap.size=384m managed.size=512m, 192",
        "flink.size=1280m process.size=1728m, 192"
    })
    void shouldAddWhatYarnGrantedToTheOverheadWhenThePartsAreFixed(
            String settings, double askedOverheadMebibytes) {
        TaskManagerMemory asked = TaskManagerMemory.of(settings(settings));
        TaskManagerMemory memory = TaskManagerMemory.ofGranted(settings(settings), 2048);

        assertThat(mebibytes(asked.overhead())).isEqualTo(askedOverheadMebibytes);
        assertThat(memory.flink()).isEqualTo(asked.flink());
        assertThat(memory.heap()).isEqualTo(asked.heap());
        assertThat(memory.process()).isEqualTo(MemorySize.ofMebiBytes(2048));
    }

    @Test
    void shouldAddWhatYarnGrantedToTheOverheadWhenNetworkMayNotGrow() {
        ParsedConfiguration configuration =
                settings("process.size=1728m task.heap.size=384m network.max=150m");

        TaskManagerMemory memory = TaskManagerMemory.ofGranted(configuration, 2048);

        assertThat(mebibytes(memory.network())).isEqualTo(128);
        assertThat(mebibytes(memory.overhead())).isEqualTo(512);
        assertThat(memory.lines())
                .filteredOn(line -> line.name().equals("  overhead"))
                .singleElement()
                .satisfies(line -> assertThat(line.from()).contains("320 MiB that YARN granted"));
    }

    @Property
    void shouldAddUpToTheGrantedContainer(
            @ForAll @IntRange(min = 982, max = 65_536) int asked,
            @ForAll @IntRange(min = 0, max = 4096) int extra) {
        ParsedConfiguration configuration = settings("process.size=" + asked + "m");

        TaskManagerMemory memory = TaskManagerMemory.ofGranted(configuration, asked + extra);

        assertThat(memory.containerMebibytes()).isEqualTo(asked + extra);
        assertThat(
                        memory.heap()
                                .add(memory.direct())
                                .add(memory.managed())
                                .add(memory.metaspace())
                                .add(memory.overhead()))
                .isEqualTo(memory.process());
    }

    private static void assertMatches(TaskManagerMemory memory, Vector expected) {
        assertThat(memory.heap().getBytes()).as("-Xmx").isEqualTo(expected.heapBytes);
        assertThat(memory.direct().getBytes()).as("direct").isEqualTo(expected.directBytes);
        assertThat(memory.metaspace().getBytes()).as("metaspace").isEqualTo(268435456L);
        assertThat(memory.networkBuffers(SEGMENT)).as("buffers").isEqualTo(expected.buffers);
        assertThat(mebibytes(memory.overhead()))
                .as("overhead")
                .isEqualTo(expected.overheadMebibytes);
        assertThat(mebibytes(memory.managed())).as("managed").isEqualTo(expected.managedMebibytes);
    }

    private static TaskManagerMemory asFlink(String settings) {
        return new TaskManagerMemoryRules(settings(settings), FractionPolicy.BOUND_WINS).derive();
    }

    /** Rounded to hundredths. */
    private static double mebibytes(MemorySize size) {
        return Math.round(size.getBytes() * 100.0 / (1 << 20)) / 100.0;
    }

    private static ParsedConfiguration settings(String settings) {
        Configuration configuration = new Configuration();
        Arrays.stream(settings.split(" "))
                .filter(setting -> !setting.isEmpty())
                .map(setting -> setting.split("=", 2))
                .forEach(pair -> configuration.setString("taskmanager.memory." + pair[0], pair[1]));
        return ParsedConfiguration.of(configuration);
    }
}
