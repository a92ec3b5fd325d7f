package io.millrace.runtime.serializer;

import static io.millrace.runtime.serializer.RecordCode.*;
import static org.objectweb.asm.Opcodes.*;

import java.io.IOException;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * Writes the class that finds one field in the bytes of a tuple, POJO or record.
 *
 * <p>Shape of the generated class: it moves past the fields before this one, those of fixed size in
 * runs.
 */
final class FieldSeekerCode {
    private final RecordCode record;

    private FieldSeekerCode(RecordCode record) {
        this.record = record;
    }

    /** The class file; what it needs besides is in the class data of the pieces then. */
    static byte[] of(RecordCode record, int field) {
        return new FieldSeekerCode(record).bytes(field);
    }

    private byte[] bytes(int field) {
        record.fields.subList(field + 1, record.fields.size()).clear();
        record.begin(SEEKER);
        seek(field);
        return record.finish();
    }

    // ---- int seek(RecordInput in)

    private void seek(int field) {
        // The flags are in the place where the other methods have them, the input behind.
        MethodVisitor code = record.method(ACC_PUBLIC, "seek", Type.INT_TYPE, INPUT);
        code.visitVarInsn(ALOAD, 1);
        code.visitVarInsn(ASTORE, STREAM);
        code.visitVarInsn(ALOAD, STREAM);
        call(code, INPUT, "readByte", Type.BYTE_TYPE);
        code.visitVarInsn(ISTORE, FLAGS);
        Label other = new Label();
        code.visitVarInsn(ILOAD, FLAGS);
        code.visitJumpInsn(IFNE, other);
        record.skipFields(code, 0, field);
        constant(code, 0);
        code.visitInsn(IRETURN);
        code.visitLabel(other);
        code.visitVarInsn(ALOAD, 0);
        code.visitVarInsn(ILOAD, FLAGS);
        code.visitVarInsn(ALOAD, STREAM);
        record.callOwn(code, "seekOther", Type.INT_TYPE, Type.INT_TYPE, INPUT);
        code.visitInsn(IRETURN);
        end(code);
        seekOther(field);
    }

    /** {@code int seekOther(int flags, RecordInput in)}: what is not the common case. */
    private void seekOther(int field) {
        MethodVisitor code =
                record.method(ACC_PRIVATE, "seekOther", Type.INT_TYPE, Type.INT_TYPE, INPUT);
        if (!record.isFinal) {
            Label next = new Label();
            ifFlags(code, FlaggedSerializer.OTHER_CLASS, next);
            constant(code, FlaggedSerializer.OTHER_CLASS);
            code.visitInsn(IRETURN);
            code.visitLabel(next);
        }
        Label next = new Label();
        ifFlags(code, FlaggedSerializer.NULL_PARTS, next);
        record.takeMask(code, AFTER_STREAM);
        Label present = new Label();
        ifPresent(code, field, AFTER_STREAM, present);
        if (record.fields.get(field).isPrimitive()) {
            primitiveIsNull(code);
        } else {
            constant(code, FlaggedSerializer.NULL_PARTS);
            code.visitInsn(IRETURN);
        }
        code.visitLabel(present);
        for (int i = 0; i < field; i++) {
            record.skipUnlessNull(code, i);
        }
        constant(code, 0);
        code.visitInsn(IRETURN);
        code.visitLabel(next);
        next = new Label();
        ifFlags(code, ValueSerializer.NULL, next);
        code.visitLdcInsn(record.access.type().getName());
        callStatic(
                code,
                SEEKER,
                "nullRecord",
                Type.getType(IOException.class),
                Type.getType(String.class));
        code.visitInsn(ATHROW);
        code.visitLabel(next);
        record.unknownFlags(code);
        end(code);
    }
}
