package io.millrace.connector.file.sink;

import io.millrace.api.function.JobInfo;
import io.millrace.api.function.TaskInfo;
import io.millrace.api.metric.MetricGroup;
import io.millrace.api.sink.Committer;
import io.millrace.api.sink.CommitterInitContext;
import io.millrace.api.sink.SinkWriter;
import io.millrace.api.sink.WriterInitContext;
import io.millrace.api.time.ProcessingTimeService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * All writers and committers of a file sink, driven by a test as the engine drives them: records,
 * checkpoints, commits and a clock by hand.
 */
final class SinkDriver {
    private final FileSink<String> sink;
    private final List<Subtask> subtasks = new ArrayList<>();
    private final ManualTime time = new ManualTime();
    private final String jobId;
    private final String operatorId;
    private int starts;
    private long timestamp;

    /** What all subtasks have in a checkpoint, as bytes. */
    record Snapshot(int parallelism, List<byte[]> states, List<byte[]> committables) {}

    /** One subtask; what it has prepared, in order. */
    private static final class Subtask {
        final int number;
        FileWriter<String> writer;
        Committer<FileSinkCommittable> committer;
        final List<FileSinkCommittable> pending = new ArrayList<>();

        Subtask(int number) {
            this.number = number;
        }
    }

    private static final class ManualTime implements ProcessingTimeService {
        private final TreeMap<Long, List<ProcessingTimeCallback>> timers = new TreeMap<>();
        private long nowMillis = 1_000_000;

        @Override
        public long getCurrentProcessingTime() {
            return nowMillis;
        }

        @Override
        public void registerTimer(long timestamp, ProcessingTimeCallback target) {
            timers.computeIfAbsent(timestamp, t -> new ArrayList<>()).add(target);
        }

        void advance(long millis) throws Exception {
            long until = nowMillis + millis;
            while (!timers.isEmpty() && timers.firstKey() <= until) {
                var due = timers.pollFirstEntry();
                nowMillis = due.getKey();
                for (ProcessingTimeCallback callback : due.getValue()) {
                    callback.onProcessingTime(nowMillis);
                }
            }
            nowMillis = until;
        }
    }

    SinkDriver(FileSink<String> sink, String jobId, String operatorId) {
        this.sink = sink;
        this.jobId = jobId;
        this.operatorId = operatorId;
    }

    /** Starts all subtasks; those that ran are gone. */
    void start(int parallelism, Snapshot from) throws IOException {
        subtasks.clear();
        time.timers.clear();
        starts++;
        for (int number = 0; number < parallelism; number++) {
            Subtask subtask = new Subtask(number);
            Context context = new Context(number, parallelism);
            subtask.committer = sink.createCommitter(context);
            if (from == null) {
                subtask.writer = (FileWriter<String>) sink.createWriter(context);
            } else {
                List<FileWriterState> states = new ArrayList<>();
                for (byte[] state : share(from.states(), number, parallelism)) {
                    states.add(sink.getWriterStateSerializer().deserialize(1, state));
                }
                for (byte[] file : share(from.committables(), number, parallelism)) {
                    subtask.pending.add(sink.getCommittableSerializer().deserialize(1, file));
                }
                commit(subtask);
                subtask.writer = (FileWriter<String>) sink.restoreWriter(context, states);
            }
            subtasks.add(subtask);
        }
    }

    private static List<byte[]> share(List<byte[]> all, int number, int parallelism) {
        return all.subList(
                all.size() * number / parallelism, all.size() * (number + 1) / parallelism);
    }

    int parallelism() {
        return subtasks.size();
    }

    void write(int subtask, String record) throws IOException {
        subtasks.get(subtask)
                .writer
                .write(
                        record,
                        new SinkWriter.Context() {
                            @Override
                            public long currentWatermark() {
                                return Long.MIN_VALUE;
                            }

                            @Override
                            public Long timestamp() {
                                return timestamp;
                            }
                        });
    }

    void advance(long millis) throws Exception {
        time.advance(millis);
    }

