package io.millrace.client;

import io.millrace.hdfs.ContentCache;
import io.millrace.hdfs.FileJobStore;
import io.millrace.hdfs.HadoopFileSystem;
import io.millrace.hdfs.JobRecordReader;
import io.millrace.hdfs.StagingFolders;
import io.millrace.master.ApplicationSpec;
import io.millrace.master.JobGraphFile;
import io.millrace.master.yarn.ContainerCredentials;
import io.millrace.master.yarn.ContainerFile;
import io.millrace.master.yarn.ContainerLaunch;
import io.millrace.master.yarn.JavaProcess;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.DeploymentOptions;
import io.millrace.runtime.config.JobManagerOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.StateBackendOptions;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.config.YarnOptions;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.master.JobStatus.TimelineEvent;
import io.millrace.runtime.memory.JobManagerMemory;
import io.millrace.runtime.memory.JvmOptions;
import io.millrace.runtime.memory.TaskManagerMemory;
import io.millrace.runtime.network.Secret;
import io.millrace.runtime.worker.WorkerEnvironment;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClientApplication;
import org.apache.hadoop.yarn.client.util.YarnClientUtils;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * Starts, follows, lists and ends applications on a YARN cluster.
 *
 * <p>Order of a submission: everything that can be refused; then what is kept in the user's cache;
 * then the application's own folders and its hand-over to YARN, which are taken back if YARN does
 * not want it.
 */
public final class YarnDeployer implements Deployer {
    private static final String SECRET_FILE = "secret";
    private static final String ADDRESS = "address";

    /** Folder of the distribution with what the backend of that name needs. */
    private static final String ROCKSDB = "rocksdb";

    private static final String DEFAULT_QUEUE = "default";

    private static final Duration LEASE_MARGIN = Duration.ofMinutes(5);
    private static final Duration CANCEL_ANSWER = Duration.ofSeconds(10);

    private final ParsedConfiguration options;
    private final YarnCluster cluster;
    private final Path hadoopConfiguration;

    private YarnDeployer(
            ParsedConfiguration options, YarnCluster cluster, Path hadoopConfiguration) {
        this.options = options;
        this.cluster = cluster;
        this.hadoopConfiguration = hadoopConfiguration;
    }

    /** Connects to the cluster that {@code HADOOP_CONF_DIR} describes. */
    public static YarnDeployer connect(ParsedConfiguration options) {
        Map<String, String> environment = System.getenv();
        return new YarnDeployer(
                options,
                YarnCluster.connect(environment, options.toConfiguration().toMap()),
                YarnCluster.configurationFolder(environment));
    }

