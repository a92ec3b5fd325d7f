package io.millrace.dist;

import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;

/** What YARN itself says of applications, whatever the launcher prints. */
final class YarnView {
    private final YarnClient client;

    YarnView(Configuration configuration) {
        Configuration own = new Configuration(configuration);
        own.setBoolean("yarn.timeline-service.enabled", false);
        client = YarnClient.createYarnClient();
        client.init(own);
        client.start();
    }

    ApplicationReport report(String applicationId) throws Exception {
        return client.getApplicationReport(ApplicationId.fromString(applicationId));
    }

    int attempts(String applicationId) throws Exception {
        return client.getApplicationAttempts(ApplicationId.fromString(applicationId)).size();
    }

    void kill(String applicationId) throws Exception {
        client.killApplication(ApplicationId.fromString(applicationId));
    }

    /** Nothing of a test is left for the next one. */
    void killWhatRuns() throws Exception {
        for (String id : applications()) {
            YarnApplicationState state = report(id).getYarnApplicationState();
            if (state == YarnApplicationState.RUNNING || state == YarnApplicationState.ACCEPTED) {
                kill(id);
            }
        }
    }

    /** All that were ever submitted. */
    Set<String> applications() throws Exception {
        Set<String> ids = new TreeSet<>();
        for (ApplicationReport report : client.getApplications()) {
            ids.add(report.getApplicationId().toString());
        }
        return ids;
    }
}
