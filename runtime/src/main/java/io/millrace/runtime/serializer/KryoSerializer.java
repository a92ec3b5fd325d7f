package io.millrace.runtime.serializer;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.IOException;
import java.util.zip.CRC32C;

/**
 * Writes values of classes that the engine has no serializer for.
 *
 * <p>Format: the flags of {@link FlaggedSerializer} (for another class the name is within Kryo's
 * bytes), the number of bytes, their CRC32C, the bytes as Kryo writes them. Kryo believes what it
 * reads (a damaged length makes it allocate gigabytes), so nothing reaches it unchecked.
 */
final class KryoSerializer<T> implements FlaggedSerializer<T> {
    private static final byte[] NOTHING = {};

    private final Class<T> type;
    private final JobKryo kryo;
    private final Output output = new Output(256, Integer.MAX_VALUE - 16);
    private final Input input = new Input();
    private final CRC32C checksum = new CRC32C();

    KryoSerializer(Class<T> type, JobKryo kryo) {
        this.type = type;
        this.kryo = kryo;
    }

    @Override
    public void write(T value, RecordOutput out) throws IOException {
        boolean exact = type.cast(value).getClass() == type;
        output.reset();
        toBytes(value, exact);
        checksum.reset();
        checksum.update(output.getBuffer(), 0, output.position());
        out.write(exact ? 0 : OTHER_CLASS);
        out.writeVarInt(output.position());
        out.writeInt((int) checksum.getValue());
        out.write(output.getBuffer(), 0, output.position());
    }

    private void toBytes(T value, boolean exact) throws IOException {
        try {
            if (exact) {
                kryo.writeObject(output, value);
            } else {
                kryo.writeClassAndObject(output, value);
            }
        } catch (RuntimeException | StackOverflowError e) {
            throw new IOException(
                    "Kryo cannot write a "
                            + value.getClass().getName()
                            + " ("
                            + e
                            + "); make the class a POJO or record",
                    e);
        }
    }

    @Override
    public T read(int flags, RecordInput in) throws IOException {
        checkFlags(flags);
        int count = in.readVarInt();
        int expected = in.readInt();
        int at = in.take(count);
        checksum.reset();
        checksum.update(in.bytes(), at, count);
        if ((int) checksum.getValue() != expected) {
            throw new IOException(
                    "The bytes of a " + type.getName() + " fail their checksum: they are damaged");
        }
        input.setBuffer(in.bytes(), at, count);
        return fromBytes(flags == 0);
    }

    private void checkFlags(int flags) throws IOException {
        if (flags != 0 && flags != OTHER_CLASS) {
            throw FlaggedSerializer.unknownFlags(type.getName(), flags);
        }
    }

    @Override
    public void skip(int flags, RecordInput in) throws IOException {
        checkFlags(flags);
        int count = in.readVarInt();
        in.take(Integer.BYTES);
        in.take(count);
    }

    private T fromBytes(boolean exact) throws IOException {
        try {
            return exact ? kryo.readObject(input, type) : type.cast(kryo.readClassAndObject(input));
        } catch (RuntimeException | StackOverflowError e) {
            throw new IOException("Kryo cannot read a " + type.getName() + " (" + e + ")", e);
        } finally {
            input.setBuffer(NOTHING); // holds no network buffer
        }
    }

    /** By way of the bytes: Kryo's own copying does not know the classes that Java serializes. */
    @Override
    public T copy(T value) {
        try {
            boolean exact = value.getClass() == type;
            output.reset();
            toBytes(value, exact);
            input.setBuffer(output.getBuffer(), 0, output.position());
            return fromBytes(exact);
        } catch (IOException e) {
            throw new KryoException(e.getMessage(), e);
        }
    }

    @Override
    public boolean isImmutable() {
        return false;
    }
}
