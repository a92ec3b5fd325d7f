/**
 * A whole cluster on one thread under a seed: the real job masters and task managers with messages
 * that are really encoded, on a simulated network, container source, record and file system, all of
 * which fail as the seed says.
 *
 * <p>What runs in the workers is a model of a subtask, for any graph, or the engine's own subtasks
 * with real records, channels and files: {@link io.millrace.testkit.simulation.RealTasks}, running
 * {@link io.millrace.testkit.simulation.SimulatedProgram}.
 *
 * <p>Entry: {@link io.millrace.testkit.simulation.SimulatedCluster}. What must hold is in {@link
 * io.millrace.testkit.simulation.Invariants}, checked after every event.
 */
package io.millrace.testkit.simulation;
