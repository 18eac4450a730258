//! The model: what a scenario file means, names resolved, typed, ordered, valid by construction.
//!
//! Trends, phases, states, parameters, indicators, derived values and events stand in *canonical
//! order*, which is the order of their names: numbers depend on that order, never on the order of
//! keys in the file. `display` on each item is its rank in the file and serves reports only.
//! Outcomes, metrics and questions keep the file's order. All times are years since the start.

pub use super::asked::{Asks, Conditional, Question};
pub use super::waiting::{Ageing, Baseline, Since, StartsClock, Waiting};
use crate::diagnostic::pointer;
use crate::distribution::{Distribution, Ranged};
use crate::expression::{Expr, PathReading};
use crate::model::headline::Headline;
pub use crate::model::history::History;
pub use crate::scenario::{Again, Combine};
use jiff::civil::Date;
use std::ops::Range;

pub use super::machines::{Destination, Effect, Machine, Shift, State, StateValue};

/// A scenario, ready to be compiled. Nothing in it can fail on the author's account any more,
/// except by non-finite values at run time.
#[derive(Clone, Debug)]
pub struct Model {
    pub name: String,
    pub title: String,
    /// Hash of the assumptions (canonical JSON without notes, sources, titles and run settings).
    pub sha256: String,
    /// The whole scenario after `extends` and `--set`.
    pub source: serde_json::Value,
    pub clock: Clock,
    pub parameters: Vec<Parameter>,
    /// Quantities that are drawn once a trial. Formulas count them on behind the parameters.
    pub per_trial: Vec<Parameter>,
    /// Parameters, then quantities of the trial, by the numbers that formulas give them, each after
    /// those that it reads.
    pub drawn_order: Vec<usize>,
    /// Rank correlation between some parameters.
    pub parameter_copula: Option<Correlated>,
    /// Rank correlation between some quantities of the trial.
    pub per_trial_copula: Option<Correlated>,
    pub trends: Vec<Trend>,
    /// Dirichlet concentration of the trend weights; `None` for fixed weights.
    pub weight_concentration: Option<f64>,
    pub phases: Vec<Phase>,
    pub states: Vec<State>,
    pub indicators: Vec<Indicator>,
    /// Correlation between the noises of some indicators.
    pub noise_correlation: Option<Correlated>,
    pub derived: Vec<Derived>,
    /// Indices into `derived`, each after those that it reads.
    pub derived_order: Vec<usize>,
    /// Events, trend shifts and moves of states.
    pub events: Vec<Event>,
    pub history: History,
    /// What outcomes are summed under.
    pub groups: Vec<Group>,
    pub outcomes: Vec<Outcome>,
    pub metrics: Vec<Metric>,
    pub ratios: Vec<Ratio>,
    pub questions: Vec<Question>,
    /// Questions about some of the trials.
    pub conditional: Vec<Conditional>,
    /// The answer in a sentence, if the file has one.
    pub headline: Option<Headline>,
    pub run: RunDefaults,
}

/// The time axis. Grid point k is at `k * step`, the last one at `horizon`.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Civil date of t = 0, at 00:00.
    pub start: Date,
    pub horizon: f64,
    pub step: f64,
    /// Number of steps; the last may be shorter.
    pub steps: usize,
    /// Nothing in the file needs time: a trial takes one step in which nothing happens, and results
    /// tell of no dates.
    pub timeless: bool,
}

/// What the file says about a run's size; the command line overrides it.
#[derive(Clone, Debug, Default)]
pub struct RunDefaults {
    pub trials: Option<u64>,
    pub draws: Option<u64>,
    pub seed: Option<u64>,
    /// Years since the start at which series are reported; `None`: chosen by the engine.
    pub times: Option<Vec<f64>>,
    /// Shares at which quantiles are told beside the usual ones, ascending.
    pub quantiles: Vec<f64>,
}

/// A parameter, or a quantity of the trial.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub title: String,
    pub display: usize,
    pub value: ParameterValue,
    /// What the file makes it of, by number and in ascending order. One of constants alone is a
    /// constant, or a distribution, all the same.
    pub reads: Vec<usize>,
}

#[derive(Clone, Debug)]
pub enum ParameterValue {
    Constant(f64),
    Uncertain(Distribution),
    /// Computed from others.
    Formula(Expr),
    /// A distribution whose arguments are computed from others.
    Varying(VaryingDraw),
}

/// A Gaussian dependence among some items (parameters or indicators).
#[derive(Clone, Debug)]
pub struct Correlated {
    /// Indices of the correlated items, in canonical order.
    pub members: Vec<usize>,
    /// Lower Cholesky factor of the correlation of the normals: row i has i + 1 entries.
    pub factor: Vec<Vec<f64>>,
}

