package io.millrace.api.function;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Set;

/**
 * Takes from a function the object it was made in, if no code reads it: compilers give inner and
 * anonymous classes a field {@code this$0} even when they do not need it.
 *
 * <p>Invariant: a field that any code reads is never touched. Whether code reads it is decided on
 * the safe side: the class file, or that of a class nested in it, contains the three bytes of a
 * {@code getfield} of that name, wherever they stand.
 */
final class EnclosingInstance {
    private static final int GETFIELD = 0xB4;

    private EnclosingInstance() {}

    /** Whether a reference was taken away. */
    static boolean dropIfUnread(Object function) {
        boolean dropped = false;
        for (Class<?> type = function.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.isSynthetic()
                        && field.getName().startsWith("this$")
                        && !isRead(type, field.getName())) {
                    dropped |= clear(field, function);
                }
            }
        }
        return dropped;
    }

    private static boolean clear(Field field, Object function) {
        try {
            if (field.trySetAccessible() && field.get(function) != null) {
                field.set(function, null);
                return true;
            }
            return false;
        } catch (IllegalAccessException e) {
            return false;
        }
    }

    private static boolean isRead(Class<?> type, String field) {
        try {
            return isRead(
                    type.getClassLoader(),
                    type.getName().replace('.', '/'),
                    field,
                    new HashSet<>());
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean isRead(ClassLoader loader, String name, String field, Set<String> seen)
            throws IOException {
        if (!seen.add(name)) {
            return false;
        }
        byte[] classFile;
        try (InputStream in = loader == null ? null : loader.getResourceAsStream(name + ".class")) {
            if (in == null) {
                return true;
            }
            classFile = in.readAllBytes();
        }
        ConstantPool pool = ConstantPool.of(classFile);
        for (int index = 1; index < pool.size(); index++) {
            if (field.equals(pool.fieldName(index)) && containsGetField(classFile, index)) {
                return true;
            }
            String other = pool.className(index);
            if (other != null
                    && other.startsWith(name + "$")
                    && isRead(loader, other, field, seen)) {
                return true;
            }
        }
        return false;
    }

    private static boolean containsGetField(byte[] classFile, int index) {
        for (int i = 0; i + 2 < classFile.length; i++) {
            if ((classFile[i] & 0xFF) == GETFIELD
                    && (classFile[i + 1] & 0xFF) == index >> 8
                    && (classFile[i + 2] & 0xFF) == (index & 0xFF)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The constants of a class file that name fields and classes; chapter 4.4 of the Java Virtual
     * Machine Specification.
     *
     * @param tags kind of each constant, 0 where a slot is not used
     * @param first the first index that the constant holds
     * @param second the second one
     * @param texts of the constants that are text
     */
    private record ConstantPool(int[] tags, int[] first, int[] second, String[] texts) {
        private static final int UTF8 = 1;
        private static final int CLASS = 7;
        private static final int FIELD = 9;

        static ConstantPool of(byte[] classFile) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
            in.skipNBytes(8); // magic and version
            int size = in.readUnsignedShort();
            ConstantPool pool =
                    new ConstantPool(new int[size], new int[size], new int[size], new String[size]);
            int index = 1;
            while (index < size) {
                int tag = in.readUnsignedByte();
                pool.tags[index] = tag;
                switch (tag) {
                    case UTF8 -> pool.texts[index] = in.readUTF();
                    case CLASS, 8, 16, 19, 20 -> pool.first[index] = in.readUnsignedShort();
                    case 3, 4 -> in.skipNBytes(4);
                    case FIELD, 10, 11, 12, 17, 18 -> {
                        pool.first[index] = in.readUnsignedShort();
                        pool.second[index] = in.readUnsignedShort();
                    }
                    case 5, 6 -> in.skipNBytes(8);
                    case 15 -> in.skipNBytes(3);
                    default -> throw new IOException("constant of unknown kind " + tag);
                }
                index += tag == 5 || tag == 6 ? 2 : 1; // long and double take two slots
            }
            return pool;
        }

        int size() {
            return tags.length;
        }

        /** The name of the field that the constant refers to, or null if it is another one. */
        String fieldName(int index) {
            return tags[index] == FIELD ? texts[first[second[index]]] : null;
        }

        /** The name of the class that the constant refers to, or null if it is another one. */
        String className(int index) {
            return tags[index] == CLASS ? texts[first[index]] : null;
        }
    }
}
