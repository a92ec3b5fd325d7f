package io.millrace.runtime.serializer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Gets the right to define hidden classes in the nest of a class of the job's.
 *
 * <p>A lookup of the engine's into another class loader's module may read private members but may
 * not define hidden classes. It may define an ordinary class; so each package of the job's whose
 * types are serialized gets one such class, whose only method returns a lookup of its own with all
 * rights. It goes when the loader does.
 *
 * <p>Threads: any.
 */
final class HostLookups {
    private static final MethodHandles.Lookup ENGINE = MethodHandles.lookup();
    private static final String ANCHOR = "MillraceLookup";
    private static final String METHOD = "lookup";

    private HostLookups() {}

    /** A lookup of the class with all its rights, or null if the engine cannot have it. */
    static MethodHandles.Lookup of(Class<?> type) {
        if (!seesEngine(type)) {
            return null;
        }
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, ENGINE);
            return lookup.hasFullPrivilegeAccess()
                    ? lookup
                    : MethodHandles.privateLookupIn(type, anchorLookup(type, lookup));
        } catch (IllegalAccessException | LinkageError | SecurityException e) {
            return null;
        }
    }

    /** Whether the names of the engine's classes mean ours in code beside that class. */
    private static boolean seesEngine(Class<?> type) {
        try {
            return Class.forName(FlaggedSerializer.class.getName(), false, type.getClassLoader())
                    == FlaggedSerializer.class;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private static MethodHandles.Lookup anchorLookup(Class<?> type, MethodHandles.Lookup lookup)
            throws IllegalAccessException {
        Class<?> anchor = anchor(type, lookup);
        try {
            return (MethodHandles.Lookup)
                    MethodHandles.privateLookupIn(anchor, ENGINE)
                            .findStatic(
                                    anchor,
                                    METHOD,
                                    MethodType.methodType(MethodHandles.Lookup.class))
                            .invoke();
        } catch (IllegalAccessException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(anchor + " does not give its lookup", e);
        }
    }

    private static Class<?> anchor(Class<?> type, MethodHandles.Lookup lookup)
            throws IllegalAccessException {
        ClassLoader loader = type.getClassLoader();
        // A parent may have the package too: its anchor is of no use here and named otherwise.
        String simpleName = ANCHOR + Integer.toHexString(System.identityHashCode(loader));
        String inPackage = type.getPackageName();
        String name = inPackage.isEmpty() ? simpleName : inPackage + "." + simpleName;
        synchronized (loader) { // two subtasks may begin at once
            try {
                return Class.forName(name, true, loader);
            } catch (ClassNotFoundException e) {
                return lookup.defineClass(anchorBytes(name.replace('.', '/')));
            }
        }
    }

    private static byte[] anchorBytes(String name) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        writer.visit(
                Opcodes.V17,
                Opcodes.ACC_FINAL | Opcodes.ACC_SYNTHETIC,
                name,
                null,
                "java/lang/Object",
                null);
        String descriptor = Type.getMethodDescriptor(Type.getType(MethodHandles.Lookup.class));
        MethodVisitor code =
                writer.visitMethod(
                        Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC, METHOD, descriptor, null, null);
        code.visitCode();
        code.visitMethodInsn(
                Opcodes.INVOKESTATIC,
                Type.getInternalName(MethodHandles.class),
                "lookup",
                descriptor,
                false);
        code.visitInsn(Opcodes.ARETURN);
        code.visitMaxs(0, 0);
        code.visitEnd();
        writer.visitEnd();
        return writer.toByteArray();
    }
}
