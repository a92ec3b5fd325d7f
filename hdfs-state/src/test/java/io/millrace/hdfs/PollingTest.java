package io.millrace.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PollingTest {
    private static final URI PATH = URI.create("hdfs://nn/file");

    private long nowNanos = 17;
    private int pauses;

    private final Polling polling =
            new Polling(
                    () -> nowNanos,
                    pause -> {
                        pauses++;
                        nowNanos += pause.toNanos();
                    },
                    Duration.ofMillis(100),
                    Duration.ofSeconds(3));

    @Test
    void shouldAskAgainAfterEachPauseUntilItHasCome() throws IOException {
        polling.until(() -> pauses == 5, PATH, "something");

        assertThat(pauses).isEqualTo(5);
    }

    @Test
    void shouldNotPauseForWhatIsThere() throws IOException {
        polling.until(() -> true, PATH, "something");

        assertThat(pauses).isZero();
    }

    @Test
    void shouldSayHowLongItHasWaitedAndForWhat() {
        assertThatThrownBy(() -> polling.until(() -> false, PATH, "the lease"))
                .isInstanceOf(IOException.class)
                .hasMessage("Waited 3 s for the lease: hdfs://nn/file");
        assertThat(pauses).isEqualTo(31);
    }

    @Test
    void shouldStopWaitingWhenItIsInterrupted() {
        Polling interrupted =
                new Polling(
                        () -> nowNanos,
                        pause -> {
                            throw new InterruptedException();
                        },
                        Duration.ofMillis(100),
                        Duration.ofSeconds(3));

        assertThatThrownBy(() -> interrupted.until(() -> false, PATH, "the lease"))
                .isInstanceOf(InterruptedIOException.class)
                .hasMessageContaining("the lease");
        assertThat(Thread.interrupted()).as("the thread stays interrupted").isTrue();
    }
}
