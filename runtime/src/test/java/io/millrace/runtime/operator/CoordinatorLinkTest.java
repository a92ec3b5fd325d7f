package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.coordinate.SourceMessages;
import io.millrace.runtime.coordinate.ToCoordinator;
import io.millrace.runtime.coordinate.ToReader;
import io.millrace.runtime.metrics.SubtaskValues;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a reader says on a new connection that it still waits for. */
class CoordinatorLinkTest {
    private final List<ToCoordinator> told = new ArrayList<>();
    private final CoordinatorLink link =
            new CoordinatorLink(
                    "numbers",
                    "numbers",
                    new SubtaskContext(
                            null,
                            null,
                            () -> {},
                            new SubtaskValues(0, "numbers"),
                            null,
                            (uid, message) -> told.add(read(message))));

    private static ToCoordinator read(byte[] message) {
        try {
            return SourceMessages.readToCoordinator(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ToReader.AddSplits splits(long sequence, long answers) {
        return new ToReader.AddSplits(sequence, answers, 1, List.of());
    }

    private ToCoordinator.Register registered() {
        link.register(2);
        return (ToCoordinator.Register) told.get(told.size() - 1);
    }

    @Test
    void shouldAskAgainWhenSplitsHaveComeThatWereGivenUnasked() {
        link.sendSplitRequest();

        assertThat(link.isNew(splits(1, 0))).isTrue();

        assertThat(registered().request()).isEqualTo(1);
        assertThat(registered().received()).isEqualTo(1);
    }

    @Test
    void shouldAskAgainWhenAnEarlierRequestWasAnswered() {
        link.sendSplitRequest();
        link.sendSplitRequest();

        link.isNew(splits(1, 1));

        assertThat(registered().request()).isEqualTo(2);
    }

    @Test
    void shouldAskForNothingWhenItsRequestWasAnswered() {
        link.sendSplitRequest();

        link.isNew(splits(1, 1));

        assertThat(registered().request()).isZero();
    }

    @Test
    void shouldAskForNothingWhenNoMoreSplitsCome() {
        link.sendSplitRequest();

        link.isNew(new ToReader.NoMoreSplits(1));

        assertThat(registered().request()).isZero();
    }
}
