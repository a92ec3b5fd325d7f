package io.millrace.runtime.generate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup.ClassOption;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.List;

/**
 * A class of the engine's once more, as a hidden class for one place in a job's plan.
 *
 * <p>The JIT compiler keeps its statistics of which class is called at a call site, and what it
 * makes of them, for each method of each class. Code that stands in a copy is called in one place
 * of one plan only, so that each of its call sites meets one class, whatever else runs in the JVM.
 *
 * <p>Shape: the same code, in the same package, with the same access, and with a name that tells
 * the place. It is no instance of the original: whoever uses it knows it by an interface. Only a
 * class that stands by itself can be copied: at the top level of its file, with one constructor,
 * without lambdas, without static fields that change, and without members whose types name the
 * class itself. What it inherits from a superclass is not copied.
 *
 * <p>The class is unloaded when neither this object nor an instance is reachable.
 *
 * <p>Threads: any.
 */
public final class ClassCopy {
    private static final int MAX_PLACE_CHARACTERS = 40;

    private final Class<?> original;
    private final Constructor<?> constructor;

    private ClassCopy(Class<?> original, Constructor<?> constructor) {
        this.original = original;
        this.constructor = constructor;
    }

    /**
     * @param lookup of the original's package, with all its rights
     * @param place shows in stack traces and profiles, as far as a class name can show it
     * @param constants what its static fields take by {@link MethodHandles#classDataAt}, which the
     *     compiler knows to be constant; may be empty
     * @throws IllegalArgumentException if the original cannot be copied, with the reason
     */
    public static ClassCopy of(
            MethodHandles.Lookup lookup, Class<?> original, String place, List<?> constants) {
        ClassFile file = new ClassFile(bytesOf(original));
        String reason = whyNotCopied(original, file);
        if (reason != null) {
            throw new IllegalArgumentException(
                    original.getName() + " cannot be copied: " + reason + ".");
        }
        try {
            Class<?> copy =
                    MethodHandles.privateLookupIn(original, lookup)
                            .defineHiddenClassWithClassData(
                                    file.renamed(suffixFor(place)),
                                    constants,
                                    false,
                                    ClassOption.NESTMATE)
                            .lookupClass();
            Constructor<?> constructor = copy.getDeclaredConstructors()[0];
            constructor.setAccessible(true);
            return new ClassCopy(original, constructor);
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException(
                    original.getName() + " cannot be copied by " + lookup, e);
        }
    }

    private static String whyNotCopied(Class<?> original, ClassFile file) {
        if (original.getDeclaringClass() != null || original.getEnclosingClass() != null) {
            return "it stands within another class";
        }
        int constructors = original.getDeclaredConstructors().length;
        if (constructors != 1) {
            return "it has " + constructors + " constructors, not one";
        }
        return file.whyNotCopied();
    }

    private static byte[] bytesOf(Class<?> original) {
        String resource = original.getName().replace('.', '/') + ".class";
        try (InputStream in = original.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException(
                        original.getName()
                                + " cannot be copied: its loader does not find "
                                + resource);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Reading " + resource, e);
        }
    }

    private static String suffixFor(String place) {
        StringBuilder suffix = new StringBuilder("_");
        for (int i = 0; i < place.length() && i < MAX_PLACE_CHARACTERS; i++) {
            char c = place.charAt(i);
            boolean plain = c < 128 && Character.isLetterOrDigit(c);
            suffix.append(plain ? c : '_');
        }
        return suffix.toString();
    }

    /**
     * A new object of the copied class.
     *
     * @param type an interface of the class, or a superclass
     * @param arguments of the one constructor
     * @throws RuntimeException what the constructor throws
     */
    public <T> T newInstance(Class<T> type, Object... arguments) {
        try {
            return type.cast(constructor.newInstance(arguments));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(
                    "The constructor of " + original.getName() + " failed", e.getCause());
        } catch (InstantiationException | IllegalAccessException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "No " + original.getName() + " of " + Arrays.toString(arguments), e);
        }
    }
}
