package io.millrace.runtime.network;

import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;

/** A record of a size of its own, which can tell whether its bytes arrived. */
record Item(int number, int filler) {

    /** Writes the number, then so many bytes that follow from it. */
    static final TypeSerializer<Object> SERIALIZER =
            new TypeSerializer<>() {
                @Override
                public void serialize(Object value, RecordOutput out) {
                    Item item = (Item) value;
                    out.writeVarInt(item.number());
                    for (int i = 0; i < item.filler(); i++) {
                        out.writeByte(item.number() + i);
                    }
                }

                @Override
                public Object deserialize(RecordInput in) throws IOException {
                    int number = in.readVarInt();
                    int filler = in.remaining();
                    for (int i = 0; i < filler; i++) {
                        byte b = in.readByte();
                        if (b != (byte) (number + i)) {
                            throw new IOException("byte " + i + " of item " + number + " is " + b);
                        }
                    }
                    return new Item(number, filler);
                }

                @Override
                public Object copy(Object value) {
                    return value;
                }

                @Override
                public boolean isImmutable() {
                    return true;
                }
            };
}