    @Override
    public Submission submit(SubmissionRequest request, SubmissionListener listener)
            throws IOException, InterruptedException, ProgramFailedException {
        List<TimelineEvent> timeline = new ArrayList<>();
        note(timeline, "launcher started", ManagementFactory.getRuntimeMXBean().getStartTime());
        HadoopFileSystem files = cluster.fileSystem(stagingOption());
        StagingFolders staging = new StagingFolders(files, stagingOption(), Clock.systemUTC());
        String records = records(staging);
        int attempts = attempts(listener, records);
        warnOfShortLease(listener);
        String queue = options.getIfSet(YarnOptions.APPLICATION_QUEUE).orElse(DEFAULT_QUEUE);
        cluster.checkQueue(queue);
        StartingPath.check(options, listener);
        Distribution distribution = Distribution.ofThisProcess();
        JobGraph graph = null;
        if (request.target() == DeploymentOptions.Target.YARN_PER_JOB) {
            listener.onStep("Running the program's main");
            graph = PerJobProgram.run(request);
            note(timeline, "graph built", System.currentTimeMillis());
        }
        NodeLocalFolders.warnings(jobOptions(graph), cluster::nodes).forEach(listener::onWarning);
        Optional<ContainerFile> remoteJar = remoteJar(request);
        List<Path> backendJars = backendJars(distribution, graph);
        YarnClientApplication application = cluster.newApplication();
        Resource master = checkContainers(application);
        note(timeline, "checked", System.currentTimeMillis());

        String id = application.getApplicationSubmissionContext().getApplicationId().toString();
        Path scratch = Files.createTempDirectory("millrace-");
        boolean accepted = false;
        boolean folders = false;
        ApplicationFiles upload = new ApplicationFiles(files, staging.base());
        long uploadedMillis;
        try {
            listener.onStep("Uploading to " + staging.base());
            List<ContainerFile> kept;
            List<ContainerFile> ofWorkers;
            try {
                kept = upload(request, upload, distribution, remoteJar, scratch);
                ofWorkers = upload.optionalJars(ROCKSDB, backendJars);
            } catch (FileSystemException // Hadoop's own, mapped
                    | AccessControlException
                    | ParentNotDirectoryException
                    | FileNotFoundException e) {
                throw new ConfigurationException(
                        "Nothing can be written below "
                                + staging.base()
                                + " ("
                                + YarnCluster.firstLine(e.getMessage())
                                + "): set "
                                + YarnOptions.STAGING_DIRECTORY.key()
                                + " to a folder of yours.",
                        e);
            }
            note(timeline, "uploaded", System.currentTimeMillis());
            URI folder = staging.create(id);
            folders = true;
            uploadedMillis =
                    staging.writeCacheKeys(
                            id,
                            Stream.concat(kept.stream(), ofWorkers.stream())
                                    .filter(ContainerFile::kept)
                                    .map(file -> ContentCache.keyOf(file.location()))
                                    .toList());
            Secret secret = Secret.random();
            upload.write(
                    files.qualify(folder + "/" + SECRET_FILE),
                    secret.toHex().getBytes(StandardCharsets.US_ASCII));
            FileJobStore.create(recordFiles(records, files), records, id);
            List<ContainerFile> all =
                    stage(
                            request,
                            upload,
                            graph,
                            folder,
                            records,
                            attempts,
                            distribution,
                            kept,
                            ofWorkers);
            submit(application, queue, attempts, master, distribution, all, secret, files);
            accepted = true;
        } finally {
            if (folders && !accepted) {
                removeFolders(id, staging, files, records);
            }
            delete(scratch);
        }
        note(timeline, "submitted", System.currentTimeMillis());
        listener.onAccepted(id);
        sweep(ApplicationId.fromString(id), staging, files, records);
        sweep(upload.cache(), staging, uploadedMillis);
        return new Submission(id, trackingUrl(id), timeline);
    }

    private static void note(List<TimelineEvent> timeline, String what, long wallMillis) {
        timeline.add(new TimelineEvent(what, "launcher", wallMillis));
    }

    private String stagingOption() {
        return options.getIfSet(YarnOptions.STAGING_DIRECTORY).orElse("");
    }

    private String records(StagingFolders staging) {
        return options.getIfSet(JobManagerOptions.HA_STORAGE_PATH)
                .orElse(staging.base() + "/records");
    }

    private HadoopFileSystem recordFiles(String records, HadoopFileSystem staging) {
        return options.isSet(JobManagerOptions.HA_STORAGE_PATH)
                ? cluster.fileSystem(records)
                : staging;
    }

    /** How often YARN is to start the application master: the cluster caps what is asked for. */
    private int attempts(SubmissionListener listener, String records) {
        int wanted = options.get(YarnOptions.APPLICATION_ATTEMPTS);
        int cap =
                cluster.configuration()
                        .getInt(
                                YarnConfiguration.RM_AM_MAX_ATTEMPTS,
                                YarnConfiguration.DEFAULT_RM_AM_MAX_ATTEMPTS);
        if (wanted > cap) {
            listener.onWarning(
                    YarnOptions.APPLICATION_ATTEMPTS.key()
                            + " is "
                            + wanted
                            + ", but the cluster starts an application master at most "
                            + cap
                            + " times (yarn.resourcemanager.am.max-attempts).");
        }
        int attempts = Math.min(wanted, cap);
        if (attempts > 1 && !FileJobStore.canFence(URI.create(records))) {
            throw new ConfigurationException(
                    JobManagerOptions.HA_STORAGE_PATH.key()
                            + " is "
                            + records
                            + ", on a file system that cannot keep a dead application master from"
                            + " writing: name a path on HDFS, or set "
                            + YarnOptions.APPLICATION_ATTEMPTS.key()
                            + " to 1.");
        }
        return attempts;
    }

