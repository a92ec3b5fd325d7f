package io.millrace.runtime.file;

import io.millrace.api.fs.FileSystem;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * A file system in which something happens at the n-th call: it fails before or after it was
 * carried out, or somebody else gets a turn.
 */
public final class InterruptedFileSystem {
    private final FileSystem files;
    private int countdown;
    private final When when;
    private final Turn turn;
    private int calls;

    /** What happens at the call. */
    public interface Turn {
        void take() throws IOException;
    }

    public enum When {
        BEFORE,
        AFTER
    }

    /**
     * Interrupts one call.
     *
     * @param call from 1; 0 for never
     */
    public InterruptedFileSystem(FileSystem files, int call, When when, Turn turn) {
        this.files = files;
        this.countdown = call;
        this.when = when;
        this.turn = turn;
    }

    public static Turn failure() {
        return () -> {
            throw new IOException("injected");
        };
    }

    /** How many calls there were. */
    public int calls() {
        return calls;
    }

    public FileSystem view() {
        return (FileSystem)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {FileSystem.class},
                        (proxy, method, arguments) -> call(method, arguments));
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("qualify")) {
            return invoke(method, arguments);
        }
        calls++;
        boolean now = --countdown == 0;
        if (now && when == When.BEFORE) {
            turn.take();
        }
        Object result = invoke(method, arguments);
        if (now && when == When.AFTER) {
            if (result instanceof AutoCloseable stream) {
                stream.close();
            }
            turn.take();
        }
        return result;
    }

    private Object invoke(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(files, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
