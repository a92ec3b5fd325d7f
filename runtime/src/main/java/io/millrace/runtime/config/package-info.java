/**
 * Settings: every option once, with type, default, range, readers and text ({@link
 * io.millrace.runtime.config.Options}), and the ones in force with where they came from ({@link
 * io.millrace.runtime.config.ParsedConfiguration}).
 *
 * <p>Parts of the engine take what they need out of the settings in force when they are made, as a
 * small record of their own; nothing here knows them.
 *
 * <p>Threads: everything is immutable.
 */
package io.millrace.runtime.config;
