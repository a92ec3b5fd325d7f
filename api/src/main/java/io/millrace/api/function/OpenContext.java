package io.millrace.api.function;

/** What {@link RichFunction#open(OpenContext)} is told; nothing yet. */
public interface OpenContext {}
