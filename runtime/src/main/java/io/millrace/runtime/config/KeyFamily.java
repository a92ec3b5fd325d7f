package io.millrace.runtime.config;

import io.millrace.api.ConfigOption.Scope;

/**
 * Keys that share a beginning and whose rest the user chooses.
 *
 * @param prefix ends with a dot
 * @param rest what follows, in words, e.g. {@code <VARIABLE>}
 */
public record KeyFamily(String prefix, String rest, Scope reader, String description) {}
