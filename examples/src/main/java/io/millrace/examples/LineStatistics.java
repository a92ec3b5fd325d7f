package io.millrace.examples;

import io.millrace.api.JobExecutionResult;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.accumulator.Histogram;
import io.millrace.api.accumulator.IntMaximum;
import io.millrace.api.accumulator.LongCounter;
import io.millrace.api.function.OpenContext;
import io.millrace.api.function.RichFilterFunction;
import io.millrace.api.metric.Counter;

/**
 * Copies the lines of text that are not blank, and tells what it saw: {@code --input PATH [--output
 * FOLDER]}.
 *
 * <p>Accumulators are for the program: their results, over all subtasks, come with the end of the
 * job. Metrics are for whoever watches it: they are shown while it runs.
 */
public final class LineStatistics {
    private LineStatistics() {}

    /** Keeps lines with something in them, and counts them all. */
    private static final class NotBlank extends RichFilterFunction<String> {
        private static final long serialVersionUID = 1L;

        private transient LongCounter lines;
        private transient IntMaximum longest;
        private transient Histogram words;
        private transient Counter blanks;

        @Override
        public void open(OpenContext context) {
            lines = getRuntimeContext().getLongCounter("lines");
            words = getRuntimeContext().getHistogram("words");
            longest = new IntMaximum();
            getRuntimeContext().addAccumulator("longest", longest);
            blanks = getRuntimeContext().getMetricGroup().addGroup("text").counter("blanks");
        }

        @Override
        public boolean filter(String line) {
            lines.add(1);
            longest.add(line.length());
            if (line.isBlank()) {
                blanks.inc();
                return false;
            }
            words.add(line.strip().split("\\s+").length);
            return true;
        }
    }

    public static void main(String[] args) throws Exception {
        Paths paths = Paths.of("LineStatistics", args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();

        var lines = env.readTextFile(paths.input()).filter(new NotBlank()).name("not blank");
        if (paths.output() == null) {
            lines.print();
        } else {
            lines.writeAsText(paths.output());
        }
        JobExecutionResult result = env.execute("Line statistics");

        if (result.isJobExecutionResult()) { // not where main runs before its job
            Long all = result.getAccumulatorResult("lines");
            Integer longest = result.getAccumulatorResult("longest");
            System.out.println(all + " lines, the longest of " + longest + " characters");
            System.out.println("lines by words: " + result.getAccumulatorResult("words"));
        }
    }
}
