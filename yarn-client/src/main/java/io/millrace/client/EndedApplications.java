package io.millrace.client;

import java.io.IOException;
import java.util.function.Predicate;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * Tells of which applications nothing runs any more, so that what they have left may be removed.
 *
 * <p>Each one is asked for by itself: a list goes by the type of applications, which is a setting,
 * and those of another one would be missing in it. One that YARN does not know has ended if it was
 * of this resource manager's time; else it may be another cluster's that shares the file system,
 * and run there.
 *
 * <p>Threads: any.
 */
final class EndedApplications implements Predicate<String> {
    private final Reports reports;
    private final long clusterTimestamp;

    /** Asks YARN. */
    @FunctionalInterface
    interface Reports {
        ApplicationReport of(ApplicationId id) throws IOException, YarnException;
    }

    /**
     * @param newest an application of this resource manager's
     */
    EndedApplications(Reports reports, ApplicationId newest) {
        this.reports = reports;
        this.clusterTimestamp = newest.getClusterTimestamp();
    }

    @Override
    public boolean test(String application) {
        ApplicationId id = ApplicationId.fromString(application);
        try {
            return JobFollower.hasEnded(reports.of(id));
        } catch (ApplicationNotFoundException e) {
            return id.getClusterTimestamp() == clusterTimestamp;
        } catch (IOException | YarnException e) {
            return false; // the next submission asks again
        }
    }
}
