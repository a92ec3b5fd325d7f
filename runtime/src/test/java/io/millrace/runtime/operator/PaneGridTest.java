package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PaneGridTest {

    @Test
    void shouldNumberPanesOneAfterTheOther() {
        Random random = new Random(5);
        for (int i = 0; i < 200; i++) {
            long slide = 1 + random.nextInt(20);
            long size = slide + random.nextInt(50);
            PaneGrid grid = new PaneGrid(size, slide, random.nextInt((int) slide));
            long pane = grid.pane(random.nextInt(200) - 100);
            long number = grid.number(pane);
            for (int step = 0; step < 50; step++) {
                assertThat(grid.number(pane)).isEqualTo(number);
                assertThat(grid.start(number)).isEqualTo(pane);
                pane = grid.next(pane);
                number++;
            }
        }
    }

    @Test
    void shouldCountThePanesOfAWindow() {
        for (long size = 1; size < 40; size++) {
            for (long slide = 1; slide <= size; slide++) {
                PaneGrid grid = new PaneGrid(size, slide, 0);
                assertThat(grid.number(size) - grid.number(0)).isEqualTo(grid.panesInWindow());
                assertThat(grid.number(slide) - grid.number(0)).isEqualTo(grid.panesInSlide());
            }
        }
    }
}
