package io.millrace.runtime.local;

import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * By what the functions of a job reach an object of the test that runs it. Functions are serialized
 * on their way into the job; what they hold of this finds the very same object again, in the same
 * JVM, until the test has ended. A test registers it as an extension.
 *
 * <p>Threads: any.
 */
public final class SharedWithJob<T> implements AfterEachCallback, Serializable {
    private static final long serialVersionUID = 1L;
    private static final Map<Long, Object> OBJECTS = new ConcurrentHashMap<>();
    private static final AtomicLong IDS = new AtomicLong();

    private final long id = IDS.incrementAndGet();

    public SharedWithJob(T object) {
        OBJECTS.put(id, object);
    }

    /** The object of the test; null when that has ended. */
    @SuppressWarnings("unchecked") // nothing but the constructor puts it there
    public T get() {
        return (T) OBJECTS.get(id);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        OBJECTS.remove(id);
    }
}
