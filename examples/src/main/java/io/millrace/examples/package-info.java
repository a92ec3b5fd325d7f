/**
 * Jobs to start from. Each is one class with a {@code main}, uses the API and nothing else, and is
 * run by a test.
 */
package io.millrace.examples;
