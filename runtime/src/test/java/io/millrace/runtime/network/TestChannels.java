package io.millrace.runtime.network;

import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.schedule.AttemptId;
import java.util.ArrayList;
import java.util.List;

/** Names and settings of channels between workers in memory, and what is read from them. */
final class TestChannels {
    static final int SEGMENT = 256;
    private static final Secret SECRET = Secret.random();

    private TestChannels() {}

    static AttemptId attempt(int vertex, int subtask) {
        return new AttemptId("a".repeat(32), vertex, subtask, 1, 1);
    }

    static ChannelId channel(int writer, int reader) {
        return new ChannelId(attempt(0, writer), 0, attempt(1, reader));
    }

    static DataNetworkSettings settings(String worker) {
        return DataNetworkSettings.defaults(worker, worker, "app", SECRET)
                .withTimeouts(1_000, 2_000, 5_000);
    }

    static OutputChannel output(Channels at, ChannelId id, String reader) {
        return at.openOutput(id, InMemoryNetwork.address(reader), Item.SERIALIZER, () -> {});
    }

    static InputChannel input(Channels at, ChannelId id, String writer) {
        return at.openInput(id, InMemoryNetwork.address(writer), Item.SERIALIZER, () -> {});
    }

    static List<Object> drain(InputChannel input) throws ExchangeException {
        List<Object> all = new ArrayList<>();
        for (Object next = input.poll(); next != null; next = input.poll()) {
            if (next instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    all.add(batch.values[i]);
                    if (batch.timestamps[i] != RecordBatch.NO_TIMESTAMP) {
                        all.add(batch.timestamps[i]);
                    }
                }
            } else {
                all.add(next);
            }
        }
        return all;
    }
}