#[derive(Clone, Debug)]
pub struct Trend {
    pub name: String,
    pub title: String,
    pub display: usize,
    /// Normalised: the weights of all trends sum to one.
    pub weight: f64,
    pub materialises: Option<Materialises>,
}

/// What the coming true of a trend looks like, and by when it is asked for.
#[derive(Clone, Debug)]
pub struct Materialises {
    /// Truth-valued formula over the path so far.
    pub when: Expr,
    /// Years since the start, ascending; the last is the horizon.
    pub by: Vec<f64>,
}

#[derive(Clone, Debug)]
pub struct Phase {
    pub name: String,
    pub title: String,
    pub display: usize,
    /// Probability of starting here, normalised over all phases; reads parameters only.
    pub start: Expr,
    /// Entering it freezes the trial.
    pub is_final: bool,
}

#[derive(Clone, Debug)]
pub struct Indicator {
    pub name: String,
    pub title: String,
    pub unit: String,
    pub display: usize,
    /// Reads parameters only.
    pub start: Draw,
    /// Per year.
    pub drift: Option<Expr>,
    /// Per square root of a year.
    pub volatility: Option<Expr>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub at_range: AtRange,
    pub mean: Mean,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtRange {
    Clamp,
    Reflect,
}

#[derive(Clone, Debug)]
pub struct Derived {
    pub name: String,
    pub title: String,
    pub unit: String,
    pub display: usize,
    pub value: Expr,
}

/// A number that may be drawn at each use.
#[derive(Clone, Debug)]
pub enum Draw {
    Value(Expr),
    /// All arguments are constants.
    Fixed(Distribution),
    /// Arguments are evaluated at each use.
    Varying(VaryingDraw),
}

/// A distribution whose numbers are formulas, some of which may be constants.
#[derive(Clone, Debug)]
pub struct VaryingDraw {
    pub ranged: Ranged,
    /// The row of numbers that it takes.
    pub arguments: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub struct Event {
    /// Name in the file; a trend shift is named `FROM>TO`, a move of a state `STATE.FROM>TO`.
    pub name: String,
    pub title: String,
    pub display: usize,
    /// For a trend shift, or a move of a state.
    pub shift: Option<Shift>,
    pub fires: Fires,
    /// Truth-valued formula that must hold.
    pub guard: Option<Expr>,
    /// Phases in which it may fire; `None`: all.
    pub phases: Option<Vec<usize>>,
    /// Trends under which it may fire; `None`: all.
    pub trends: Option<Vec<usize>>,
    /// States that restrict it, by index, each with the values in which it may fire.
    pub states: Vec<(usize, Vec<usize>)>,
    pub limit: Option<u32>,
    /// Years during which it cannot fire again; reads parameters only.
    pub rest: Option<Expr>,
    /// That it fires when its time has come; `None`: 1. A dated event has its own in [`Fires::At`].
    pub probability: Option<Expr>,
    /// Where it is not allowed when its time has come, it waits until it is.
    pub waits_until_allowed: bool,
    /// Of events due at one instant, higher priorities come first, then names in order.
    pub priority: i32,
    pub effects: Vec<Effect>,
    /// Where each of them stands in the file.
    pub effect_pointers: Vec<String>,
    /// Those that read the state before any of them changes it.
    pub together: Vec<Range<usize>>,
    /// Results of which each firing has at most one, in canonical order.
    pub branches: Vec<Branch>,
    /// Chance that the file states for this event, to be compared with what the trials realise.
    pub declared: Option<Declared>,
    /// Of its number of firings.
    pub mean: Mean,
}

impl Event {
    /// One that nothing restricts and that does nothing: what a builder does not state is as it is
    /// here.
    pub fn bare(name: String, title: String, fires: Fires) -> Self {
        Self {
            name,
            title,
            display: 0,
            shift: None,
            fires,
            guard: None,
            phases: None,
            trends: None,
            states: Vec::new(),
            limit: None,
            rest: None,
            probability: None,
            waits_until_allowed: false,
            priority: 0,
            effects: Vec::new(),
            effect_pointers: Vec::new(),
            together: Vec::new(),
            branches: Vec::new(),
            declared: None,
            mean: Mean::Steady,
        }
    }

