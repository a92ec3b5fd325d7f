/**
 * Classes that are made while a job is deployed, one for each operator and type of the plan, so
 * that the call sites of its hot path see one class each and the JIT compiler can put the path
 * together.
 *
 * <p>Entry: {@link io.millrace.runtime.generate.JobClasses}. Knows no operator and no serializer:
 * those packages decide what is generated.
 */
package io.millrace.runtime.generate;