    /** Refuses containers that the cluster never gives; returns the application master's. */
    private Resource checkContainers(YarnClientApplication application) {
        Resource largest = application.getNewApplicationResponse().getMaximumResourceCapability();
        int masterMib = JobManagerMemory.of(options).containerMebibytes();
        int masterVcores = options.get(YarnOptions.APP_MASTER_VCORES);
        YarnCluster.checkContainer(
                "The application master",
                masterMib,
                JobManagerOptions.TOTAL_PROCESS_MEMORY.key(),
                masterVcores,
                YarnOptions.APP_MASTER_VCORES.key(),
                largest);
        int workerVcores = options.get(YarnOptions.VCORES);
        boolean bySlots = workerVcores < 0;
        YarnCluster.checkContainer(
                "A worker",
                TaskManagerMemory.of(options).containerMebibytes(),
                TaskManagerOptions.TOTAL_PROCESS_MEMORY.key(),
                bySlots ? options.get(TaskManagerOptions.NUM_TASK_SLOTS) : workerVcores,
                bySlots
                        ? TaskManagerOptions.NUM_TASK_SLOTS.key()
                                + " or set "
                                + YarnOptions.VCORES.key()
                        : YarnOptions.VCORES.key(),
                largest);
        return Resource.newInstance(masterMib, masterVcores);
    }

    /** What workers need beside the distribution for the state backend that the job asks for. */
    private List<Path> backendJars(Distribution distribution, JobGraph graph) {
        return jobOptions(graph).get(StateBackendOptions.TYPE) == StateBackendOptions.Type.ROCKSDB
                ? distribution.optionalJars(StateBackendOptions.TYPE.key(), ROCKSDB)
                : List.of();
    }

    /**
     * What the job goes by, as far as it is known.
     *
     * @param graph null where the program's main runs in the application master
     */
    private ParsedConfiguration jobOptions(JobGraph graph) {
        return graph == null
                ? options
                : ParsedConfiguration.of(
                        io.millrace.api.Configuration.fromMap(graph.configuration()));
    }

    /** What depends on its content only. */
    private List<ContainerFile> upload(
            SubmissionRequest request,
            ApplicationFiles upload,
            Distribution distribution,
            Optional<ContainerFile> remoteJar,
            Path scratch)
            throws IOException {
        List<ContainerFile> kept = new ArrayList<>();
        kept.add(upload.distribution(distribution, scratch));
        if (Files.exists(distribution.classData())) {
            kept.add(upload.classData(distribution.classData()));
        }
        kept.add(upload.siteFiles(hadoopConfiguration, scratch));
        kept.add(remoteJar.isPresent() ? remoteJar.get() : upload.localJar(Path.of(request.jar())));
        if (Files.exists(distribution.logConfiguration())) {
            kept.add(
                    upload.local(
                            ContainerLaunch.LOG_CONFIGURATION_FILE,
                            distribution.logConfiguration()));
        }
        return kept;
    }

    /** The program's jar if it lies on a file system of the cluster. */
    private Optional<ContainerFile> remoteJar(SubmissionRequest request) throws IOException {
        if (request.isJarLocal()) {
            return Optional.empty();
        }
        HadoopFileSystem files = cluster.fileSystem(request.jar().toString());
        try {
            return Optional.of(
                    ApplicationFiles.remoteJar(files, files.qualify(request.jar().toString())));
        } catch (FileNotFoundException e) {
            throw new ConfigurationException(
                    "The jar " + request.jar() + " does not exist: upload it first.", e);
        }
    }

    /** What is this application's own; returns everything that its master is started from. */
    private List<ContainerFile> stage(
            SubmissionRequest request,
            ApplicationFiles upload,
            JobGraph graph,
            URI folder,
            String records,
            int attempts,
            Distribution distribution,
            List<ContainerFile> kept,
            List<ContainerFile> ofWorkers)
            throws IOException {
        List<ContainerFile> common = new ArrayList<>(kept);
        common.add(
                upload.staged(
                        folder,
                        WorkerEnvironment.OPTIONS_FILE,
                        ApplicationSpec.optionsToJson(options.toConfiguration().toMap())));
        List<ContainerFile> all = new ArrayList<>(common);
        if (graph != null) {
            all.add(upload.staged(folder, JobGraphFile.NAME, JobGraphFile.write(graph)));
        }
        String jar = request.jar().getPath();
        ApplicationSpec spec =
                new ApplicationSpec(
                        name(request),
                        graph == null ? null : JobGraphFile.NAME,
                        request.entryClass(),
                        jar.substring(jar.lastIndexOf('/') + 1),
                        request.arguments(),
                        folder,
                        URI.create(records),
                        lease().toMillis(),
                        attempts,
                        distribution.jars(),
                        Stream.concat(common.stream(), ofWorkers.stream()).toList());
        all.add(upload.staged(folder, ApplicationSpec.FILE, spec.toJson()));
        return all;
    }

