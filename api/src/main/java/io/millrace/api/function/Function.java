package io.millrace.api.function;

import java.io.Serializable;

/**
 * The common parent of all functions a user writes; travels to the workers by Java serialization.
 */
public interface Function extends Serializable {}
