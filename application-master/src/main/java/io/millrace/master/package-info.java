/**
 * The process of the application master.
 *
 * <p>Entry: {@link io.millrace.master.ApplicationMaster}. What is decided about a job is decided by
 * the job master of {@code io.millrace.runtime.master}; here are its ports to YARN, to the user's
 * program and to the launcher. YARN is only known to {@code io.millrace.master.yarn}.
 */
package io.millrace.master;
