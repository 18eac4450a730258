//! A batch: up to 64 trials side by side, one column per quantity.
//!
//! Holds the state of its trials and the small steps that both the column code (`step`) and the
//! jump code (`jumps`) use. What a trial draws depends on its own number alone, so it does not
//! matter in which batch or lane it runs.

use super::clocks::{Clocks, Rate};
use super::deal::Steer;
use super::diffusion::{Moves, Noise};
use super::due::Queues;
use super::gates::Gates;
use super::journal::Journal;
use super::lanes::{
    Lanes, at_most, below, each, equal_to, not_above, not_finite, not_numbers, those,
};
use super::scratch::Scratch;
use crate::distribution::{Distribution, DistributionError};
use crate::math::width::Width;
use crate::program::{
    Column, Columns, DrawCode, FiresCode, Formula, LANES, MetricCode, Op, Program, QuestionCode,
    Slot, VaryingCode, run_columns, run_lanes,
};
use crate::random::{Site, TrialId};
use crate::time::calendar::ROUNDING_OF_YEARS;

/// Lanes from which on a loop over all lanes at once is quicker than one over those that are
/// wanted.
pub const MANY: u32 = 5;

/// A program with its sites: what all batches of a run share.
pub struct Setup<'p> {
    pub program: &'p Program,
    /// By [`SiteId`](crate::program::SiteId).
    pub sites: Vec<Site>,
    /// How rates come about, by event; `None` for those that do not fire by hazard.
    pub rates: Vec<Option<Rate<'p>>>,
    /// The vector unit to run on; every one gives the same bits.
    pub width: Width,
    /// Who places inputs otherwise than the design does.
    pub steer: Option<&'p dyn Steer>,
}

/// A trial that was stopped, and the place that stopped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    pub lane: usize,
    pub label: u32,
}

/// Events that fire without end.
#[derive(Clone, Debug, PartialEq)]
pub enum Fatal {
    Runaway {
        lane: usize,
        time: f64,
        events: Vec<u32>,
    },
    Explosion {
        lane: usize,
        time: f64,
        event: u32,
    },
}

impl Fatal {
    /// Lane of the trial that met it.
    pub fn lane(&self) -> usize {
        match self {
            Self::Runaway { lane, .. } | Self::Explosion { lane, .. } => *lane,
        }
    }
}

/// Trials that are simulated together.
pub struct Batch<'s> {
    pub setup: &'s Setup<'s>,
    pub columns: Columns,
    pub ids: [TrialId; LANES],
    /// Lanes that hold a trial.
    pub used: Lanes,
    /// Lanes whose trial goes on: neither frozen by a final phase nor stopped.
    pub alive: Lanes,
    /// Trials that were ended by a value that is not finite, and their lanes.
    pub stopped: Vec<Stopped>,
    pub halted: Lanes,
    pub fatal: Option<Fatal>,
    pub phase: [u8; LANES],
    pub trend: [u8; LANES],
    /// Present values, by state.
    pub states: Vec<[u8; LANES]>,
    /// Lanes by phase and by trend.
    pub phase_lanes: Vec<Lanes>,
    pub trend_lanes: Vec<Lanes>,
    /// Lanes that a gate lets through.
    pub gates: Gates,
    /// The instant at which each lane is being played.
    pub now: Column,
    /// Lanes whose clock may not stand where the others' do.
    pub moved_clocks: Lanes,
    /// Lanes whose clock alone stands at an instant of their own: derived values that read it are
    /// still those of the step's start.
    pub bare_clocks: Lanes,
    /// By indicator.
    pub noise: Vec<Noise>,
    pub clocks: Clocks,
    pub queues: Queues,
    /// The trials are being put at t = 0.
    pub starting: bool,
    pub moves: Moves<'s>,
    pub journal: Option<Journal>,
    /// Index of the month that was looked up last.
    month: usize,
    pub scratch: Scratch<'s>,
    pub record: super::record::Record,
}

