package io.millrace.api.ported;

import io.millrace.api.Configuration;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.Collector;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.OpenContext;
import io.millrace.api.function.ProcessFunction;
import io.millrace.api.function.RichFlatMapFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import java.util.List;

/** What newer programs write: fromData, fromSequence, OpenContext, TaskInfo, records. */
public class NewStyle {
    record Trade(String symbol, long volume) {}

    static class Tag extends RichFlatMapFunction<Trade, String> {
        private transient String tag;

        @Override
        public void open(OpenContext openContext) throws Exception {
            super.open(openContext);
            tag =
                    getRuntimeContext().getTaskInfo().getTaskNameWithSubtasks()
                            + getRuntimeContext().getJobInfo().getJobName()
                            + getRuntimeContext().getGlobalJobParameters();
        }

        @Override
        public void flatMap(Trade value, Collector<String> out) {
            out.collect(tag + value);
        }
    }

    public static void main(String[] args) throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("parallelism.default", "2");
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        DataStream<Trade> trades =
                env.fromSequence(1, 100).map(n -> new Trade("S" + n % 3, n)).uid("trades");
        trades.keyBy(Trade::symbol).sum("volume").flatMap(new Tag()).print();
        trades.process(
                        new ProcessFunction<Trade, List<String>>() {
                            @Override
                            public void processElement(
                                    Trade value, Context ctx, Collector<List<String>> out) {
                                out.collect(List.of(value.symbol()));
                            }
                        })
                .returns(TypeInformation.of(new TypeHint<List<String>>() {}))
                .forward()
                .addSink(new DiscardingSink<>());
        env.fromData("a", "b").broadcast().printToErr("err");
        JobExecutionResult result = env.execute("new style");
        System.out.println(result.getNetRuntime());
    }
}
