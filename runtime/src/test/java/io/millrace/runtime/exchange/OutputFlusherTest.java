package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OutputFlusherTest {

    /** Counts how often it was asked. */
    private static final class RecordingOutput extends ForgettingOutputChannel {
        final AtomicInteger asked = new AtomicInteger();
        final CountDownLatch thrice = new CountDownLatch(3);

        @Override
        public void requestFlush() {
            asked.incrementAndGet();
            thrice.countDown();
        }

        @Override
        public boolean handsObjectsOver() {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void shouldAskRegisteredChannelsAgainAndAgainUntilTheyAreClosed() throws Exception {
        try (OutputFlusher flusher = new OutputFlusher("test-flusher")) {
            RecordingOutput first = new RecordingOutput();
            RecordingOutput second = new RecordingOutput();
            OutputFlusher.Registration firstsTurn = flusher.register(first, 1);
            assertThat(first.thrice.await(30, TimeUnit.SECONDS)).isTrue();
            firstsTurn.close();
            firstsTurn.close();
            flusher.register(second, 1);
            assertThat(second.thrice.await(30, TimeUnit.SECONDS)).isTrue();
            // a round that was under way when it was closed has ended by now
            int asked = first.asked.get();
            RecordingOutput third = new RecordingOutput();
            flusher.register(third, 1);
            assertThat(third.thrice.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(first.asked).hasValue(asked);
        }
    }

    @Test
    void shouldNeverAskWhenIntervalSaysSo() throws Exception {
        try (OutputFlusher flusher = new OutputFlusher("test-flusher")) {
            RecordingOutput never = new RecordingOutput();
            RecordingOutput often = new RecordingOutput();
            flusher.register(never, -1);
            flusher.register(never, 0);
            flusher.register(often, 1);
            assertThat(often.thrice.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(never.asked).hasValue(0);
        }
    }
}
