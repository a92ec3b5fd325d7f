package io.millrace.runtime.state;

import io.millrace.runtime.memory.MemoryBudget;

/**
 * When a store is short of memory, and where it puts what it has not used for long.
 *
 * <p>Memory is short when less than an eighth of what the store may use is free, or {@value
 * #MAX_HEADROOM_BYTES} bytes: what one operation and the copies for a snapshot may need before the
 * next segment can go.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class Spill implements AutoCloseable {
    /** From this size on a value needs room beforehand. */
    static final int LARGE_VALUE_BYTES = 8 << 10;

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
        return memory.freeBytes() > headroomBytes / 2;
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
        if (!pressed && !directories.isEmpty() && memory.freeBytes() < headroomBytes) {
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
