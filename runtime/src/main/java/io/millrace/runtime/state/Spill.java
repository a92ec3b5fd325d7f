package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.MemoryBudget;

/**
 * When a store is short of memory, and where it puts what it has not used for long.
 *
 * <p>Memory is short when less than an eighth of what the store may use is free, or {@value
 * #MAX_HEADROOM_BYTES} bytes: what one operation and the copies for a snapshot may need before the
 * next segment can go. It is short, too, when what is free lies in pieces that are too small for
 * one operation.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class Spill implements AutoCloseable {
    /** From this size on a value needs room beforehand. */
    static final int LARGE_VALUE_BYTES = 8 << 10;

    /**
     * For a store, however much of it lies on disk: timers that are near, blocks that are read and
     * written, and what one operation takes.
     */
    static final int LEAST_BYTES = 256 << 10;

    private static final int MAX_HEADROOM_BYTES = 16 << 20;
    private static final int MAX_SEGMENT_BYTES = 32 << 10;
    private static final int MIN_SEGMENT_BYTES = 1 << 10;

    private final SpillDirectories directories;
    private final MemoryBudget memory;
    private final long headroomBytes;
    private final SpillFile file;
    private final SpillFrame frame;
    private final SpillFrame pageFrame;
    private final int segmentBytes;
    private final int blockBytes;
    private byte[] image = new byte[0];
    private boolean pressed;

    Spill(SpillDirectories directories, MemoryBudget memory, String owner, int keyGroups) {
        this.directories = directories;
        this.memory = memory;
        this.headroomBytes = Math.min(memory.limitBytes() / 8, MAX_HEADROOM_BYTES);
        this.file = new SpillFile(directories, owner);
        this.frame = new SpillFrame(file, memory);
        this.pageFrame = new SpillFrame(file, memory);
        // each key group has one segment that is open and cannot go
        long share = memory.limitBytes() / (8L * keyGroups);
        this.segmentBytes =
                directories.isEmpty()
                        ? MAX_SEGMENT_BYTES
                        : (int)
                                Math.max(
                                        MIN_SEGMENT_BYTES,
                                        Long.highestOneBit(Math.min(MAX_SEGMENT_BYTES, share)));
        // two segments or pages, or a value for which nobody makes room beforehand
        this.blockBytes =
                (int)
                        Math.max(
                                ManagedMemory.MIN_BLOCK_BYTES,
                                Math.min(
                                        Math.max(2 * LARGE_VALUE_BYTES, 2 * segmentBytes),
                                        Long.highestOneBit(Math.max(1, memory.limitBytes() / 32))));
    }

    /** Largest segment for more than one entry. */
    int segmentBytes() {
        return segmentBytes;
    }

    SpillFile file() {
        return file;
    }

    SpillFrame frame() {
        return frame;
    }

    /** For pages of indexes. */
    SpillFrame pageFrame() {
        return pageFrame;
    }

    /** Whether more may be taken before something goes. */
    boolean hasRoom() {
        return memory.freeBytes() > headroomBytes / 2 && hasBlock();
    }

    /** Whether what is free does not lie in pieces that are too small for the next operation. */
    boolean hasBlock() {
        return memory.hasBlock(blockBytes);
    }

    /** So that nothing that goes to disk waits for memory itself. */
    void reserveFrames() {
        try {
            frame.reserve(segmentBytes);
            pageFrame.reserve(LogIndex.MAX_PAGE_BYTES);
        } catch (InsufficientManagedMemoryException e) {
            // whoever needs one says so
        }
    }

    /** An array for what is on its way to disk or back; until somebody else asks for it. */
    byte[] image(int count) {
        if (image.length < count) {
            image = new byte[count];
        }
        return image;
    }

    /** Memory was taken. */
    void onAllocated() {
        if (!pressed
                && !directories.isEmpty()
                && (memory.freeBytes() < headroomBytes || !hasBlock())) {
            pressed = true;
        }
    }

    /** Whether something should go as soon as nobody holds an address. */
    boolean isPressed() {
        return pressed;
    }

    boolean mayGo() {
        return !directories.isEmpty();
    }

    /** What is to be free again. */
    long reliefBytes() {
        return headroomBytes + headroomBytes / 4;
    }

    /** Nothing more is done before memory is taken again. */
    void rest() {
        pressed = false;
    }

    long usedBytes() {
        return file.usedBytes();
    }

    @Override
    public void close() {
        frame.close();
        pageFrame.close();
        file.close();
    }
}
