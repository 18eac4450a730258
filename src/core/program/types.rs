//! The compiled form of a model.

pub use super::by_day::ByDay;
use super::columns::{Slot, Source};
pub use super::history::HistoryCode;
use super::ops::Op;
pub use super::path::{FiringCode, LookCode, MetricCode, QuestionCode, TrackerCode, TrackerKind};
use crate::distribution::{Ranged, Tabulated};
pub use crate::model::{Again, Combine};
use crate::model::{Correlated, ParameterValue};
use std::ops::Range;
use std::sync::Arc;

pub use crate::model::Machine;

/// Index of a random site in [`Program::sites`].
pub type SiteId = u32;

/// A formula as operations; its value is left in `result`.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    pub ops: Box<[Op]>,
    pub result: Slot,
    /// The value, if it is the same in every trial.
    pub constant: Option<f64>,
    /// Index into [`Program::labels`]: the place to name when the value is not finite.
    pub label: u32,
}

impl Formula {
    /// Where a loop over lanes gets the value from, and whether the operations must have been run
    /// before.
    pub fn source(&self) -> (Source<'_>, bool) {
        match &*self.ops {
            [
                Op::Affine {
                    out,
                    constant,
                    terms,
                },
            ] if *out == self.result => (Source::Affine(*constant, terms), false),
            ops => (Source::Slot(self.result), !ops.is_empty()),
        }
    }
}

/// A number that may be drawn at each use.
#[derive(Clone, Debug)]
pub enum DrawCode {
    Value(Formula),
    Fixed {
        distribution: Tabulated,
        site: SiteId,
        label: u32,
    },
    Varying {
        code: VaryingCode,
        site: SiteId,
        label: u32,
    },
}

/// A distribution that is made at each use.
#[derive(Clone, Debug)]
pub struct VaryingCode {
    pub ranged: Ranged,
    /// The row of numbers that it takes.
    pub arguments: Vec<Formula>,
}

/// Slots with a fixed meaning.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    pub time: Slot,
    pub month: Slot,
    pub phase: Slot,
    pub trend: Slot,
    pub start_trend: Slot,
    /// Time at which the present phase was entered.
    pub entered: Slot,
    /// Of parameters, and behind them of quantities of the trial.
    pub parameters: Slot,
    pub indicators: Slot,
    pub derived: Slot,
    /// Firings so far, by event.
    pub count: Slot,
    /// Time of the last firing, `-inf` before the first, by event.
    pub last: Slot,
    /// Time of the first firing, `+inf` before it, by event.
    pub first: Slot,
    /// End of the present rest, by event.
    pub rest_until: Slot,
    /// Instant of a scheduled event, `+inf` if it will not come, by event.
    pub due: Slot,
    /// Index of the present value, by state.
    pub states: Slot,
    /// Time at which it was moved to, by state.
    pub moved: Slot,
    /// Room for a value that must outlive other formulas.
    pub kept: Slot,
    /// Number of all slots.
    pub total: usize,
}

impl DrawCode {
    /// The place to name when a value is not finite.
    pub fn label(&self) -> u32 {
        match self {
            Self::Value(formula) => formula.label,
            Self::Fixed { label, .. } | Self::Varying { label, .. } => *label,
        }
    }
}

/// A parameter. Its formula, if it has one, is evaluated once a draw and stays a tree.
#[derive(Clone, Debug)]
pub struct ParameterCode {
    pub value: ParameterValue,
    /// Draws it; `None` if nothing does.
    pub site: Option<SiteId>,
}

/// A quantity that is drawn once a trial. One that is computed is part of the prologue.
#[derive(Clone, Debug)]
pub struct PerTrialCode {
    pub slot: Slot,
    pub draw: PerTrialDraw,
    pub site: SiteId,
    /// How much of the prologue has to be run before: it computes the arguments.
    pub after: usize,
}

#[derive(Clone, Debug)]
pub enum PerTrialDraw {
    Fixed(Tabulated),
    /// With the slots of the row of numbers that it takes.
    Varying(Ranged, Vec<Slot>),
}

#[derive(Clone, Debug)]
pub struct TrendCode {
    pub weight: f64,
    /// Draws this trend's share of uncertain weights.
    pub weight_site: SiteId,
    /// Time under this trend so far; `None` if there is no other.
    pub leads: Option<Slot>,
    /// Of [`Program::questions`], those that ask whether it has come true, by ascending time; the
    /// last is about the end.
    pub materialised: Range<usize>,
    pub moves: EntryCode,
}

