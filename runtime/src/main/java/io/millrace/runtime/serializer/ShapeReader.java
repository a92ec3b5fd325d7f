package io.millrace.runtime.serializer;

import io.millrace.runtime.generate.JobClasses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads values by their shape alone, without their classes: for people to look at, and to move past
 * what nobody wants any more.
 *
 * <p>What comes out: basic values as they are; a composite as a {@link Parts}; an enum constant as
 * its name; lists, sets and arrays as lists; maps as maps; an optional as its value or null.
 *
 * <p>Threads: one.
 */
public final class ShapeReader {
    /** What a composite consists of. */
    public record Parts(String type, List<String> names, List<Object> values) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("(");
            for (int i = 0; i < names.size(); i++) {
                text.append(i == 0 ? "" : ", ").append(names.get(i)).append('=');
                text.append(values.get(i));
            }
            return text.append(')').toString();
        }
    }

    private final TaggedSerializer<Object> tagged;
    private final ValueSerializer<Object> values;

    private ShapeReader(TypeShape shape, TaggedSerializer<Object> tagged) {
        this.tagged = tagged;
        this.values = of(shape);
    }

    /** Reads values of a shape; those that name classes are read by the classes of this process. */
    public static ShapeReader of(String shape) {
        JobClasses classes = new JobClasses(ShapeReader.class.getClassLoader());
        SerializerCompiler compiler = new SerializerCompiler(classes, Encoding.VALUE);
        return new ShapeReader(
                TypeShape.parse(shape),
                new TaggedSerializer<>(
                        Object.class, new OwnSerializers(compiler, classes.userClassLoader())));
    }

    /** A value or null, as {@link TypeSerializer} has written it. */
    public Object read(byte[] bytes) throws IOException {
        RecordInput in = new RecordInput();
        in.reset(bytes, 0, bytes.length);
        return values.readNullable(in);
    }

    /** Moves past values of a shape. */
    static ValueSerializer<Object> skipping(TypeShape shape, TaggedSerializer<Object> tagged) {
        return new ShapeReader(shape, tagged).values;
    }

    private ValueSerializer<Object> of(TypeShape shape) {
        if (shape instanceof TypeShape.Basic basic) {
            return uncheckedOf(BasicSerializers.of(basic(basic)));
        } else if (shape instanceof TypeShape.Enumeration enumeration) {
            return enumeration(enumeration);
        } else if (shape instanceof TypeShape.Primitives primitives) {
            return uncheckedOf(PrimitiveArraySerializers.of(primitive(primitives)));
        } else if (shape instanceof TypeShape.Maybe maybe) {
            ValueSerializer<Object> element = of(maybe.element());
            return (FormerReader<Object>) element::readNullable;
        } else if (shape instanceof TypeShape.Elements elements) {
            return elements(of(elements.element()), elements.toString());
        } else if (shape instanceof TypeShape.Objects objects) {
            return elements(of(objects.element()), objects.toString());
        } else if (shape instanceof TypeShape.Entries entries) {
            return entries(of(entries.key()), of(entries.value()));
        } else if (shape instanceof TypeShape.Composite composite) {
            return composite(composite);
        } else if (shape instanceof TypeShape.ByKryo kryo) {
            return byKryo(kryo);
        }
        return tagged;
    }

    @SuppressWarnings("unchecked") // only read
    private static ValueSerializer<Object> uncheckedOf(ValueSerializer<?> serializer) {
        return (ValueSerializer<Object>) serializer;
    }

    static Class<?> basic(TypeShape.Basic shape) {
        Class<?> type = BasicSerializers.named(shape.type());
        if (type == null) {
            throw new IllegalArgumentException(shape.type() + " is no basic type of this build");
        }
        return type;
    }

    static Class<?> primitive(TypeShape.Primitives shape) {
        return switch (shape.component()) {
            case "byte" -> byte.class;
            case "boolean" -> boolean.class;
            case "short" -> short.class;
            case "char" -> char.class;
            case "int" -> int.class;
            case "long" -> long.class;
            case "float" -> float.class;
            case "double" -> double.class;
            default -> throw new IllegalArgumentException(shape.component() + " is no primitive");
        };
    }

    private static ValueSerializer<Object> enumeration(TypeShape.Enumeration shape) {
        return (FormerReader<Object>)
                in -> {
                    int ordinal = in.readVarInt();
                    if (ordinal < 0 || ordinal >= shape.constants().size()) {
                        throw new IOException(
                                shape + " has no constant number " + ordinal + ": it is damaged");
                    }
                    return shape.constants().get(ordinal);
                };
    }

    private static ValueSerializer<Object> elements(ValueSerializer<Object> element, String what) {
        return (FormerReader.Flagged<Object>)
                (flags, in) -> {
                    if ((flags & FlaggedSerializer.OTHER_CLASS) != 0) {
                        throw otherClass(what);
                    }
                    List<Object> list = new ArrayList<>();
                    for (int count = in.readCount(1); count > 0; count--) {
                        list.add(
                                (flags & FlaggedSerializer.NULL_PARTS) != 0
                                        ? element.readNullable(in)
                                        : element.read(in));
                    }
                    return list;
                };
    }

    private static ValueSerializer<Object> entries(
            ValueSerializer<Object> keys, ValueSerializer<Object> values) {
        return (FormerReader.Flagged<Object>)
                (flags, in) -> {
                    boolean nulls = (flags & FlaggedSerializer.NULL_PARTS) != 0;
                    Map<String, Object> map = new TreeMap<>();
                    for (int count = in.readCount(2); count > 0; count--) {
                        Object key = nulls ? keys.readNullable(in) : keys.read(in);
                        map.put(
                                String.valueOf(key),
                                nulls ? values.readNullable(in) : values.read(in));
                    }
                    return map;
                };
    }

    private ValueSerializer<Object> composite(TypeShape.Composite shape) {
        List<ValueSerializer<Object>> fields = new ArrayList<>();
        shape.fields().forEach(field -> fields.add(of(field.shape())));
        List<String> names =
                shape.fields().stream().map(TypeShape.Field::name).collect(Collectors.toList());
        return (FormerReader.Flagged<Object>)
                (flags, in) -> {
                    byte[] mask = nullMask(flags, fields.size(), in, shape);
                    Object[] found = new Object[fields.size()];
                    for (int i = 0; i < found.length; i++) {
                        if (!isNull(mask, i)) {
                            found[i] = fields.get(i).read(in);
                        }
                    }
                    return new Parts(shape.type(), names, Arrays.asList(found));
                };
    }

    /** Which fields of a composite are null; what they are follows. */
    static byte[] nullMask(int flags, int fields, RecordInput in, TypeShape shape)
            throws IOException {
        byte[] mask = new byte[(fields + 7) / 8];
        if (flags == FlaggedSerializer.OTHER_CLASS) {
            throw otherClass(shape.toString());
        }
        if (flags != 0 && flags != FlaggedSerializer.NULL_PARTS) {
            throw FlaggedSerializer.unknownFlags(shape.toString(), flags);
        }
        if (flags == FlaggedSerializer.NULL_PARTS) {
            in.readFully(mask);
        }
        return mask;
    }

    static boolean isNull(byte[] mask, int field) {
        return (mask[field / 8] >> (field % 8) & 1) != 0;
    }

    private static IOException otherClass(String what) {
        return new IOException(
                "A value was stored as of a subclass of "
                        + what
                        + ", whose fields of then are not on record: it can be read by the classes"
                        + " that wrote it only");
    }

    private static ValueSerializer<Object> byKryo(TypeShape.ByKryo shape) {
        return (FormerReader.Flagged<Object>)
                (flags, in) -> {
                    int count = in.readVarInt();
                    in.readInt();
                    in.take(count);
                    return "(" + count + " bytes of " + shape.type() + ")";
                };
    }
}
