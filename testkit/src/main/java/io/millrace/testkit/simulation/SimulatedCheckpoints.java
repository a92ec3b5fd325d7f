package io.millrace.testkit.simulation;

import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.runtime.checkpoint.CheckpointFolder;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointStorage;
import io.millrace.runtime.checkpoint.FileCheckpointStorage;
import io.millrace.runtime.checkpoint.MetadataFormat;
import io.millrace.runtime.checkpoint.SnapshotStorage;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.file.FileSystems;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The engine's own files of checkpoints, on the simulated file system: calls take their time, and
 * may fail before or after they were carried out.
 */
final class SimulatedCheckpoints implements CheckpointStorage, SnapshotStorage {
    private final Simulation simulation;
    private final Faults faults;
    private final Invariants invariants;
    private final FileCheckpointStorage files = new FileCheckpointStorage(Runnable::run);

    SimulatedCheckpoints(Simulation simulation, Faults faults, Invariants invariants) {
        this.invariants = invariants;
        this.simulation = simulation;
        this.faults = faults;
    }

    private interface Call<T> {
        void make(Consumer<Result<T>> reply);
    }

    private <T> void call(Call<T> call, Consumer<Result<T>> reply) {
        boolean answerLost = simulation.chance(faults.fileFailure());
        boolean executed = !answerLost || simulation.chance(0.5);
        simulation.between(
                Duration.ofMillis(1),
                Duration.ofMillis(500),
                () -> {
                    Consumer<Result<T>> answered =
                            answerLost
                                    ? result -> reply.accept(new Result.Failed<>("no answer"))
                                    : reply;
                    if (executed) {
                        call.make(answered);
                    } else {
                        reply.accept(new Result.Failed<>("file system away"));
                    }
                });
    }

    @Override
    public void prepare(CheckpointFolder folder, Consumer<Result<Void>> reply) {
        call(r -> files.prepare(folder, r), reply);
    }

    @Override
    public void writePending(
            CheckpointFolder folder, CheckpointMetadata metadata, Consumer<Result<Void>> reply) {
        if (faults.breaker() == Faults.Breaker.RECORDED_BEFORE_METADATA) {
            // lost if the master dies meanwhile, as it would be if it were written later
            reply.accept(new Result.Done<>(null));
            if (simulation.chance(0.9)) {
                simulation.between(
                        Duration.ofMillis(1),
                        Duration.ofSeconds(2),
                        () -> files.writePending(folder, metadata, result -> {}));
            }
            return;
        }
        call(r -> files.writePending(folder, metadata, r), reply);
    }

    @Override
    public void publish(CheckpointFolder folder, long id, Consumer<Result<Void>> reply) {
        call(r -> files.publish(folder, id, r), reply);
    }

    @Override
    public void read(CheckpointFolder folder, long id, Consumer<Result<CheckpointMetadata>> reply) {
        call(r -> files.read(folder, id, r), reply);
    }

    @Override
    public void find(String path, Consumer<Result<StoredCheckpoint>> reply) {
        call(r -> files.find(path, r), reply);
    }

    @Override
    public void removeClaimed(String path, Consumer<Result<Void>> reply) {
        call(r -> files.removeClaimed(path, r), reply);
    }

    @Override
    public void retain(CheckpointFolder folder, Retained retained, Consumer<Result<Void>> reply) {
        call(
                r -> {
                    files.retain(folder, retained, r);
                    checkShared(folder);
                },
                reply);
    }

    /** Whatever has its metadata has all its files. */
    private void checkShared(CheckpointFolder folder) {
        try {
            FileSystem system = FileSystems.of(folder.path());
            for (FileStatus status : system.list(system.qualify(folder.path()))) {
                URI metadata = FileSystems.below(status.path(), "_metadata");
                if (!status.folder() || !system.exists(metadata)) {
                    continue;
                }
                try (InputStream in = system.open(metadata, 0)) {
                    for (String name :
                            MetadataFormat.read(in.readAllBytes(), metadata.toString())
                                    .sharedFiles()) {
                        invariants.check(
                                system.exists(system.qualify(folder.path() + "/" + name)),
                                "shared-files-stay-while-referred-to",
                                name,
                                metadata);
                    }
                }
            }
        } catch (IOException e) {
            // the file system fails now and then: not looked at this time
        }
    }

    @Override
    public void remove(CheckpointFolder folder, Consumer<Result<Void>> reply) {
        call(r -> files.remove(folder, r), reply);
    }

    @Override
    public void write(WorkerSnapshot snapshot, Wanted wanted, Consumer<Stored> reply) {
        simulation.between(
                Duration.ofMillis(1),
                Duration.ofMillis(2000),
                () -> files.write(snapshot, wanted, reply));
    }
}
