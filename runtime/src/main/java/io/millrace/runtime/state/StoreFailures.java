package io.millrace.runtime.state;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.state.StateDefinition.Shape;
import java.io.IOException;

/**
 * What a store says when it cannot do what it is asked: the same sentences whatever it keeps its
 * state in.
 *
 * <p>Each method makes the exception, and whoever calls it throws it. An {@link
 * IllegalStateException} is a mistake of the engine's own, or of a program that has kept a handle
 * or an iterator too long.
 */
public final class StoreFailures {
    private final KeyedStateSettings settings;

    public StoreFailures(KeyedStateSettings settings) {
        this.settings = settings;
    }

    private String owner() {
        return settings.owner();
    }

    // ---- of the store

    public IllegalStateException closed() {
        return new IllegalStateException("The state of " + owner() + " is closed");
    }

    public IllegalStateException restoredAfterUse() {
        return new IllegalStateException(owner() + " is restored after it was used");
    }

    /**
     * @param limit how many states a store can have
     */
    public StateException tooManyStates(int limit) {
        return new StateException(
                Failure.Category.USER_CODE,
                owner() + " has more than " + limit + " states: keep them in a map state");
    }

    /**
     * @param bytes that each store of the worker needs at least
     */
    public StateException tooLittleMemory(long bytes) {
        return new StateException(
                Failure.Category.CONFIG,
                "The state of "
                        + owner()
                        + " needs at least "
                        + bytes
                        + " bytes of managed memory, as that of each keyed operator in each slot"
                        + " does, and so much of the worker's is not left: raise"
                        + " taskmanager.memory.managed.size or"
                        + " taskmanager.memory.managed.fraction");
    }

    // ---- of keys

    public StateException nullKey() {
        return new StateException(Failure.Category.USER_CODE, "A key of " + owner() + " is null");
    }

    public StateException keyOfAnotherType(Object key, Exception cause) {
        return new StateException(
                Failure.Category.USER_CODE,
                "A "
                        + key.getClass().getName()
                        + " cannot be a key of "
                        + owner()
                        + ", whose keys are of the type "
                        + settings.keyType(),
                cause);
    }

    /** A number is given as a key. */
    public StateException keysAreNoNumbers() {
        return new StateException(
                Failure.Category.INTERNAL,
                "Keys of " + owner() + " are of the type " + settings.keyType());
    }

    public StateException unreadableKey(IOException cause) {
        return new StateException(
                Failure.Category.STATE,
                "The bytes of a key of " + owner() + " cannot be read",
                cause);
    }

    public StateException keyOfAnotherSubtask(Object key, int keyGroup) {
        return new StateException(
                Failure.Category.USER_CODE,
                "The key "
                        + key
                        + " of "
                        + owner()
                        + " is in key group "
                        + keyGroup
                        + ", and this subtask has "
                        + settings.keyGroups()
                        + ". The key selector gives different keys for one record, or the key's"
                        + " hashCode changes");
    }

    public IllegalStateException noCurrentKey() {
        return new IllegalStateException(owner() + " has no current key");
    }

    /** An iterator is used too long. */
    public IllegalStateException readUnderAnotherKey(Shape state) {
        return new IllegalStateException(
                subject(state) + " is read on after another key became the current one");
    }

    /** The entry of a map is used too long. */
    public IllegalStateException changedUnderAnotherKey(Shape map) {
        return new IllegalStateException(
                subject(map) + " is changed after another key became the current one");
    }

    // ---- of namespaces

    public IllegalStateException noNamespace(Shape state) {
        return new IllegalStateException(subject(state) + " has namespaces, and none is set");
    }

    /**
     * @param what the namespace was to be
     */
    public IllegalStateException noSuchNamespace(Shape state, String what) {
        return new IllegalStateException(
                subject(state) + " is a " + state.text() + ", its namespace cannot be " + what);
    }

    public StateException unwritableNamespace(Shape state, Exception cause) {
        return new StateException(
                Failure.Category.USER_CODE,
                "A namespace of " + named(state) + " cannot be written",
                cause);
    }

    // ---- of values

    /**
     * @param what the bytes are of: a value, an element
     */
    public StateException unreadable(String what, Shape state, IOException cause) {
        return new StateException(
                Failure.Category.STATE,
                "The bytes of " + what + " of " + named(state) + " cannot be read",
                cause);
    }

    public StateException unwritable(Shape state, Exception cause) {
        return new StateException(
                Failure.Category.USER_CODE, "A value cannot be put into " + named(state), cause);
    }

    public StateException nullElement(Shape list) {
        return new StateException(
                Failure.Category.USER_CODE, "null cannot be an element of " + named(list));
    }

    // ---- of values that have another shape now

    /**
     * @param cause says why values of one cannot become values of the other
     */
    public StateException cannotBecome(Shape former, Shape now, IllegalArgumentException cause) {
        return new StateException(
                Failure.Category.CONFIG,
                stored(former)
                        + ", and the program asks for a "
                        + now.text()
                        + ", which cannot take it: "
                        + cause.getMessage()
                        + ". Fields of records and POJOs may be added and removed; for anything"
                        + " else give the new state another name");
    }

    public StateException entryCannotBecome(Shape former, Shape now, IOException cause) {
        return new StateException(
                Failure.Category.STATE,
                stored(former)
                        + ", and an entry of it cannot be made one of a "
                        + now.text()
                        + ": "
                        + cause.getMessage(),
                cause);
    }

    private String stored(Shape former) {
        return subject(former) + " was stored as a " + former.text();
    }

    /** At the begin of a sentence. */
    private String subject(Shape state) {
        return "State '" + state.name() + "' of " + owner();
    }

    private String named(Shape state) {
        return "state '" + state.name() + "' of " + owner();
    }
}