    Snapshot checkpoint(boolean endOfInput) throws IOException {
        List<byte[]> states = new ArrayList<>();
        List<byte[]> committables = new ArrayList<>();
        for (Subtask subtask : subtasks) {
            subtask.writer.flush(endOfInput);
            subtask.pending.addAll(subtask.writer.prepareCommit());
            for (FileWriterState state : subtask.writer.snapshotState(1)) {
                states.add(sink.getWriterStateSerializer().serialize(state));
            }
            for (FileSinkCommittable file : subtask.pending) {
                committables.add(sink.getCommittableSerializer().serialize(file));
            }
        }
        return new Snapshot(subtasks.size(), states, committables);
    }

    /** Commits all that is prepared. */
    void commit() throws IOException {
        for (Subtask subtask : subtasks) {
            commit(subtask);
        }
    }

    private static void commit(Subtask subtask) throws IOException {
        List<Request> requests = subtask.pending.stream().map(Request::new).toList();
        try {
            subtask.committer.commit(List.copyOf(requests));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        subtask.pending.clear();
        for (Request request : requests) {
            if (request.failure != null) {
                throw new IOException(request.failure.getMessage(), request.failure);
            }
            if (request.again) {
                subtask.pending.add(request.file);
            }
        }
    }

    /** Files that are prepared and not committed. */
    int pending() {
        return subtasks.stream().mapToInt(subtask -> subtask.pending.size()).sum();
    }

    void close() throws Exception {
        for (Subtask subtask : subtasks) {
            subtask.writer.close();
            subtask.committer.close();
        }
        subtasks.clear();
    }

    private static final class Request implements Committer.CommitRequest<FileSinkCommittable> {
        private final FileSinkCommittable file;
        private Throwable failure;
        private boolean again;

        Request(FileSinkCommittable file) {
            this.file = file;
        }

        @Override
        public FileSinkCommittable getCommittable() {
            return file;
        }

        @Override
        public int getNumberOfRetries() {
            return 0;
        }

        @Override
        public void signalFailedWithKnownReason(Throwable t) {
            failure = t;
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable t) {
            failure = t;
        }

        @Override
        public void retryLater() {
            again = true;
        }

        @Override
        public void updateAndRetryLater(FileSinkCommittable committable) {
            throw new AssertionError("files are committed as they are");
        }

        @Override
        public void signalAlreadyCommitted() {}
    }

    private final class Context implements WriterInitContext, CommitterInitContext {
        private final int subtask;
        private final int parallelism;
        private final String attempt = "1." + starts;

        Context(int subtask, int parallelism) {
            this.subtask = subtask;
            this.parallelism = parallelism;
        }

        @Override
        public OptionalLong getRestoredCheckpointId() {
            return OptionalLong.empty();
        }

        @Override
        public JobInfo getJobInfo() {
            return new JobInfo() {
                @Override
                public String getJobId() {
                    return jobId;
                }

                @Override
                public String getJobName() {
                    return "job";
                }
            };
        }

        @Override
        public TaskInfo getTaskInfo() {
            return new TaskInfo() {
                @Override
                public String getTaskName() {
                    return "sink";
                }

                @Override
                public String getTaskNameWithSubtasks() {
                    return "sink (" + (subtask + 1) + "/" + parallelism + ")";
                }

                @Override
                public int getIndexOfThisSubtask() {
                    return subtask;
                }

                @Override
                public int getNumberOfParallelSubtasks() {
                    return parallelism;
                }

                @Override
                public int getMaxNumberOfParallelSubtasks() {
                    return 128;
                }

                @Override
                public int getAttemptNumber() {
                    return starts - 1;
                }
            };
        }

        @Override
        public String getOperatorId() {
            return operatorId;
        }

        @Override
        public String getAttemptId() {
            return attempt;
        }

        @Override
        public ProcessingTimeService getProcessingTimeService() {
            return time;
        }

        @Override
        public MetricGroup metricGroup() {
            throw new UnsupportedOperationException("a file sink measures nothing");
        }

        @Override
        public ClassLoader getUserCodeClassLoader() {
            return getClass().getClassLoader();
        }

        @Override
        public boolean isObjectReuseEnabled() {
            return false;
        }
    }
}
