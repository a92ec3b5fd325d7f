package io.millrace.runtime.schedule;

/** One start of a connected region of the job; all attempts of it carry the same one. */
public record Generation(int epoch, int counter) {
    @Override
    public String toString() {
        return epoch + "." + counter;
    }
}
