package io.millrace.master.yarn;

import java.net.URI;
import org.apache.hadoop.yarn.api.records.LocalResource;
import org.apache.hadoop.yarn.api.records.LocalResourceType;
import org.apache.hadoop.yarn.api.records.LocalResourceVisibility;
import org.apache.hadoop.yarn.api.records.URL;

/**
 * A file of the cluster's file system that a node copies beside a container before it starts.
 *
 * <p>The node refuses a file whose length or time of change is not as said here, which is why both
 * are taken when the file is uploaded and travel with it.
 *
 * @param name path in the container's folder, e.g. {@code usrlib/job.jar}; of an archive the folder
 *     that it is unpacked into
 * @param location with scheme and authority
 * @param bytes length
 * @param modifiedMillis time of the last change
 * @param unpacked whether it is an archive that the node unpacks; keeps the times of what is in it
 * @param kept whether nodes keep it for the user's later applications; only for files whose name
 *     depends on their content
 */
public record ContainerFile(
        String name,
        URI location,
        long bytes,
        long modifiedMillis,
        boolean unpacked,
        boolean kept) {

    LocalResource toLocalResource() {
        return LocalResource.newInstance(
                URL.fromURI(location),
                unpacked ? LocalResourceType.ARCHIVE : LocalResourceType.FILE,
                kept ? LocalResourceVisibility.PRIVATE : LocalResourceVisibility.APPLICATION,
                bytes,
                modifiedMillis);
    }
}
