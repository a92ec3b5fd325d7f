package io.millrace.runtime.serializer;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.CollectionTypeInfo;
import io.millrace.api.type.CompositeType;
import io.millrace.api.type.EnumTypeInfo;
import io.millrace.api.type.GenericTypeInfo;
import io.millrace.api.type.ListTypeInfo;
import io.millrace.api.type.MapTypeInfo;
import io.millrace.api.type.ObjectArrayTypeInfo;
import io.millrace.api.type.OptionalTypeInfo;
import io.millrace.api.type.PrimitiveArrayTypeInfo;
import io.millrace.api.type.RecordTypeInfo;
import io.millrace.api.type.TupleTypeInfo;
import io.millrace.api.type.TypeField;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.UnknownTypeInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How the bytes of a type are laid out, in words that outlive its classes: it is stored with state,
 * and tells later what the fields of a class were then.
 *
 * <p>Format:
 *
 * <pre>
 *   basic       Long, java.sql.Date
 *   enum        enum org.acme.Color{RED,GREEN}
 *   composite   pojo|record|tuple org.acme.User{name:String,age:Integer}
 *   list, set   collection java.util.List&lt;Long&gt;
 *   map         map java.util.Map&lt;String,Long&gt;
 *   optional    optional&lt;Long&gt;
 *   array       array [Ljava.lang.Long;&lt;Long&gt;
 *   primitives  primitives int
 *   unknown     tagged java.lang.Object
 *   Kryo        kryo org.acme.Thing
 * </pre>
 *
 * <p>Threads: immutable.
 */
public sealed interface TypeShape {

    /**
     * @param type the simple name of a class of the JDK; of those of java.sql the name
     */
    record Basic(String type) implements TypeShape {
        @Override
        public String toString() {
            return type;
        }
    }

    record Enumeration(String type, List<String> constants) implements TypeShape {
        public Enumeration {
            constants = List.copyOf(constants);
        }

        @Override
        public String toString() {
            return "enum " + type + constants.stream().collect(Collectors.joining(",", "{", "}"));
        }
    }

    /** What kind of class has named parts. The word is the format. */
    enum Composition {
        POJO("pojo"),
        RECORD("record"),
        TUPLE("tuple");

        private final String word;

        Composition(String word) {
            this.word = word;
        }
    }

    record Field(String name, TypeShape shape) {
        @Override
        public String toString() {
            return name + ":" + shape;
        }
    }

    /**
     * @param fields in the order in which they are written
     */
    record Composite(Composition kind, String type, List<Field> fields) implements TypeShape {
        public Composite {
            fields = List.copyOf(fields);
        }

        @Override
        public String toString() {
            return kind.word
                    + " "
                    + type
                    + fields.stream()
                            .map(Field::toString)
                            .collect(Collectors.joining(",", "{", "}"));
        }
    }

    record Elements(String type, TypeShape element) implements TypeShape {
        @Override
        public String toString() {
            return "collection " + type + "<" + element + ">";
        }
    }

    record Entries(String type, TypeShape key, TypeShape value) implements TypeShape {
        @Override
        public String toString() {
            return "map " + type + "<" + key + "," + value + ">";
        }
    }

    record Maybe(TypeShape element) implements TypeShape {
        @Override
        public String toString() {
            return "optional<" + element + ">";
        }
    }

    record Objects(String type, TypeShape element) implements TypeShape {
        @Override
        public String toString() {
            return "array " + type + "<" + element + ">";
        }
    }

    record Primitives(String component) implements TypeShape {
        @Override
        public String toString() {
            return "primitives " + component;
        }
    }

    record Tagged(String bound) implements TypeShape {
        @Override
        public String toString() {
            return "tagged " + bound;
        }
    }

    record ByKryo(String type) implements TypeShape {
        @Override
        public String toString() {
            return "kryo " + type;
        }
    }

    /** The text of a type's shape. */
    static String text(TypeInformation<?> type) {
        return of(type).toString();
    }

    static TypeShape of(TypeInformation<?> type) {
        String name = type.getTypeClass().getName();
        if (type instanceof BasicTypeInfo) {
            return new Basic(type.toString());
        }
        if (type instanceof CompositeType<?> composite) {
            if (RecordClass.refusal(composite) != null) {
                return new ByKryo(name);
            }
            List<Field> fields = new ArrayList<>();
            for (TypeField field : composite.fields()) {
                fields.add(new Field(field.name(), of(field.type())));
            }
            return new Composite(
                    type instanceof TupleTypeInfo
                            ? Composition.TUPLE
                            : type instanceof RecordTypeInfo
                                    ? Composition.RECORD
                                    : Composition.POJO,
                    name,
                    fields);
        }
        if (type instanceof EnumTypeInfo) {
            return new Enumeration(
                    name,
                    Arrays.stream(type.getTypeClass().getEnumConstants())
                            .map(constant -> ((Enum<?>) constant).name())
                            .toList());
        }
        if (type instanceof PrimitiveArrayTypeInfo<?> array) {
            return new Primitives(array.getComponentClass().getName());
        }
        if (type instanceof ObjectArrayTypeInfo<?, ?> array) {
            return new Objects(name, of(array.getComponentInfo()));
        }
        if (type instanceof ListTypeInfo<?> list) {
            return new Elements(name, of(list.getElementTypeInfo()));
        }
        if (type instanceof CollectionTypeInfo<?, ?> collection) {
            return new Elements(name, of(collection.getElementTypeInfo()));
        }
        if (type instanceof MapTypeInfo<?, ?> map) {
            return new Entries(name, of(map.getKeyTypeInfo()), of(map.getValueTypeInfo()));
        }
        if (type instanceof OptionalTypeInfo<?> optional) {
            return new Maybe(of(optional.getElementTypeInfo()));
        }
        if (type instanceof UnknownTypeInfo) {
            return new Tagged(name);
        }
        if (type instanceof GenericTypeInfo) {
            return new ByKryo(name);
        }
        throw new IllegalStateException("No shape for " + type.getClass());
    }

    /**
     * Reads the text of a shape.
     *
     * @throws IllegalArgumentException if it is none
     */
    static TypeShape parse(String text) {
        Parser parser = new Parser(text);
        TypeShape shape = parser.shape();
        parser.expectEnd();
        return shape;
    }

    /** Recursive descent over the format. */
    final class Parser {
        private final String text;
        private int at;

        private Parser(String text) {
            this.text = text;
        }

        private TypeShape shape() {
            String word = name();
            if (word.equals("optional") && peek('<')) {
                expect('<');
                TypeShape element = shape();
                expect('>');
                return new Maybe(element);
            }
            if (!peek(' ')) {
                return new Basic(word);
            }
            expect(' ');
            String type = name();
            return switch (word) {
                case "enum" -> new Enumeration(type, constants());
                case "pojo" -> new Composite(Composition.POJO, type, fields());
                case "record" -> new Composite(Composition.RECORD, type, fields());
                case "tuple" -> new Composite(Composition.TUPLE, type, fields());
                case "primitives" -> new Primitives(type);
                case "tagged" -> new Tagged(type);
                case "kryo" -> new ByKryo(type);
                case "collection" -> new Elements(type, inBrackets());
                case "array" -> new Objects(type, inBrackets());
                case "map" -> {
                    expect('<');
                    TypeShape key = shape();
                    expect(',');
                    TypeShape value = shape();
                    expect('>');
                    yield new Entries(type, key, value);
                }
                default -> throw wrong();
            };
        }

        private TypeShape inBrackets() {
            expect('<');
            TypeShape element = shape();
            expect('>');
            return element;
        }

        private List<String> constants() {
            List<String> constants = new ArrayList<>();
            expect('{');
            while (!peek('}')) {
                constants.add(name());
                if (!peek('}')) {
                    expect(',');
                }
            }
            expect('}');
            return constants;
        }

        private List<Field> fields() {
            List<Field> fields = new ArrayList<>();
            expect('{');
            while (!peek('}')) {
                String name = name();
                expect(':');
                fields.add(new Field(name, shape()));
                if (!peek('}')) {
                    expect(',');
                }
            }
            expect('}');
            return fields;
        }

        /** A name of Java's, also that of an array's class. */
        private String name() {
            int begin = at;
            while (at < text.length() && " <>{},:".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            if (at == begin) {
                throw wrong();
            }
            return text.substring(begin, at);
        }

        private boolean peek(char expected) {
            return at < text.length() && text.charAt(at) == expected;
        }

        private void expect(char expected) {
            if (!peek(expected)) {
                throw wrong();
            }
            at++;
        }

        private void expectEnd() {
            if (at != text.length()) {
                throw wrong();
            }
        }

        private IllegalArgumentException wrong() {
            return new IllegalArgumentException(
                    "'" + text + "' is no type's shape: character " + at + " is not expected");
        }
    }
}
