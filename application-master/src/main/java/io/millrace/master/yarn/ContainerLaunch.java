package io.millrace.master.yarn;

import io.millrace.runtime.config.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.api.ApplicationConstants;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.LocalResource;

/**
 * All that a node is told in order to start a container: what lies beside the process, its
 * environment and its command.
 *
 * <p>The class path holds the distribution's own jars, which bring their own Hadoop client, and of
 * the cluster nothing but its configuration. It begins with the same text for every container, and
 * the configuration comes behind the jars, because a class-data archive is only used with the class
 * path that it was made with, or one that begins like it; and an archive cannot be made with a
 * folder on its class path.
 *
 * <p>Neither environment nor command ever hold the application's secret: nodes write both to start
 * scripts, diagnostics and logs.
 *
 * @param files by {@link ContainerFile#name}
 * @param environment variables, by name
 * @param command one line for the node's shell; the node puts it in double quotes
 */
public record ContainerLaunch(
        List<ContainerFile> files, Map<String, String> environment, String command) {

    /** Folder that the distribution's archive is unpacked into. */
    public static final String DISTRIBUTION_FOLDER = "millrace";

    /**
     * Folder that the class-data archive is unpacked into: {@code options.sh}, which prints the
     * options of a JVM that is to use it, and what that needs.
     */
    public static final String CLASS_DATA_FOLDER = "class-data";

    /** Folder that the archive of the cluster's {@code *-site.xml} files is unpacked into. */
    public static final String HADOOP_CONF_FOLDER = "hadoop-conf";

    /** Folder of jars that only some jobs need, which come behind all others on the class path. */
    public static final String OPTIONAL_FOLDER = "opt";

    /** Logging configuration beside the process; the distribution's own if it is not there. */
    public static final String LOG_CONFIGURATION_FILE = "log4j2.properties";

    private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9_@%+=:,./$-]+");

    public ContainerLaunch {
        files = List.copyOf(files);
        environment = Map.copyOf(environment);
    }

    /**
     * Puts a launch together.
     *
     * @param jars names of the jars in the distribution's {@code lib} folder, in the order of the
     *     class path
     */
    public static ContainerLaunch of(
            JavaProcess process, List<String> jars, List<ContainerFile> files) {
        Map<String, String> environment = new TreeMap<>(process.variables());
        environment.put("CLASSPATH", classPath(jars, files));
        environment.put("HADOOP_CONF_DIR", "{{PWD}}/" + HADOOP_CONF_FOLDER);
        environment.putAll(user());
        environment.putAll(process.userVariables());
        return new ContainerLaunch(files, environment, command(process, files));
    }

    /**
     * Without Kerberos all users' containers run as one user of the operating system, and the
     * cluster's file systems take a process for whoever it says it is: the one that this process is
     * taken for, not the node's.
     */
    private static Map<String, String> user() {
        try {
            return UserGroupInformation.isSecurityEnabled()
                    ? Map.of()
                    : Map.of(
                            "HADOOP_USER_NAME",
                            UserGroupInformation.getCurrentUser().getShortUserName());
        } catch (IOException e) {
            throw new UncheckedIOException("Hadoop does not know which user this is", e);
        }
    }

    private static String classPath(List<String> jars, List<ContainerFile> files) {
        StringBuilder path = new StringBuilder();
        for (String jar : jars) {
            path.append(DISTRIBUTION_FOLDER).append("/lib/").append(jar).append(':');
        }
        path.append(HADOOP_CONF_FOLDER);
        files.stream()
                .map(ContainerFile::name)
                .filter(name -> name.startsWith(OPTIONAL_FOLDER + "/") && name.endsWith(".jar"))
                .forEach(name -> path.append(':').append(name));
        return path.toString();
    }

    private static String command(JavaProcess process, List<ContainerFile> files) {
        List<String> words = new ArrayList<>();
        words.add("exec");
        words.add("env");
        // In the command and not only in the environment, where a node appends its own value of
        // this variable to ours (yarn.nodemanager.admin-env).
        process.userVariables()
                .forEach(
                        (name, value) -> {
                            if (name.startsWith("MALLOC_")) {
                                words.add(quoted(name + "=" + value));
                            }
                        });
        words.add(
                process.javaHome() == null
                        ? "${JAVA_HOME:+$JAVA_HOME/bin/}java"
                        : process.javaHome() + "/bin/java");
        if (holds(CLASS_DATA_FOLDER, files)) {
            // On the node, as only there it is known which JDK it has; before the flags, so that
            // the user's win.
            words.add(
                    "$(sh "
                            + CLASS_DATA_FOLDER
                            + "/options.sh"
                            + (process.javaHome() == null ? "" : " " + process.javaHome())
                            + ")");
        }
        process.jvmFlags().forEach(flag -> words.add(quoted(flag)));
        String logs = ApplicationConstants.LOG_DIR_EXPANSION_VAR;
        words.add("-XX:ErrorFile=" + logs + "/hs_err_pid%p.log");
        words.add("-Djava.io.tmpdir={{PWD}}/tmp");
        words.add("-Dlog.file=" + logs + "/" + process.logName() + ".log");
        if (holds(LOG_CONFIGURATION_FILE, files)) {
            words.add("-Dlog4j2.configurationFile=" + LOG_CONFIGURATION_FILE);
        }
        words.add(process.mainClass());
        words.add("1>" + logs + "/stdout");
        words.add("2>" + logs + "/stderr");
        return String.join(" ", words);
    }

    private static boolean holds(String name, List<ContainerFile> files) {
        return files.stream().anyMatch(file -> file.name().equals(name));
    }

    /**
     * One word of the shell's. A dollar stays what it is, so that a setting may name variables of
     * the node.
     */
    private static String quoted(String word) {
        if (word.indexOf('"') >= 0 || word.indexOf('\'') >= 0 || word.indexOf('`') >= 0) {
            throw new ConfigurationException(
                    "The JVM option "
                            + word
                            + " has a quote in it, which cannot be passed through the nodes' shell:"
                            + " write it without.");
        }
        return PLAIN_WORD.matcher(word).matches() ? word : "'" + word + "'";
    }

    /**
     * As YARN wants it.
     *
     * @param credentials of {@link ContainerCredentials}
     */
    public ContainerLaunchContext toContext(ByteBuffer credentials) {
        Map<String, LocalResource> resources = new LinkedHashMap<>();
        for (ContainerFile file : files) {
            resources.put(file.name(), file.toLocalResource());
        }
        return ContainerLaunchContext.newInstance(
                resources, environment, List.of(command), null, credentials, null);
    }
}
