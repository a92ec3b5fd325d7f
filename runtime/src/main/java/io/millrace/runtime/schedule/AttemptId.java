package io.millrace.runtime.schedule;

/**
 * One execution of one subtask. The pair (epoch, counter) is never used twice for a subtask, not
 * even by different application masters.
 *
 * @param job the job's id, 32 hexadecimal digits
 * @param vertex number of the job graph's vertex, from 0
 * @param subtask from 0
 * @param epoch of the application master that deployed it
 * @param counter counts within the epoch, from 1
 */
public record AttemptId(String job, int vertex, int subtask, int epoch, int counter)
        implements Comparable<AttemptId> {

    /** Orders the attempts of one subtask by their age, oldest first. */
    @Override
    public int compareTo(AttemptId other) {
        int byEpoch = Integer.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Integer.compare(counter, other.counter);
    }

    /** Whether both are attempts of the same subtask. */
    public boolean sameSubtask(AttemptId other) {
        return vertex == other.vertex && subtask == other.subtask && job.equals(other.job);
    }

    @Override
    public String toString() {
        return "v" + vertex + "[" + subtask + "]#" + epoch + "." + counter;
    }
}
