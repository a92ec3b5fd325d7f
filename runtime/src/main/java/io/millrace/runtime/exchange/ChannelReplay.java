package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What lay in the channels of a gate at a checkpoint, to be read before the channels.
 *
 * <p>Contents are taken apart when it is their turn; until then they lie where {@link KeptPieces}
 * puts them, so that a checkpoint may have more of them than the heap.
 *
 * <p>Threads: owned by the reading subtask.
 */
public final class ChannelReplay {
    private static final int BATCH_RECORDS = 1024;

    /** Contents and events, in their order. */
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    /** Those of the content whose turn it is. */
    private final ArrayDeque<Item> items = new ArrayDeque<>();

    private final KeptPieces pieces;
    private final RecordInput input = new RecordInput();
    private int channel = -1;

    /** Either an event or a content. */
    private record Waiting(
            int channel,
            StreamEvent event,
            KeptPieces.Piece content,
            TypeSerializer<Object> serializer) {}

    /** Either an event or the bytes of records. */
    private static final class Item {
        final int channel;
        final StreamEvent event;
        final TypeSerializer<Object> serializer;
        final byte[] bytes;
        final int to;
        int from;

        Item(int channel, StreamEvent event) {
            this(channel, event, null, null, 0, 0);
        }

        Item(
                int channel,
                StreamEvent event,
                TypeSerializer<Object> serializer,
                byte[] bytes,
                int from,
                int to) {
            this.channel = channel;
            this.event = event;
            this.serializer = serializer;
            this.bytes = bytes;
            this.from = from;
            this.to = to;
        }

        void handTo(InFlight into) {
            if (event != null) {
                into.event(event);
            } else {
                into.records(bytes, from, to);
            }
        }
    }

    public ChannelReplay(KeptPieces.Disk disk) {
        this.pieces = new KeptPieces(disk, Long.MAX_VALUE);
    }

    /** Which records of a content are taken. */
    @FunctionalInterface
    public interface Choice {
        /** Every one. */
        Choice ALL = value -> true;

        /**
         * @throws Exception what code of the user's throws
         */
        boolean isTaken(Object value) throws Exception;
    }

    /** What becomes of the events among the records. */
    public enum Events {
        /** They keep their places. */
        KEPT,
        /** They say nothing about the channels that there are now. */
        DROPPED
    }

    /** Adds a watermark behind all that was added before. */
    public void addWatermark(int at, long timestampMillis) {
        waiting.add(new Waiting(at, new Watermark(timestampMillis), null, null));
    }

    /** The watermark that a content begins with, {@link Long#MIN_VALUE} if it has none. */
    public static long watermarkOf(byte[] content) {
        return RecordInput.getLong(content, 0);
    }

    /**
     * Adds a {@link ChannelContent}'s bytes behind all that was added before.
     *
     * @param at channel that they come on
     * @throws IOException if they cannot be read
     */
    public void add(
            int at, byte[] content, TypeSerializer<Object> serializer, Events events, Choice choice)
            throws Exception {
        List<Item> all = itemsOf(at, content, serializer, events, choice);
        if (all.isEmpty()) {
            return;
        }
        byte[] taken = content;
        if (events != Events.KEPT || choice != Choice.ALL) {
            ChannelContent own = new ChannelContent(serializer);
            all.forEach(item -> item.handTo(own));
            taken = own.toBytes();
        }
        waiting.add(new Waiting(at, null, pieces.add(taken, taken.length), serializer));
    }

    private List<Item> itemsOf(
            int at, byte[] content, TypeSerializer<Object> serializer, Events events, Choice choice)
            throws Exception {
        List<Item> all = new ArrayList<>();
        RecordInput in = new RecordInput();
        in.reset(content, 0, content.length);
        long watermark = in.readLong();
        boolean idle = in.readBoolean();
        if (events == Events.KEPT) {
            if (watermark != Long.MIN_VALUE) {
                all.add(new Item(at, new Watermark(watermark)));
            }
            if (idle) {
                all.add(new Item(at, Status.IDLE));
            }
        }
        while (in.remaining() > 0) {
            int kind = in.readByte();
            switch (kind) {
                case ChannelContent.RECORDS -> {
                    int length = in.readInt();
                    if (length < 0 || length > in.remaining()) {
                        throw new IOException("records of " + length + " bytes");
                    }
                    int from = in.position();
                    in.skipBytes(length);
                    addRecords(at, content, from, from + length, serializer, choice, all);
                }
                case ChannelContent.WATERMARK -> {
                    long timestamp = in.readLong();
                    if (events == Events.KEPT) {
                        all.add(new Item(at, new Watermark(timestamp)));
                    }
                }
                case ChannelContent.IDLE, ChannelContent.ACTIVE -> {
                    if (events == Events.KEPT) {
                        all.add(
                                new Item(
                                        at,
                                        kind == ChannelContent.IDLE ? Status.IDLE : Status.ACTIVE));
                    }
                }
                default -> throw new IOException("an item of the unknown kind " + kind);
            }
        }
        return all;
    }

