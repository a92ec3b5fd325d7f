package io.millrace.runtime.generate;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What one process has generated for one job: classes of its own for operators and serializers,
 * beside the class loader of the user's code.
 *
 * <p>Shape: one for each job and worker, kept over the job's restarts, so that a restarted job runs
 * code that is compiled already. What is generated hangs on this object alone and goes with it,
 * also where the user's class loader lives on.
 *
 * <p>Threads: any.
 */
public final class JobClasses {
    private final ClassLoader userClassLoader;
    private final ConcurrentHashMap<Object, Object> generated = new ConcurrentHashMap<>();

    /**
     * @param userClassLoader finds the classes of the job's functions and records
     */
    public JobClasses(ClassLoader userClassLoader) {
        this.userClassLoader = requireNonNull(userClassLoader, "userClassLoader");
    }

    public ClassLoader userClassLoader() {
        return userClassLoader;
    }

    /**
     * What was generated for a key, made at the first call.
     *
     * <p>Two threads that ask at once get the same object, though both may make one.
     *
     * @param key of a class that nobody else uses for other things
     */
    @SuppressWarnings("unchecked") // whoever owns the key's class knows the value's
    public <K, V> V generated(K key, Function<? super K, V> maker) {
        Object found = generated.get(key);
        if (found == null) {
            // not computeIfAbsent: making one class asks for the classes of its parts
            Object made = requireNonNull(maker.apply(key), "nothing generated");
            Object other = generated.putIfAbsent(key, made);
            found = other == null ? made : other;
        }
        return (V) found;
    }

    private record CopyKey(Class<?> original, Object place) {
        // Written out: what makes those of a record takes milliseconds of each process's start.
        @Override
        public boolean equals(Object other) {
            return other instanceof CopyKey that
                    && original == that.original
                    && place.equals(that.place);
        }

        @Override
        public int hashCode() {
            return 31 * original.hashCode() + place.hashCode();
        }
    }

    /**
     * The copy of an engine's class for one place in the plan, made at the first call.
     *
     * @param lookup of the original's package, with all its rights
     * @param place equal objects are the same place; its text shows in stack traces
     * @throws IllegalArgumentException if the class cannot be copied, with the reason
     */
    public ClassCopy copy(MethodHandles.Lookup lookup, Class<?> original, Object place) {
        return copy(lookup, original, place, List.of());
    }

    /**
     * As above, of a class that takes constants.
     *
     * @param constants the same at each call for the place, or as good as the same
     */
    public ClassCopy copy(
            MethodHandles.Lookup lookup, Class<?> original, Object place, List<?> constants) {
        return generated(
                new CopyKey(original, place),
                key -> ClassCopy.of(lookup, original, place.toString(), constants));
    }
}
