package io.millrace.benchmarks;

import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;

/** The bytes of a {@link Bid} as somebody would write them who knows that nothing is null. */
final class BidByHand implements TypeSerializer<Bid> {
    @Override
    public void serialize(Bid bid, RecordOutput out) throws IOException {
        int at = out.reserve(33);
        byte[] bytes = out.bytes();
        bytes[at] = 0;
        RecordOutput.putLong(bytes, at + 1, bid.auction);
        RecordOutput.putLong(bytes, at + 9, bid.bidder);
        RecordOutput.putLong(bytes, at + 17, bid.dateTime);
        RecordOutput.putLong(bytes, at + 25, bid.price);
        text(bid.channel, out);
        text(bid.extra, out);
    }

    @SuppressWarnings("deprecation") // the copy of low bytes
    private static void text(String text, RecordOutput out) {
        int count = text.length();
        int at = out.reserve(count + 1);
        out.bytes()[at] = (byte) count;
        text.getBytes(0, count, out.bytes(), at + 1);
    }

    @Override
    public Bid deserialize(RecordInput in) throws IOException {
        int at = in.take(33);
        byte[] bytes = in.bytes();
        return new Bid(
                RecordInput.getLong(bytes, at + 1),
                RecordInput.getLong(bytes, at + 9),
                RecordInput.getLong(bytes, at + 25),
                RecordInput.getLong(bytes, at + 17),
                text(in),
                text(in));
    }

    @SuppressWarnings("deprecation") // the copy of low bytes
    private static String text(RecordInput in) throws IOException {
        int count = in.readByte();
        return new String(in.bytes(), 0, in.take(count), count);
    }

    @Override
    public Bid copy(Bid bid) {
        return new Bid(bid.auction, bid.bidder, bid.price, bid.dateTime, bid.channel, bid.extra);
    }

    @Override
    public boolean isImmutable() {
        return false;
    }
}