    private String name(SubmissionRequest request) {
        String jar = request.jar().getPath();
        return options.getIfSet(YarnOptions.APPLICATION_NAME)
                .orElse(jar.substring(jar.lastIndexOf('/') + 1));
    }

    /** Longer than the cluster takes to notice that an application master or its node is gone. */
    private Duration lease() {
        return options.getIfSet(TaskManagerOptions.MASTER_LEASE)
                .orElse(LEASE_MARGIN.plus(clusterNotices()));
    }

    private void warnOfShortLease(SubmissionListener listener) {
        Duration lease = lease();
        Duration notices = clusterNotices();
        if (lease.compareTo(notices) <= 0) {
            listener.onWarning(
                    TaskManagerOptions.MASTER_LEASE.key()
                            + " is "
                            + lease.toSeconds()
                            + " s, but the cluster may take "
                            + notices.toSeconds()
                            + " s to notice that an application master or its node is gone"
                            + " ("
                            + YarnConfiguration.RM_AM_EXPIRY_INTERVAL_MS
                            + ", "
                            + YarnConfiguration.RM_NM_EXPIRY_INTERVAL_MS
                            + "): the workers leave before the next one is there.");
        }
    }

    private Duration clusterNotices() {
        Configuration configuration = cluster.configuration();
        long master =
                configuration.getTimeDuration(
                        YarnConfiguration.RM_AM_EXPIRY_INTERVAL_MS,
                        YarnConfiguration.DEFAULT_RM_AM_EXPIRY_INTERVAL_MS,
                        TimeUnit.MILLISECONDS);
        long node =
                configuration.getTimeDuration(
                        YarnConfiguration.RM_NM_EXPIRY_INTERVAL_MS,
                        YarnConfiguration.DEFAULT_RM_NM_EXPIRY_INTERVAL_MS,
                        TimeUnit.MILLISECONDS);
        return Duration.ofMillis(Math.max(master, node));
    }

    private void submit(
            YarnClientApplication application,
            String queue,
            int attempts,
            Resource master,
            Distribution distribution,
            List<ContainerFile> all,
            Secret secret,
            HadoopFileSystem files)
            throws IOException {
        ContainerLaunch launch = masterLaunch(distribution, all, master);
        ApplicationSubmissionContext context = application.getApplicationSubmissionContext();
        context.setApplicationName(
                options.getIfSet(YarnOptions.APPLICATION_NAME).orElse(jobName(all)));
        context.setApplicationType(options.get(YarnOptions.APPLICATION_TYPE));
        context.setQueue(queue);
        context.setResource(master);
        context.setMaxAppAttempts(attempts);
        context.setKeepContainersAcrossApplicationAttempts(attempts > 1);
        context.setAttemptFailuresValidityInterval(
                options.get(YarnOptions.APPLICATION_ATTEMPT_FAILURE_VALIDITY_INTERVAL));
        List<String> tags = options.get(YarnOptions.APPLICATION_TAGS);
        context.setApplicationTags(new HashSet<>(tags));
        int priority = options.get(YarnOptions.APPLICATION_PRIORITY);
        if (priority >= 0) {
            context.setPriority(Priority.newInstance(priority));
        }
        context.setAMContainerSpec(
                launch.toContext(ContainerCredentials.forMaster(secret.bytes(), tokens(files))));
        cluster.submit(context);
    }

    private static String jobName(List<ContainerFile> files) {
        return files.stream()
                .map(ContainerFile::name)
                .filter(name -> name.startsWith(WorkerEnvironment.USER_JARS_FOLDER + "/"))
                .map(name -> name.substring(WorkerEnvironment.USER_JARS_FOLDER.length() + 1))
                .findFirst()
                .orElse("Millrace");
    }

