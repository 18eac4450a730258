//! Time zero: parameters from the draw, quantities of the trial, the start trend from its stratum,
//! phase and indicators from their start values.

use super::batch::Batch;
use super::lanes::{Lanes, each, outside};
use super::timer::{Streams, first_thresholds};
use crate::math::chance::is_probability;
use crate::math::width::wide;
use crate::program::{
    DrawCode, FiresCode, FiringCode, LANES, Scalar, Slot, TrackerKind, run_lanes,
};
use crate::random::{Site, Stream, TrialId};

/// What a parameter draw fixes for its trials.
#[derive(Clone, Debug)]
pub struct DrawValues {
    /// By parameter.
    pub parameters: Vec<f64>,
    /// By uncertain input: in which of the bins of equal probability its value lies.
    pub bins: Vec<u8>,
}

/// A trial to be simulated.
#[derive(Clone, Copy, Debug)]
pub struct TrialStart {
    pub id: TrialId,
    pub start_trend: u8,
    /// Index of its draw among those given.
    pub draw: usize,
}

impl Batch<'_> {
    /// Fills a slot with the instant that lies so long before the start.
    fn fill_negated(&mut self, slot: Slot, age: Scalar) {
        match age {
            Scalar::Value(age) => self.columns.column_mut(slot).fill(0.0 - age),
            Scalar::Slot(age) => {
                for lane in 0..LANES {
                    let age = self.columns.get(age, lane);
                    self.columns.set(slot, lane, 0.0 - age);
                }
            }
        }
    }

    /// Fills a slot with the last of some instants, `-inf` if there are none.
    fn fill_last(&mut self, slot: Slot, times: &[Scalar]) {
        let numbers = times.iter().filter_map(|time| match time {
            Scalar::Value(years) => Some(*years),
            Scalar::Slot(_) => None,
        });
        let last = numbers.fold(f64::NEG_INFINITY, f64::max);
        self.columns.column_mut(slot).fill(last);
        for time in times {
            if let Scalar::Slot(time) = time {
                for lane in 0..LANES {
                    let later = self.columns.get(*time, lane);
                    let last = self.columns.get(slot, lane).max(later);
                    self.columns.set(slot, lane, last);
                }
            }
        }
    }

    /// Puts trials at t = 0 into the lanes. Lanes beyond them repeat the last trial and count for
    /// nothing.
    pub fn start(&mut self, trials: &[TrialStart], draws: &[DrawValues]) {
        let program = self.program();
        let layout = &program.layout;
        let n = trials.len();
        self.used = if n == LANES { u64::MAX } else { (1 << n) - 1 };
        self.alive = self.used;
        self.stopped.clear();
        self.halted = 0;
        self.phase_lanes.fill(0);
        self.trend_lanes.fill(0);
        self.now.fill(0.0);
        for lane in 0..LANES {
            let trial = trials[lane.min(n - 1)];
            self.ids[lane] = trial.id;
            self.enter_trend(lane, trial.start_trend as usize);
            self.enter_phase(lane, 0);
            self.columns
                .set(layout.start_trend, lane, f64::from(trial.start_trend));
            for (i, value) in draws[trial.draw].parameters.iter().enumerate() {
                self.columns
                    .set(layout.parameters + i as Slot, lane, *value);
            }
        }
        for state in 0..program.states.len() {
            for lane in 0..LANES {
                self.enter_value(lane, state, 0);
            }
        }
        self.set_time_everywhere(0.0);
        self.run_prologue();
        for (slot, age) in (layout.moved..).zip(&program.history.states) {
            self.fill_negated(slot, *age);
        }
        self.fill_negated(layout.entered, program.history.phase);
        for bound in &program.bounds {
            let outside = outside(self.columns.column(bound.value), bound.low, bound.high);
            self.stop_all(outside, bound.label);
        }
        for e in 0..program.events.len() as Slot {
            self.columns.column_mut(layout.count + e).fill(0.0);
            self.fill_last(layout.last + e, &program.history.events[e as usize]);
            self.columns
                .column_mut(layout.first + e)
                .fill(f64::INFINITY);
            self.columns
                .column_mut(layout.rest_until + e)
                .fill(f64::NEG_INFINITY);
            self.columns.column_mut(layout.due + e).fill(f64::INFINITY);
            if let Some(rest) = program.events[e as usize].rest
                && !program.history.events[e as usize].is_empty()
            {
                for lane in 0..LANES {
                    let last = self.columns.get(layout.last + e, lane);
                    let until = last + self.columns.get(rest, lane);
                    self.columns.set(layout.rest_until + e, lane, until);
                }
            }
        }
        for noted in program.events.iter().flat_map(|event| &event.noted) {
            let (slot, nothing) = match noted {
                FiringCode::CountWithin { slot, .. } => (*slot, 0.0),
                FiringCode::FirstAfter { slot, .. } => (*slot, f64::INFINITY),
            };
            self.columns.column_mut(slot).fill(nothing);
        }
        self.start_phases();
        self.start_states();
        self.run_everywhere(&program.regime.all);
        self.start_indicators();
        for position in 0..program.derived.len() {
            self.derive_everywhere(position);
        }
        for factor in &program.factors {
            self.run_everywhere(&factor.ops);
        }
        self.start_clocks();
        for tracker in &program.trackers {
            let state = match tracker.kind {
                TrackerKind::Highest => f64::NEG_INFINITY,
                TrackerKind::Lowest | TrackerKind::First => f64::INFINITY,
                TrackerKind::Integral | TrackerKind::Discounted { .. } => 0.0,
            };
            self.columns.column_mut(tracker.state).fill(state);
            self.columns.column_mut(tracker.current).fill(0.0);
            self.columns.column_mut(tracker.since).fill(0.0);
        }
    }

    fn start_phases(&mut self) {
        let program = self.program();
        let site = self.site(program.phase_site);
        let weights: Vec<Slot> = program
            .phases
            .iter()
            .map(|phase| {
                self.run_everywhere(&phase.start.ops);
                phase.start.result
            })
            .collect();
        for lane in 0..LANES {
            let Some(phase) = self.start_of(&weights, lane, site) else {
                self.stop(lane, program.phases[0].start.label);
                continue;
            };
            self.enter_phase(lane, phase);
            if program.phases[phase].is_final {
                self.alive &= !(1 << lane);
            }
        }
    }

    fn start_states(&mut self) {
        let program = self.program();
        for (s, state) in program.states.iter().enumerate() {
            let site = self.site(state.site);
            let weights: Vec<Slot> = (state.starts.iter())
                .map(|start| {
                    self.run_everywhere(&start.ops);
                    start.result
                })
                .collect();
            for lane in 0..LANES {
                match self.start_of(&weights, lane, site) {
                    Some(value) => self.enter_value(lane, s, value),
                    None => self.stop(lane, state.starts[0].label),
                }
            }
        }
    }

    /// One of several with these weights; `None` if they have no sum that they could be shares of.
    fn start_of(&self, weights: &[Slot], lane: usize, site: Site) -> Option<usize> {
        let weights = || weights.iter().map(|slot| self.columns.get(*slot, lane));
        let total: f64 = weights().sum();
        if !(total > 0.0 && total.is_finite()) {
            return None;
        }
        let u = site.uniform(self.ids[lane], 0) * total;
        let mut below = 0.0;
        let mut chosen = 0;
        for (place, weight) in weights().enumerate() {
            below += weight;
            if weight > 0.0 {
                chosen = place;
                if u < below {
                    break;
                }
            }
        }
        Some(chosen)
    }

    fn start_indicators(&mut self) {
        let program = self.program();
        for (i, indicator) in program.indicators.iter().enumerate() {
            let slot = program.layout.indicators + i as Slot;
            if let DrawCode::Value(formula) = &indicator.start
                && let Some(value) = formula.constant.filter(|value| value.is_finite())
            {
                let value = self.confine(i, value);
                self.columns.column_mut(slot).fill(value);
                continue;
            }
            for lane in 0..LANES {
                let value = self.sample(&indicator.start, lane, 0).unwrap_or(0.0);
                let value = self.confine(i, value);
                self.columns.set(slot, lane, value);
            }
        }
    }

    /// First thresholds of the clocks, instants of scheduled events, triggers unarmed, windows
    /// closed.
    fn start_clocks(&mut self) {
        let program = self.program();
        let layout = &program.layout;
        for (e, event) in program.events.iter().enumerate() {
            match &event.fires {
                FiresCode::Hazard { site, .. } => {
                    let site = self.site(*site);
                    let timer = &mut self.clocks.timers[e];
                    begin_streams(self.setup.width, site, &self.ids, &mut timer.streams);
                    first_thresholds(self.setup.width, timer);
                }
                FiresCode::At {
                    time,
                    probability,
                    site,
                } => {
                    let site = self.site(*site);
                    for lane in each(self.used) {
                        let chance = self.evaluate_lane(probability, lane);
                        if !is_probability(chance) {
                            self.stop(lane, probability.label);
                            continue;
                        }
                        let Some(instant) = self.sample(time, lane, 0) else {
                            continue;
                        };
                        let comes = instant >= 0.0 && site.uniform(self.ids[lane], 0) < chance;
                        let due = if comes { instant } else { f64::INFINITY };
                        self.columns.set(layout.due + e as Slot, lane, due);
                    }
                }
                FiresCode::When { armed, .. } => self.columns.column_mut(*armed).fill(1.0),
                FiresCode::Ageing { .. }
                | FiresCode::Every { .. }
                | FiresCode::After { .. }
                | FiresCode::Branch
                | FiresCode::Step { .. } => {}
            }
            if let Some(chance) = &event.probability {
                self.columns.column_mut(chance.drawn).fill(0.0);
            }
            if let Some(declared) = &event.declared {
                self.columns.column_mut(declared.opened).fill(f64::INFINITY);
                self.record.unopened[e] = self.used;
            }
        }
        self.start_due();
        self.clocks.begin();
        for (i, indicator) in program.indicators.iter().enumerate() {
            let site = self.site(indicator.noise_site);
            begin_streams(
                self.setup.width,
                site,
                &self.ids,
                &mut self.noise[i].streams,
            );
        }
    }

    /// Evaluates one derived value in all lanes.
    pub fn derive_everywhere(&mut self, position: usize) {
        let program = self.program();
        self.run_everywhere(&program.derived[position].ops);
    }

    /// Sets the clock of one lane, and the derived values that read it.
    ///
    /// They always belong to the time at which the clock stands, so there is nothing to do if it
    /// stands there already.
    pub fn move_clock(&mut self, lane: usize, time: f64) {
        if self.columns.get(self.program().layout.time, lane) == time {
            return;
        }
        self.set_time(lane, time);
        self.moved_clocks |= 1 << lane;
        for &position in &self.program().timed {
            self.derive(position as usize, 1 << lane);
        }
    }

    /// Sets the clocks of some lanes to the instants at which they are being played, and, if they
    /// are asked for, the derived values that read them.
    pub fn move_clocks_to_now(&mut self, lanes: Lanes, with_derived: bool) {
        let mut moved = 0;
        for lane in each(lanes) {
            let now = self.now[lane];
            if self.columns.get(self.program().layout.time, lane) != now {
                self.set_time(lane, now);
                moved |= 1 << lane;
            }
        }
        if !with_derived {
            self.bare_clocks |= moved;
            return;
        }
        self.moved_clocks |= moved;
        if moved != 0 {
            for &position in &self.program().timed {
                self.derive(position as usize, moved);
            }
        }
    }

    /// Sets the clocks of some lanes back to the step's start, and the derived values that read
    /// them.
    pub fn move_clocks_back(&mut self, lanes: Lanes, from: f64) {
        let bare = lanes & self.bare_clocks;
        self.bare_clocks &= !bare;
        for lane in each(bare) {
            self.set_time(lane, from);
        }
        let moved = lanes & self.moved_clocks;
        if moved == 0 {
            return;
        }
        self.moved_clocks &= !moved;
        for lane in each(moved) {
            self.set_time(lane, from);
        }
        for &position in &self.program().timed {
            self.derive(position as usize, moved);
        }
    }

    /// Sets the clock of all lanes, and the derived values that read it.
    pub fn move_all_clocks(&mut self, time: f64) {
        self.set_time_everywhere(time);
        for &position in &self.program().timed {
            self.derive_everywhere(position as usize);
        }
    }

    /// Evaluates one derived value in some lanes.
    pub fn derive(&mut self, position: usize, lanes: Lanes) {
        let program = self.program();
        let ops = &program.derived[position].ops;
        // A lane whose clock alone has moved keeps what it has of the step's start.
        if self.bare_clocks != 0 && program.timed.binary_search(&(position as u32)).is_ok() {
            run_lanes(self.width(), ops, &mut self.columns, lanes);
        } else {
            self.run_for(ops, lanes);
        }
    }
}

wide! {
    /// Puts the streams of a site at their beginning in every lane.
    fn begin_streams(site: Site, ids: &[TrialId; LANES], streams: &mut Streams) {
        for (lane, id) in ids.iter().enumerate() {
            streams.set(lane, Stream::new(site, *id));
        }
    }
}
