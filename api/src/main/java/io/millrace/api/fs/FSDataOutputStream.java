package io.millrace.api.fs;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A file that is being written, and whose beginning can be made to stay.
 *
 * <p>{@code flush} hands bytes on and promises nothing; {@link #sync} and {@code close} do.
 *
 * <p>Threads: one at a time.
 */
public abstract class FSDataOutputStream extends OutputStream {

    /** Bytes from the start of the file to where the next one is written. */
    public abstract long getPos() throws IOException;

    /**
     * Makes all that was written so far survive the death of this process and of its machine.
     *
     * @throws IOException also if the file system can do so only when the file is closed
     */
    public abstract void sync() throws IOException;
}
