package io.millrace.runtime.serializer;

import static org.objectweb.asm.Opcodes.*;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.CompositeType;
import io.millrace.api.type.TypeField;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.serializer.RecordAccess.FieldAccess;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * Writes the class that serializes one tuple, POJO or record.
 *
 * <p>Format: of the values it writes: the flags of {@link FlaggedSerializer}, then the fields in
 * the order of the description, each without a flag of its own. If some fields are null, a mask
 * comes before them, {@code ceil(fields / 8)} bytes, field 0 in bit 0 of the first; these fields
 * are left out. Text is written as {@link RecordOutput#writeString}, boxed numbers as numbers.
 *
 * <p>Shape of the generated class: fields that follow each other and have a fixed size are one run,
 * for which room is made, or its presence checked, once. Text and numbers are written in place;
 * other parts by serializers that the constructor is given. The class names the record's class, the
 * engine's interfaces and the JDK's classes, nothing else; what it needs beyond these is class
 * data. Methods stay below the size beyond which the JIT compiler leaves them alone.
 */
final class RecordSerializerCode {
    private static final Type OBJECT = Type.getType(Object.class);
    private static final Type OUTPUT = Type.getType(RecordOutput.class);
    private static final Type INPUT = Type.getType(RecordInput.class);
    private static final Type PART = Type.getType(ValueSerializer.class);
    private static final Type FLAGGED = Type.getType(FlaggedSerializer.class);
    private static final Type SEEKER = Type.getType(FieldSeeker.class);
    private static final Type HANDLE = Type.getType(MethodHandle.class);
    private static final Type CLASS = Type.getType(Class.class);
    private static final Type BYTES = Type.getType(byte[].class);
    private static final String[] THROWS = {"java/io/IOException"};

    /** Fields in one method, at most some 50 bytes of code each; whole bytes of the mask. */
    private static final int FIELDS_A_METHOD = 96;

    /** How the value of a field is written in place, or {@link #PART} if it is not. */
    private enum Wire {
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

    /**
     * @param type as code may name it: the declared one, or what a method handle carries
     */
    private record Field(int index, FieldAccess access, Wire wire, Type type, boolean isImmutable) {
        boolean isPrimitive() {
            return access.field().getType().isPrimitive();
        }

        String part() {
            return "part" + index;
        }
    }

    private final RecordAccess access;
    private final boolean isKey;
    private final boolean isImmutable;
    private final boolean isFinal;
    private final List<Field> fields = new ArrayList<>();
    private final int maskBytes;
    private final List<Object> classData = new ArrayList<>();
    private final ClassWriter writer = new SerializerWriter();

    private final Type generated;

    /** The record's type as code may name it. */
    private final Type self;

    /** Frames need no knowledge of the record's class: what branches meet is of one type. */
    private static final class SerializerWriter extends ClassWriter {
        SerializerWriter() {
            super(COMPUTE_FRAMES);
        }

        @Override
        protected String getCommonSuperClass(String type1, String type2) {
            return OBJECT.getInternalName();
        }
    }

    RecordSerializerCode(CompositeType<?> description, Encoding encoding, RecordAccess access) {
        this.access = access;
        this.isKey = encoding == Encoding.KEY;
        this.isImmutable = description.isImmutable();
        this.isFinal = Modifier.isFinal(access.type().getModifiers());
        this.self = access.isNamed() ? Type.getType(access.type()) : OBJECT;
        this.generated =
                Type.getObjectType(
                        Type.getInternalName(access.host().lookupClass()) + "_Serializer");
        List<TypeField> described = description.fields();
        this.maskBytes = (described.size() + 7) / 8;
        for (int i = 0; i < described.size(); i++) {
            FieldAccess field = access.fields().get(i);
            Class<?> declared = field.field().getType();
            TypeInformation<?> type = described.get(i).type();
            fields.add(
                    new Field(
                            i,
                            field,
                            Wire.of(type),
                            field.isNamed() || declared.isPrimitive()
                                    ? Type.getType(declared)
                                    : OBJECT,
                            type.isImmutable()));
        }
    }

    /** What the class finds by {@link MethodHandles#classDataAt}; complete once the class is. */
    List<Object> classData() {
        return List.copyOf(classData);
    }

    /** The class that writes and reads records; the one thing that is made of this object. */
    byte[] serializer() {
        begin(FLAGGED);
        constructor();
        write();
        if (hasReferences()) {
            writeWithNulls();
        }
        read();
        readOther();
        skip();
        copy();
        isImmutable();
        writer.visitEnd();
        return writer.toByteArray();
    }

    /** The class that finds a field in a record's bytes; the one thing made of this object. */
    byte[] seeker(int field) {
        begin(SEEKER);
        fields.subList(field + 1, fields.size()).clear();
        constructor();
        seek(field);
        writer.visitEnd();
        return writer.toByteArray();
    }

    private void begin(Type implemented) {
        writer.visit(
                V17,
                ACC_FINAL | ACC_SYNTHETIC | ACC_SUPER,
                generated.getInternalName(),
                null,
                OBJECT.getInternalName(),
                new String[] {implemented.getInternalName()});
    }

    // ---- the pieces that methods are made of

    private MethodVisitor method(int flags, String name, Type result, Type... parameters) {
        MethodVisitor code =
                writer.visitMethod(
                        flags, name, Type.getMethodDescriptor(result, parameters), null, THROWS);
        code.visitCode();
        return code;
    }

    private static void end(MethodVisitor code) {
        code.visitMaxs(0, 0);
        code.visitEnd();
    }

    private static void call(
            MethodVisitor code, Type owner, String name, Type result, Type... parameters) {
        boolean isInterface = owner.equals(PART) || owner.equals(FLAGGED);
        code.visitMethodInsn(
                isInterface ? INVOKEINTERFACE : INVOKEVIRTUAL,
                owner.getInternalName(),
                name,
                Type.getMethodDescriptor(result, parameters),
                isInterface);
    }

    private static void callStatic(
            MethodVisitor code, Type owner, String name, Type result, Type... parameters) {
        code.visitMethodInsn(
                INVOKESTATIC,
                owner.getInternalName(),
                name,
                Type.getMethodDescriptor(result, parameters),
                owner.equals(FLAGGED) || owner.equals(SEEKER));
    }

    private static void constant(MethodVisitor code, int value) {
        if (value >= -1 && value <= 5) {
            code.visitInsn(ICONST_0 + value);
        } else if (value <= Byte.MAX_VALUE) {
            code.visitIntInsn(BIPUSH, value);
        } else if (value <= Short.MAX_VALUE) {
            code.visitIntInsn(SIPUSH, value);
        } else {
            code.visitLdcInsn(value);
        }
    }

    private void classData(MethodVisitor code, Type type, Object datum) {
        int index = classData.indexOf(datum);
        if (index < 0) {
            index = classData.size();
            classData.add(datum);
        }
        code.visitLdcInsn(
                new ConstantDynamic(
                        "_",
                        type.getDescriptor(),
                        new Handle(
                                H_INVOKESTATIC,
                                "java/lang/invoke/MethodHandles",
                                "classDataAt",
                                "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;"
                                        + "Ljava/lang/Class;I)Ljava/lang/Object;",
                                false),
                        index));
    }

    private static void cast(MethodVisitor code, Type from, Type to) {
        if (!from.equals(to) && !to.equals(OBJECT)) {
            code.visitTypeInsn(CHECKCAST, to.getInternalName());
        }
    }

    private void part(MethodVisitor code, Field field) {
        code.visitVarInsn(ALOAD, 0);
        code.visitFieldInsn(
                GETFIELD, generated.getInternalName(), field.part(), PART.getDescriptor());
    }

    private void own(MethodVisitor code) {
        code.visitVarInsn(ALOAD, 0);
        code.visitFieldInsn(GETFIELD, generated.getInternalName(), "own", PART.getDescriptor());
    }

    /** Pushes a field of the record in a local variable, of the field's type. */
    private void get(MethodVisitor code, Field field, int record) {
        if (field.access().isNamed()) {
            code.visitVarInsn(ALOAD, record);
            code.visitFieldInsn(
                    GETFIELD,
                    self.getInternalName(),
                    field.access().field().getName(),
                    field.type().getDescriptor());
        } else {
            classData(code, HANDLE, field.access().getter());
            code.visitVarInsn(ALOAD, record);
            call(code, HANDLE, "invokeExact", field.type(), OBJECT);
        }
    }

    /** Before the value is pushed that {@link #set} stores. */
    private void beforeSet(MethodVisitor code, Field field, int record) {
        if (!field.access().isNamed()) {
            classData(code, HANDLE, field.access().setter());
        }
        code.visitVarInsn(ALOAD, record);
    }

    private void set(MethodVisitor code, Field field) {
        if (field.access().isNamed()) {
            code.visitFieldInsn(
                    PUTFIELD,
                    self.getInternalName(),
                    field.access().field().getName(),
                    field.type().getDescriptor());
        } else {
            call(code, HANDLE, "invokeExact", Type.VOID_TYPE, OBJECT, field.type());
        }
    }

    /** From the field's type to the one its value is written as. */
    private static void toWire(MethodVisitor code, Field field) {
        Wire wire = field.wire();
        if (wire == Wire.TEXT) {
            cast(code, field.type(), wire.plain);
        } else if (wire.isFixed() && !field.isPrimitive()) {
            Type boxed = Type.getType(wire.boxed);
            cast(code, field.type(), boxed);
            call(code, boxed, wire.plain.getClassName() + "Value", wire.plain);
        }
    }

    /** From the type that was read to that of the field. */
    private static void fromWire(MethodVisitor code, Field field) {
        Wire wire = field.wire();
        if (wire == Wire.PART) {
            cast(code, OBJECT, field.type());
        } else if (wire.isFixed() && !field.isPrimitive()) {
            Type boxed = Type.getType(wire.boxed);
            callStatic(code, boxed, "valueOf", boxed, wire.plain);
        }
    }

    private boolean hasReferences() {
        return fields.stream().anyMatch(field -> !field.isPrimitive());
    }

    /** The end of the run of fields of fixed size that begins at {@code from}. */
    private int runEnd(int from, int to) {
        int end = from;
        while (end < to && fields.get(end).wire().isFixed()) {
            end++;
        }
        return end;
    }

    private int bytes(int from, int to) {
        return fields.subList(from, to).stream().mapToInt(field -> field.wire().bytes).sum();
    }

    /** Calls a method of the class's own. */
    private void callOwn(MethodVisitor code, String name, Type result, Type... parameters) {
        code.visitMethodInsn(
                INVOKEVIRTUAL,
                generated.getInternalName(),
                name,
                Type.getMethodDescriptor(result, parameters),
                false);
    }

    @FunctionalInterface
    private interface Body {
        void of(MethodVisitor code, int from, int to);
    }

    /**
     * Puts code for all fields here, or, if they are many, calls to methods that hold it.
     *
     * @param locals the local variables 1 to n that it needs, by type
     */
    private void split(MethodVisitor code, String name, Body body, Type... locals) {
        if (fields.size() <= FIELDS_A_METHOD) {
            body.of(code, 0, fields.size());
            return;
        }
        for (int from = 0; from < fields.size(); from += FIELDS_A_METHOD) {
            int to = Math.min(from + FIELDS_A_METHOD, fields.size());
            code.visitVarInsn(ALOAD, 0);
            for (int i = 0; i < locals.length; i++) {
                code.visitVarInsn(locals[i].getOpcode(ILOAD), i + 1);
            }
            callOwn(code, name + from, Type.VOID_TYPE, locals);
            MethodVisitor part = method(ACC_PRIVATE, name + from, Type.VOID_TYPE, locals);
            body.of(part, from, to);
            part.visitInsn(RETURN);
            end(part);
        }
    }

    // ---- constructor(ValueSerializer[] parts, ValueSerializer own)

    private void constructor() {
        MethodVisitor code =
                method(0, "<init>", Type.VOID_TYPE, Type.getType(ValueSerializer[].class), PART);
        code.visitVarInsn(ALOAD, 0);
        code.visitMethodInsn(INVOKESPECIAL, OBJECT.getInternalName(), "<init>", "()V", false);
        field("own");
        code.visitVarInsn(ALOAD, 0);
        code.visitVarInsn(ALOAD, 2);
        code.visitFieldInsn(PUTFIELD, generated.getInternalName(), "own", PART.getDescriptor());
        for (Field field : fields) {
            if (field.wire() == Wire.PART) {
                field(field.part());
                code.visitVarInsn(ALOAD, 0);
                code.visitVarInsn(ALOAD, 1);
                constant(code, field.index());
                code.visitInsn(AALOAD);
                code.visitFieldInsn(
                        PUTFIELD, generated.getInternalName(), field.part(), PART.getDescriptor());
            }
        }
        code.visitInsn(RETURN);
        end(code);
    }

    private void field(String name) {
        writer.visitField(ACC_PRIVATE | ACC_FINAL, name, PART.getDescriptor(), null, null)
                .visitEnd();
    }

    // ---- void write(Object value, RecordOutput out)

    private static final int RECORD = 1;
    private static final int STREAM = 2;

    private void write() {
        MethodVisitor code = method(ACC_PUBLIC, "write", Type.VOID_TYPE, OBJECT, OUTPUT);
        if (!isFinal) {
            Label exact = new Label();
            ifExactly(code, exact);
            toSelf(code);
            code.visitInsn(POP);
            code.visitVarInsn(ALOAD, STREAM);
            constant(code, FlaggedSerializer.OTHER_CLASS);
            call(code, OUTPUT, "write", Type.VOID_TYPE, Type.INT_TYPE);
            own(code);
            code.visitVarInsn(ALOAD, RECORD);
            code.visitVarInsn(ALOAD, STREAM);
            call(code, PART, "write", Type.VOID_TYPE, OBJECT, OUTPUT);
            code.visitInsn(RETURN);
            code.visitLabel(exact);
        }
        toSelf(code);
        code.visitVarInsn(ASTORE, RECORD);
        if (hasReferences()) {
            Label noNulls = new Label();
            hasNulls(code, noNulls);
            code.visitVarInsn(ALOAD, 0);
            code.visitVarInsn(ALOAD, RECORD);
            code.visitVarInsn(ALOAD, STREAM);
            callOwn(code, "writeWithNulls", Type.VOID_TYPE, self, OUTPUT);
            code.visitInsn(RETURN);
            code.visitLabel(noNulls);
        }
        if (fields.isEmpty()) {
            code.visitVarInsn(ALOAD, STREAM);
            constant(code, 0);
            call(code, OUTPUT, "write", Type.VOID_TYPE, Type.INT_TYPE);
        }
        split(code, "write", this::writeFields, self, OUTPUT);
        code.visitInsn(RETURN);
        end(code);
    }

    /** Goes on at the label if the value is of this very class. */
    private void ifExactly(MethodVisitor code, Label exact) {
        code.visitVarInsn(ALOAD, RECORD);
        call(code, OBJECT, "getClass", CLASS);
        ownClass(code);
        code.visitJumpInsn(IF_ACMPEQ, exact);
    }

    private void ownClass(MethodVisitor code) {
        if (access.isNamed()) {
            code.visitLdcInsn(self);
        } else {
            classData(code, CLASS, access.type());
        }
    }

    /** Pushes the value as what it is. */
    private void toSelf(MethodVisitor code) {
        if (access.isNamed()) {
            code.visitVarInsn(ALOAD, RECORD);
            code.visitTypeInsn(CHECKCAST, self.getInternalName());
        } else {
            ownClass(code);
            code.visitVarInsn(ALOAD, RECORD);
            call(code, CLASS, "cast", OBJECT, OBJECT);
        }
    }

    /** Goes on at the label if no field is null; else behind. */
    private void hasNulls(MethodVisitor code, Label noNulls) {
        if (fields.size() <= FIELDS_A_METHOD) {
            Label nulls = new Label();
            for (Field field : fields) {
                if (!field.isPrimitive()) {
                    get(code, field, RECORD);
                    code.visitJumpInsn(IFNULL, nulls);
                }
            }
            code.visitJumpInsn(GOTO, noNulls);
            code.visitLabel(nulls);
            return;
        }
        Label nulls = new Label();
        for (int from = 0; from < fields.size(); from += FIELDS_A_METHOD) {
            int to = Math.min(from + FIELDS_A_METHOD, fields.size());
            code.visitVarInsn(ALOAD, 0);
            code.visitVarInsn(ALOAD, RECORD);
            callOwn(code, "hasNull" + from, Type.BOOLEAN_TYPE, self);
            code.visitJumpInsn(IFNE, nulls);
            MethodVisitor test = method(ACC_PRIVATE, "hasNull" + from, Type.BOOLEAN_TYPE, self);
            Label found = new Label();
            for (Field field : fields.subList(from, to)) {
                if (!field.isPrimitive()) {
                    get(test, field, RECORD);
                    test.visitJumpInsn(IFNULL, found);
                }
            }
            constant(test, 0);
            test.visitInsn(IRETURN);
            test.visitLabel(found);
            constant(test, 1);
            test.visitInsn(IRETURN);
            end(test);
        }
        code.visitJumpInsn(GOTO, noNulls);
        code.visitLabel(nulls);
    }

    private void writeFields(MethodVisitor code, int from, int to) {
        int i = from;
        boolean flags = from == 0;
        while (i < to) {
            int end = runEnd(i, to);
            if (flags || end > i) {
                writeRun(code, i, end, flags);
                flags = false;
                i = end;
            } else {
                writeVariable(code, fields.get(i++));
            }
        }
    }

    /** Fields of fixed size, the first ones behind the flags 0. */
    private void writeRun(MethodVisitor code, int from, int to, boolean flags) {
        int bytes = 3;
        int at = 4;
        code.visitVarInsn(ALOAD, STREAM);
        constant(code, bytes(from, to) + (flags ? 1 : 0));
        call(code, OUTPUT, "reserve", Type.INT_TYPE, Type.INT_TYPE);
        code.visitVarInsn(ISTORE, at);
        code.visitVarInsn(ALOAD, STREAM);
        call(code, OUTPUT, "bytes", BYTES);
        code.visitVarInsn(ASTORE, bytes);
        int offset = 0;
        if (flags) {
            code.visitVarInsn(ALOAD, bytes);
            code.visitVarInsn(ILOAD, at);
            constant(code, 0);
            code.visitInsn(BASTORE);
            offset++;
        }
        for (Field field : fields.subList(from, to)) {
            code.visitVarInsn(ALOAD, bytes);
            code.visitVarInsn(ILOAD, at);
            constant(code, offset);
            code.visitInsn(IADD);
            get(code, field, RECORD);
            toWire(code, field);
            Wire wire = field.wire();
            boolean canonical = isKey && (wire == Wire.FLOAT || wire == Wire.DOUBLE);
            callStatic(
                    code,
                    OUTPUT,
                    (canonical ? "putCanonical" : "put") + wire.suffix(),
                    Type.VOID_TYPE,
                    BYTES,
                    Type.INT_TYPE,
                    wire.plain);
            offset += wire.bytes;
        }
    }

    private void writeVariable(MethodVisitor code, Field field) {
        if (field.wire() == Wire.TEXT) {
            code.visitVarInsn(ALOAD, STREAM);
            get(code, field, RECORD);
            toWire(code, field);
            call(code, OUTPUT, "writeString", Type.VOID_TYPE, Wire.TEXT.plain);
        } else {
            part(code, field);
            get(code, field, RECORD);
            code.visitVarInsn(ALOAD, STREAM);
            call(code, PART, "write", Type.VOID_TYPE, OBJECT, OUTPUT);
        }
    }

    private void writeWithNulls() {
        MethodVisitor code = method(ACC_PRIVATE, "writeWithNulls", Type.VOID_TYPE, self, OUTPUT);
        code.visitVarInsn(ALOAD, STREAM);
        constant(code, FlaggedSerializer.NULL_PARTS);
        call(code, OUTPUT, "write", Type.VOID_TYPE, Type.INT_TYPE);
        split(code, "writeMask", this::writeMask, self, OUTPUT);
        split(code, "writeNonNull", this::writeNonNull, self, OUTPUT);
        code.visitInsn(RETURN);
        end(code);
    }

    private void writeMask(MethodVisitor code, int from, int to) {
        int mask = 3;
        for (int first = from; first < to; first += 8) {
            constant(code, 0);
            code.visitVarInsn(ISTORE, mask);
            for (Field field : fields.subList(first, Math.min(first + 8, to))) {
                if (!field.isPrimitive()) {
                    Label present = new Label();
                    get(code, field, RECORD);
                    code.visitJumpInsn(IFNONNULL, present);
                    code.visitVarInsn(ILOAD, mask);
                    constant(code, 1 << (field.index() - first));
                    code.visitInsn(IOR);
                    code.visitVarInsn(ISTORE, mask);
                    code.visitLabel(present);
                }
            }
            code.visitVarInsn(ALOAD, STREAM);
            code.visitVarInsn(ILOAD, mask);
            call(code, OUTPUT, "write", Type.VOID_TYPE, Type.INT_TYPE);
        }
    }

    private void writeNonNull(MethodVisitor code, int from, int to) {
        for (int i = from; i < to; i++) {
            Field field = fields.get(i);
            Label next = new Label();
            if (!field.isPrimitive()) {
                get(code, field, RECORD);
                code.visitJumpInsn(IFNULL, next);
            }
            if (field.wire().isFixed()) {
                writeRun(code, i, i + 1, false);
            } else {
                writeVariable(code, field);
            }
            code.visitLabel(next);
        }
    }

    // ---- Object read(int flags, RecordInput in)

    private static final int FLAGS = 1;
    private static final int AFTER_STREAM = 3;

    private void read() {
        MethodVisitor code = method(ACC_PUBLIC, "read", OBJECT, Type.INT_TYPE, INPUT);
        Label plain = new Label();
        code.visitVarInsn(ILOAD, FLAGS);
        code.visitJumpInsn(IFEQ, plain);
        code.visitVarInsn(ALOAD, 0);
        code.visitVarInsn(ILOAD, FLAGS);
        code.visitVarInsn(ALOAD, STREAM);
        callOwn(code, "readOther", OBJECT, Type.INT_TYPE, INPUT);
        code.visitInsn(ARETURN);
        code.visitLabel(plain);
        if (access.isRecord()) {
            int[] locals = locals(AFTER_STREAM);
            int scratch = AFTER_STREAM + slots();
            readFields(code, 0, fields.size(), STREAM, scratch, i -> {}, storing(code, locals));
            construct(
                    code, i -> code.visitVarInsn(fields.get(i).type().getOpcode(ILOAD), locals[i]));
        } else {
            // The record takes the place of the flags: (this, record, in).
            construct(code, i -> {});
            code.visitVarInsn(ASTORE, RECORD);
            split(
                    code,
                    "read",
                    (part, from, to) ->
                            readFields(
                                    part,
                                    from,
                                    to,
                                    STREAM,
                                    AFTER_STREAM,
                                    i -> beforeSet(part, fields.get(i), RECORD),
                                    i -> set(part, fields.get(i))),
                    self,
                    INPUT);
            code.visitVarInsn(ALOAD, RECORD);
        }
        code.visitInsn(ARETURN);
        end(code);
    }

    private int[] locals(int first) {
        int[] locals = new int[fields.size()];
        int next = first;
        for (Field field : fields) {
            locals[field.index()] = next;
            next += field.type().getSize();
        }
        return locals;
    }

    private int slots() {
        return fields.stream().mapToInt(field -> field.type().getSize()).sum();
    }

    private IntConsumer storing(MethodVisitor code, int[] locals) {
        return i -> code.visitVarInsn(fields.get(i).type().getOpcode(ISTORE), locals[i]);
    }

    /** Pushes a new record; of a Java record with the values that {@code push} pushes. */
    private void construct(MethodVisitor code, IntConsumer push) {
        boolean isNamed = access.constructorHandle() == null;
        if (isNamed) {
            code.visitTypeInsn(NEW, self.getInternalName());
            code.visitInsn(DUP);
        } else {
            classData(code, HANDLE, access.constructorHandle());
        }
        Type[] parameters = new Type[access.isRecord() ? fields.size() : 0];
        for (int i = 0; i < parameters.length; i++) {
            push.accept(i);
            Type declared = Type.getType(access.constructor().getParameterTypes()[i]);
            boolean isPrimitive = fields.get(i).isPrimitive();
            parameters[i] = isNamed || isPrimitive ? declared : OBJECT;
            if (isNamed && !isPrimitive) {
                cast(code, fields.get(i).type(), declared);
            }
        }
        if (isNamed) {
            code.visitMethodInsn(
                    INVOKESPECIAL,
                    self.getInternalName(),
                    "<init>",
                    Type.getMethodDescriptor(Type.VOID_TYPE, parameters),
                    false);
        } else {
            call(code, HANDLE, "invokeExact", OBJECT, parameters);
            cast(code, OBJECT, self);
        }
    }

    /** Pushes the value of each field between {@code before} and {@code after}. */
    private void readFields(
            MethodVisitor code,
            int from,
            int to,
            int in,
            int scratch,
            IntConsumer before,
            IntConsumer after) {
        int i = from;
        while (i < to) {
            int end = runEnd(i, to);
            if (end > i) {
                takeRun(code, bytes(i, end), in, scratch);
                int offset = 0;
                for (Field field : fields.subList(i, end)) {
                    before.accept(field.index());
                    readFixed(code, field, scratch, offset);
                    after.accept(field.index());
                    offset += field.wire().bytes;
                }
                i = end;
            } else {
                before.accept(i);
                readVariable(code, fields.get(i), in);
                after.accept(i);
                i++;
            }
        }
    }

    /** Leaves the array in local {@code scratch} and the position in the one behind. */
    private static void takeRun(MethodVisitor code, int bytes, int in, int scratch) {
        code.visitVarInsn(ALOAD, in);
        constant(code, bytes);
        call(code, INPUT, "take", Type.INT_TYPE, Type.INT_TYPE);
        code.visitVarInsn(ISTORE, scratch + 1);
        code.visitVarInsn(ALOAD, in);
        call(code, INPUT, "bytes", BYTES);
        code.visitVarInsn(ASTORE, scratch);
    }

    private static void readFixed(MethodVisitor code, Field field, int scratch, int offset) {
        code.visitVarInsn(ALOAD, scratch);
        code.visitVarInsn(ILOAD, scratch + 1);
        constant(code, offset);
        code.visitInsn(IADD);
        callStatic(
                code,
                INPUT,
                "get" + field.wire().suffix(),
                field.wire().plain,
                BYTES,
                Type.INT_TYPE);
        fromWire(code, field);
    }

    private void readVariable(MethodVisitor code, Field field, int in) {
        if (field.wire() == Wire.TEXT) {
            code.visitVarInsn(ALOAD, in);
            call(code, INPUT, "readString", Wire.TEXT.plain);
        } else {
            part(code, field);
            code.visitVarInsn(ALOAD, in);
            call(code, PART, "read", OBJECT, INPUT);
        }
        fromWire(code, field);
    }

    /** {@code Object readOther(int flags, RecordInput in)}: what is not the common case. */
    private void readOther() {
        MethodVisitor code = method(ACC_PRIVATE, "readOther", OBJECT, Type.INT_TYPE, INPUT);
        if (!isFinal) {
            Label next = new Label();
            ifFlags(code, FlaggedSerializer.OTHER_CLASS, next);
            own(code);
            code.visitVarInsn(ALOAD, STREAM);
            call(code, PART, "read", OBJECT, INPUT);
            code.visitInsn(ARETURN);
            code.visitLabel(next);
        }
        if (hasReferences()) {
            Label next = new Label();
            ifFlags(code, FlaggedSerializer.NULL_PARTS, next);
            readWithNulls(code);
            code.visitLabel(next);
        }
        unknownFlags(code);
        end(code);
    }

    private static void ifFlags(MethodVisitor code, int flags, Label otherwise) {
        code.visitVarInsn(ILOAD, FLAGS);
        constant(code, flags);
        code.visitJumpInsn(IF_ICMPNE, otherwise);
    }

    private void unknownFlags(MethodVisitor code) {
        code.visitLdcInsn(access.type().getName());
        code.visitVarInsn(ILOAD, FLAGS);
        callStatic(
                code,
                FLAGGED,
                "unknownFlags",
                Type.getType(IOException.class),
                Type.getType(String.class),
                Type.INT_TYPE);
        code.visitInsn(ATHROW);
    }

    private void takeMask(MethodVisitor code, int mask) {
        code.visitVarInsn(ALOAD, STREAM);
        constant(code, maskBytes);
        call(code, INPUT, "take", Type.INT_TYPE, Type.INT_TYPE);
        code.visitVarInsn(ISTORE, mask);
    }

    private void readWithNulls(MethodVisitor code) {
        int mask = AFTER_STREAM;
        takeMask(code, mask);
        if (access.isRecord()) {
            int[] locals = locals(mask + 1);
            int scratch = mask + 1 + slots();
            for (int i = 0; i < locals.length; i++) {
                readUnlessNull(code, i, mask, scratch, index -> {}, storing(code, locals));
            }
            construct(
                    code, i -> code.visitVarInsn(fields.get(i).type().getOpcode(ILOAD), locals[i]));
        } else {
            construct(code, i -> {});
            code.visitVarInsn(ASTORE, RECORD);
            split(
                    code,
                    "readNonNull",
                    (part, from, to) -> {
                        for (int i = from; i < to; i++) {
                            readUnlessNull(
                                    part,
                                    i,
                                    mask,
                                    mask + 1,
                                    index -> beforeSet(part, fields.get(index), RECORD),
                                    index -> set(part, fields.get(index)));
                        }
                    },
                    self,
                    INPUT,
                    Type.INT_TYPE);
            code.visitVarInsn(ALOAD, RECORD);
        }
        code.visitInsn(ARETURN);
    }

    /** Reads a field as in the common case, or makes it null. */
    private void readUnlessNull(
            MethodVisitor code,
            int index,
            int mask,
            int scratch,
            IntConsumer before,
            IntConsumer after) {
        Field field = fields.get(index);
        Label present = new Label();
        Label next = new Label();
        ifPresent(code, index, mask, present);
        if (field.isPrimitive()) {
            primitiveIsNull(code);
        } else {
            before.accept(index);
            code.visitInsn(ACONST_NULL);
            after.accept(index);
            code.visitJumpInsn(GOTO, next);
        }
        code.visitLabel(present);
        readFields(code, index, index + 1, STREAM, scratch, before, after);
        code.visitLabel(next);
    }

    /** Goes on at the label if the bit of the field is not set. */
    private static void ifPresent(MethodVisitor code, int index, int mask, Label present) {
        code.visitVarInsn(ALOAD, STREAM);
        call(code, INPUT, "bytes", BYTES);
        code.visitVarInsn(ILOAD, mask);
        constant(code, index / 8);
        code.visitInsn(IADD);
        code.visitInsn(BALOAD);
        constant(code, 1 << (index % 8));
        code.visitInsn(IAND);
        code.visitJumpInsn(IFEQ, present);
    }

    private static void primitiveIsNull(MethodVisitor code) {
        callStatic(code, FLAGGED, "nullPrimitive", Type.getType(IOException.class));
        code.visitInsn(ATHROW);
    }

    // ---- void skip(int flags, RecordInput in)

    private void skip() {
        MethodVisitor code = method(ACC_PUBLIC, "skip", Type.VOID_TYPE, Type.INT_TYPE, INPUT);
        Label other = new Label();
        code.visitVarInsn(ILOAD, FLAGS);
        code.visitJumpInsn(IFNE, other);
        split(code, "skip", this::skipFields, Type.INT_TYPE, INPUT);
        code.visitInsn(RETURN);
        code.visitLabel(other);
        if (!isFinal) {
            Label next = new Label();
            ifFlags(code, FlaggedSerializer.OTHER_CLASS, next);
            own(code);
            code.visitVarInsn(ALOAD, STREAM);
            call(code, PART, "skip", Type.VOID_TYPE, INPUT);
            code.visitInsn(RETURN);
            code.visitLabel(next);
        }
        if (hasReferences()) {
            Label next = new Label();
            ifFlags(code, FlaggedSerializer.NULL_PARTS, next);
            takeMask(code, AFTER_STREAM);
            split(
                    code,
                    "skipNonNull",
                    (part, from, to) -> {
                        for (int i = from; i < to; i++) {
                            skipUnlessNull(part, i);
                        }
                    },
                    Type.INT_TYPE,
                    INPUT,
                    Type.INT_TYPE);
            code.visitInsn(RETURN);
            code.visitLabel(next);
        }
        unknownFlags(code);
        end(code);
    }

    private void skipFields(MethodVisitor code, int from, int to) {
        int i = from;
        while (i < to) {
            int end = runEnd(i, to);
            if (end > i) {
                code.visitVarInsn(ALOAD, STREAM);
                constant(code, bytes(i, end));
                call(code, INPUT, "take", Type.INT_TYPE, Type.INT_TYPE);
                code.visitInsn(POP);
                i = end;
            } else if (fields.get(i).wire() == Wire.TEXT) {
                code.visitVarInsn(ALOAD, STREAM);
                call(code, INPUT, "skipString", Type.VOID_TYPE);
                i++;
            } else {
                part(code, fields.get(i));
                code.visitVarInsn(ALOAD, STREAM);
                call(code, PART, "skip", Type.VOID_TYPE, INPUT);
                i++;
            }
        }
    }

    private void skipUnlessNull(MethodVisitor code, int index) {
        Label present = new Label();
        Label next = new Label();
        ifPresent(code, index, AFTER_STREAM, present);
        if (fields.get(index).isPrimitive()) {
            primitiveIsNull(code);
        } else {
            code.visitJumpInsn(GOTO, next);
        }
        code.visitLabel(present);
        skipFields(code, index, index + 1);
        code.visitLabel(next);
    }

    // ---- int seek(RecordInput in)

    private void seek(int field) {
        // The flags are in the place where the other methods have them, the input behind.
        MethodVisitor code = method(ACC_PUBLIC, "seek", Type.INT_TYPE, INPUT);
        code.visitVarInsn(ALOAD, 1);
        code.visitVarInsn(ASTORE, STREAM);
        code.visitVarInsn(ALOAD, STREAM);
        call(code, INPUT, "readByte", Type.BYTE_TYPE);
        code.visitVarInsn(ISTORE, FLAGS);
        Label other = new Label();
        code.visitVarInsn(ILOAD, FLAGS);
        code.visitJumpInsn(IFNE, other);
        skipFields(code, 0, field);
        constant(code, 0);
        code.visitInsn(IRETURN);
        code.visitLabel(other);
        code.visitVarInsn(ALOAD, 0);
        code.visitVarInsn(ILOAD, FLAGS);
        code.visitVarInsn(ALOAD, STREAM);
        callOwn(code, "seekOther", Type.INT_TYPE, Type.INT_TYPE, INPUT);
        code.visitInsn(IRETURN);
        end(code);
        seekOther(field);
    }

    /** {@code int seekOther(int flags, RecordInput in)}: what is not the common case. */
    private void seekOther(int field) {
        MethodVisitor code = method(ACC_PRIVATE, "seekOther", Type.INT_TYPE, Type.INT_TYPE, INPUT);
        if (!isFinal) {
            Label next = new Label();
            ifFlags(code, FlaggedSerializer.OTHER_CLASS, next);
            constant(code, FlaggedSerializer.OTHER_CLASS);
            code.visitInsn(IRETURN);
            code.visitLabel(next);
        }
        Label next = new Label();
        ifFlags(code, FlaggedSerializer.NULL_PARTS, next);
        takeMask(code, AFTER_STREAM);
        Label present = new Label();
        ifPresent(code, field, AFTER_STREAM, present);
        if (fields.get(field).isPrimitive()) {
            primitiveIsNull(code);
        } else {
            constant(code, FlaggedSerializer.NULL_PARTS);
            code.visitInsn(IRETURN);
        }
        code.visitLabel(present);
        for (int i = 0; i < field; i++) {
            skipUnlessNull(code, i);
        }
        constant(code, 0);
        code.visitInsn(IRETURN);
        code.visitLabel(next);
        next = new Label();
        ifFlags(code, ValueSerializer.NULL, next);
        code.visitLdcInsn(access.type().getName());
        callStatic(
                code,
                SEEKER,
                "nullRecord",
                Type.getType(IOException.class),
                Type.getType(String.class));
        code.visitInsn(ATHROW);
        code.visitLabel(next);
        unknownFlags(code);
        end(code);
    }

    // ---- Object copy(Object value)

    private void copy() {
        MethodVisitor code = method(ACC_PUBLIC, "copy", OBJECT, OBJECT);
        if (isImmutable) {
            code.visitVarInsn(ALOAD, RECORD);
            code.visitInsn(ARETURN);
            end(code);
            return;
        }
        if (!isFinal) {
            Label exact = new Label();
            ifExactly(code, exact);
            own(code);
            code.visitVarInsn(ALOAD, RECORD);
            call(code, PART, "copy", OBJECT, OBJECT);
            code.visitInsn(ARETURN);
            code.visitLabel(exact);
        }
        toSelf(code);
        code.visitVarInsn(ASTORE, RECORD);
        if (access.isRecord()) {
            construct(code, i -> copied(code, fields.get(i)));
        } else {
            int copy = 2;
            construct(code, i -> {});
            code.visitVarInsn(ASTORE, copy);
            split(
                    code,
                    "copy",
                    (part, from, to) -> {
                        for (Field field : fields.subList(from, to)) {
                            beforeSet(part, field, copy);
                            copied(part, field);
                            set(part, field);
                        }
                    },
                    self,
                    self);
            code.visitVarInsn(ALOAD, copy);
        }
        code.visitInsn(ARETURN);
        end(code);
    }

    /** Pushes the field's value, or a copy of it where it can be changed. */
    private void copied(MethodVisitor code, Field field) {
        if (field.wire() != Wire.PART || field.isImmutable()) {
            get(code, field, RECORD);
        } else {
            part(code, field);
            get(code, field, RECORD);
            call(code, PART, "copyNullable", OBJECT, OBJECT);
            cast(code, OBJECT, field.type());
        }
    }

    private void isImmutable() {
        MethodVisitor code = method(ACC_PUBLIC, "isImmutable", Type.BOOLEAN_TYPE);
        constant(code, isImmutable ? 1 : 0);
        code.visitInsn(IRETURN);
        end(code);
    }
}
