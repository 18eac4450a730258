//! Moves of the phase, the trend and the states.
//!
//! Takes an effect that moves something and the lanes in which it does; a destination that is drawn
//! is drawn here, by one number per firing.

use super::batch::Batch;
use super::journal::Change;
use super::lanes::{Lanes, each};
use crate::program::{
    Column, DestinationCode, EntryCode, FiresCode, Formula, Machine, SiteId, Slot,
};

impl Batch<'_> {
    /// Has an effect of an event move something in some lanes; for the trial that is followed, it
    /// is noted in `changes`.
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
                let numbers = self.firing_numbers(*site, e, lanes);
                let stated = shares.iter().map(|(_, share)| Some(share));
                let all: Vec<Option<&Formula>> = stated.chain(rest.map(|_| None)).collect();
                let chosen = self.choose(&all, &numbers, lanes, Some(*label));
                let places = shares.iter().map(|(to, _)| *to).chain(*rest);
                for (to, lanes) in places.zip(chosen) {
                    self.move_to(e, machine, to, lanes, followed, changes);
                }
            }
        }
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
                    self.stop_clocks(&phase.moves, moving & self.phase_lanes[from]);
                }
                self.start_clocks_of(&program.phases[to].moves, moving);
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
                    self.stop_clocks(&trend.moves, moving & self.trend_lanes[from]);
                }
                self.start_clocks_of(&program.trends[to].moves, moving);
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
                self.start_clocks_of(&moves[to], moving);
                for lane in each(moving) {
                    self.enter_value(lane, state, to);
                    let moved = layout.moved + state as Slot;
                    self.columns.set(moved, lane, self.now[lane]);
                }
                self.run_for(&program.regime.of_state[state], moving);
            }
        }
        self.derive_within(e, moving);
    }

    /// The clocks of what has been entered start when the firing is over; the time is noted where
    /// an age is counted from it.
    fn start_clocks_of(&mut self, entered: &EntryCode, lanes: Lanes) {
        if let Some(slot) = entered.entered {
            for lane in each(lanes) {
                self.columns.set(slot, lane, self.now[lane]);
            }
        }
        for &e in &entered.starts {
            self.scratch.starts.add(e, lanes);
        }
    }

    /// Moves states at the end of grid step `index`, after the diffusion: each at most once, all by
    /// what was before any of them moved.
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

    /// Which lanes leave a value by which of its events.
    fn leave(
        &mut self,
        row: &[u32],
        site: SiteId,
        index: u32,
        lanes: Lanes,
        fired: &mut Vec<(u32, Lanes)>,
    ) {
        let program = self.program();
        let stream = self.site(site);
        let mut numbers = Column::ZERO;
        for lane in each(lanes) {
            numbers[lane] = stream.uniform(self.ids[lane], index);
        }
        let share = |e: &u32| match &program.events[*e as usize].fires {
            FiresCode::Step { share } => Some((*e, share)),
            _ => None,
        };
        let (events, shares): (Vec<u32>, Vec<Option<&Formula>>) = (row.iter())
            .filter_map(share)
            .map(|(e, share)| (e, Some(share)))
            .unzip();
        let chosen = self.choose(&shares, &numbers, lanes, None);
        fired.extend(events.into_iter().zip(chosen));
    }
}