    private void addRecords(
            int at,
            byte[] bytes,
            int from,
            int to,
            TypeSerializer<Object> serializer,
            Choice choice,
            List<Item> into)
            throws Exception {
        if (choice == Choice.ALL) {
            into.add(new Item(at, null, serializer, bytes, from, to));
            return;
        }
        // runs of records that are taken
        int begin = from;
        int next = from;
        while (next < to) {
            int here = next;
            Object[] value = new Object[1];
            next = readRecord(bytes, here, to, serializer, value, null, 0);
            if (!choice.isTaken(value[0])) {
                if (begin < here) {
                    into.add(new Item(at, null, serializer, bytes, begin, here));
                }
                begin = next;
            }
        }
        if (begin < to) {
            into.add(new Item(at, null, serializer, bytes, begin, to));
        }
    }

    /** Reads one record; returns where the next begins. */
    private int readRecord(
            byte[] bytes,
            int from,
            int to,
            TypeSerializer<Object> serializer,
            Object[] values,
            long[] timestamps,
            int place)
            throws IOException {
        input.reset(bytes, from, to);
        int head = 0;
        int shift = 0;
        byte b;
        do {
            b = input.readByte();
            head |= (b & 0x7f) << shift;
            shift += 7;
        } while (b < 0 && shift < 35);
        long timestamp = (head & 1) != 0 ? input.readLong() : RecordBatch.NO_TIMESTAMP;
        int end = input.position() + (head >>> 1);
        if (b < 0 || end > to || end < 0) {
            throw new IOException("a record of " + (head >>> 1) + " bytes is cut off");
        }
        input.reset(bytes, input.position(), end);
        values[place] = serializer.deserialize(input);
        if (input.remaining() > 0) {
            throw new IOException(input.remaining() + " bytes of a record were not read");
        }
        if (timestamps != null) {
            timestamps[place] = timestamp;
        }
        return end;
    }

    public boolean isEmpty() {
        return items.isEmpty() && waiting.isEmpty();
    }

    /** Takes the next content apart. */
    private Item first() throws ExchangeException {
        while (items.isEmpty() && !waiting.isEmpty()) {
            Waiting next = waiting.poll();
            if (next.event() != null) {
                items.add(new Item(next.channel(), next.event()));
            } else {
                items.addAll(read(next));
                next.content().release();
            }
        }
        return items.peek();
    }

    private List<Item> read(Waiting next) throws ExchangeException {
        try {
            byte[] content = next.content().read();
            return itemsOf(next.channel(), content, next.serializer(), Events.KEPT, Choice.ALL);
        } catch (Exception e) {
            throw new ExchangeException(
                    "What lay in channel "
                            + next.channel()
                            + " at the checkpoint cannot be read back: "
                            + e,
                    e);
        }
    }

    /** Gives back what was not read. */
    void close() {
        pieces.close();
        waiting.stream()
                .filter(next -> next.content() != null)
                .forEach(next -> next.content().release());
        waiting.clear();
        items.clear();
    }

    /**
     * The next batch or event, or null if there is none any more.
     *
     * @throws ExchangeException if a record cannot be read
     */
    Object next() throws ExchangeException {
        Item first = first();
        if (first == null) {
            return null;
        }
        channel = first.channel;
        if (first.event != null) {
            items.poll();
            return first.event;
        }
        Object[] values = new Object[BATCH_RECORDS];
        long[] timestamps = new long[BATCH_RECORDS];
        int count = 0;
        try {
            while (count < BATCH_RECORDS && first.from < first.to) {
                first.from =
                        readRecord(
                                first.bytes,
                                first.from,
                                first.to,
                                first.serializer,
                                values,
                                timestamps,
                                count);
                count++;
            }
        } catch (IOException | RuntimeException e) {
            throw new ExchangeException(
                    "A record that lay in channel "
                            + channel
                            + " at the checkpoint cannot be read: "
                            + e,
                    e);
        }
        if (first.from == first.to) {
            items.poll();
        }
        return new RecordBatch(values, timestamps, 0, count);
    }

    /** The channel of what {@link #next} gave last. */
    int channel() {
        return channel;
    }

    /** Hands out what is left of a channel, and keeps it. */
    void left(int at, InFlight into) throws ExchangeException {
        for (Item item : items) {
            if (item.channel == at) {
                item.handTo(into);
            }
        }
        for (Waiting next : waiting) {
            if (next.channel() != at) {
                continue;
            }
            if (next.event() != null) {
                into.event(next.event());
            } else {
                read(next).forEach(item -> item.handTo(into));
            }
        }
    }
}
