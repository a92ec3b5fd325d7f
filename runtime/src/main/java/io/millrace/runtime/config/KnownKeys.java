package io.millrace.runtime.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keys that people bring along from Flink and that have no effect here: those of what is not built
 * yet, and those that Flink itself has given up. They are accepted with a warning, so that a
 * configuration file need not be rewritten to be tried.
 */
final class KnownKeys {

    private static final Set<String> NOT_BUILT =
            Set.of(
                    // memory
                    "taskmanager.memory.managed.consumer-weights",
                    "taskmanager.memory.framework.off-heap.batch-shuffle.size",
                    "taskmanager.network.memory.buffer-debloat.enabled",
                    "taskmanager.network.memory.buffer-debloat.period",
                    "taskmanager.network.memory.buffer-debloat.samples",
                    "taskmanager.network.memory.buffer-debloat.target",
                    "taskmanager.network.memory.buffer-debloat.threshold-percentages",
                    "taskmanager.network.memory.max-buffers-per-channel",
                    "taskmanager.network.memory.max-overdraft-buffers-per-gate",
                    "taskmanager.network.memory.read-buffer.required-per-gate.max",
                    "taskmanager.jvm-exit-on-oom",
                    "taskmanager.cpu.cores",
                    "taskmanager.data.port",
                    "resourcemanager.taskmanager-timeout",
                    "slotmanager.taskmanager-timeout",
                    "resourcemanager.start-worker.retry-interval",
                    "yarn.file-replication",
                    "task.cancellation.timers.timeout",
                    // processes
                    "env.log.max",
                    "env.log.dir",
                    "env.pid.dir",
                    "env.hadoop.conf.dir",
                    "env.yarn.conf.dir",
                    "classloader.parent-first-patterns.default",
                    "classloader.check-leaked-classloader",
                    "taskmanager.host",
                    "taskmanager.bind-host",
                    "taskmanager.rpc.port",
                    "taskmanager.load-balance.mode",
                    "jobmanager.rpc.address",
                    "jobmanager.rpc.port",
                    "jobmanager.bind-host",
                    // YARN
                    "yarn.application.node-label",
                    "yarn.taskmanager.node-label",
                    "yarn.view.acls",
                    "yarn.modify.acls",
                    "yarn.application-master.port",
                    "yarn.properties-file.location",
                    "yarn.ship-files",
                    "yarn.ship-directories",
                    "yarn.ship-archives",
                    "yarn.flink-dist-jar",
                    "yarn.provided.lib.dirs",
                    "yarn.provided.usrlib.dir",
                    "yarn.classpath.include-user-jar",
                    "yarn.per-job-cluster.include-user-jar",
                    "yarn.security.kerberos.ship-local-keytab",
                    "yarn.security.kerberos.localized-keytab-path",
                    "yarn.security.appmaster.delegation.token.services",
                    "yarn.rolled-logs.include-pattern",
                    "yarn.rolled-logs.exclude-pattern",
                    "yarn.container-start-command-template",
                    // jobs and checkpoints
                    "pipeline.jars",
                    "pipeline.generic-types",
                    "pipeline.force-avro",
                    "pipeline.force-kryo",
                    "pipeline.default-kryo-serializers",
                    "pipeline.registered-kryo-types",
                    "pipeline.registered-pojo-types",
                    "pipeline.serialization-config",
                    "pipeline.cached-files",
                    "pipeline.closure-cleaner-level",
                    "pipeline.vertex-description-mode",
                    "execution.job-listeners",
                    "execution.sorted-inputs.enabled",
                    "execution.batch-shuffle-mode",
                    "execution.batch.adaptive.auto-parallelism.enabled",
                    "execution.batch.speculative.enabled",
                    "execution.batch.speculative.max-concurrent-executions",
                    "execution.batch.speculative.block-slow-node-duration",
                    "execution.checkpointing.interval-during-backlog",
                    "execution.checkpointing.data-inline-threshold",
                    "execution.checkpointing.file-merging.enabled",
                    "execution.checkpointing.storage",
                    "execution.checkpointing.checkpoints-after-tasks-finish",
                    "execution.checkpointing.checkpoints-after-tasks-finish.enabled",
                    "execution.checkpointing.approximate-local-recovery",
                    "execution.checkpointing.cleaner.parallel-mode",
                    "execution.checkpointing.create-subdir",
                    "execution.checkpointing.recover-without-channel-state.checkpoint-id",
                    "execution.checkpointing.snapshot-compression",
                    "execution.checkpointing.unaligned.forced",
                    "execution.checkpointing.unaligned.interruptible-timers.enabled",
                    "execution.checkpointing.unaligned.max-subtasks-per-channel-state-file",
                    "execution.checkpointing.write-buffer-size",
                    "execution.state-recovery.from-local",
                    "state.backend.async",
                    "state.backend.fs.memory-threshold",
                    "state.backend.fs.write-buffer-size",
                    "state.backend.local-recovery",
                    "state.checkpoint-storage",
                    "state.checkpoint.cleaner.parallel-mode",
                    "state.checkpoints.create-subdir",
                    "state.storage.fs.memory-threshold",
                    "state.storage.fs.write-buffer-size",
                    "task.checkpoint.alignment.max-size",
                    "taskmanager.state.local.root-dirs",
                    "pipeline.auto-generate-uids",
                    "pipeline.time-characteristic",
                    "pipeline.watermark-alignment.buffer-size",
                    "web.checkpoints.history",
                    // scheduling and failure
                    "jobmanager.execution.failover-strategy",
                    "jobmanager.scheduler",
                    "scheduler-mode",
                    "resourcemanager.job.timeout",
                    "slotmanager.number-of-slots.min",
                    "slotmanager.number-of-slots.max",
                    "slotmanager.redundant-taskmanager-num",
                    "cluster.evenly-spread-out-slots",
                    "slot.idle.timeout",
                    "heartbeat.rpc-failure-threshold",
                    "slow-task-detector.check-interval",
                    "slow-task-detector.execution-time.baseline-lower-bound",
                    "slow-task-detector.execution-time.baseline-ratio",
                    "slow-task-detector.execution-time.baseline-multiplier",
                    // high availability, REST, security
                    "high-availability",
                    "high-availability.type",
                    "high-availability.cluster-id",
                    "high-availability.zookeeper.quorum",
                    "high-availability.zookeeper.path.root",
                    "high-availability.zookeeper.client.session-timeout",
                    "high-availability.zookeeper.client.tolerate-suspended-connections",
                    "rest.port",
                    "rest.bind-port",
                    "rest.address",
                    "rest.bind-address",
                    "rest.flamegraph.enabled",
                    "web.submit.enable",
                    "web.cancel.enable",
                    "web.upload.dir",
                    "web.tmpdir",
                    "web.refresh-interval",
                    "security.kerberos.login.keytab",
                    "security.kerberos.login.principal",
                    "security.kerberos.login.use-ticket-cache",
                    "security.kerberos.login.contexts",
                    "security.kerberos.access.hadoopFileSystems",
                    "security.delegation.tokens.enabled",
                    "security.delegation.tokens.renewal.time-ratio",
                    "security.delegation.tokens.renewal.retry.backoff",
                    "security.ssl.internal.enabled",
                    "security.ssl.rest.enabled",
                    "historyserver.web.address",
                    "historyserver.web.port",
                    "historyserver.archive.fs.dir",
                    "historyserver.archive.fs.refresh-interval",
                    "jobmanager.archive.fs.dir",
                    "blob.server.port",
                    "metrics.reporters",
                    "client.timeout");

