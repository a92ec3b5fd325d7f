package io.millrace.api.state;

/**
 * Settings of RocksDB for kinds of disks, by the names that programs use. The engine chooses them
 * by itself: what a program names has no effect, and the start says so.
 */
public enum PredefinedOptions {
    DEFAULT,
    SPINNING_DISK_OPTIMIZED,
    SPINNING_DISK_OPTIMIZED_HIGH_MEM,
    FLASH_SSD_OPTIMIZED
}
