package io.millrace.api.function;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Reads text in UTF-8 from a socket and emits it piece by piece, as the delimiter divides it.
 *
 * <p>For trying things out: what was received before a failure of the job is not received again.
 *
 * <p>Threads: {@link #run} has its own; {@link #cancel} comes from any other and closes the socket,
 * which ends a read. The socket and the flag are guarded by this object.
 */
public class SocketTextStreamFunction implements SourceFunction<String> {
    private static final long serialVersionUID = 1L;

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final long PAUSE_MILLIS = 500;

    private final String hostname;
    private final int port;
    private final String delimiter;
    private final long maxRetries;

    private boolean cancelled;
    private transient Socket socket;

    /**
     * Connects only when it runs.
     *
     * @param delimiter between two pieces; for a line feed a carriage return before it goes too
     * @param maxRetries how often to connect again, half a second after the other side ended the
     *     connection; 0 to end instead, -1 for no limit
     */
    public SocketTextStreamFunction(String hostname, int port, String delimiter, long maxRetries) {
        this.hostname = requireNonNull(hostname, "hostname");
        this.port = port;
        this.delimiter = requireNonNull(delimiter, "delimiter");
        this.maxRetries = maxRetries;
        if (port < 1 || port > 65_535) {
            throw new InvalidProgramException(
                    "Text cannot be read from port "
                            + port
                            + " of "
                            + hostname
                            + ": a port is 1 to 65535.");
        }
        if (delimiter.isEmpty() || maxRetries < -1) {
            throw new InvalidProgramException(
                    "Text from "
                            + hostname
                            + ":"
                            + port
                            + " needs a delimiter that is not empty, and a number of retries that"
                            + " is -1 or more, not "
                            + maxRetries
                            + ".");
        }
    }

    @Override
    public void run(SourceContext<String> ctx) throws Exception {
        long retries = 0;
        StringBuilder buffer = new StringBuilder();
        do {
            try (Socket connected = new Socket()) {
                if (!use(connected)) {
                    return;
                }
                connected.connect(new InetSocketAddress(hostname, port), CONNECT_TIMEOUT_MILLIS);
                emitAll(
                        new InputStreamReader(connected.getInputStream(), StandardCharsets.UTF_8),
                        buffer,
                        ctx);
            } catch (IOException e) {
                if (isCancelled()) {
                    return;
                }
                throw new IOException(
                        "Reading text from "
                                + hostname
                                + ":"
                                + port
                                + " failed: "
                                + e.getMessage()
                                + ". Something must listen there before the job starts, e.g. nc -lk"
                                + " "
                                + port
                                + ".",
                        e);
            }
        } while ((maxRetries == -1 || retries++ < maxRetries) && pause());
        if (buffer.length() > 0 && !isCancelled()) {
            ctx.collect(buffer.toString());
        }
    }

    private void emitAll(Reader in, StringBuilder buffer, SourceContext<String> ctx)
            throws IOException {
        char[] chunk = new char[8192];
        int read = in.read(chunk);
        while (read >= 0) {
            // A delimiter may have begun in the chunk before.
            int searchFrom = Math.max(0, buffer.length() - delimiter.length() + 1);
            buffer.append(chunk, 0, read);
            int start = 0;
            int end = buffer.indexOf(delimiter, searchFrom);
            while (end >= 0) {
                if (isCancelled()) {
                    return;
                }
                boolean carriageReturn =
                        delimiter.equals("\n") && end > start && buffer.charAt(end - 1) == '\r';
                ctx.collect(buffer.substring(start, carriageReturn ? end - 1 : end));
                start = end + delimiter.length();
                end = buffer.indexOf(delimiter, start);
            }
            buffer.delete(0, start);
            read = in.read(chunk);
        }
    }

    /** False if the function was cancelled before. */
    private synchronized boolean use(Socket newSocket) {
        socket = newSocket;
        return !cancelled;
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    /** False if the function was cancelled meanwhile. */
    private synchronized boolean pause() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
        long left = deadline - System.nanoTime();
        while (!cancelled && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = deadline - System.nanoTime();
        }
        return !cancelled;
    }

    @Override
    public synchronized void cancel() {
        cancelled = true;
        notifyAll();
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // The read ends all the same, and nobody needs the socket any more.
            }
        }
    }
}