    private ContainerLaunch masterLaunch(
            Distribution distribution, List<ContainerFile> all, Resource master) {
        List<String> flags = new ArrayList<>();
        // It starts sooner, and does nothing that the second compiler would make much faster.
        flags.add("-XX:TieredStopAtLevel=1");
        flags.addAll(
                JvmOptions.ofMaster(
                        options, JobManagerMemory.of(options), master.getVirtualCores()));
        flags.add("-Dlog.level=" + options.get(DeploymentOptions.LOG_LEVEL));
        return ContainerLaunch.of(
                new JavaProcess(
                        "io.millrace.master.ApplicationMaster",
                        "application-master",
                        flags,
                        options.get(DeploymentOptions.JAVA_HOME),
                        Map.of(),
                        new TreeMap<>(JvmOptions.environmentOfMaster(options))),
                distribution.jars(),
                all);
    }

    /** What the containers show to the file system in place of the user's ticket. */
    private Credentials tokens(HadoopFileSystem files) throws IOException {
        Credentials credentials = new Credentials();
        if (UserGroupInformation.isSecurityEnabled()) {
            files.addTokens(YarnClientUtils.getRmPrincipal(cluster.configuration()), credentials);
        }
        return credentials;
    }

    private String trackingUrl(String id) {
        try {
            return cluster.report(ApplicationId.fromString(id)).getTrackingUrl();
        } catch (IOException | YarnException e) {
            return null;
        }
    }

    private void removeFolders(
            String id, StagingFolders staging, HadoopFileSystem files, String records)
            throws IOException {
        new JobRecordReader(recordFiles(records, files), records, id).sweep();
        staging.delete(id);
    }

    /** Folders of applications that died before they could clean up; no reason to fail. */
    private void sweep(
            ApplicationId newest, StagingFolders staging, HadoopFileSystem files, String records) {
        try {
            for (String swept : staging.sweep(new EndedApplications(cluster::report, newest))) {
                new JobRecordReader(recordFiles(records, files), records, swept).sweep();
            }
        } catch (IOException | ConfigurationException e) {
            // The next submission tries again.
        }
    }

