package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.Waterfall.Part;
import io.millrace.runtime.master.JobStatus.TimelineEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaterfallTest {
    private static final List<Part> PARTS =
            List.of(
                    new Part("upload", "launched", "submitted"),
                    new Part("worker start", "granted", "registered"),
                    new Part("deploy", "registered", "running"),
                    new Part("first record", "running", "first record"));

    @Test
    void shouldDrawABarForEachPartAndNameWhatNoneCovers() {
        List<TimelineEvent> timeline =
                List.of(
                        event("launched", 100_000),
                        event("submitted", 102_000),
                        event("granted", "c1", 103_000),
                        event("granted", "c2", 103_500),
                        event("registered", "c2", 105_000),
                        event("registered", "c1", 107_000),
                        event("running", 107_900),
                        event("first record", 108_000));

        assertThat(Waterfall.of(PARTS, timeline).lines())
                .containsExactly(
                        "Where the 8.00 s of the start went:",
                        "  upload          2.00 s |==========                             "
                                + " | launched -> submitted",
                        "  worker start    4.00 s |               ====================    "
                                + " | granted -> registered",
                        "  deploy          2.90 s |                         ============== "
                                + "| registered -> running",
                        "  first record    0.10 s |                                       ="
                                + "| running -> first record",
                        "  1.00 s are in none of these.");
    }

    @Test
    void shouldLeaveOutPartsWithoutBothEnds() {
        Waterfall waterfall =
                Waterfall.of(PARTS, List.of(event("launched", 5), event("submitted", 15)));

        assertThat(waterfall.bars()).extracting(bar -> bar.part().name()).containsExactly("upload");
        assertThat(waterfall.totalMillis()).isEqualTo(10);
        assertThat(Waterfall.of(PARTS, List.of()).lines()).isEmpty();
    }

    @Test
    void shouldNotCountWhatHappenedAfterTheFirstRecord() {
        Waterfall waterfall =
                Waterfall.of(
                        PARTS,
                        List.of(
                                event("granted", "c1", 10),
                                event("registered", "c1", 20),
                                event("first record", 30),
                                event("granted", "c3", 1000),
                                event("registered", "c3", 2000)));

        assertThat(waterfall.bars())
                .singleElement()
                .satisfies(bar -> assertThat(bar.millis()).isEqualTo(10));
    }

    @Test
    void shouldDrawAnEmptyBarWhenClocksDisagree() {
        Waterfall waterfall =
                Waterfall.of(PARTS, List.of(event("launched", 50), event("submitted", 10)));

        assertThat(waterfall.bars())
                .singleElement()
                .satisfies(bar -> assertThat(bar.millis()).isZero());
        assertThat(waterfall.lines()).hasSize(2);
    }

    private static TimelineEvent event(String name, long millis) {
        return event(name, "", millis);
    }

    private static TimelineEvent event(String name, String subject, long millis) {
        return new TimelineEvent(name, subject, millis);
    }
}
