package io.millrace.runtime.master;

import java.util.List;
import java.util.function.Consumer;

/**
 * The job record: a few small, immutable records that outlive the application master, and the fence
 * that keeps an older one from adding to them.
 *
 * <p>An epoch is the number of the application attempt. All of an application's records lie in one
 * directory that moves forward: taking over renames it, which fences every older epoch at once.
 *
 * <p>Threads: calls return at once; the reply comes exactly once, from any thread, later than
 * anything else may happen.
 */
public interface JobStore {

    /**
     * Whether a write of an older epoch is sure to be refused after a takeover. Where it is not, a
     * killed master cannot be followed by another.
     */
    boolean canFence();

    /**
     * Takes the record over for an epoch and reads all of it. Refused with {@link Reason#FENCED} if
     * the record already belongs to this or a later epoch. Repeating it with the same epoch by the
     * one that took over before is done.
     */
    void takeOver(int epoch, Consumer<Outcome<List<Entry>>> reply);

    /**
     * Adds a record under the epoch taken over. Refused with {@link Reason#FENCED} after somebody
     * else has taken over, with {@link Reason#EXISTS} if there is one of that name with other
     * content; the same content again is done.
     *
     * @param name letters, digits, dots and dashes
     */
    void write(String name, byte[] content, Consumer<Outcome<Void>> reply);

    /**
     * Removes a record that nobody needs any more; done if there is none. Refused with {@link
     * Reason#FENCED} after somebody else has taken over.
     */
    void remove(String name, Consumer<Outcome<Void>> reply);

    /**
     * Looks whether the record still belongs to the epoch that has taken it over. Refused with
     * {@link Reason#FENCED} if it does not.
     */
    void check(Consumer<Outcome<Void>> reply);

    /** One record. */
    record Entry(String name, byte[] content) {}

    /** How a call ended. */
    sealed interface Outcome<T> {
        record Done<T>(T value) implements Outcome<T> {}

        record Refused<T>(Reason reason, String detail) implements Outcome<T> {}

        /** Nobody knows whether it was done: look, or repeat. */
        record Unknown<T>(String cause) implements Outcome<T> {}
    }

    /** Why a call was refused. */
    enum Reason {
        FENCED,
        EXISTS,
        ABSENT
    }
}
