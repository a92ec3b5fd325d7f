package io.millrace.runtime.exchange;

/** Takes everything and keeps nothing; a test overrides what it is about. */
public class ForgettingOutputChannel implements OutputChannel {
    @Override
    public void write(Object value, long timestamp, int bytes) {}

    @Override
    public boolean handsObjectsOver() {
        return false;
    }

    @Override
    public void writeEvent(StreamEvent event) {}

    @Override
    public void overtake(StreamEvent.Barrier barrier, InFlight into) {}

    @Override
    public boolean holds(StreamEvent.Barrier barrier) {
        return false;
    }

    @Override
    public void flush() {}

    @Override
    public void requestFlush() {}

    @Override
    public boolean isAvailable() {
        return true;
    }

    @Override
    public long recordsWritten() {
        return 0;
    }

    @Override
    public long bytesWritten() {
        return 0;
    }

    @Override
    public void close() {}
}