impl<'s> Batch<'s> {
    pub fn new(setup: &'s Setup<'s>) -> Self {
        let program = setup.program;
        Self {
            setup,
            columns: Columns::new(program.layout.total),
            ids: [TrialId { draw: 0, trial: 0 }; LANES],
            used: 0,
            alive: 0,
            stopped: Vec::new(),
            halted: 0,
            fatal: None,
            phase: [0; LANES],
            trend: [0; LANES],
            states: vec![[0; LANES]; program.states.len()],
            phase_lanes: vec![0; program.phases.len()],
            trend_lanes: vec![0; program.trends.len()],
            gates: Gates::new(program),
            now: Column::ZERO,
            moved_clocks: 0,
            bare_clocks: 0,
            noise: vec![Noise::NONE; program.indicators.len()],
            clocks: Clocks::new(program),
            queues: Queues::new(program),
            starting: false,
            moves: Moves::new(program),
            journal: None,
            month: 0,
            scratch: Scratch::new(program),
            record: super::record::Record::new(program),
        }
    }

    pub fn program(&self) -> &'s Program {
        self.setup.program
    }

    pub fn width(&self) -> Width {
        self.setup.width
    }

    pub fn site(&self, site: u32) -> Site {
        self.setup.sites[site as usize]
    }

    /// Ends a trial at a value that is not finite.
    pub fn stop(&mut self, lane: usize, label: u32) {
        let bit = 1 << lane;
        if self.used & !self.halted & bit != 0 {
            self.stopped.push(Stopped { lane, label });
            self.halted |= bit;
            self.alive &= !bit;
        }
    }

    /// Sets the clock of one lane.
    pub fn set_time(&mut self, lane: usize, time: f64) {
        let program = self.program();
        self.columns.set(program.layout.time, lane, time);
        if !program.months.is_empty() {
            let month = self.month_at(time);
            self.columns.set(program.layout.month, lane, month);
        }
    }

    /// Sets the clock of all lanes.
    pub fn set_time_everywhere(&mut self, time: f64) {
        let program = self.program();
        self.columns.column_mut(program.layout.time).fill(time);
        self.moved_clocks = 0;
        self.bare_clocks = 0;
        if !program.months.is_empty() {
            let month = self.month_at(time);
            self.columns.column_mut(program.layout.month).fill(month);
        }
    }

    fn month_at(&mut self, time: f64) -> f64 {
        let months = &self.program().months;
        // Calls come in nearly the order of time: the month of the last call is nearly always the
        // one.
        let begins = |i: usize| months.get(i).map_or(f64::INFINITY, |(begins, _)| *begins);
        if !(begins(self.month) <= time && time < begins(self.month + 1)) {
            self.month = months
                .partition_point(|(begins, _)| *begins <= time)
                .saturating_sub(1);
        }
        f64::from(months[self.month].1)
    }

    /// Runs operations over all lanes.
    pub fn run_everywhere(&mut self, ops: &[Op]) {
        run_columns(self.width(), ops, &mut self.columns);
    }

    /// Runs operations for some lanes. The others may be computed anew as well, from what they have
    /// and thus to what they had.
    pub fn run_for(&mut self, ops: &[Op], lanes: Lanes) {
        if lanes.count_ones() < MANY {
            run_lanes(self.width(), ops, &mut self.columns, lanes);
        } else {
            run_columns(self.width(), ops, &mut self.columns);
        }
    }

    /// Evaluates a formula over all lanes; the value is in the slot that is returned.
    pub fn evaluate(&mut self, formula: &Formula) -> Slot {
        self.run_everywhere(&formula.ops);
        formula.result
    }

    /// Evaluates a formula for some lanes.
    pub fn evaluate_for(&mut self, formula: &Formula, lanes: Lanes) -> Slot {
        self.run_for(&formula.ops, lanes);
        formula.result
    }

    /// Evaluates a formula in one lane.
    pub fn evaluate_lane(&mut self, formula: &Formula, lane: usize) -> f64 {
        run_lanes(self.width(), &formula.ops, &mut self.columns, 1 << lane);
        self.columns.get(formula.result, lane)
    }

    /// Lanes in which a formula is true; those in which it is neither true nor false are stopped.
    pub fn holding(&mut self, formula: &Formula) -> Lanes {
        let slot = self.evaluate(formula);
        let values = self.columns.column(slot);
        let width = self.setup.width;
        let (holds, broken) = (equal_to(width, values, 1.0), not_numbers(width, values));
        if broken & self.used != 0 {
            self.stop_all(broken & self.used, formula.label);
        }
        holds
    }

    /// Values of a metric at the end; NaN where it has none because something never happened. Any
    /// other value that is not finite stops its trial.
    pub fn metric(&mut self, metric: &MetricCode) -> Column {
        let slot = self.evaluate(&metric.value);
        let mut values = *self.columns.column(slot);
        let width = self.setup.width;
        let broken = not_finite(width, &values);
        if broken != 0 {
            let never = metric.first_times.iter().fold(0, |lanes, slot| {
                lanes | equal_to(width, self.columns.column(*slot), f64::INFINITY)
            });
            for lane in each(broken) {
                values[lane] = f64::NAN;
            }
            self.stop_all(broken & !never, metric.value.label);
        }
        values
    }

    /// Lanes in which a question is answered with yes at the end.
    pub fn answers(&self, question: &QuestionCode) -> Lanes {
        match question {
            QuestionCode::EverBy { tracker, time } => {
                let tracker = &self.program().trackers[*tracker as usize];
                at_most(self.width(), self.columns.column(tracker.state), *time)
            }
            QuestionCode::HoldsAt { answer, .. } => {
                equal_to(self.width(), self.columns.column(*answer), 1.0)
            }
        }
    }

    /// Stops the trials of these lanes.
    pub fn stop_all(&mut self, lanes: Lanes, label: u32) {
        for lane in each(lanes) {
            self.stop(lane, label);
        }
    }

    /// One value of a draw in one lane; `None` stops the trial. `occurrence` counts the uses of the
    /// draw.
    pub fn sample(&mut self, draw: &DrawCode, lane: usize, occurrence: u32) -> Option<f64> {
        let (value, label) = match draw {
            DrawCode::Value(formula) => (self.evaluate_lane(formula, lane), formula.label),
            DrawCode::Fixed {
                distribution,
                site,
                label,
            } => {
                let u = self.site(*site).uniform(self.ids[lane], occurrence);
                (distribution.quantile(u), *label)
            }
            DrawCode::Varying { code, site, label } => {
                let u = self.site(*site).uniform(self.ids[lane], occurrence);
                match self.varying(code, lane) {
                    Ok(distribution) => (distribution.quantile(u), *label),
                    Err(_) => (f64::NAN, *label),
                }
            }
        };
        if value.is_finite() {
            Some(value)
        } else {
            self.stop(lane, label);
            None
        }
    }

    /// The distribution that its arguments make of it now.
    pub fn varying(
        &mut self,
        code: &VaryingCode,
        lane: usize,
    ) -> Result<Distribution, DistributionError> {
        let values: Vec<f64> = (code.arguments.iter())
            .map(|a| self.evaluate_lane(a, lane))
            .collect();
        code.ranged.make(&values).map_err(|(error, _)| error)
    }

    /// Those of some lanes in which an event may fire at their instant; its guard sees the lanes'
    /// clocks.
    pub fn allowed(&mut self, event: usize, among: Lanes) -> Lanes {
        let program = self.program();
        let code = &program.events[event];
        let layout = &program.layout;
        let mut open = among & self.alive & self.gates[code.gate];
        if open == 0 || !code.conditional {
            return open;
        }
        let few = open.count_ones() < MANY;
        if code.limit.is_finite() {
            let counts = self.columns.column(layout.count + event as Slot);
            open &= if few {
                those(open, |lane| counts[lane] < code.limit)
            } else {
                below(self.width(), counts, code.limit)
            };
        }
        if open != 0 && code.rest.is_some() {
            let until = self.columns.column(layout.rest_until + event as Slot);
            open &= match code.fires {
                // Instants that are known beforehand carry rounding errors, and a week of rest ends
                // with the week.
                FiresCode::Every { .. } | FiresCode::After { .. } => those(open, |lane| {
                    until[lane] - self.now[lane] < ROUNDING_OF_YEARS
                }),
                _ if few => those(open, |lane| until[lane] <= self.now[lane]),
                _ => not_above(self.width(), until, &self.now),
            };
        }
        if open != 0
            && let Some(guard) = &code.guard
        {
            let slot = self.evaluate_for(guard, open);
            let values = self.columns.column(slot);
            let (broken, holds) = if few {
                let broken = those(open, |lane| values[lane].is_nan());
                (broken, those(open, |lane| values[lane] == 1.0))
            } else {
                let broken = not_numbers(self.width(), values) & open;
                (broken, equal_to(self.width(), values, 1.0))
            };
            open &= holds;
            self.stop_all(broken, guard.label);
        }
        open
    }

    /// Puts a lane into a phase.
    pub fn enter_phase(&mut self, lane: usize, phase: usize) {
        self.phase_lanes[self.phase[lane] as usize] &= !(1 << lane);
        self.phase_lanes[phase] |= 1 << lane;
        self.phase[lane] = phase as u8;
        self.look_at_gates(lane);
        let slot = self.program().layout.phase;
        self.columns.set(slot, lane, phase as f64);
    }

    /// Puts a lane under a trend.
    pub fn enter_trend(&mut self, lane: usize, trend: usize) {
        self.trend_lanes[self.trend[lane] as usize] &= !(1 << lane);
        self.trend_lanes[trend] |= 1 << lane;
        self.trend[lane] = trend as u8;
        self.look_at_gates(lane);
        let slot = self.program().layout.trend;
        self.columns.set(slot, lane, trend as f64);
    }

    /// Gives a state a value in a lane.
    pub fn enter_value(&mut self, lane: usize, state: usize, value: usize) {
        self.states[state][lane] = value as u8;
        self.look_at_gates(lane);
        let slot = self.program().layout.states + state as Slot;
        self.columns.set(slot, lane, value as f64);
    }

    fn look_at_gates(&mut self, lane: usize) {
        let (phase, trend) = (self.phase[lane], self.trend[lane]);
        self.gates.look(lane, phase, trend, &self.states);
    }

    /// Keeps an indicator's value within its range.
    pub fn confine(&self, indicator: usize, value: f64) -> f64 {
        let code = &self.program().indicators[indicator];
        confine(value, code.low, code.high, code.reflect)
    }
}