/// A class of trials, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Group(usize),
    Outcome(usize),
}

/// Something uncertain that a whole draw shares.
#[derive(Clone, Debug)]
pub enum InputCode {
    /// Index of a parameter.
    Parameter(usize),
    /// The start weight of a trend, which lies below each of these with equal steps of probability.
    Weight { trend: usize, edges: Vec<f64> },
}

#[derive(Clone, Debug)]
pub struct PhaseCode {
    pub start: Formula,
    pub is_final: bool,
    pub moves: EntryCode,
}

/// Events whose clock an entry starts, or stops when it is left.
#[derive(Clone, Debug, Default)]
pub struct EntryCode {
    /// Time of the last entry, `-inf` before the first, where the age of something is counted from
    /// it.
    pub entered: Option<Slot>,
    pub starts: Box<[u32]>,
    pub stops: Box<[u32]>,
}

/// A state beside the phase and the trend.
#[derive(Clone, Debug)]
pub struct StateCode {
    /// Probability of each value at the start, not normalised.
    pub starts: Vec<Formula>,
    pub site: SiteId,
    /// By value: what its entry starts, and what leaving it stops.
    pub moves: Vec<EntryCode>,
}

#[derive(Clone, Debug)]
pub struct IndicatorCode {
    pub start: DrawCode,
    pub drift: Option<Formula>,
    pub volatility: Option<Formula>,
    pub noise_site: SiteId,
    pub low: f64,
    pub high: f64,
    pub reflect: bool,
}

#[derive(Clone, Debug)]
pub struct EventCode {
    pub fires: FiresCode,
    pub guard: Option<Formula>,
    /// Its hazard changes by jumps alone, so that nothing has to be evaluated at grid points.
    pub steady: bool,
    /// An effect of it reads a derived value, which must thus be up to date within the firing.
    pub reads_derived: bool,
    /// Something that a firing of it evaluates reads the clock.
    pub clocked: bool,
    /// It does so by a derived value, which must thus stand at the instant too.
    pub timed: bool,
    /// Index into [`Program::gates`]: the phases and trends that let it fire.
    pub gate: u32,
    /// More than its gate can forbid it: a limit, a rest or a guard.
    pub conditional: bool,
    pub limit: f64,
    /// Slot of the rest in years.
    pub rest: Option<Slot>,
    /// That it fires when its condition has become true.
    pub probability: Option<ChanceCode>,
    pub effects: Vec<EffectCode>,
    pub branches: Option<BranchesCode>,
    /// Hazards to evaluate anew after a firing, itself included.
    pub hazards: Arc<[u32]>,
    /// Triggers to look at after a firing.
    pub triggers: Arc<[u32]>,
    /// Derived values to evaluate anew after a firing, in evaluation order.
    pub derived: Arc<[u32]>,
    /// Factors to evaluate anew after a firing.
    pub factors: Arc<[u32]>,
    /// Trackers to update after a firing.
    pub trackers: Arc<[u32]>,
    /// Events with a declared chance whose window may open by a firing.
    pub windows: Arc<[u32]>,
    /// Events whose clock a firing starts.
    pub starts: Box<[u32]>,
    /// 1 while it is due and waits until it is allowed; `None` for events that do not wait.
    pub waiting: Option<Slot>,
    pub declared: Option<DeclaredCode>,
    /// What formulas over the path ask of its firings.
    pub noted: Box<[FiringCode]>,
}

#[derive(Clone, Debug)]
pub enum FiresCode {
    /// The rate is `scale`, times the exponential of `exponent` if there is one.
    Hazard {
        scale: Formula,
        exponent: Option<Formula>,
        site: SiteId,
    },
    /// By a hazard that changes with age: a rate as that of [`Hazard`](Self::Hazard), times a
    /// baseline.
    Ageing {
        scale: Formula,
        exponent: Option<Formula>,
        baseline: BaselineCode,
        /// Slot of the time that its age is counted from; `None`: the start.
        since: Option<Slot>,
        clock: AgeingSlots,
        site: SiteId,
    },
    At {
        time: DrawCode,
        probability: Formula,
        site: SiteId,
    },
    When {
        condition: Formula,
        armed: Slot,
    },
    /// At these instants; the first is number `first`.
    Every {
        times: Box<[f64]>,
        first: u32,
    },
    /// Some time after something else.
    After {
        wait: DrawCode,
        /// For waits by the calendar: their length in years, by the day on which they begin.
        by_day: Option<ByDay>,
        again: Again,
        /// How often it has been started.
        started: Slot,
    },
    /// Right after another event, as one of its results.
    Branch,
    /// At the end of a grid step, as its [`StepperCode`] draws it.
    Step {
        share: Formula,
    },
}