    /** Families whose other members have a name or an option of a library in their key. */
    private static final List<String> NOT_BUILT_FAMILIES =
            List.of(
                    "metrics.",
                    "execution.checkpointing.file-merging.",
                    "execution.checkpointing.local-backup.",
                    "state.backend.rocksdb.",
                    "state.backend.forst.",
                    "state.backend.changelog.",
                    "state.backend.latency-track.",
                    "state.changelog.",
                    "state.latency-track.",
                    "dstl.",
                    "security.ssl.",
                    "security.delegation.token.provider.",
                    "external-resource.",
                    "kubernetes.",
                    "table.",
                    "python.",
                    "pekko.",
                    "akka.",
                    "blob.",
                    "fs.",
                    "s3.",
                    "queryable-state.",
                    "taskmanager.network.netty.",
                    "taskmanager.network.sort-shuffle.",
                    "containerized.heap-cutoff-");

    /** What Flink has given up, and what to set instead. */
    private static final Map<String, String> REMOVED =
            Map.of(
                    "taskmanager.network.numberOfBuffers",
                    "taskmanager.memory.network.fraction, .min and .max",
                    "taskmanager.memory.fraction",
                    "taskmanager.memory.managed.fraction",
                    "taskmanager.memory.off-heap",
                    "taskmanager.memory.managed.size",
                    "taskmanager.memory.preallocate",
                    "taskmanager.memory.managed.size",
                    "taskmanager.heap.mb",
                    "taskmanager.memory.process.size",
                    "jobmanager.heap.mb",
                    "jobmanager.memory.process.size",
                    "containerized.heap-cutoff-ratio",
                    "taskmanager.memory.jvm-overhead.fraction",
                    "containerized.heap-cutoff-min",
                    "taskmanager.memory.jvm-overhead.min",
                    "yarn.maximum-failed-containers",
                    "resourcemanager.start-worker.max-failure-rate");

    private KnownKeys() {}

    /** The warning that a key deserves; empty if nobody knows it. */
    static Optional<String> warning(String key) {
        if (REMOVED.containsKey(key)) {
            return Optional.of(
                    key
                            + " is no longer an option and has no effect: set "
                            + REMOVED.get(key)
                            + ".");
        } else if (NOT_BUILT.contains(key)
                || (Options.find(key).isEmpty()
                        && NOT_BUILT_FAMILIES.stream().anyMatch(key::startsWith))) {
            return Optional.of(key + " is known to Flink, not built yet, and has no effect.");
        }
        return Optional.empty();
    }

    /** Every key known by its whole name. */
    static Set<String> all() {
        Set<String> keys = new TreeSet<>(NOT_BUILT);
        keys.addAll(REMOVED.keySet());
        return keys;
    }
}
