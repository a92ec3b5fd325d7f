package io.millrace.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NetworkBufferPoolTest {
    private static final int BYTES = 128;
    private static final Runnable NOBODY = () -> {};

    @Test
    void shouldShareSpareEvenlyWhenPoolsComeAndGo() {
        NetworkBufferPool global = new NetworkBufferPool(20, BYTES);
        LocalBufferPool a = global.createPool("a", 2, 100, NOBODY);
        assertThat(a.size()).isEqualTo(20);
        LocalBufferPool b = global.createPool("b", 4, 100, NOBODY);
        assertThat(a.size()).isEqualTo(2 + 7);
        assertThat(b.size()).isEqualTo(4 + 7);
        LocalBufferPool c = global.createPool("c", 2, 4, NOBODY);
        assertThat(c.size()).isEqualTo(4);
        assertThat(a.size()).isEqualTo(2 + 5);
        assertThat(b.size()).isEqualTo(4 + 5);
        c.resize(4, 4);
        assertThat(List.of(a.size(), b.size(), c.size())).containsExactly(7, 9, 4);
        b.close();
        assertThat(a.size()).isEqualTo(16);
        a.close();
        c.close();
        assertThat(global.freeSegments()).isEqualTo(20);
        assertThat(global.requiredSegments()).isZero();
        global.close();
    }

    @Test
    void shouldSayWhatIsMissingWhenMinimumCannotBeHad() {
        NetworkBufferPool global = new NetworkBufferPool(512, 32 * 1024);
        global.createPool("a", 500, 600, NOBODY);
        assertThatThrownBy(() -> global.createPool("gate of b", 33, 40, NOBODY))
                .isInstanceOf(InsufficientNetworkMemoryException.class)
                .hasMessage(
                        "Network memory of 16 MiB holds 512 buffers of 32 KiB; 1 partitions and"
                                + " gates need 500 and gate of b needs 33: set"
                                + " taskmanager.memory.network.min to 17 MiB or more.");
        assertThat(global.localPools()).isEqualTo(1);
    }

    @Test
    void shouldKeepWhatItHadWhenResizeCannotBeHad() {
        NetworkBufferPool global = new NetworkBufferPool(10, BYTES);
        LocalBufferPool a = global.createPool("a", 4, 10, NOBODY);
        global.createPool("b", 4, 10, NOBODY);
        assertThatThrownBy(() -> a.resize(7, 10))
                .isInstanceOf(InsufficientNetworkMemoryException.class);
        assertThat(global.requiredSegments()).isEqualTo(8);
        assertThat(a.size()).isEqualTo(5);
    }

    @Test
    void shouldGiveNullAndCallBackWhenSegmentsAreAllOut() {
        NetworkBufferPool global = new NetworkBufferPool(2, BYTES);
        AtomicInteger calls = new AtomicInteger();
        LocalBufferPool pool = global.createPool("a", 2, 2, calls::incrementAndGet);
        NetworkSegment first = pool.request();
        assertThat(pool.isAvailable()).isTrue();
        NetworkSegment second = pool.request();
        assertThat(pool.isAvailable()).isFalse();
        assertThat(pool.request()).isNull();
        assertThat(calls).hasValue(0);
        first.recycle();
        assertThat(calls).hasValue(1);
        assertThat(pool.isAvailable()).isTrue();
        second.recycle();
        assertThat(calls).hasValue(1);
        assertThat(pool.freeSegments()).isEqualTo(2);
    }

    @Test
    void shouldCallBackWhenOtherPoolGivesBackItsSurplus() {
        NetworkBufferPool global = new NetworkBufferPool(8, BYTES);
        LocalBufferPool greedy = global.createPool("greedy", 1, 100, NOBODY);
        List<NetworkSegment> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(greedy.request());
        }
        AtomicInteger calls = new AtomicInteger();
        LocalBufferPool late = global.createPool("late", 4, 4, calls::incrementAndGet);
        assertThat(late.request()).isNull();
        all.remove(7).recycle();
        assertThat(calls).hasValue(1);
        assertThat(late.request()).isNotNull();
        assertThat(greedy.outstandingSegments()).isEqualTo(7);
    }

    @Test
    void shouldMakeSegmentOnHeapWhenOverdraftIsAsked() {
        NetworkBufferPool global = new NetworkBufferPool(1, BYTES);
        LocalBufferPool pool = global.createPool("a", 1, 1, NOBODY);
        NetworkSegment pooled = pool.requestOrOverdraft();
        NetworkSegment extra = pool.requestOrOverdraft();
        assertThat(pooled.isOverdraft()).isFalse();
        assertThat(extra.isOverdraft()).isTrue();
        assertThat(extra.size()).isEqualTo(BYTES);
        assertThat(pool.overdrafts()).isEqualTo(1);
        extra.recycle();
        assertThat(pool.outstandingSegments()).isEqualTo(1);
    }

    @Test
    void shouldRefuseSecondRecycle() {
        NetworkBufferPool global = new NetworkBufferPool(4, BYTES);
        LocalBufferPool pool = global.createPool("a", 1, 4, NOBODY);
        NetworkSegment segment = pool.request();
        segment.recycle();
        assertThatThrownBy(segment::recycle)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("recycled twice");
        assertThat(pool.outstandingSegments()).isZero();
    }

    @Test
    void shouldNameOwnersWhenClosedWithSegmentsOut() {
        NetworkBufferPool global = new NetworkBufferPool(8, BYTES);
        LocalBufferPool open = global.createPool("gate of x", 2, 4, NOBODY);
        LocalBufferPool closed = global.createPool("partition of y", 2, 4, NOBODY);
        open.request();
        NetworkSegment late = closed.request();
        closed.request();
        closed.close();
        late.recycle();
        assertThatThrownBy(global::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Network memory was closed while 2 of 8 segments were not given back (gate"
                                + " of x: 1, partition of y: 1)");
    }

    @Test
    void shouldCloseInPeaceWhenLateSegmentsCameBack() {
        NetworkBufferPool global = new NetworkBufferPool(8, BYTES);
        LocalBufferPool pool = global.createPool("a", 2, 4, NOBODY);
        NetworkSegment late = pool.request();
        pool.close();
        assertThat(pool.request()).isNull();
        assertThat(global.freeSegments()).isEqualTo(7);
        late.recycle();
        assertThat(global.freeSegments()).isEqualTo(8);
        global.close();
    }

    /** Whatever is done in whatever order, no segment is lost or lent twice, and all sums fit. */
    @Property(tries = 300)
    void shouldKeepCountsWhateverHappens(
            @ForAll long seed, @ForAll @IntRange(min = 4, max = 60) int total) {
        Random random = new Random(seed);
        NetworkBufferPool global = new NetworkBufferPool(total, BYTES);
        List<LocalBufferPool> pools = new ArrayList<>();
        List<int[]> limits = new ArrayList<>();
        List<ArrayDeque<NetworkSegment>> out = new ArrayList<>();
        List<NetworkSegment> ofClosed = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int at = pools.isEmpty() ? -1 : random.nextInt(pools.size());
            switch (random.nextInt(at < 0 ? 1 : 8)) {
                case 0 -> {
                    int required = random.nextInt(6);
                    int max = required + random.nextInt(10);
                    long before = global.requiredSegments();
                    try {
                        pools.add(global.createPool("p" + i, required, max, NOBODY));
                        limits.add(new int[] {required, max});
                        out.add(new ArrayDeque<>());
                    } catch (InsufficientNetworkMemoryException e) {
                        assertThat(before + required).isGreaterThan(total);
                    }
                }
                case 1 -> {
                    if (random.nextInt(4) == 0) {
                        ofClosed.addAll(out.remove(at));
                        limits.remove(at);
                        pools.remove(at).close();
                    }
                }
                case 2 -> {
                    int required = random.nextInt(6);
                    int max = required + random.nextInt(10);
                    try {
                        pools.get(at).resize(required, max);
                        limits.set(at, new int[] {required, max});
                    } catch (InsufficientNetworkMemoryException e) {
                        assertThat(global.requiredSegments() - limits.get(at)[0] + required)
                                .isGreaterThan(total);
                    }
                }
                case 3, 4, 5 -> {
                    NetworkSegment segment = pools.get(at).request();
                    if (segment != null) {
                        for (ArrayDeque<NetworkSegment> others : out) {
                            assertThat(others).doesNotContain(segment);
                        }
                        assertThat(ofClosed).doesNotContain(segment);
                        out.get(at).add(segment);
                    }
                }
                default -> {
                    if (!out.get(at).isEmpty()) {
                        out.get(at).poll().recycle();
                    } else if (!ofClosed.isEmpty()) {
                        ofClosed.remove(0).recycle();
                    }
                }
            }
            int sizes = 0;
            int free = 0;
            int lent = ofClosed.size();
            for (int p = 0; p < pools.size(); p++) {
                LocalBufferPool pool = pools.get(p);
                assertThat(pool.size()).isBetween(limits.get(p)[0], limits.get(p)[1]);
                assertThat(pool.outstandingSegments()).isEqualTo(out.get(p).size());
                sizes += pool.size();
                free += pool.freeSegments();
                lent += out.get(p).size();
            }
            assertThat(sizes).isLessThanOrEqualTo(total);
            assertThat(global.freeSegments()).isEqualTo(total - lent - free);
        }
        for (ArrayDeque<NetworkSegment> segments : out) {
            segments.forEach(NetworkSegment::recycle);
            segments.clear();
        }
        ofClosed.forEach(NetworkSegment::recycle);
        // with nothing out, everybody can have what he requires
        for (int p = 0; p < pools.size(); p++) {
            for (int i = 0; i < limits.get(p)[0]; i++) {
                NetworkSegment segment = pools.get(p).request();
                assertThat(segment).isNotNull();
                out.get(p).add(segment);
            }
        }
        for (ArrayDeque<NetworkSegment> segments : out) {
            segments.forEach(NetworkSegment::recycle);
        }
        pools.forEach(LocalBufferPool::close);
        assertThat(global.freeSegments()).isEqualTo(total);
        global.close();
    }
}
