/**
 * The launcher: command line and submission. {@link io.millrace.client.Main} is what {@code
 * bin/millrace} starts; the commands see the cluster through {@link io.millrace.client.Deployer}.
 *
 * <p>Whatever can be refused is refused before the cluster is asked for anything, in one sentence.
 */
package io.millrace.client;
