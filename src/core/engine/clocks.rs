//! Clocks of competing events: when each would fire at its present rate.
//!
//! Competing events are resolved exactly by per-event clocks, the random time change of Anderson,
//! *A modified next reaction method for simulating chemical systems with time dependent
//! propensities and delays*, J. Chem. Phys. 127 (2007). A clock is charged only when its own rate
//! changes, so that an unrelated event does not move another's firing time by so much as a rounding
//! error.
//!
//! A moving hazard changes with the grid: each step evaluates it in all lanes and charges its clock
//! for the whole step in advance, so its threshold is what will be left at the step's end. A steady
//! hazard changes by jumps alone: its clock is an instant, kept until the rate changes (Gibson &
//! Bruck, J. Phys. Chem. A 104, 2000). `jumps` finds the event that
//! fires, and `fire` does what it does.

use super::advance::advance_all;
use super::batch::Batch;
use super::jumps::Within;
use super::lanes::{Lanes, below, each, not_finite};
use super::timer::{Task, Timer, change, change_gathered, earlier, gather, rates_of, renew};
use crate::program::{Column, FiresCode, LANES, Program, Source};
use crate::random::Stream;

/// Lanes up to which a hazard is evaluated anew lane by lane, beside others; above, a loop over all
/// lanes is quicker.
const GATHERED: u32 = 16;

/// How the rate of a hazard comes about, and what lets its event fire.
#[derive(Clone, Copy, Debug)]
pub struct Rate<'p> {
    pub scale: Source<'p>,
    pub exponent: Option<Source<'p>>,
    /// As in its [`EventCode`](crate::program::EventCode).
    gate: u32,
    conditional: bool,
    label: u32,
}

impl<'p> Rate<'p> {
    /// By event; `None` for those that do not fire by hazard.
    pub fn all(program: &'p Program) -> Vec<Option<Self>> {
        let rates = program.events.iter().map(|event| match &event.fires {
            FiresCode::Hazard {
                scale, exponent, ..
            } => {
                // What takes operations is a factor, in a slot of its own.
                Some(Self {
                    scale: scale.source().0,
                    exponent: exponent.as_ref().map(|exponent| exponent.source().0),
                    gate: event.gate,
                    conditional: event.conditional,
                    label: scale.label,
                })
            }
            _ => None,
        });
        rates.collect()
    }

    fn task(&self, event: u32, open: Lanes, closed: Lanes) -> Task<'_> {
        Task {
            event,
            open,
            closed,
            rate: self,
        }
    }
}

/// All clocks of a batch.
pub struct Clocks {
    /// By event; of use for those that fire by hazard.
    pub timers: Vec<Timer>,
    /// Events with a clock that has run out within this step, or would have at some rate that was
    /// in force.
    pub active: Vec<u32>,
    /// By lane: when the first steady clock runs out.
    next_steady: Column,
    /// Lanes in which that instant must be found anew.
    unsorted: Lanes,
    /// Lanes whose steady hazards must be evaluated anew before the next step.
    pub stale: Lanes,
}

impl Clocks {
    pub fn new(program: &Program) -> Self {
        let timers = program.events.iter().map(|e| Timer::new(e.steady));
        Self {
            timers: timers.collect(),
            active: Vec::with_capacity(program.events.len()),
            next_steady: Column([f64::INFINITY; LANES]),
            unsorted: 0,
            stale: 0,
        }
    }

    /// All clocks at t = 0, before any rate has been evaluated.
    pub fn begin(&mut self) {
        self.timers.iter_mut().for_each(Timer::begin);
        self.active.clear();
        self.next_steady.fill(f64::INFINITY);
        self.unsorted = 0;
        self.stale = Lanes::MAX;
    }

    /// Notes in which of some lanes a clock runs out within the step.
    fn note(&mut self, e: u32, lanes: Lanes, due: Lanes) {
        let timer = &mut self.timers[e as usize];
        timer.running = timer.running & !lanes | due;
        if due != 0 && !timer.is_active {
            timer.is_active = true;
            self.active.push(e);
        }
    }
}

