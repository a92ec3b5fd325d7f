package io.millrace.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.StreamEvent.EndOfData;
import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.schedule.AttemptId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameCodecTest {
    private static final AttemptId WRITER = new AttemptId("0123456789abcdef".repeat(2), 1, 2, 3, 4);
    private static final AttemptId READER = new AttemptId("0123456789abcdef".repeat(2), 5, 6, 7, 8);
    private static final List<Frame> FRAMES =
            List.of(
                    new Frame.Open(1, 2, new ChannelId(WRITER, 9, READER)),
                    new Frame.Credit(3, 4),
                    new Frame.Stop(5),
                    new Frame.Data(6, 7, ByteBuffer.wrap(new byte[] {1, 2, 3})),
                    new Frame.Event(8, new Watermark(-9)),
                    new Frame.Event(8, new Barrier(10, 11, 7)),
                    new Frame.Event(8, Status.IDLE),
                    new Frame.Event(8, Status.ACTIVE),
                    new Frame.Event(8, new Barrier(10, 11, 7, CheckpointKind.DRAIN)),
                    new Frame.Event(8, EndOfData.INSTANCE),
                    new Frame.Event(8, EndOfChannel.INSTANCE),
                    new Frame.Failed(12, "so ist es: \u00fc"));

    private static ByteBuffer encode(Frame frame) {
        ByteBuffer out = ByteBuffer.allocate(FrameCodec.maxSize(frame));
        FrameCodec.encode(frame, out);
        return out.flip();
    }

    @Test
    void shouldReadWhatWasWritten() throws Exception {
        for (Frame frame : FRAMES) {
            assertThat(FrameCodec.decode(encode(frame))).isEqualTo(frame);
        }
    }

    @Test
    void shouldRefuseFramesThatAreCutOrTooLong() {
        for (Frame frame : FRAMES) {
            ByteBuffer whole = encode(frame);
            if (frame instanceof Frame.Data) {
                continue; // its bytes end where it ends
            }
            for (int length = 0; length < whole.limit(); length++) {
                ByteBuffer cut = whole.duplicate().limit(length);
                assertThatThrownBy(() -> FrameCodec.decode(cut))
                        .isInstanceOf(ProtocolException.class);
            }
            ByteBuffer longer =
                    ByteBuffer.allocate(whole.limit() + 1).put(whole.duplicate()).rewind();
            assertThatThrownBy(() -> FrameCodec.decode(longer))
                    .isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void shouldCutLongCauses() throws Exception {
        Frame.Failed failed =
                (Frame.Failed) FrameCodec.decode(encode(new Frame.Failed(1, "x".repeat(100_000))));
        assertThat(failed.cause()).hasSize(4096);
    }

    @Test
    void shouldAnswerRandomBytesWithNothingButProtocolExceptions() {
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length > 0 && random.nextBoolean()) {
                bytes[0] = (byte) (1 + random.nextInt(6));
            }
            try {
                FrameCodec.decode(ByteBuffer.wrap(bytes));
            } catch (ProtocolException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(50_000);
    }
}