/// The baseline of a hazard at each age; all numbers are slots.
#[derive(Clone, Debug)]
pub enum BaselineCode {
    Weibull {
        shape: Slot,
        scale: Slot,
    },
    Gompertz {
        rate: Slot,
        growth: Slot,
    },
    LogLogistic {
        shape: Slot,
        scale: Slot,
    },
    /// Ages, and the rate from each on.
    Steps(Box<[(f64, Slot)]>),
}

/// What the clock of a hazard that changes with age keeps.
#[derive(Clone, Copy, Debug)]
pub struct AgeingSlots {
    /// Factor of the baseline in force.
    pub rate: Slot,
    /// Time that the age is counted from while it is.
    pub origin: Slot,
    /// Time up to which the threshold has been charged, and what was left of it then.
    pub charged: Slot,
    pub left: Slot,
    /// How many thresholds have been drawn.
    pub drawn: Slot,
}

/// A probability at an instant.
#[derive(Clone, Debug)]
pub struct ChanceCode {
    pub probability: Formula,
    pub site: SiteId,
    /// How often it has been drawn.
    pub drawn: Slot,
}

/// Results of which a firing has at most one.
#[derive(Clone, Debug)]
pub struct BranchesCode {
    /// Events and their probabilities, stacked in this order; `None`: what the others leave.
    pub all: Vec<(u32, Option<Formula>)>,
    pub site: SiteId,
    /// Index into [`Program::labels`]: where to complain if they sum to more than one.
    pub label: u32,
}

/// A chance that the file states.
#[derive(Clone, Debug)]
pub struct DeclaredCode {
    pub chance: Slot,
    pub within: Slot,
    /// Time at which the window opened, `+inf` before.
    pub opened: Slot,
}

#[derive(Clone, Debug)]
pub enum EffectCode {
    /// Keeps a number for an effect that comes after others which must not change it.
    Read { value: DrawCode, slot: Slot },
    Change {
        indicator: usize,
        combine: Combine,
        value: DrawCode,
    },
    Move {
        machine: Machine,
        to: DestinationCode,
    },
}

/// Where a move leads.
#[derive(Clone, Debug)]
pub enum DestinationCode {
    One(usize),
    /// Drawn by one number per firing: the probabilities are stacked in this order, the rest comes
    /// last.
    Drawn {
        shares: Vec<(usize, Formula)>,
        rest: Option<usize>,
        site: SiteId,
        label: u32,
    },
}

/// A number over parameters that must lie within bounds, or a trial makes no sense.
#[derive(Clone, Debug)]
pub struct BoundCode {
    pub value: Slot,
    /// Smallest number that is allowed.
    pub low: f64,
    /// Largest number that is allowed.
    pub high: f64,
    /// Index into [`Program::labels`].
    pub label: u32,
}

/// Operations for what only the trend, the phase and states can change within a batch.
#[derive(Clone, Debug, Default)]
pub struct RegimeCode {
    /// All of them, for the start.
    pub all: Vec<Op>,
    /// To be run when the phase has moved.
    pub of_phase: Vec<Op>,
    /// To be run when the trend has moved.
    pub of_trend: Vec<Op>,
    /// To be run when a state has moved, by state.
    pub of_state: Vec<Vec<Op>>,
}

/// A state that moves at the ends of grid steps, by one number each.
#[derive(Clone, Debug)]
pub struct StepperCode {
    pub state: usize,
    pub site: SiteId,
    /// By value: the events that may move it, whose probabilities are stacked in this order.
    pub rows: Vec<Vec<u32>>,
}

/// Phases, trends and values of states that let an event fire; by phase, by trend, by state that
/// restricts it and value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GateCode {
    pub phases: Box<[bool]>,
    pub trends: Box<[bool]>,
    pub states: Box<[(usize, Box<[bool]>)]>,
}

