package io.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class GlobalJobParametersPropertyTest {
    @Property
    void shouldCarryGlobalParametersThroughTheJobConfiguration(
            @ForAll Map<String, String> parameters) {
        Configuration job = new Configuration();
        new ExecutionConfig(job).setGlobalJobParameters(ParameterTool.fromMap(parameters));

        ExecutionConfig inWorker = ExecutionConfig.fromMap(job.toMap());

        assertThat(inWorker.getGlobalJobParameters()).isInstanceOf(ParameterTool.class);
        assertThat(inWorker.getGlobalJobParameters().toMap())
                .isEqualTo(new LinkedHashMap<>(parameters));
    }
}