impl Batch<'_> {
    /// Rates at the step's start, in force until something happens; gives the lanes in which a
    /// clock runs out within the step.
    pub fn tick(&mut self, within: Within) -> Lanes {
        let setup = self.setup;
        let program = setup.program;
        let mut busy = self.renew_stale(within);
        let mut jobs = std::mem::take(&mut self.scratch.tasks);
        jobs.clear();
        for &e in &program.moving {
            let Some(rate) = &setup.rates[e as usize] else {
                continue;
            };
            let open = self.open(e, rate, Lanes::MAX);
            jobs.push(rate.task(e, open, 0));
        }
        busy |= self.advance(&jobs, within);
        self.scratch.tasks = jobs;
        busy & self.alive
    }

    /// Advances clocks by a step; gives the lanes in which one runs out.
    fn advance(&mut self, jobs: &[Task<'_>], within: Within) -> Lanes {
        let mut due = std::mem::take(&mut self.scratch.list);
        due.clear();
        let length = within.to - within.from;
        let (columns, timers) = (&self.columns, &mut self.clocks.timers);
        let broken = advance_all(self.setup.width, columns, timers, jobs, length, &mut due);
        let mut busy = 0;
        for &(e, lanes) in &due {
            self.clocks.timers[e as usize].note_due(lanes, within.from, within.to);
            self.clocks.note(e, lanes, lanes);
            busy |= lanes;
        }
        self.scratch.list = due;
        if broken {
            for job in jobs {
                let rates = &self.clocks.timers[job.event as usize].rate;
                let broken = not_finite(self.setup.width, rates);
                self.stop_all(broken, job.rate.label);
            }
        }
        busy
    }

    /// Those of some lanes in which an event that fires by hazard may fire.
    fn open(&mut self, e: u32, rate: &Rate<'_>, among: Lanes) -> Lanes {
        if rate.conditional {
            self.allowed(e as usize, among)
        } else {
            among & self.alive & self.gates[rate.gate]
        }
    }

    /// Steady clocks: evaluated where a firing at a grid point has made them stale, and found where
    /// they run out within the step.
    fn renew_stale(&mut self, within: Within) -> Lanes {
        let program = self.program();
        if program.steady.is_empty() {
            return 0;
        }
        let stale = std::mem::take(&mut self.clocks.stale) & self.alive;
        if stale != 0 {
            let mut list = std::mem::take(&mut self.scratch.list);
            list.clear();
            list.extend(program.steady.iter().map(|&e| (e, stale)));
            self.charge(&list, within);
            self.scratch.list = list;
            self.sort_steady();
        }
        let ready = below(self.width(), &self.clocks.next_steady, within.to) & self.alive;
        if ready != 0 {
            for &e in &program.steady {
                let fire_at = &self.clocks.timers[e as usize].fire_at;
                let mut due = 0;
                for lane in each(ready) {
                    due |= u64::from(fire_at[lane] < within.to) << lane;
                }
                self.clocks.note(e, ready, due);
            }
        }
        ready
    }

    /// Finds the first steady clock of the lanes in which one has changed.
    fn sort_steady(&mut self) {
        let lanes = std::mem::take(&mut self.clocks.unsorted);
        if lanes == 0 {
            return;
        }
        let program = self.program();
        for lane in each(lanes) {
            self.clocks.next_steady[lane] = f64::INFINITY;
        }
        for &e in &program.steady {
            let fire_at = &self.clocks.timers[e as usize].fire_at;
            for lane in each(lanes) {
                let next = &mut self.clocks.next_steady[lane];
                *next = if fire_at[lane] < *next {
                    fire_at[lane]
                } else {
                    *next
                };
            }
        }
    }

    /// Lanes in which some clock runs out within the step.
    pub fn running(&self) -> Lanes {
        let timers = &self.clocks.timers;
        (self.clocks.active.iter()).fold(0, |all, &e| all | timers[e as usize].running)
    }

    /// Which clock runs out first in each of these lanes.
    pub fn find_first(&mut self, lanes: Lanes) {
        let scratch = &mut self.scratch;
        scratch.first_time.fill(f64::INFINITY);
        scratch.first_event.fill(u32::MAX);
        for &e in &self.clocks.active {
            let timer = &self.clocks.timers[e as usize];
            let running = timer.running & lanes;
            if running != 0 {
                let (time, event) = (&mut scratch.first_time, &mut scratch.first_event);
                earlier(self.setup.width, &timer.fire_at, e, running, time, event);
            }
        }
    }

    /// Ends a step: nothing is running any more.
    pub fn rest_clocks(&mut self) {
        while let Some(e) = self.clocks.active.pop() {
            self.clocks.timers[e as usize].rest();
        }
        self.sort_steady();
    }

    /// Draws the next threshold of an event that has fired in these lanes by its clock.
    pub fn renew_clock(&mut self, e: u32, lanes: Lanes, within: Within) {
        let timer = &mut self.clocks.timers[e as usize];
        let due = renew(self.setup.width, timer, lanes, &self.now, within.to);
        if timer.steady {
            self.clocks.unsorted |= lanes;
        }
        self.clocks.note(e, lanes, due);
    }

    /// Evaluates hazards anew in some lanes, and charges the clocks whose rate has changed. The
    /// lanes' clocks must stand at the step's start.
    pub fn charge(&mut self, hazards: &[(u32, Lanes)], within: Within) {
        let setup = self.setup;
        let mut tasks = std::mem::take(&mut self.scratch.tasks);
        tasks.clear();
        for &(e, lanes) in hazards {
            let lanes = lanes & self.alive;
            let Some(rate) = &setup.rates[e as usize] else {
                self.age(e, lanes, within);
                continue;
            };
            let open = self.open(e, rate, lanes);
            let timer = &mut self.clocks.timers[e as usize];
            let closed = lanes & !open & timer.rated;
            timer.rated |= open;
            if open | closed == 0 {
                continue;
            }
            if open.count_ones() <= GATHERED {
                tasks.push(rate.task(e, open, closed));
                continue;
            }
            if closed != 0 {
                self.change_rates(e, closed, &Column::ZERO, within);
            }
            let fresh = rates_of(setup.width, &self.columns, rate.scale, rate.exponent);
            let broken = not_finite(setup.width, &fresh) & open;
            self.stop_all(broken, rate.label);
            self.change_rates(e, open & !broken, &fresh, within);
        }
        self.change_gathered(&tasks, within);
        self.scratch.tasks = tasks;
    }

    /// Evaluates hazards in a few lanes each, and charges their clocks.
    fn change_gathered(&mut self, tasks: &[Task<'_>], within: Within) {
        if tasks.is_empty() {
            return;
        }
        let setup = self.setup;
        let mut work = std::mem::take(&mut self.scratch.work);
        gather(setup.width, &self.columns, tasks, &mut work);
        let timers = &mut self.clocks.timers;
        change_gathered(setup.width, timers, &mut work, &self.now, within.to);
        for (e, lane) in work.moved.drain(..) {
            let timer = &self.clocks.timers[e as usize];
            let due = u64::from(timer.fire_at[lane as usize] < within.to) << lane;
            if timer.steady {
                self.clocks.unsorted |= 1 << lane;
            }
            self.clocks.note(e, 1 << lane, due);
        }
        for (e, lane) in work.broken.drain(..) {
            if let Some(rate) = &setup.rates[e as usize] {
                self.stop(lane as usize, rate.label);
            }
        }
        self.scratch.work = work;
    }

    /// Gives every clock of a lane a fresh threshold at a grid point, from the streams of its
    /// present number: what is left of one is again exponential with mean one, whatever has been
    /// used up.
    pub fn fresh_thresholds(&mut self, lane: usize, time: f64) {
        let program = self.program();
        for &e in &program.hazards {
            let FiresCode::Hazard { site, .. } = program.events[e as usize].fires else {
                continue;
            };
            let mut stream = Stream::new(self.site(site), self.ids[lane]);
            let left = stream.exponential();
            let timer = &mut self.clocks.timers[e as usize];
            timer.streams.set(lane, stream);
            timer.threshold[lane] = left;
            if timer.steady && timer.rate[lane] > 0.0 {
                timer.fire_at[lane] = time + left / timer.rate[lane];
            }
        }
        self.clocks.unsorted |= 1 << lane;
        self.sort_steady();
    }

    fn change_rates(&mut self, e: u32, lanes: Lanes, fresh: &Column, within: Within) {
        let timer = &mut self.clocks.timers[e as usize];
        let steady = timer.steady;
        let (moved, due) = change(self.setup.width, timer, lanes, fresh, &self.now, within.to);
        if moved != 0 {
            if steady {
                self.clocks.unsorted |= moved;
            }
            self.clocks.note(e, moved, due);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::timer::Work;
    use crate::math::width::Width;
    use crate::program::{Columns, Scalar};

    #[test]
    fn hazards_that_are_gathered_get_the_bits_that_loops_over_all_lanes_give() {
        let mut columns = Columns::new(3);
        for lane in 0..LANES {
            columns.set(0, lane, lane as f64 / 16.0 - 0.5);
            columns.set(1, lane, (lane as f64 * 0.37) % 2.0);
            columns.set(2, lane, lane as f64 / 64.0);
        }
        let terms = [(1, Scalar::Value(0.7)), (2, Scalar::Slot(1))];
        let exponents = [
            None,
            Some(Source::Slot(1)),
            Some(Source::Affine(Scalar::Value(0.1), &terms)),
        ];
        let width = Width::widest();
        let now = Column(std::array::from_fn(|lane| lane as f64 / 100.0));
        let (open, closed) = (0x0f0f_00ff_1234_5678, 0xf000_0000_0000_0001);
        for (exponent, steady) in exponents.into_iter().flat_map(|x| [(x, true), (x, false)]) {
            let rate = Rate {
                scale: Source::Slot(0),
                exponent,
                gate: 0,
                conditional: false,
                label: 0,
            };
            let timer = || {
                let mut timer = Timer::new(steady);
                // Every other clock runs out within the step.
                timer.threshold = Column(std::array::from_fn(|k| [0.4, 4.0][k % 2]));
                let rates = Column([0.8; LANES]);
                let (_, due) = change(width, &mut timer, Lanes::MAX, &rates, &Column::ZERO, 1.0);
                timer.running = due;
                timer
            };
            let mut together = timer();
            change(width, &mut together, closed, &Column::ZERO, &now, 1.0);
            let fresh = rates_of(width, &columns, rate.scale, rate.exponent);
            change(width, &mut together, open, &fresh, &now, 1.0);
            let mut apart = [timer()];
            let mut work = Work::default();
            let tasks = [0xffff, !0xffff].map(|among| rate.task(0, open & among, closed & among));
            gather(width, &columns, &tasks, &mut work);
            change_gathered(width, &mut apart, &mut work, &now, 1.0);
            let bits = |column: &Column| column.map(f64::to_bits);
            assert_eq!(bits(&together.rate), bits(&apart[0].rate));
            assert_eq!(bits(&together.threshold), bits(&apart[0].threshold));
            let due = |timer: &Timer| timer.fire_at.map(|at| (at < 1.0).then_some(at.to_bits()));
            assert_eq!(due(&together), due(&apart[0]));
            assert!((0..LANES).any(|lane| together.rate[lane] == 0.0));
            assert_eq!(work.gathered, 0);
        }
    }
}