    /** What has been kept for long for nobody; no reason to fail either. */
    private void sweep(ContentCache cache, StagingFolders staging, long nowMillis) {
        long usedSince = nowMillis - options.get(YarnOptions.STAGING_CACHE_STALENESS).toMillis();
        try {
            Optional<Set<String>> inUse = staging.cacheKeys();
            if (inUse.isPresent()) {
                cache.sweep(usedSince, inUse.get()::contains);
            }
        } catch (IOException e) {
            // The next submission tries again.
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> content = Files.walk(folder)) {
            for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public JobEnd follow(String applicationId, JobListener listener)
            throws IOException, InterruptedException {
        JobFollower follower =
                new JobFollower(applicationId, cluster, () -> tryConnect(applicationId), listener);
        JobEnd end = follower.follow();
        if (follower.isMasterLost()) {
            removeLeftovers(applicationId);
        }
        return end;
    }

    /** An application master that never ran, or died with its last attempt, cleaned up nothing. */
    private void removeLeftovers(String applicationId) {
        try {
            HadoopFileSystem files = cluster.fileSystem(stagingOption());
            StagingFolders staging = new StagingFolders(files, stagingOption(), Clock.systemUTC());
            removeFolders(applicationId, staging, files, records(staging));
        } catch (IOException | ConfigurationException e) {
            // A later submission sweeps them.
        }
    }

    /** Empty if the application master has not said where it is, or does not answer there. */
    private Optional<JobConnection> tryConnect(String applicationId) throws InterruptedException {
        try {
            return Optional.of(openConnection(applicationId));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private JobConnection openConnection(String applicationId)
            throws IOException, InterruptedException {
        HadoopFileSystem files = cluster.fileSystem(stagingOption());
        StagingFolders staging = new StagingFolders(files, stagingOption(), Clock.systemUTC());
        String records = records(staging);
        var address =
                new JobRecordReader(recordFiles(records, files), records, applicationId)
                        .readNewest(ADDRESS)
                        .orElseThrow(() -> new IOException("no address is on record"));
        String text = new String(address.content(), StandardCharsets.UTF_8).strip();
        int colon = text.lastIndexOf(':');
        Secret secret;
        try (InputStream in =
                files.open(files.qualify(staging.of(applicationId) + "/" + SECRET_FILE), 0)) {
            secret = Secret.ofHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
        }
        return JobConnection.open(
                new InetSocketAddress(
                        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1))),
                applicationId,
                secret);
    }

    @Override
    public List<ApplicationSummary> list(boolean ended) {
        String type = options.get(YarnOptions.APPLICATION_TYPE);
        return (ended ? cluster.all(type) : cluster.running(type))
                .stream()
                        .map(
                                report ->
                                        new ApplicationSummary(
                                                report.getApplicationId().toString(),
                                                report.getName(),
                                                state(report),
                                                report.getUser(),
                                                report.getQueue(),
                                                report.getStartTime(),
                                                report.getTrackingUrl()))
                        .sorted(Comparator.comparing(ApplicationSummary::applicationId))
                        .toList();
    }

    /** YARN says FINISHED of whatever has told it how it ended. */
    private static String state(ApplicationReport report) {
        if (report.getYarnApplicationState() != YarnApplicationState.FINISHED) {
            return report.getYarnApplicationState().toString();
        }
        return switch (report.getFinalApplicationStatus()) {
            case FAILED -> "FAILED";
            case KILLED -> "CANCELED";
            default -> "FINISHED";
        };
    }

    @Override
    public Optional<JobStatus> status(String applicationId) throws InterruptedException {
        Optional<JobConnection> open = tryConnect(applicationId);
        if (open.isEmpty()) {
            return Optional.empty();
        }
        try (JobConnection connection = open.get()) {
            connection.askStatus();
            return Optional.ofNullable(connection.awaitStatus(CANCEL_ANSWER));
        }
    }

    @Override
    public SavepointResult savepoint(
            String applicationId, SavepointRequest request, JobListener listener)
            throws IOException, InterruptedException {
        return savepointWait(applicationId, request, listener).await();
    }

    @Override
    public SavepointBegun beginSavepoint(
            String applicationId, SavepointRequest request, JobListener listener)
            throws IOException, InterruptedException {
        return savepointWait(applicationId, request, listener).begin();
    }

    @Override
    public SavepointResult checkpoint(String applicationId, JobListener listener)
            throws IOException, InterruptedException {
        return wait(applicationId, SavepointWait.checkpoint(), listener).await();
    }

    private SavepointWait savepointWait(
            String applicationId, SavepointRequest request, JobListener listener) {
        NodeLocalFolders.warnings(request.directory(), cluster::nodes)
                .forEach(sentence -> listener.onWaiting("Warning: " + sentence));
        return wait(applicationId, SavepointWait.savepoint(request), listener);
    }

    private SavepointWait wait(String applicationId, FromClient wanted, JobListener listener) {
        return new SavepointWait(
                applicationId, cluster, () -> tryConnect(applicationId), wanted, listener);
    }

    @Override
    public CancelResult cancel(String applicationId) throws IOException, InterruptedException {
        ApplicationId id;
        ApplicationReport report;
        try {
            id = ApplicationId.fromString(applicationId);
            report = cluster.report(id);
        } catch (IllegalArgumentException | ApplicationNotFoundException e) {
            return CancelResult.UNKNOWN;
        } catch (YarnException e) {
            throw new IOException("YARN was not asked for " + applicationId, e);
        }
        if (!report.getApplicationType().equals(options.get(YarnOptions.APPLICATION_TYPE))) {
            return CancelResult.UNKNOWN;
        }
        if (JobFollower.hasEnded(report)) {
            return CancelResult.ALREADY_ENDED;
        }
        if (report.getYarnApplicationState() == YarnApplicationState.RUNNING) {
            Optional<JobConnection> open = tryConnect(applicationId);
            if (open.isPresent()) {
                try (JobConnection connection = open.get()) {
                    var reply = connection.cancel(CANCEL_ANSWER);
                    if (reply != null) {
                        return reply.accepted()
                                ? CancelResult.CANCELLING
                                : CancelResult.ALREADY_ENDED;
                    }
                }
            }
        }
        // Nobody listens: it has not started yet, or hangs.
        cluster.kill(id, "Cancelled by " + System.getProperty("user.name") + " with millrace");
        HadoopFileSystem files = cluster.fileSystem(stagingOption());
        StagingFolders staging = new StagingFolders(files, stagingOption(), Clock.systemUTC());
        removeFolders(applicationId, staging, files, records(staging));
        return CancelResult.CANCELLING;
    }

    @Override
    public void close() {
        cluster.close();
    }
}
