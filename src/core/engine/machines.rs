//! Moves of the phase, the trend and the states.
//!
//! Takes an effect that moves something and the lanes in which it does; a destination that is drawn is drawn here, by one number a firing.

use super::batch::Batch;
use super::journal::Change;
use super::lanes::{Lanes, each};
use crate::program::{DestinationCode, FiresCode, Formula, LANES, Machine, SiteId, Slot};

/// A sum of probabilities above one by no more than this is one.
const SLACK: f64 = 1e-9;

impl Batch<'_> {
    pub fn set_going(
        &mut self,
        e: u32,
        machine: Machine,
        to: &DestinationCode,
        lanes: Lanes,
        followed: Option<usize>,
        changes: &mut Vec<Change>,
    ) {
        match to {
            DestinationCode::One(to) => {
                self.move_to(e, machine, *to, lanes, followed, changes);
            }
            DestinationCode::Drawn {
                shares,
                rest,
                site,
                label,
            } => {
                let drawn = self.destinations(e, (shares, *rest), (*site, *label), lanes);
                for (to, lanes) in drawn {
                    self.move_to(e, machine, to, lanes, followed, changes);
                }
            }
        }
    }

    /// Which lanes go where: the probabilities are stacked in their order, and one number falls somewhere among them.
    fn destinations(
        &mut self,
        e: u32,
        (shares, rest): (&[(usize, Formula)], Option<usize>),
        (site, label): (SiteId, u32),
        lanes: Lanes,
    ) -> Vec<(usize, Lanes)> {
        let stream = self.stream(site);
        let count = self.program().layout.count + e;
        let mut numbers = [0.0; LANES];
        for lane in each(lanes) {
            let occurrence = self.columns.get(count, lane) as u32;
            numbers[lane] = stream.uniform(self.ids[lane], occurrence);
        }
        let mut below = [0.0; LANES];
        let mut left = lanes;
        let mut drawn = Vec::with_capacity(shares.len() + 1);
        for (to, share) in shares {
            let slot = self.evaluate_for(share, lanes);
            let mut here = 0;
            for lane in each(lanes) {
                let share = self.columns.get(slot, lane);
                below[lane] += share;
                if !(share >= 0.0 && below[lane] <= 1.0 + SLACK) {
                    self.stop(lane, label);
                } else if numbers[lane] < below[lane] {
                    here |= left & 1 << lane;
                }
            }
            left &= !here;
            drawn.push((*to, here));
        }
        drawn.extend(rest.map(|to| (to, left)));
        drawn.retain_mut(|(_, lanes)| {
            *lanes &= !self.halted;
            *lanes != 0
        });
        drawn
    }

    /// Those of some lanes in which a state has a value.
    pub fn lanes_with(&self, state: usize, value: usize, among: Lanes) -> Lanes {
        let values = &self.states[state];
        let has_it = each(among).filter(|lane| usize::from(values[*lane]) == value);
        has_it.fold(0, |set, lane| set | 1 << lane)
    }

    /// Moves what is not there yet; the clock of what is there goes on.
    fn move_to(
        &mut self,
        e: u32,
        machine: Machine,
        to: usize,
        lanes: Lanes,
        followed: Option<usize>,
        changes: &mut Vec<Change>,
    ) {
        let program = self.program();
        let layout = &program.layout;
        let moving = match machine {
            Machine::Phase => lanes & !self.phase_lanes[to],
            Machine::Trend => lanes & !self.trend_lanes[to],
            Machine::State(state) => lanes & !self.lanes_with(state, to, lanes),
        };
        if moving == 0 {
            return;
        }
        if let Some(lane) = followed.filter(|lane| moving >> lane & 1 == 1) {
            changes.push(match machine {
                Machine::Phase => {
                    let from = self.phase[lane] as usize;
                    Change::Phase { from, to }
                }
                Machine::Trend => {
                    let from = self.trend[lane] as usize;
                    Change::Trend { from, to }
                }
                Machine::State(state) => {
                    let from = self.states[state][lane] as usize;
                    Change::State { state, from, to }
                }
            });
        }
        match machine {
            Machine::Phase => {
                for (from, phase) in program.phases.iter().enumerate() {
                    if !phase.moves.stops.is_empty() {
                        self.stop_clocks(&phase.moves, moving & self.phase_lanes[from]);
                    }
                }
                for &e in &program.phases[to].moves.starts {
                    self.scratch.starts.add(e, moving);
                }
                for lane in each(moving) {
                    self.enter_phase(lane, to);
                    self.columns.set(layout.entered, lane, self.now[lane]);
                }
                if program.phases[to].is_final {
                    self.alive &= !moving;
                }
                self.run_for(&program.regime.of_phase, moving);
            }
            Machine::Trend => {
                for (from, trend) in program.trends.iter().enumerate() {
                    if !trend.moves.stops.is_empty() {
                        self.stop_clocks(&trend.moves, moving & self.trend_lanes[from]);
                    }
                }
                for &e in &program.trends[to].moves.starts {
                    self.scratch.starts.add(e, moving);
                }
                for lane in each(moving) {
                    self.enter_trend(lane, to);
                }
                self.run_for(&program.regime.of_trend, moving);
            }
            Machine::State(state) => {
                let moves = &program.states[state].moves;
                for (from, moves) in moves.iter().enumerate() {
                    if !moves.stops.is_empty() {
                        self.stop_clocks(moves, self.lanes_with(state, from, moving));
                    }
                }
                for &e in &moves[to].starts {
                    self.scratch.starts.add(e, moving);
                }
                for lane in each(moving) {
                    self.enter_value(lane, state, to);
                    let moved = layout.moved + state as Slot;
                    self.columns.set(moved, lane, self.now[lane]);
                }
            }
        }
        self.derive_within(e, moving);
    }

    /// Moves states at the end of grid step `index`, after the diffusion: each at most once, all by what was before any of them moved.
    pub fn step_states(&mut self, index: usize) {
        let program = self.program();
        if program.steppers.is_empty() {
            return;
        }
        let mut drawn = Vec::with_capacity(program.steppers.len());
        for stepper in &program.steppers {
            let mut fired: Vec<(u32, Lanes)> = Vec::new();
            for (value, row) in stepper.rows.iter().enumerate() {
                let lanes = self.lanes_with(stepper.state, value, self.alive);
                if lanes != 0 && !row.is_empty() {
                    self.leave(row, stepper.site, index as u32, lanes, &mut fired);
                }
            }
            drawn.push(fired);
        }
        for fired in drawn {
            self.scratch.fired.clear();
            let alive = self.alive;
            let going = fired.into_iter().map(|(e, lanes)| (e, lanes & alive));
            let going = going.filter(|(_, lanes)| *lanes != 0);
            self.scratch.fired.extend(going);
            self.fire(None);
        }
        while let Some(&(lane, _)) = self.scratch.triggered.first() {
            self.scratch.take_triggered(lane);
            self.settle(lane, None);
        }
    }

    /// Which lanes leave a value by which of these events.
    fn leave(
        &mut self,
        row: &[u32],
        site: SiteId,
        index: u32,
        lanes: Lanes,
        fired: &mut Vec<(u32, Lanes)>,
    ) {
        let program = self.program();
        let stream = self.stream(site);
        let mut below = [0.0; LANES];
        let mut left = lanes;
        for &e in row {
            let FiresCode::Step { share } = &program.events[e as usize].fires else {
                continue;
            };
            let slot = self.evaluate_for(share, lanes);
            let mut here = 0;
            for lane in each(lanes) {
                let probability = self.columns.get(slot, lane);
                below[lane] += probability;
                if !(probability >= 0.0 && below[lane] <= 1.0 + SLACK) {
                    self.stop(lane, share.label);
                } else if stream.uniform(self.ids[lane], index) < below[lane] {
                    here |= left & 1 << lane;
                }
            }
            left &= !here;
            fired.push((e, here));
        }
    }
}
