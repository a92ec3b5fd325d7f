package io.millrace.runtime.serializer;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.TypeInformation;
import org.objectweb.asm.Type;

/** How the value of a field is written in place, or {@link #PART} if it is not. */
enum Wire {
    BOOLEAN(boolean.class, Boolean.class, 1),
    BYTE(byte.class, Byte.class, 1),
    SHORT(short.class, Short.class, 2),
    CHAR(char.class, Character.class, 2),
    INT(int.class, Integer.class, 4),
    LONG(long.class, Long.class, 8),
    FLOAT(float.class, Float.class, 4),
    DOUBLE(double.class, Double.class, 8),
    TEXT(String.class, String.class, 0),
    PART(Object.class, Object.class, 0);

    final Type plain;
    final Class<?> boxed;
    final int bytes;

    Wire(Class<?> plain, Class<?> boxed, int bytes) {
        this.plain = Type.getType(plain);
        this.boxed = boxed;
        this.bytes = bytes;
    }

    static Wire of(TypeInformation<?> type) {
        if (type instanceof BasicTypeInfo) {
            for (Wire wire : values()) {
                if (wire.boxed == type.getTypeClass()) {
                    return wire;
                }
            }
        }
        return PART;
    }

    boolean isFixed() {
        return bytes > 0;
    }

    /** {@code Long} of {@code putLong}, {@code getLong}. */
    String suffix() {
        String name = plain.getClassName();
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
