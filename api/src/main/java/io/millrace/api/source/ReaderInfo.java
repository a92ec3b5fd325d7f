package io.millrace.api.source;

/**
 * A reader that is there.
 *
 * @param subtaskId from 0
 * @param location the host it runs on
 */
public record ReaderInfo(int subtaskId, String location) {

    public int getSubtaskId() {
        return subtaskId;
    }

    public String getLocation() {
        return location;
    }
}
