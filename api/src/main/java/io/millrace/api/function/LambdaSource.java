package io.millrace.api.function;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.util.HashMap;
import java.util.Map;

/**
 * What a lambda or method reference is called in the user's source, as far as its class file says.
 *
 * <p>Format: chapter 4 of the Java Virtual Machine Specification; the names of variables are in the
 * table of local variables, which compilers write unless told not to.
 */
final class LambdaSource {
    private static final String LAMBDA = "lambda$";

    private final SerializedLambda lambda;
    private final ClassLoader loader;

    LambdaSource(SerializedLambda lambda, ClassLoader loader) {
        this.lambda = lambda;
        this.loader = loader;
    }

    /** {@code a lambda in Job.main} or {@code the method reference Job::parse}. */
    String description() {
        String type = lambda.getImplClass().replace('/', '.');
        String method = lambda.getImplMethodName();
        if (!method.startsWith(LAMBDA)) {
            return "the method reference " + type + "::" + method;
        }
        // behind the method's name: a hash if the lambda is serializable, and a number
        String within =
                method.substring(LAMBDA.length()).replaceFirst("(\\$[0-9a-f]{7,8})?\\$[0-9]+$", "");
        return "a lambda in "
                + lambda.getCapturingClass().replace('/', '.')
                + (within.isEmpty() || within.equals("new") || within.equals("static")
                        ? ""
                        : "." + within);
    }

    /** Whether the first captured value is the object in which the lambda was made. */
    boolean capturesItsObject() {
        return lambda.getCapturedArgCount() > 0
                && lambda.getImplMethodName().startsWith(LAMBDA)
                && lambda.getImplMethodKind() != MethodHandleInfo.REF_invokeStatic;
    }

    /** Name of a captured variable, or its number, from 1, where the class file does not tell. */
    String captured(int index) {
        if (!lambda.getImplMethodName().startsWith(LAMBDA)) {
            return "the object that the method reference is bound to";
        }
        String name = null;
        try {
            name = variables().get(slot(index));
        } catch (IOException | RuntimeException e) {
            // the message is a little poorer
        }
        return "captured variable " + (name == null ? String.valueOf(index + 1) : name);
    }

    /** Where the method that the compiler made of the lambda keeps the captured value. */
    private int slot(int index) {
        boolean instance = capturesItsObject();
        int slot = instance ? 1 : 0;
        MethodType type =
                MethodType.fromMethodDescriptorString(lambda.getImplMethodSignature(), loader);
        for (int i = 0; i < (instance ? index - 1 : index); i++) {
            Class<?> parameter = type.parameterType(i);
            slot += parameter == long.class || parameter == double.class ? 2 : 1;
        }
        return slot;
    }

    /** Names of the method's variables, by their slots. */
    private Map<Integer, String> variables() throws IOException {
        try (InputStream file = loader.getResourceAsStream(lambda.getImplClass() + ".class")) {
            if (file == null) {
                return Map.of();
            }
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(file.readAllBytes()));
            in.skipNBytes(8); // magic and version
            String[] texts = texts(in);
            in.skipNBytes(6); // access, class, parent
            in.skipNBytes(2L * in.readUnsignedShort()); // interfaces
            int fields = in.readUnsignedShort();
            for (int i = 0; i < fields; i++) {
                in.skipNBytes(6);
                skipAttributes(in);
            }
            int methods = in.readUnsignedShort();
            for (int i = 0; i < methods; i++) {
                in.skipNBytes(2);
                String name = texts[in.readUnsignedShort()];
                String descriptor = texts[in.readUnsignedShort()];
                if (name.equals(lambda.getImplMethodName())
                        && descriptor.equals(lambda.getImplMethodSignature())) {
                    return ofMethod(in, texts);
                }
                skipAttributes(in);
            }
            return Map.of();
        }
    }

    private static String[] texts(DataInputStream in) throws IOException {
        int size = in.readUnsignedShort();
        String[] texts = new String[size];
        for (int i = 1; i < size; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> texts[i] = in.readUTF();
                case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                case 5, 6 -> {
                    in.skipNBytes(8);
                    i++;
                }
                default -> throw new IOException("constant of kind " + tag);
            }
        }
        return texts;
    }

    private static Map<Integer, String> ofMethod(DataInputStream in, String[] texts)
            throws IOException {
        Map<Integer, String> names = new HashMap<>();
        int attributes = in.readUnsignedShort();
        for (int i = 0; i < attributes; i++) {
            String attribute = texts[in.readUnsignedShort()];
            int length = in.readInt();
            if (!attribute.equals("Code")) {
                in.skipNBytes(length);
                continue;
            }
            in.skipNBytes(4); // stack and variables
            in.skipNBytes(in.readInt()); // the code
            in.skipNBytes(8L * in.readUnsignedShort()); // exceptions
            int ofCode = in.readUnsignedShort();
            for (int k = 0; k < ofCode; k++) {
                String table = texts[in.readUnsignedShort()];
                int tableLength = in.readInt();
                if (!table.equals("LocalVariableTable")) {
                    in.skipNBytes(tableLength);
                    continue;
                }
                int variables = in.readUnsignedShort();
                for (int v = 0; v < variables; v++) {
                    int start = in.readUnsignedShort();
                    in.skipNBytes(2);
                    String name = texts[in.readUnsignedShort()];
                    in.skipNBytes(2);
                    int slot = in.readUnsignedShort();
                    if (start == 0) { // a parameter
                        names.put(slot, name);
                    }
                }
            }
        }
        return names;
    }

    private static void skipAttributes(DataInputStream in) throws IOException {
        int attributes = in.readUnsignedShort();
        for (int i = 0; i < attributes; i++) {
            in.skipNBytes(2);
            in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
        }
    }
}
