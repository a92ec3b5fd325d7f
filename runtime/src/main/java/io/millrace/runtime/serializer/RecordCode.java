package io.millrace.runtime.serializer;

import static org.objectweb.asm.Opcodes.*;

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
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * The pieces that the classes generated for one tuple, POJO or record are made of.
 *
 * <p>Shape: a method that has more than {@link #FIELDS_A_METHOD} fields to do calls others that do
 * so many each, since the JIT compiler leaves large methods alone. Local variables have the same
 * numbers in all methods: the record, or the flags of one, in 1, the stream in 2.
 *
 * <p>Threads: owned by whoever makes the class; one object for each.
 */
final class RecordCode {
    static final Type OBJECT = Type.getType(Object.class);
    static final Type OUTPUT = Type.getType(RecordOutput.class);
    static final Type INPUT = Type.getType(RecordInput.class);
    static final Type PART = Type.getType(ValueSerializer.class);
    static final Type FLAGGED = Type.getType(FlaggedSerializer.class);
    static final Type SEEKER = Type.getType(FieldSeeker.class);
    static final Type HANDLE = Type.getType(MethodHandle.class);
    static final Type CLASS = Type.getType(Class.class);
    static final Type BYTES = Type.getType(byte[].class);
    private static final String[] THROWS = {"java/io/IOException"};

    /** Local variables. */
    static final int RECORD = 1;

    static final int FLAGS = 1;
    static final int STREAM = 2;
    static final int AFTER_STREAM = 3;

    /** Fields in one method, at most some 50 bytes of code each; whole bytes of the mask. */
    static final int FIELDS_A_METHOD = 96;

    /**
     * @param type as code may name it: the declared one, or what a method handle carries
     */
    record Field(int index, FieldAccess access, Wire wire, Type type, boolean isImmutable) {
        boolean isPrimitive() {
            return access.field().getType().isPrimitive();
        }

        String part() {
            return "part" + index;
        }
    }

    final RecordAccess access;
    final boolean isKey;
    final boolean isImmutable;
    final boolean isFinal;
    final List<Field> fields = new ArrayList<>();
    private final int maskBytes;
    private final List<Object> classData = new ArrayList<>();
    private final ClassWriter writer = new SerializerWriter();

    private final Type generated;

    /** The record's type as code may name it. */
    final Type self;

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

    RecordCode(CompositeType<?> description, Encoding encoding, RecordAccess access) {
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

    /** Begins the class, with its constructor. */
    void begin(Type implemented) {
        writer.visit(
                V17,
                ACC_FINAL | ACC_SYNTHETIC | ACC_SUPER,
                generated.getInternalName(),
                null,
                OBJECT.getInternalName(),
                new String[] {implemented.getInternalName()});
        constructor();
    }

    byte[] finish() {
        writer.visitEnd();
        return writer.toByteArray();
    }

    // ---- the pieces that methods are made of

    MethodVisitor method(int flags, String name, Type result, Type... parameters) {
        MethodVisitor code =
                writer.visitMethod(
                        flags, name, Type.getMethodDescriptor(result, parameters), null, THROWS);
        code.visitCode();
        return code;
    }

    static void end(MethodVisitor code) {
        code.visitMaxs(0, 0);
        code.visitEnd();
    }

    static void call(MethodVisitor code, Type owner, String name, Type result, Type... parameters) {
        boolean isInterface = owner.equals(PART) || owner.equals(FLAGGED);
        code.visitMethodInsn(
                isInterface ? INVOKEINTERFACE : INVOKEVIRTUAL,
                owner.getInternalName(),
                name,
                Type.getMethodDescriptor(result, parameters),
                isInterface);
    }

    static void callStatic(
            MethodVisitor code, Type owner, String name, Type result, Type... parameters) {
        code.visitMethodInsn(
                INVOKESTATIC,
                owner.getInternalName(),
                name,
                Type.getMethodDescriptor(result, parameters),
                owner.equals(FLAGGED) || owner.equals(SEEKER));
    }

    static void constant(MethodVisitor code, int value) {
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

    void classData(MethodVisitor code, Type type, Object datum) {
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

    static void cast(MethodVisitor code, Type from, Type to) {
        if (!from.equals(to) && !to.equals(OBJECT)) {
            code.visitTypeInsn(CHECKCAST, to.getInternalName());
        }
    }

    void part(MethodVisitor code, Field field) {
        code.visitVarInsn(ALOAD, 0);
        code.visitFieldInsn(
                GETFIELD, generated.getInternalName(), field.part(), PART.getDescriptor());
    }

    void own(MethodVisitor code) {
        code.visitVarInsn(ALOAD, 0);
        code.visitFieldInsn(GETFIELD, generated.getInternalName(), "own", PART.getDescriptor());
    }

    /** Pushes a field of the record in a local variable, of the field's type. */
    void get(MethodVisitor code, Field field, int record) {
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
    void beforeSet(MethodVisitor code, Field field, int record) {
        if (!field.access().isNamed()) {
            classData(code, HANDLE, field.access().setter());
        }
        code.visitVarInsn(ALOAD, record);
    }

    void set(MethodVisitor code, Field field) {
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
    static void toWire(MethodVisitor code, Field field) {
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
    static void fromWire(MethodVisitor code, Field field) {
        Wire wire = field.wire();
        if (wire == Wire.PART) {
            cast(code, OBJECT, field.type());
        } else if (wire.isFixed() && !field.isPrimitive()) {
            Type boxed = Type.getType(wire.boxed);
            callStatic(code, boxed, "valueOf", boxed, wire.plain);
        }
    }

    boolean hasReferences() {
        return fields.stream().anyMatch(field -> !field.isPrimitive());
    }

    /** The end of the run of fields of fixed size that begins at {@code from}. */
    int runEnd(int from, int to) {
        int end = from;
        while (end < to && fields.get(end).wire().isFixed()) {
            end++;
        }
        return end;
    }

    int bytes(int from, int to) {
        return fields.subList(from, to).stream().mapToInt(field -> field.wire().bytes).sum();
    }

    /** Calls a method of the class's own. */
    void callOwn(MethodVisitor code, String name, Type result, Type... parameters) {
        code.visitMethodInsn(
                INVOKEVIRTUAL,
                generated.getInternalName(),
                name,
                Type.getMethodDescriptor(result, parameters),
                false);
    }

    @FunctionalInterface
    interface Body {
        void of(MethodVisitor code, int from, int to);
    }

    /**
     * Puts code for all fields here, or, if they are many, calls to methods that hold it.
     *
     * @param locals the local variables 1 to n that it needs, by type
     */
    void split(MethodVisitor code, String name, Body body, Type... locals) {
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

    // ---- flags and masks

    static void ifFlags(MethodVisitor code, int flags, Label otherwise) {
        code.visitVarInsn(ILOAD, FLAGS);
        constant(code, flags);
        code.visitJumpInsn(IF_ICMPNE, otherwise);
    }

    void unknownFlags(MethodVisitor code) {
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

    void takeMask(MethodVisitor code, int mask) {
        code.visitVarInsn(ALOAD, STREAM);
        constant(code, maskBytes);
        call(code, INPUT, "take", Type.INT_TYPE, Type.INT_TYPE);
        code.visitVarInsn(ISTORE, mask);
    }

    /** Goes on at the label if the bit of the field is not set. */
    static void ifPresent(MethodVisitor code, int index, int mask, Label present) {
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

    static void primitiveIsNull(MethodVisitor code) {
        callStatic(code, FLAGGED, "nullPrimitive", Type.getType(IOException.class));
        code.visitInsn(ATHROW);
    }

    // ---- moving past fields

    void skipFields(MethodVisitor code, int from, int to) {
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

    void skipUnlessNull(MethodVisitor code, int index) {
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
}
