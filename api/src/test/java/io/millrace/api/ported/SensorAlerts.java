package io.millrace.api.ported;

import io.millrace.api.Configuration;
import io.millrace.api.ParameterTool;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.Collector;
import io.millrace.api.function.FilterFunction;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.RichMapFunction;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.function.RichSinkFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.stream.DataStreamSource;
import io.millrace.api.stream.KeyedStream;
import io.millrace.api.stream.SingleOutputStreamOperator;
import java.util.Random;

/** A source of one's own, a POJO, rich functions, a keyed process function and a sink. */
public class SensorAlerts {
    /** A reading of a sensor. */
    public static class SensorReading {
        public String id;
        public long timestamp;
        public double temperature;

        public SensorReading() {}

        public SensorReading(String id, long timestamp, double temperature) {
            this.id = id;
            this.timestamp = timestamp;
            this.temperature = temperature;
        }
    }

    public static class SensorSource extends RichParallelSourceFunction<SensorReading> {
        private boolean running = true;

        @Override
        public void run(SourceContext<SensorReading> ctx) throws Exception {
            Random random = new Random();
            int subtask = this.getRuntimeContext().getIndexOfThisSubtask();
            while (running) {
                synchronized (ctx.getCheckpointLock()) {
                    ctx.collect(new SensorReading("sensor_" + subtask, 1L, random.nextGaussian()));
                }
            }
        }

        @Override
        public void cancel() {
            this.running = false;
        }
    }

    public static class ToCelsius extends RichMapFunction<SensorReading, SensorReading> {
        private transient double factor;

        @Override
        public void open(Configuration parameters) throws Exception {
            super.open(parameters);
            ParameterTool tool =
                    (ParameterTool)
                            getRuntimeContext().getExecutionConfig().getGlobalJobParameters();
            factor = tool.getDouble("factor", 5.0 / 9.0);
        }

        @Override
        public SensorReading map(SensorReading r) throws Exception {
            return new SensorReading(r.id, r.timestamp, (r.temperature - 32) * factor);
        }
    }

    public static class Alert extends KeyedProcessFunction<String, SensorReading, String> {
        private double last;

        @Override
        public void processElement(SensorReading value, Context ctx, Collector<String> out) {
            if (value.temperature > last) {
                out.collect(ctx.getCurrentKey() + " is rising, " + ctx.timestamp());
            }
            last = value.temperature;
        }
    }

    public static class AlertSink extends RichSinkFunction<String> {
        @Override
        public void open(Configuration parameters) throws Exception {}

        @Override
        public void invoke(String value, Context context) throws Exception {}

        @Override
        public void close() throws Exception {}
    }

    public static class OldSink implements SinkFunction<SensorReading> {
        @Override
        public void invoke(SensorReading value) throws Exception {}
    }

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.getConfig().setGlobalJobParameters(ParameterTool.fromArgs(args));
        DataStreamSource<SensorReading> source = env.addSource(new SensorSource());
        source.setParallelism(2);
        SingleOutputStreamOperator<SensorReading> celsius =
                source.map(new ToCelsius()).name("celsius").disableChaining();
        DataStream<SensorReading> hot =
                celsius.filter(
                        new FilterFunction<SensorReading>() {
                            @Override
                            public boolean filter(SensorReading value) throws Exception {
                                return value.temperature > 25;
                            }
                        });
        KeyedStream<SensorReading, String> keyed =
                hot.keyBy(
                        new KeySelector<SensorReading, String>() {
                            @Override
                            public String getKey(SensorReading value) throws Exception {
                                return value.id;
                            }
                        });
        keyed.process(new Alert()).addSink(new AlertSink()).name("alerts").setParallelism(1);
        keyed.maxBy("temperature").addSink(new OldSink());
        hot.keyBy("id").max("temperature").union(celsius).rebalance().print();
        env.execute("Sensors");
    }
}
