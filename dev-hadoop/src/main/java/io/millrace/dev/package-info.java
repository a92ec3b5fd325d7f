/** A whole Hadoop in one process, for tests. Runs on the daemons' class path, never on ours. */
package io.millrace.dev;
