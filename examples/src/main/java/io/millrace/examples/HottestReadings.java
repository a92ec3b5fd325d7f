package io.millrace.examples;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.stream.DataStream;
import java.util.SplittableRandom;

/**
 * A source of one's own: sensors that report temperatures, and the hottest reading of each so far.
 * {@code [READINGS]} is how many each subtask of the source makes (1,000), {@code [FOLDER]} where
 * the result goes instead of the standard output.
 */
public final class HottestReadings {
    static final int SENSORS = 10;

    private HottestReadings() {}

    /** One report of a sensor. */
    public record Reading(int sensor, double celsius) {}

    public static void main(String[] args) throws Exception {
        int readings = args.length > 0 ? Integer.parseInt(args[0]) : 1_000;
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();

        DataStream<String> hottest =
                env.addSource(new Sensors(readings))
                        .name("sensors")
                        .keyBy(Reading::sensor)
                        .maxBy("celsius")
                        .name("hottest so far")
                        .map(reading -> reading.sensor() + " " + reading.celsius());
        if (args.length > 1) {
            hottest.writeAsText(args[1]);
        } else {
            hottest.print();
        }
        env.execute("Hottest readings");
    }

    /** Makes the same readings whenever it runs at the same parallelism. */
    public static final class Sensors extends RichParallelSourceFunction<Reading> {
        private final int readings;
        private volatile boolean running = true;

        public Sensors(int readings) {
            this.readings = readings;
        }

        @Override
        public void run(SourceContext<Reading> context) {
            SplittableRandom random =
                    new SplittableRandom(getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
            for (int i = 0; i < readings && running; i++) {
                // Whoever will take checkpoints holds this lock while it does.
                synchronized (context.getCheckpointLock()) {
                    context.collect(
                            new Reading(random.nextInt(SENSORS), random.nextDouble(-20, 40)));
                }
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }
}
