package io.millrace.runtime.generate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The parts of a compiled class that decide whether it can be copied, and its name.
 *
 * <p>Format: that of chapter 4 of the Java Virtual Machine Specification, up to the methods; their
 * code is not looked at, since all it refers to stands in the constant pool.
 *
 * <p>Threads: owned by whoever made it.
 */
final class ClassFile {
    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int STRING = 8;
    private static final int NAME_AND_TYPE = 12;
    private static final int METHOD_HANDLE = 15;
    private static final int METHOD_TYPE = 16;
    private static final int MODULE = 19;
    private static final int PACKAGE = 20;

    private static final int STATIC = 0x0008;
    private static final int FINAL = 0x0010;

    private static final int COUNT_AT = 8;

    private final ByteBuffer bytes;

    /** Where each constant's tag stands. */
    private final int[] constants;

    /** Where the constants end: the class's access flags, and behind them its own constant. */
    private final int constantsEnd;

    /**
     * @param bytes of a class file that a compiler has written
     */
    ClassFile(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
        this.constants = new int[unsigned(COUNT_AT)];
        int at = COUNT_AT + 2;
        for (int i = 1; i < constants.length; i++) {
            constants[i] = at;
            int tag = this.bytes.get(at);
            at += lengthOf(tag, at);
            if (tag == LONG || tag == DOUBLE) {
                i++; // these take two places
            }
        }
        this.constantsEnd = at;
    }

    private int lengthOf(int tag, int at) {
        return switch (tag) {
            case UTF8 -> 3 + unsigned(at + 1);
            case CLASS, STRING, METHOD_TYPE, MODULE, PACKAGE -> 3;
            case METHOD_HANDLE -> 4;
            case LONG, DOUBLE -> 9;
            default -> 5; // numbers, members, pairs of name and type, what is computed
        };
    }

    private int unsigned(int at) {
        return bytes.getShort(at) & 0xffff;
    }

    /** The text of the constant whose number stands at a place. */
    private String textAt(int at) {
        int constant = constants[unsigned(at)];
        // compilers write modified UTF-8, which is the same for all names of ours
        return new String(
                bytes.array(), constant + 3, unsigned(constant + 1), StandardCharsets.UTF_8);
    }

    private int ownConstant() {
        return unsigned(constantsEnd + 2);
    }

    /** {@code io/millrace/Example}. */
    private String ownName() {
        return textAt(constants[ownConstant()] + 1);
    }

    /**
     * Why a copy of this class under another name would not work, or null if it would.
     *
     * <p>In a copy all that refers to the class by its one constant means the copy, but all that
     * names it in a signature still means the original, which the copy is no instance of.
     */
    String whyNotCopied() {
        String own = ownName();
        String named = "L" + own + ";";
        for (int i = 1; i < constants.length; i++) {
            int at = constants[i];
            if (at == 0) {
                continue;
            }
            int tag = bytes.get(at);
            if (tag == NAME_AND_TYPE && textAt(at + 3).contains(named)) {
                return "the signature of '" + textAt(at + 1) + "' names the class itself";
            }
            if (tag == METHOD_TYPE && textAt(at + 1).contains(named)) {
                return "a method type names the class itself";
            }
            if (tag == CLASS && textAt(at + 1).endsWith("[" + named)) {
                return "it has arrays of its own type";
            }
            if (tag == METHOD_HANDLE && isOwnMember(unsigned(at + 2))) {
                return "it has a lambda, or a reference to a method of its own";
            }
        }
        return whyMembersNotCopied(named);
    }

    private boolean isOwnMember(int member) {
        return unsigned(constants[member] + 1) == ownConstant();
    }

    private String whyMembersNotCopied(String named) {
        int interfaces = constantsEnd + 6;
        int at = interfaces + 2 + 2 * unsigned(interfaces);
        for (String kind : new String[] {"field", "method"}) {
            int count = unsigned(at);
            at += 2;
            for (int i = 0; i < count; i++) {
                int flags = unsigned(at);
                String member = kind + " '" + textAt(at + 2) + "'";
                if (textAt(at + 4).contains(named)) {
                    return "the type of " + member + " names the class itself";
                }
                if (kind.equals("field") && (flags & (STATIC | FINAL)) == STATIC) {
                    return member + " is static and not final: each copy would have its own";
                }
                at = afterAttributes(at + 6);
            }
        }
        return null;
    }

    private int afterAttributes(int countAt) {
        int at = countAt + 2;
        for (int i = unsigned(countAt); i > 0; i--) {
            at += 6 + bytes.getInt(at + 2);
        }
        return at;
    }

    /**
     * The same class under another name.
     *
     * @param suffix is appended to the name; letters, digits and '_'
     */
    byte[] renamed(String suffix) {
        byte[] name = (ownName() + suffix).getBytes(StandardCharsets.UTF_8);
        ByteBuffer renamed = ByteBuffer.allocate(bytes.capacity() + 3 + name.length);
        renamed.put(bytes.array(), 0, constantsEnd);
        // the name is a further constant: the old one may serve for other things as well
        renamed.put((byte) UTF8).putShort((short) name.length).put(name);
        renamed.put(bytes.array(), constantsEnd, bytes.capacity() - constantsEnd);
        renamed.putShort(COUNT_AT, (short) (constants.length + 1));
        renamed.putShort(constants[ownConstant()] + 1, (short) constants.length);
        return renamed.array();
    }
}
