package io.millrace.runtime.memory;

import io.millrace.api.MemorySize;
import java.util.List;

/**
 * What the memory of one process is for. The parts add up to {@link #process()}, to the byte.
 *
 * <p>Threads: immutable.
 */
public sealed interface ProcessMemory permits TaskManagerMemory, JobManagerMemory {

    /** All of the process: the size of its container. */
    MemorySize process();

    /** The limit of the JVM's heap. */
    MemorySize heap();

    /** The part for direct memory; whether it is the JVM's limit, {@link #isDirectLimited} says. */
    MemorySize direct();

    /** Whether the JVM is told to keep direct memory within {@link #direct}. */
    boolean isDirectLimited();

    /** The limit of the JVM's metaspace. */
    MemorySize metaspace();

    /** For thread stacks, code cache, tables of the collector, malloc. */
    MemorySize overhead();

    /** The derivation, one line for each part; what it comes from stands beside it. */
    List<Line> lines();

    /** What to ask YARN for, in whole mebibytes; YARN rounds it up. */
    default int containerMebibytes() {
        return process().getMebiBytes();
    }

    /**
     * One part of a process.
     *
     * @param name of the part
     * @param size of it
     * @param from why it has this size: key, fraction or limit
     */
    record Line(String name, MemorySize size, String from) {}
}