/// A model, compiled.
#[derive(Clone, Debug)]
pub struct Program {
    pub layout: Layout,
    pub horizon: f64,
    pub step: f64,
    pub steps: usize,
    /// Grid indices at which series are reported.
    pub report: Vec<usize>,
    /// Times at which the calendar month changes, with the month that begins; empty if no formula
    /// reads it.
    pub months: Vec<(f64, u8)>,
    /// Names of random sites.
    pub sites: Vec<String>,
    /// Places that a non-finite value can come from, as JSON pointers.
    pub labels: Vec<String>,
    /// By event: its place among those that are due at one instant.
    pub ranks: Vec<u32>,
    /// What to call events when one of them makes a run fail.
    pub event_names: Vec<String>,
    pub parameters: Vec<ParameterCode>,
    /// Indices of them, each after those that it reads.
    pub parameter_order: Vec<usize>,
    pub parameter_mix: Option<Correlated>,
    /// Each after those that it reads.
    pub per_trial: Vec<PerTrialCode>,
    /// How many there are, those included that are constants or computed.
    pub per_trial_count: usize,
    /// By place in `per_trial`.
    pub per_trial_mix: Option<Correlated>,
    /// Fills the slots that depend on parameters and quantities of the trial alone.
    pub prologue: Box<[Op]>,
    /// Fills the slots that depend on parameters, trend, phase and states alone.
    pub regime: RegimeCode,
    /// What the prologue may have left out of bounds; constants are not among them.
    pub bounds: Vec<BoundCode>,
    pub trends: Vec<TrendCode>,
    pub weight_concentration: Option<f64>,
    pub trend_site: SiteId,
    pub phases: Vec<PhaseCode>,
    pub phase_site: SiteId,
    pub states: Vec<StateCode>,
    /// Those of them that move by the step.
    pub steppers: Vec<StepperCode>,
    pub indicators: Vec<IndicatorCode>,
    pub noise_mix: Option<Correlated>,
    /// In evaluation order.
    pub derived: Vec<Formula>,
    /// Positions of those of them that read the clock.
    pub timed: Vec<u32>,
    /// Positions of those that time or a diffusion changes: the others are evaluated after firings
    /// alone.
    pub drifting: Vec<u32>,
    pub events: Vec<EventCode>,
    pub history: HistoryCode,
    /// No gate twice.
    pub gates: Vec<GateCode>,
    /// Events that fire by hazard, in canonical order.
    pub hazards: Vec<u32>,
    /// Those of them whose hazard changes by jumps alone.
    pub steady: Vec<u32>,
    /// The others.
    pub moving: Vec<u32>,
    /// Those that rest after firing.
    pub resting: Vec<u32>,
    /// Events that come due at an instant known beforehand, in canonical order.
    pub scheduled: Vec<u32>,
    /// Those that fire by a hazard that changes with age.
    pub ageing: Vec<u32>,
    /// Those that wait where they are not allowed.
    pub patient: Vec<u32>,
    /// Triggered events, in canonical order.
    pub triggered: Vec<u32>,
    /// Events with a declared chance.
    pub declared: Vec<u32>,
    /// Parts of hazards, each in a slot of its own.
    pub factors: Vec<Formula>,
    /// Those that something else than jumps changes too.
    pub moving_factors: Vec<u32>,
    pub trackers: Vec<TrackerCode>,
    /// Those that something else than jumps changes too.
    pub moving_trackers: Vec<u32>,
    pub looks: Vec<LookCode>,
    /// One truth value a rule.
    pub outcomes: Vec<Formula>,
    pub metrics: Vec<MetricCode>,
    /// Those of the file about all trials, those of trends, then those about some trials, each
    /// after its condition.
    pub questions: Vec<QuestionCode>,
    /// Of these, those about some trials: their conditions.
    pub conditions: Vec<usize>,
    /// Ratios of means: the metrics above and below the line.
    pub ratios: Vec<[usize; 2]>,
    /// Outcomes of each group.
    pub groups: Vec<Box<[usize]>>,
    /// What inputs are held against: groups, then outcomes that are in none; all outcomes if there
    /// are no groups.
    pub targets: Vec<Target>,
    /// What differs between draws.
    pub inputs: Vec<InputCode>,
    /// Shares at which quantiles are asked for, beside the usual ones.
    pub quantiles: Vec<f64>,
    /// Something depends on parameters or on uncertain weights.
    pub uncertain: bool,
}
