package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.StreamEvent.Barrier;
import java.util.BitSet;

/**
 * What a checkpoint keeps of the channels of a gate that it has overtaken: what lay before the
 * barrier, and what still comes on channels that the barrier has not reached.
 *
 * <p>Threads: owned by the reading subtask.
 */
public final class ChannelSaving {
    private final Barrier barrier;
    private final ChannelContent[] contents;
    private final BitSet awaited;
    private final KeptPieces pieces;
    private Exception failure;

    /**
     * @param contents one for each channel, null for those that have ended
     * @param awaited channels that the barrier has not reached
     * @param pieces take what the contents cut off
     */
    ChannelSaving(Barrier barrier, ChannelContent[] contents, BitSet awaited, KeptPieces pieces) {
        this.barrier = barrier;
        this.contents = contents;
        this.awaited = awaited;
        this.pieces = pieces;
        for (int i = 0; i < contents.length; i++) {
            added(i);
        }
    }

    long checkpointId() {
        return barrier.checkpointId();
    }

    int epoch() {
        return barrier.epoch();
    }

    boolean awaits(int channel) {
        return awaited.get(channel);
    }

    /** Where what comes on a channel goes. */
    InFlight content(int channel) {
        return contents[channel];
    }

    /** The barrier has come, or never will because the channel has ended. */
    void done(int channel) {
        awaited.clear(channel);
        added(channel);
    }

    /** Something was added to what is kept of a channel. */
    void added(int channel) {
        ChannelContent content = contents[channel];
        if (content == null) {
            return;
        }
        if (content.failure() != null) {
            failure = content.failure();
        }
        if (failure != null) {
            awaited.clear();
        }
    }

    /** Whether nothing comes any more. */
    public boolean isComplete() {
        return awaited.isEmpty();
    }

    /** Why it cannot be kept, or null; only if it is complete. */
    public Exception failure() {
        return failure;
    }

    /** What was kept of a channel, or null if it had ended. */
    public ChannelContent contentOf(int channel) {
        return contents[channel];
    }

    /** What was kept has been taken. */
    public void close() {
        pieces.close();
    }

    /** Nobody needs what was kept. */
    public void release() {
        for (ChannelContent content : contents) {
            if (content != null) {
                content.release();
            }
        }
        close();
    }
}
