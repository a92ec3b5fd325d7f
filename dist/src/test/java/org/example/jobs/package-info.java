/**
 * What users of the cluster submit in the tests, mistakes included; packed into a jar of its own.
 */
package org.example.jobs;