    /// Turned into a move of a machine from one of its values to another, which stands at a place
    /// of the file.
    pub fn moving(mut self, machine: Machine, [from, to]: [usize; 2], place: String) -> Self {
        self.shift = Some(Shift { machine, from, to });
        match machine {
            Machine::Phase => self.phases = Some(vec![from]),
            Machine::Trend => self.trends = Some(vec![from]),
            Machine::State(state) => self.states = vec![(state, vec![from])],
        }
        self.effects = vec![Effect::Move {
            machine,
            to: Destination::One(to),
        }];
        self.effect_pointers = vec![place];
        self
    }
}

/// One of several results of a firing.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Index of the event that it is itself.
    pub event: usize,
    /// `None`: what the others leave.
    pub probability: Option<Expr>,
}

/// Whether averages over trials of a number settle anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mean {
    #[default]
    Steady,
    /// It has a mean, but its variance is infinite on account of this: averages settle too slowly
    /// for an error to be stated.
    NoVariance(String),
    /// It has no mean on account of this.
    None(String),
}

impl Mean {
    pub fn is_steady(&self) -> bool {
        *self == Self::Steady
    }
}

#[derive(Clone, Debug)]
pub enum Fires {
    Hazard(Hazard),
    /// At a point in time (years since the start), with a probability; both read parameters only.
    At {
        time: Draw,
        probability: Expr,
    },
    /// At the instant at which a condition becomes true.
    When(Expr),
    /// At instants that recur (years since the start, ascending, none before the start or after the
    /// horizon); the first is number `first`.
    Every {
        times: Vec<f64>,
        first: u32,
    },
    /// Some time after something else.
    After(Waiting),
    /// As a result of a firing of this event, right after its effects.
    Branch(usize),
    /// At the end of a grid step, with this probability; at most one of those of a state.
    Step(Expr),
}

/// Rate per year: `base x by_trend x by_phase x by_state x product of ratio^((x - at) / per) x
/// factor`.
#[derive(Clone, Debug)]
pub struct Hazard {
    pub base: Expr,
    /// One factor for each trend.
    pub by_trend: Option<Vec<Expr>>,
    /// One factor for each phase.
    pub by_phase: Option<Vec<Expr>>,
    /// By state, one factor for each value.
    pub by_state: Vec<(usize, Vec<Expr>)>,
    pub ratios: Vec<HazardRatio>,
    pub factor: Option<Expr>,
    /// A further factor, which changes with age; the base is then 1.
    pub ageing: Option<Ageing>,
}

/// Multiplies a hazard by `ratio` for each `per` that the subject lies above `at`.
#[derive(Clone, Debug)]
pub struct HazardRatio {
    /// An indicator or a derived value.
    pub subject: Expr,
    pub ratio: Expr,
    pub at: Expr,
    pub per: Expr,
}

/// "A chance of 30% within 12 months"; both read parameters only.
#[derive(Clone, Debug)]
pub struct Declared {
    pub chance: Expr,
    /// Years.
    pub within: Expr,
}

/// What some outcomes have in common.
#[derive(Clone, Debug)]
pub struct Group {
    pub name: String,
    pub title: String,
}

#[derive(Clone, Debug)]
pub struct Outcome {
    pub name: String,
    pub title: String,
    /// Index into [`Model::groups`].
    pub group: Option<usize>,
    pub when: Expr,
}

#[derive(Clone, Debug)]
pub struct Metric {
    pub name: String,
    pub title: String,
    pub unit: String,
    pub value: Expr,
    pub mean: Mean,
    /// Its whole distribution function is told.
    pub full: bool,
}

/// The mean of one metric over the mean of another.
#[derive(Clone, Debug)]
pub struct Ratio {
    pub name: String,
    pub title: String,
    pub unit: String,
    /// Indices into [`Model::metrics`].
    pub of: usize,
    pub over: usize,
}

impl Metric {
    /// Whether the value is when something first happened, and nothing is computed from it.
    pub fn is_instant(&self) -> bool {
        matches!(
            &self.value,
            Expr::Path(
                PathReading::FirstEvent(_)
                    | PathReading::FirstWhen(_)
                    | PathReading::FirstAfter { .. }
            )
        )
    }
}

impl Model {
    /// Visits every formula of the model.
    pub fn each_formula(&self, visit: &mut dyn FnMut(&Expr)) {
        self.history.each().for_each(&mut *visit);
        for drawn in self.parameters.iter().chain(&self.per_trial) {
            drawn.value.each_formula(visit);
        }
        self.phases.iter().for_each(|p| visit(&p.start));
        let values = self.states.iter().flat_map(|state| &state.values);
        values.for_each(|value| visit(&value.start));
        for indicator in &self.indicators {
            indicator.start.each_formula(visit);
            indicator
                .drift
                .iter()
                .chain(&indicator.volatility)
                .for_each(&mut *visit);
        }
        self.derived.iter().for_each(|d| visit(&d.value));
        for event in &self.events {
            match &event.fires {
                Fires::Hazard(hazard) => hazard.each_formula(visit),
                Fires::At { time, probability } => {
                    time.each_formula(visit);
                    visit(probability);
                }
                Fires::When(condition) => visit(condition),
                Fires::After(waiting) => waiting.wait.each_formula(visit),
                Fires::Step(share) => visit(share),
                Fires::Every { .. } | Fires::Branch(_) => {}
            }
            let chances = event.branches.iter().filter_map(|b| b.probability.as_ref());
            let own = event.guard.iter().chain(&event.rest);
            own.chain(&event.probability)
                .chain(chances)
                .for_each(&mut *visit);
            event.effects.iter().for_each(|e| e.each_formula(visit));
        }
        let materialises = self.trends.iter().filter_map(|t| t.materialises.as_ref());
        materialises.for_each(|m| visit(&m.when));
        self.outcomes.iter().for_each(|o| visit(&o.when));
        self.metrics.iter().for_each(|m| visit(&m.value));
        let asked = self.questions.iter();
        let conditional = self.conditional.iter().map(|c| &c.question);
        asked.chain(conditional).for_each(|q| visit(&q.condition));
        self.conditional.iter().for_each(|c| visit(&c.given));
    }
}

