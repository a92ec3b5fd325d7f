package io.millrace.runtime.serializer;

import static io.millrace.runtime.serializer.RecordCode.*;
import static org.objectweb.asm.Opcodes.*;

import java.util.function.IntConsumer;
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
    private final RecordCode record;

    private RecordSerializerCode(RecordCode record) {
        this.record = record;
    }

    /** The class file; what it needs besides is in the class data of the pieces then. */
    static byte[] of(RecordCode record) {
        return new RecordSerializerCode(record).bytes();
    }

    private byte[] bytes() {
        record.begin(FLAGGED);
        write();
        if (record.hasReferences()) {
            writeWithNulls();
        }
        read();
        readOther();
        skip();
        copy();
        isImmutable();
        return record.finish();
    }

    // ---- void write(Object value, RecordOutput out)

    private void write() {
        MethodVisitor code = record.method(ACC_PUBLIC, "write", Type.VOID_TYPE, OBJECT, OUTPUT);
        if (!record.isFinal) {
            Label exact = new Label();
            ifExactly(code, exact);
            toSelf(code);
            code.visitInsn(POP);
            code.visitVarInsn(ALOAD, STREAM);
            constant(code, FlaggedSerializer.OTHER_CLASS);
            call(code, OUTPUT, "write", Type.VOID_TYPE, Type.INT_TYPE);
            record.own(code);
            code.visitVarInsn(ALOAD, RECORD);
            code.visitVarInsn(ALOAD, STREAM);
            call(code, PART, "write", Type.VOID_TYPE, OBJECT, OUTPUT);
            code.visitInsn(RETURN);
            code.visitLabel(exact);
        }
        toSelf(code);
        code.visitVarInsn(ASTORE, RECORD);
        if (record.hasReferences()) {
            Label noNulls = new Label();
            hasNulls(code, noNulls);
            code.visitVarInsn(ALOAD, 0);
            code.visitVarInsn(ALOAD, RECORD);
            code.visitVarInsn(ALOAD, STREAM);
            record.callOwn(code, "writeWithNulls", Type.VOID_TYPE, record.self, OUTPUT);
            code.visitInsn(RETURN);
            code.visitLabel(noNulls);
        }
        if (record.fields.isEmpty()) {
            code.visitVarInsn(ALOAD, STREAM);
            constant(code, 0);
            call(code, OUTPUT, "write", Type.VOID_TYPE, Type.INT_TYPE);
        }
        record.split(code, "write", this::writeFields, record.self, OUTPUT);
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
        if (record.access.isNamed()) {
            code.visitLdcInsn(record.self);
        } else {
            record.classData(code, CLASS, record.access.type());
        }
    }

    /** Pushes the value as what it is. */
    private void toSelf(MethodVisitor code) {
        if (record.access.isNamed()) {
            code.visitVarInsn(ALOAD, RECORD);
            code.visitTypeInsn(CHECKCAST, record.self.getInternalName());
        } else {
            ownClass(code);
            code.visitVarInsn(ALOAD, RECORD);
            call(code, CLASS, "cast", OBJECT, OBJECT);
        }
    }

    /** Goes on at the label if no field is null; else behind. */
    private void hasNulls(MethodVisitor code, Label noNulls) {
        if (record.fields.size() <= FIELDS_A_METHOD) {
            Label nulls = new Label();
            for (RecordCode.Field field : record.fields) {
                if (!field.isPrimitive()) {
                    record.get(code, field, RECORD);
                    code.visitJumpInsn(IFNULL, nulls);
                }
            }
            code.visitJumpInsn(GOTO, noNulls);
            code.visitLabel(nulls);
            return;
        }
        Label nulls = new Label();
        for (int from = 0; from < record.fields.size(); from += FIELDS_A_METHOD) {
            int to = Math.min(from + FIELDS_A_METHOD, record.fields.size());
            code.visitVarInsn(ALOAD, 0);
            code.visitVarInsn(ALOAD, RECORD);
            record.callOwn(code, "hasNull" + from, Type.BOOLEAN_TYPE, record.self);
            code.visitJumpInsn(IFNE, nulls);
            MethodVisitor test =
                    record.method(ACC_PRIVATE, "hasNull" + from, Type.BOOLEAN_TYPE, record.self);
            Label found = new Label();
            for (RecordCode.Field field : record.fields.subList(from, to)) {
                if (!field.isPrimitive()) {
                    record.get(test, field, RECORD);
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
            int end = record.runEnd(i, to);
            if (flags || end > i) {
                writeRun(code, i, end, flags);
                flags = false;
                i = end;
            } else {
                writeVariable(code, record.fields.get(i++));
            }
        }
    }

    /** Fields of fixed size, the first ones behind the flags 0. */
    private void writeRun(MethodVisitor code, int from, int to, boolean flags) {
        int bytes = 3;
        int at = 4;
        code.visitVarInsn(ALOAD, STREAM);
        constant(code, record.bytes(from, to) + (flags ? 1 : 0));
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
        for (RecordCode.Field field : record.fields.subList(from, to)) {
            code.visitVarInsn(ALOAD, bytes);
            code.visitVarInsn(ILOAD, at);
            constant(code, offset);
            code.visitInsn(IADD);
            record.get(code, field, RECORD);
            toWire(code, field);
            Wire wire = field.wire();
            boolean canonical = record.isKey && (wire == Wire.FLOAT || wire == Wire.DOUBLE);
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

    private void writeVariable(MethodVisitor code, RecordCode.Field field) {
        if (field.wire() == Wire.TEXT) {
            code.visitVarInsn(ALOAD, STREAM);
            record.get(code, field, RECORD);
            toWire(code, field);
            call(code, OUTPUT, "writeString", Type.VOID_TYPE, Wire.TEXT.plain);
        } else {
            record.part(code, field);
            record.get(code, field, RECORD);
            code.visitVarInsn(ALOAD, STREAM);
            call(code, PART, "write", Type.VOID_TYPE, OBJECT, OUTPUT);
        }
    }

    private void writeWithNulls() {
        MethodVisitor code =
                record.method(ACC_PRIVATE, "writeWithNulls", Type.VOID_TYPE, record.self, OUTPUT);
        code.visitVarInsn(ALOAD, STREAM);
        constant(code, FlaggedSerializer.NULL_PARTS);
        call(code, OUTPUT, "write", Type.VOID_TYPE, Type.INT_TYPE);
        record.split(code, "writeMask", this::writeMask, record.self, OUTPUT);
        record.split(code, "writeNonNull", this::writeNonNull, record.self, OUTPUT);
        code.visitInsn(RETURN);
        end(code);
    }

    private void writeMask(MethodVisitor code, int from, int to) {
        int mask = 3;
        for (int first = from; first < to; first += 8) {
            constant(code, 0);
            code.visitVarInsn(ISTORE, mask);
            for (RecordCode.Field field : record.fields.subList(first, Math.min(first + 8, to))) {
                if (!field.isPrimitive()) {
                    Label present = new Label();
                    record.get(code, field, RECORD);
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
            RecordCode.Field field = record.fields.get(i);
            Label next = new Label();
            if (!field.isPrimitive()) {
                record.get(code, field, RECORD);
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

    private void read() {
        MethodVisitor code = record.method(ACC_PUBLIC, "read", OBJECT, Type.INT_TYPE, INPUT);
        Label plain = new Label();
        code.visitVarInsn(ILOAD, FLAGS);
        code.visitJumpInsn(IFEQ, plain);
        code.visitVarInsn(ALOAD, 0);
        code.visitVarInsn(ILOAD, FLAGS);
        code.visitVarInsn(ALOAD, STREAM);
        record.callOwn(code, "readOther", OBJECT, Type.INT_TYPE, INPUT);
        code.visitInsn(ARETURN);
        code.visitLabel(plain);
        if (record.access.isRecord()) {
            int[] locals = locals(AFTER_STREAM);
            int scratch = AFTER_STREAM + slots();
            readFields(
                    code, 0, record.fields.size(), STREAM, scratch, i -> {}, storing(code, locals));
            construct(
                    code,
                    i ->
                            code.visitVarInsn(
                                    record.fields.get(i).type().getOpcode(ILOAD), locals[i]));
        } else {
            // The record takes the place of the flags: (this, record, in).
            construct(code, i -> {});
            code.visitVarInsn(ASTORE, RECORD);
            record.split(
                    code,
                    "read",
                    (part, from, to) ->
                            readFields(
                                    part,
                                    from,
                                    to,
                                    STREAM,
                                    AFTER_STREAM,
                                    i -> record.beforeSet(part, record.fields.get(i), RECORD),
                                    i -> record.set(part, record.fields.get(i))),
                    record.self,
                    INPUT);
            code.visitVarInsn(ALOAD, RECORD);
        }
        code.visitInsn(ARETURN);
        end(code);
    }

    private int[] locals(int first) {
        int[] locals = new int[record.fields.size()];
        int next = first;
        for (RecordCode.Field field : record.fields) {
            locals[field.index()] = next;
            next += field.type().getSize();
        }
        return locals;
    }

    private int slots() {
        return record.fields.stream().mapToInt(field -> field.type().getSize()).sum();
    }

    private IntConsumer storing(MethodVisitor code, int[] locals) {
        return i -> code.visitVarInsn(record.fields.get(i).type().getOpcode(ISTORE), locals[i]);
    }

    /** Pushes a new record; of a Java record with the values that {@code push} pushes. */
    private void construct(MethodVisitor code, IntConsumer push) {
        boolean isNamed = record.access.constructorHandle() == null;
        if (isNamed) {
            code.visitTypeInsn(NEW, record.self.getInternalName());
            code.visitInsn(DUP);
        } else {
            record.classData(code, HANDLE, record.access.constructorHandle());
        }
        Type[] parameters = new Type[record.access.isRecord() ? record.fields.size() : 0];
        for (int i = 0; i < parameters.length; i++) {
            push.accept(i);
            Type declared = Type.getType(record.access.constructor().getParameterTypes()[i]);
            boolean isPrimitive = record.fields.get(i).isPrimitive();
            parameters[i] = isNamed || isPrimitive ? declared : OBJECT;
            if (isNamed && !isPrimitive) {
                cast(code, record.fields.get(i).type(), declared);
            }
        }
        if (isNamed) {
            code.visitMethodInsn(
                    INVOKESPECIAL,
                    record.self.getInternalName(),
                    "<init>",
                    Type.getMethodDescriptor(Type.VOID_TYPE, parameters),
                    false);
        } else {
            call(code, HANDLE, "invokeExact", OBJECT, parameters);
            cast(code, OBJECT, record.self);
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
            int end = record.runEnd(i, to);
            if (end > i) {
                takeRun(code, record.bytes(i, end), in, scratch);
                int offset = 0;
                for (RecordCode.Field field : record.fields.subList(i, end)) {
                    before.accept(field.index());
                    readFixed(code, field, scratch, offset);
                    after.accept(field.index());
                    offset += field.wire().bytes;
                }
                i = end;
            } else {
                before.accept(i);
                readVariable(code, record.fields.get(i), in);
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

    private static void readFixed(
            MethodVisitor code, RecordCode.Field field, int scratch, int offset) {
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

    private void readVariable(MethodVisitor code, RecordCode.Field field, int in) {
        if (field.wire() == Wire.TEXT) {
            code.visitVarInsn(ALOAD, in);
            call(code, INPUT, "readString", Wire.TEXT.plain);
        } else {
            record.part(code, field);
            code.visitVarInsn(ALOAD, in);
            call(code, PART, "read", OBJECT, INPUT);
        }
        fromWire(code, field);
    }

    /** {@code Object readOther(int flags, RecordInput in)}: what is not the common case. */
    private void readOther() {
        MethodVisitor code = record.method(ACC_PRIVATE, "readOther", OBJECT, Type.INT_TYPE, INPUT);
        if (!record.isFinal) {
            Label next = new Label();
            ifFlags(code, FlaggedSerializer.OTHER_CLASS, next);
            record.own(code);
            code.visitVarInsn(ALOAD, STREAM);
            call(code, PART, "read", OBJECT, INPUT);
            code.visitInsn(ARETURN);
            code.visitLabel(next);
        }
        if (record.hasReferences()) {
            Label next = new Label();
            ifFlags(code, FlaggedSerializer.NULL_PARTS, next);
            readWithNulls(code);
            code.visitLabel(next);
        }
        record.unknownFlags(code);
        end(code);
    }

    private void readWithNulls(MethodVisitor code) {
        int mask = AFTER_STREAM;
        record.takeMask(code, mask);
        if (record.access.isRecord()) {
            int[] locals = locals(mask + 1);
            int scratch = mask + 1 + slots();
            for (int i = 0; i < locals.length; i++) {
                readUnlessNull(code, i, mask, scratch, index -> {}, storing(code, locals));
            }
            construct(
                    code,
                    i ->
                            code.visitVarInsn(
                                    record.fields.get(i).type().getOpcode(ILOAD), locals[i]));
        } else {
            construct(code, i -> {});
            code.visitVarInsn(ASTORE, RECORD);
            record.split(
                    code,
                    "readNonNull",
                    (part, from, to) -> {
                        for (int i = from; i < to; i++) {
                            readUnlessNull(
                                    part,
                                    i,
                                    mask,
                                    mask + 1,
                                    index ->
                                            record.beforeSet(
                                                    part, record.fields.get(index), RECORD),
                                    index -> record.set(part, record.fields.get(index)));
                        }
                    },
                    record.self,
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
        RecordCode.Field field = record.fields.get(index);
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

    // ---- void skip(int flags, RecordInput in)

    private void skip() {
        MethodVisitor code =
                record.method(ACC_PUBLIC, "skip", Type.VOID_TYPE, Type.INT_TYPE, INPUT);
        Label other = new Label();
        code.visitVarInsn(ILOAD, FLAGS);
        code.visitJumpInsn(IFNE, other);
        record.split(code, "skip", record::skipFields, Type.INT_TYPE, INPUT);
        code.visitInsn(RETURN);
        code.visitLabel(other);
        if (!record.isFinal) {
            Label next = new Label();
            ifFlags(code, FlaggedSerializer.OTHER_CLASS, next);
            record.own(code);
            code.visitVarInsn(ALOAD, STREAM);
            call(code, PART, "skip", Type.VOID_TYPE, INPUT);
            code.visitInsn(RETURN);
            code.visitLabel(next);
        }
        if (record.hasReferences()) {
            Label next = new Label();
            ifFlags(code, FlaggedSerializer.NULL_PARTS, next);
            record.takeMask(code, AFTER_STREAM);
            record.split(
                    code,
                    "skipNonNull",
                    (part, from, to) -> {
                        for (int i = from; i < to; i++) {
                            record.skipUnlessNull(part, i);
                        }
                    },
                    Type.INT_TYPE,
                    INPUT,
                    Type.INT_TYPE);
            code.visitInsn(RETURN);
            code.visitLabel(next);
        }
        record.unknownFlags(code);
        end(code);
    }

    // ---- Object copy(Object value)

    private void copy() {
        MethodVisitor code = record.method(ACC_PUBLIC, "copy", OBJECT, OBJECT);
        if (record.isImmutable) {
            code.visitVarInsn(ALOAD, RECORD);
            code.visitInsn(ARETURN);
            end(code);
            return;
        }
        if (!record.isFinal) {
            Label exact = new Label();
            ifExactly(code, exact);
            record.own(code);
            code.visitVarInsn(ALOAD, RECORD);
            call(code, PART, "copy", OBJECT, OBJECT);
            code.visitInsn(ARETURN);
            code.visitLabel(exact);
        }
        toSelf(code);
        code.visitVarInsn(ASTORE, RECORD);
        if (record.access.isRecord()) {
            construct(code, i -> copied(code, record.fields.get(i)));
        } else {
            int copy = 2;
            construct(code, i -> {});
            code.visitVarInsn(ASTORE, copy);
            record.split(
                    code,
                    "copy",
                    (part, from, to) -> {
                        for (RecordCode.Field field : record.fields.subList(from, to)) {
                            record.beforeSet(part, field, copy);
                            copied(part, field);
                            record.set(part, field);
                        }
                    },
                    record.self,
                    record.self);
            code.visitVarInsn(ALOAD, copy);
        }
        code.visitInsn(ARETURN);
        end(code);
    }

    /** Pushes the field's value, or a copy of it where it can be changed. */
    private void copied(MethodVisitor code, RecordCode.Field field) {
        if (field.wire() != Wire.PART || field.isImmutable()) {
            record.get(code, field, RECORD);
        } else {
            record.part(code, field);
            record.get(code, field, RECORD);
            call(code, PART, "copyNullable", OBJECT, OBJECT);
            cast(code, OBJECT, field.type());
        }
    }

    private void isImmutable() {
        MethodVisitor code = record.method(ACC_PUBLIC, "isImmutable", Type.BOOLEAN_TYPE);
        constant(code, record.isImmutable ? 1 : 0);
        code.visitInsn(IRETURN);
        end(code);
    }
}
