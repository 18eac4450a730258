//! A batch from t = 0 to the horizon: columns on the grid, `jumps` where something happens in
//! between.

use super::batch::Batch;
use super::jumps::Within;
use super::lanes::{
    Lanes, at_most, each, equal_to, integrate, keep_first, keep_highest, keep_lowest, not_finite,
};
use crate::math::operators::discounted;
use crate::program::{FiresCode, LANES, Slot, TrackerCode, TrackerKind};

impl Batch<'_> {
    /// Simulates the trials that [`start`](Self::start) has put into the lanes.
    pub fn run(&mut self) {
        self.run_watched(|_, _, _| {});
    }

    /// The same; `watch` is called after each grid point, with its index and time, and may give
    /// lanes other numbers for what comes.
    pub fn run_watched(&mut self, mut watch: impl FnMut(&mut Self, usize, f64)) {
        let program = self.program();
        self.record.clear();
        self.grid_point(0, 0.0);
        watch(self, 0, 0.0);
        for step in 0..program.steps {
            let from = step as f64 * program.step;
            let last = step + 1 == program.steps;
            let to = if last {
                program.horizon
            } else {
                (step + 1) as f64 * program.step
            };
            let within = Within { from, to };
            self.look_within(within);
            if self.alive != 0 {
                self.competing(within);
                if self.fatal.is_some() {
                    return;
                }
                let length = if last { to - from } else { program.step };
                self.diffuse(step, length);
            }
            self.grid_point(step + 1, to);
            if self.fatal.is_some() {
                return;
            }
            watch(self, step + 1, to);
        }
    }

    /// Rates at the step's start; then the lanes in which a clock runs out, or a point in time
    /// lies, play their jumps.
    fn competing(&mut self, within: Within) {
        self.now.fill(within.from);
        let program = self.program();
        for &factor in &program.moving_factors {
            self.run_everywhere(&program.factors[factor as usize].ops);
        }
        self.age_all(within);
        let pointed = self.find_points(within);
        let due = self.tick(within);
        self.jump((due | pointed) & self.alive, within);
    }

    /// Everything that looks at the state at a grid point: derived values, trackers, triggers,
    /// scheduled events, questions, the record.
    fn grid_point(&mut self, index: usize, time: f64) {
        let program = self.program();
        self.set_time_everywhere(time);
        self.now.fill(time);
        for &position in &program.drifting {
            self.derive_everywhere(position as usize);
        }
        if index > 0 {
            self.step_states(index);
        }
        // What jumps alone change has been seen after each of them.
        let all = index == 0 || index == program.steps;
        self.observe(time, all);
        self.instant(time);
        // At every grid point: which of them are reported must not decide which trials are stopped.
        for formula in &program.derived {
            let broken = not_finite(self.width(), self.columns.column(formula.result)) & self.used;
            self.stop_all(broken, formula.label);
        }
        for &e in &program.declared {
            self.open_window(e as usize, self.alive);
        }
        for look in program.looks.iter().filter(|look| look.time == time) {
            self.look_everywhere(look);
        }
        self.record_point(index);
    }

    /// Triggers that have become true and scheduled events that are due at a grid point.
    fn instant(&mut self, time: f64) {
        let program = self.program();
        if program.triggered.is_empty() && program.scheduled.is_empty() {
            return;
        }
        let width = self.setup.width;
        let mut due: Vec<(u32, Lanes)> = Vec::new();
        for &e in &program.triggered {
            let FiresCode::When { condition, armed } = &program.events[e as usize].fires else {
                continue;
            };
            let holds = self.holding(condition);
            let was_armed = self.columns.column_mut(*armed);
            let ready = equal_to(width, was_armed, 1.0);
            for (lane, a) in was_armed.iter_mut().enumerate() {
                *a = 1.0 - (holds >> lane & 1) as f64;
            }
            due.push((e, holds & ready));
        }
        for &e in &program.scheduled {
            if self.queues.soonest[e as usize] > time {
                continue;
            }
            let slot = program.layout.due + e;
            let instants = self.columns.column(slot);
            let here = at_most(width, instants, time);
            due.push((e, here));
            for lane in each(here) {
                // Clocks that run side by side may run out together.
                while self.go_on_from(e, lane, None) <= time {
                    due.push((e, 1 << lane));
                }
            }
        }
        for &e in &program.patient {
            if let Some(waiting) = program.events[e as usize].waiting {
                let ripe = self.ripe(e, waiting, self.alive);
                due.push((e, ripe));
            }
        }
        let any = due.iter().fold(0, |all, (_, lanes)| all | lanes) & self.alive;
        for lane in each(any) {
            for (e, lanes) in &due {
                if lanes >> lane & 1 == 1 {
                    self.make_pending(*e);
                }
            }
            self.settle(lane, None);
        }
    }

    /// Updates trackers at a grid point: those of what moves between jumps, or all.
    fn observe(&mut self, time: f64, all: bool) {
        let program = self.program();
        if all {
            program
                .trackers
                .iter()
                .for_each(|t| self.observe_everywhere(t, time));
        } else {
            let moving = program.moving_trackers.iter();
            moving.for_each(|&t| self.observe_everywhere(&program.trackers[t as usize], time));
        }
    }

    fn observe_everywhere(&mut self, tracker: &TrackerCode, time: f64) {
        let width = self.setup.width;
        let slot = self.evaluate(&tracker.value);
        let value = *self.columns.column(slot);
        let broken = not_finite(self.width(), &value);
        if broken != 0 {
            self.stop_all(broken, tracker.value.label);
        }
        match tracker.kind {
            TrackerKind::Highest => {
                keep_highest(width, self.columns.column_mut(tracker.state), &value);
            }
            TrackerKind::Lowest => {
                keep_lowest(width, self.columns.column_mut(tracker.state), &value);
            }
            TrackerKind::First => {
                keep_first(width, self.columns.column_mut(tracker.state), &value, time);
            }
            TrackerKind::Discounted { rate } => {
                for lane in 0..LANES {
                    let [rate, since, current, state] =
                        [rate, tracker.since, tracker.current, tracker.state]
                            .map(|slot| self.columns.get(slot, lane));
                    let more = current * discounted(rate, since, time);
                    self.columns.set(tracker.state, lane, state + more);
                }
                *self.columns.column_mut(tracker.current) = value;
                self.columns.column_mut(tracker.since).fill(time);
            }
            TrackerKind::Integral => {
                let current = *self.columns.column(tracker.current);
                let since = *self.columns.column(tracker.since);
                integrate(
                    width,
                    self.columns.column_mut(tracker.state),
                    &current,
                    &since,
                    time,
                );
                *self.columns.column_mut(tracker.current) = value;
                self.columns.column_mut(tracker.since).fill(time);
            }
        }
    }

    fn record_point(&mut self, index: usize) {
        let program = self.program();
        if program.report.binary_search(&index).is_err() {
            return;
        }
        let layout = &program.layout;
        self.record.phases.extend_from_slice(&self.phase);
        self.record.trends.extend_from_slice(&self.trend);
        for (record, values) in self.record.states.iter_mut().zip(&self.states) {
            record.extend_from_slice(values);
        }
        for i in 0..program.indicators.len() as Slot {
            self.record
                .series
                .extend_from_slice(&**self.columns.column(layout.indicators + i));
        }
        for d in 0..program.derived.len() as Slot {
            let column = *self.columns.column(layout.derived + d);
            self.record.series.extend_from_slice(&*column);
        }
    }
}
