package io.millrace.runtime.memory;

import io.millrace.api.MemorySize;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.List;

/**
 * The memory of a worker, derived from one setting: the size of its container.
 *
 * <p>The parts, their keys and the order of the derivation are Flink's:
 *
 * <pre>
 * process = flink + metaspace + overhead
 * flink   = framework heap + task heap + managed + framework off-heap + task off-heap + network
 * </pre>
 *
 * It begins at the first of these that is set: (a) task heap <em>and</em> managed size, (b) flink
 * size, (c) process size. Unlike Flink, a fraction that the user has set is not capped by a
 * <em>default</em> bound, only by one that the user has set as well; and a worker is derived once
 * more from what YARN <em>granted</em> ({@link #ofGranted}), so that rounding up wastes nothing.
 *
 * <p>Unit: bytes; products are cut to whole bytes.
 *
 * <p>Errors: settings that cannot all be obeyed are a {@link ConfigurationException} with the
 * numbers and the cure.
 */
public record TaskManagerMemory(
        MemorySize frameworkHeap,
        MemorySize taskHeap,
        MemorySize managed,
        MemorySize frameworkOffHeap,
        MemorySize taskOffHeap,
        MemorySize network,
        MemorySize metaspace,
        MemorySize overhead,
        List<Line> lines)
        implements ProcessMemory {

    public TaskManagerMemory {
        lines = List.copyOf(lines);
    }

    /** What the settings ask for. */
    public static TaskManagerMemory of(ParsedConfiguration configuration) {
        return new TaskManagerMemoryRules(configuration, FractionPolicy.FRACTION_WINS).derive();
    }

    /**
     * What a container that YARN has granted is used for: the same derivation with {@code
     * taskmanager.memory.process.size} at the granted size. Where other settings fix the parts,
     * what is extra goes to the overhead.
     *
     * @param grantedMebibytes at least as much as {@link #containerMebibytes} asked for
     */
    public static TaskManagerMemory ofGranted(
            ParsedConfiguration configuration, int grantedMebibytes) {
        return new TaskManagerMemoryRules(configuration, FractionPolicy.FRACTION_WINS)
                .deriveGranted(MemorySize.ofMebiBytes(grantedMebibytes));
    }

    public MemorySize flink() {
        return frameworkHeap
                .add(taskHeap)
                .add(managed)
                .add(frameworkOffHeap)
                .add(taskOffHeap)
                .add(network);
    }

    @Override
    public MemorySize process() {
        return flink().add(metaspace).add(overhead);
    }

    @Override
    public MemorySize heap() {
        return frameworkHeap.add(taskHeap);
    }

    @Override
    public MemorySize direct() {
        return frameworkOffHeap.add(taskOffHeap).add(network);
    }

    @Override
    public boolean isDirectLimited() {
        return true;
    }

    /**
     * Whole network buffers of that size.
     *
     * @param segmentSize {@code taskmanager.memory.segment-size}
     */
    public int networkBuffers(MemorySize segmentSize) {
        return Math.toIntExact(network.getBytes() / segmentSize.getBytes());
    }
}