/// Clamps into `[low, high]`, or folds back what lies outside.
#[inline(always)]
pub fn confine(value: f64, low: f64, high: f64, reflect: bool) -> f64 {
    if value >= low && value <= high || value.is_nan() {
        return value;
    }
    if !reflect {
        return if value < low { low } else { high };
    }
    let width = high - low;
    if width == f64::INFINITY {
        return if value < low {
            2.0 * low - value
        } else {
            2.0 * high - value
        };
    }
    let turns = (value - low) / (2.0 * width);
    let folded = (turns - turns.floor()) * 2.0 * width;
    let inside = if folded > width {
        2.0 * width - folded
    } else {
        folded
    };
    (low + inside).clamp(low, high)
}

#[cfg(test)]
mod tests {
    use super::confine;

    #[test]
    fn clamping_keeps_values_at_the_bound() {
        assert_eq!(confine(1.3, 0.0, 1.0, false), 1.0);
        assert_eq!(confine(-0.3, 0.0, 1.0, false), 0.0);
        assert_eq!(confine(0.3, 0.0, 1.0, false), 0.3);
    }

    #[test]
    fn reflection_folds_back_however_far_a_value_lies_outside() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(confine(1.3, 0.0, 1.0, true), 0.7);
        near(confine(-0.3, 0.0, 1.0, true), 0.3);
        near(confine(2.3, 0.0, 1.0, true), 0.3);
        near(confine(-1.2, 0.0, 1.0, true), 0.8);
        near(confine(-2.0, 1.0, f64::INFINITY, true), 4.0);
        near(confine(5.0, f64::NEG_INFINITY, 4.0, true), 3.0);
    }
}
