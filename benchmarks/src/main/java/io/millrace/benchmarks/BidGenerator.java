package io.millrace.benchmarks;

import io.millrace.api.function.MapFunction;

/**
 * Makes a new bid of a number: the auction is spread by a mix of all 64 bits, strings come out of
 * pools of 1,024 that were made before.
 */
final class BidGenerator implements MapFunction<Long, Bid> {
    private static final long serialVersionUID = 1L;
    private static final int POOL = 1024;
    private static final String[] CHANNELS = pool("channel-", 10);
    private static final String[] EXTRAS = pool("extra-of-about-forty-characters-", 40);

    private final long keys;
    private final boolean zipf;

    /** By chance; null if all auctions are as likely. */
    private transient int[] drawn;

    /**
     * @param keys number of different auctions
     * @param zipf whether the r-th most frequent auction is drawn with a probability in proportion
     *     to 1 / r; else all are as likely
     */
    BidGenerator(long keys, boolean zipf) {
        this.keys = keys;
        this.zipf = zipf;
    }

    private static String[] pool(String prefix, int length) {
        String[] pool = new String[POOL];
        for (int i = 0; i < POOL; i++) {
            StringBuilder text = new StringBuilder(prefix).append(i);
            while (text.length() < length) {
                text.append('x');
            }
            pool[i] = text.toString();
        }
        return pool;
    }

    @Override
    public Bid map(Long index) {
        long mixed = mix(index);
        return new Bid(
                zipf ? zipfAuction(mixed) : Math.multiplyHigh(mixed >>> 1, keys << 1),
                mixed >>> 40,
                index & 0xffff,
                index,
                CHANNELS[(int) (mixed & POOL - 1)],
                EXTRAS[(int) (mixed >>> 10 & POOL - 1)]);
    }

    private long zipfAuction(long mixed) {
        if (drawn == null) {
            drawn = ZipfRanks.sample(Math.toIntExact(keys));
        }
        return drawn[(int) (mixed >>> 20) & drawn.length - 1];
    }

    /** The finalizer of MurmurHash3 for 64 bits. */
    static long mix(long value) {
        long h = value;
        h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
        h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
        return h ^ h >>> 33;
    }
}
