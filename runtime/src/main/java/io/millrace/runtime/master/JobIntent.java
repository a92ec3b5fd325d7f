package io.millrace.runtime.master;

import io.millrace.runtime.control.Failure;

/**
 * Something that is carried out, also by the next master, once it is on record.
 *
 * @param run that it is about; empty if none was begun
 * @param failure why, or null
 */
public record JobIntent(String run, Failure failure) {}