impl Hazard {
    /// Visits the formulas that the rate is made of.
    pub fn each_formula(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(&self.base);
        self.by_trend
            .iter()
            .chain(&self.by_phase)
            .flatten()
            .chain(self.by_state.iter().flat_map(|(_, arms)| arms))
            .for_each(&mut *visit);
        for r in &self.ratios {
            [&r.subject, &r.ratio, &r.at, &r.per]
                .into_iter()
                .for_each(&mut *visit);
        }
        let baseline = self
            .ageing
            .iter()
            .flat_map(|ageing| ageing.baseline.numbers());
        self.factor.iter().chain(baseline).for_each(visit);
    }
}

impl Model {
    /// What an event is as a branch of another.
    pub fn branch_of(&self, event: &Event) -> Option<&Branch> {
        let Fires::Branch(of) = event.fires else {
            return None;
        };
        let mut branches = self.events[of].branches.iter();
        branches.find(|branch| self.events[branch.event].name == event.name)
    }

    /// An event's own effects and those of its branches.
    pub fn effects_with_branches<'a>(
        &'a self,
        event: &'a Event,
    ) -> impl Iterator<Item = &'a Effect> {
        let branches = event.branches.iter();
        let theirs = branches.flat_map(|branch| &self.events[branch.event].effects);
        event.effects.iter().chain(theirs)
    }
}

impl Event {
    /// Whether a firing may have this result, as far as constants tell.
    pub fn may_have(&self, branch: &Branch) -> bool {
        if let Some(probability) = &branch.probability {
            return *probability != Expr::Number(0.0);
        }
        let others = self.branches.iter().filter_map(|b| b.probability.as_ref());
        let constants = others.map(|p| match p {
            Expr::Number(p) => Some(*p),
            _ => None,
        });
        let stated: Option<f64> = constants.sum();
        stated.is_none_or(|stated| stated < 1.0)
    }

    /// Where it stands in the file.
    pub fn pointer(&self) -> String {
        // The name of a shift is made of its parts, and so is that of a branch.
        let parts = self.shift.and_then(|shift| {
            let (from, to) = self.name.split_once('>')?;
            let Machine::State(_) = shift.machine else {
                return Some(("/shifts".to_owned(), from, to));
            };
            let (state, from) = from.split_once('.')?;
            let state = pointer::join("/states", state);
            let key = match self.fires {
                Fires::Step(_) => "each_step",
                _ => "moves",
            };
            Some((pointer::join(&state, key), from, to))
        });
        if let Some((section, from, to)) = parts {
            return pointer::join(&pointer::join(&section, from), to);
        }
        match self.name.split_once('.') {
            Some((event, branch)) => pointer::join(
                &pointer::join(&pointer::join("/events", event), "branches"),
                branch,
            ),
            None => pointer::join("/events", &self.name),
        }
    }

    /// Where the file says what makes it fire.
    pub fn fires_pointer(&self) -> String {
        let key = match self.fires {
            // A shift is its hazard, a branch follows its event.
            _ if self.shift.is_some() => return self.pointer(),
            Fires::Branch(_) => return self.pointer(),
            Fires::Hazard(_) => "hazard",
            Fires::At { .. } => "at",
            Fires::When(_) => "when",
            Fires::Every { .. } => "every",
            Fires::After(_) => "after",
            Fires::Step(_) => return self.pointer(),
        };
        pointer::join(&self.pointer(), key)
    }
}

impl Draw {
    /// Visits the formulas that it evaluates.
    pub fn each_formula(&self, visit: &mut dyn FnMut(&Expr)) {
        match self {
            Self::Value(expr) => visit(expr),
            Self::Fixed(_) => {}
            Self::Varying(varying) => varying.arguments.iter().for_each(visit),
        }
    }
}
