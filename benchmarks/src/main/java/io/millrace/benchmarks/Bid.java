package io.millrace.benchmarks;

/** The record of the benchmarks: four numbers and two strings, about 90 bytes. */
public final class Bid {
    public long auction;
    public long bidder;
    public long price;
    public long dateTime;
    public String channel;
    public String extra;

    public Bid() {}

    public Bid(long auction, long bidder, long price, long dateTime, String channel, String extra) {
        this.auction = auction;
        this.bidder = bidder;
        this.price = price;
        this.dateTime = dateTime;
        this.channel = channel;
        this.extra = extra;
    }
}
