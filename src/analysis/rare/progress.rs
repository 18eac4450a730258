//! What multilevel splitting goes by, read off the rule itself: how near a trial is to a condition.
//!
//! Comparisons become gaps; of parts joined by `and` each counts, of those joined by `or` the
//! nearest does; phases, trends and states are as far away as the fewest moves that lead there; an
//! event is half-way there when what has to come before it has.

use crate::engine::Progress;
use crate::expression::{Arithmetic, Comparison, Expr, Function, PathReading};
use crate::model::{Effect, Event, Fires, Machine, Mean, Metric, Model, StartsClock};

/// Steps back along what has to come before an event.
const MOST_BEFORE: usize = 8;
/// What a value is worth from which no moves lead to those wanted.
const OUT_OF_REACH: f64 = -2.0;

/// The measure of a condition, and the metrics that it reads, numbered on behind those of the
/// model.
pub struct Reader<'m> {
    model: &'m Model,
    pub metrics: Vec<Metric>,
    kept: usize,
    /// Events whose past is being looked at.
    before: Vec<usize>,
}

impl<'m> Reader<'m> {
    pub fn new(model: &'m Model) -> Self {
        Self {
            model,
            metrics: Vec::new(),
            kept: 0,
            before: Vec::new(),
        }
    }

    /// How near a trial is to a condition.
    pub fn of(&mut self, condition: &Expr) -> Progress {
        self.to(condition, true)
    }

    /// The nearest that a trial has been.
    pub fn kept(&mut self, inner: Progress) -> Progress {
        if inner == Progress::Blind {
            return inner;
        }
        self.kept += 1;
        Progress::Kept(self.kept - 1, Box::new(inner))
    }

    fn to(&mut self, condition: &Expr, wanted: bool) -> Progress {
        match condition {
            Expr::Truth(value) if *value == wanted => Progress::All(Vec::new()),
            Expr::Truth(_) => Progress::Blind,
            Expr::Not(inner) => self.to(inner, !wanted),
            Expr::And(..) | Expr::Or(..) => {
                let is_and = matches!(condition, Expr::And(..));
                let mut parts = Vec::new();
                joined(condition, is_and, &mut parts);
                let parts = parts.into_iter().map(|part| self.to(part, wanted));
                if is_and == wanted {
                    Progress::All(parts.collect())
                } else {
                    Progress::Any(parts.collect())
                }
            }
            Expr::Compare(how, a, b) => self.compared(condition, (*how, a, b), wanted),
            Expr::Ever(event) if wanted => self.fired(*event),
            Expr::PhaseIn(values) => self.at(Machine::Phase, values, wanted),
            Expr::TrendIn(values) => self.at(Machine::Trend, values, wanted),
            Expr::StateIn(state, values) => self.at(Machine::State(*state), values, wanted),
            Expr::Path(PathReading::Final(inner) | PathReading::At(inner, _)) => {
                self.to(inner, wanted)
            }
            Expr::Path(PathReading::EverWhen(inner)) if wanted => self.ever(inner),
            _ => self.truth(condition, wanted),
        }
    }

    /// That a condition has held at some time. It may have held between two grid points only, which
    /// the path remembers.
    pub fn ever(&mut self, condition: &Expr) -> Progress {
        let on_the_way = self.to(condition, true);
        // What has been is a sign of its own, but none on the way.
        if on_the_way.is_blind() || condition.any(&|e| matches!(e, Expr::Path(_))) {
            return self.kept(on_the_way);
        }
        let ever = Expr::Path(PathReading::EverWhen(Box::new(condition.clone())));
        let [there, away] = [0.0, -1.0].map(|value| Box::new(Expr::Number(value)));
        let has_been = self.gap(Expr::If(Box::new(ever), there, away));
        let nearest = self.kept(on_the_way);
        Progress::Any(vec![has_been, nearest])
    }

    /// What is only known to hold or not.
    fn truth(&mut self, condition: &Expr, wanted: bool) -> Progress {
        let value = |holds: bool| Box::new(Expr::Number(if holds == wanted { 0.0 } else { -1.0 }));
        let condition = Box::new(condition.clone());
        match self.gap(Expr::If(condition, value(true), value(false))) {
            Progress::Gap { metric, .. } => Progress::Holds { metric },
            other => other,
        }
    }

    fn gap(&mut self, value: Expr) -> Progress {
        let value = now(&value);
        // Before its instant, such a reading has nothing to say.
        if value.any(&|e| matches!(e, Expr::Path(PathReading::At(..)))) {
            return Progress::Blind;
        }
        let metric = self.model.metrics.len() + self.metrics.len();
        self.metrics.push(Metric {
            name: format!("gap {metric}"),
            title: String::new(),
            unit: String::new(),
            value,
            mean: Mean::Steady,
            full: false,
        });
        Progress::Gap { metric, scale: 1.0 }
    }

    fn compared(
        &mut self,
        condition: &Expr,
        (how, a, b): (Comparison, &Expr, &Expr),
        wanted: bool,
    ) -> Progress {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let how = match (how, wanted) {
            (how, true) => how,
            (Less, _) => GreaterOrEqual,
            (LessOrEqual, _) => Greater,
            (Greater, _) => LessOrEqual,
            (GreaterOrEqual, _) => Less,
            (Equal, _) => NotEqual,
            (NotEqual, _) => Equal,
        };
        let (less, more) = match how {
            Less | LessOrEqual => (a, b),
            Greater | GreaterOrEqual => (b, a),
            Equal => {
                let size = Expr::Call(Function::Abs, vec![minus(a, b)]);
                return self.gap(Expr::Negate(Box::new(size)));
            }
            NotEqual => return self.truth(condition, wanted),
        };
        // That something happens before a date.
        let happens = match less {
            Expr::Path(PathReading::FirstEvent(event) | PathReading::FirstAfter { event, .. }) => {
                self.fired(*event)
            }
            Expr::Path(PathReading::FirstWhen(inner)) => self.ever(inner),
            _ => return self.gap(minus(more, less)),
        };
        // Or never, if the other may never be either.
        let or_equal = matches!(how, LessOrEqual | GreaterOrEqual);
        if !or_equal || !more.any(&|e| matches!(e, Expr::Path(_))) {
            return happens;
        }
        let holds = match (self.truth(condition, wanted), happens.is_blind()) {
            (Progress::Holds { metric }, false) => Progress::Gap { metric, scale: 1.0 },
            (holds, _) => holds,
        };
        Progress::Any(vec![holds, happens])
    }

    /// That an event has fired.
    fn fired(&mut self, event: usize) -> Progress {
        let code = &self.model.events[event];
        let mut needs = Vec::new();
        if self.before.len() < MOST_BEFORE && !self.before.contains(&event) {
            self.before.push(event);
            needs = self.needs(code);
            self.before.pop();
        }
        needs.retain(|need| *need != Progress::Blind);
        let before = match needs.len() {
            0 => Progress::Blind,
            1 => needs.swap_remove(0),
            _ => Progress::All(needs),
        };
        Progress::Fired(event, Box::new(before))
    }

    /// What has to hold for an event to fire.
    fn needs(&mut self, event: &Event) -> Vec<Progress> {
        let mut needs = Vec::new();
        match &event.fires {
            Fires::After(waiting) => needs.push(match waiting.after {
                StartsClock::Event(other) => self.fired(other),
                StartsClock::Phase(phase) => self.entered(Machine::Phase, phase),
                StartsClock::Trend(trend) => self.entered(Machine::Trend, trend),
                StartsClock::Value(state, value) => self.entered(Machine::State(state), value),
            }),
            Fires::Branch(other) => needs.push(self.fired(*other)),
            Fires::When(condition) => needs.push(self.to(condition, true)),
            Fires::Hazard(_) | Fires::At { .. } | Fires::Every { .. } | Fires::Step(_) => {}
        }
        if let Some(guard) = &event.guard {
            needs.push(self.to(guard, true));
        }
        if let Some(phases) = &event.phases {
            needs.push(self.at(Machine::Phase, phases, true));
        }
        if let Some(trends) = &event.trends {
            needs.push(self.at(Machine::Trend, trends, true));
        }
        for (state, values) in &event.states {
            needs.push(self.at(Machine::State(*state), values, true));
        }
        needs
    }

    fn entered(&mut self, machine: Machine, value: usize) -> Progress {
        let at = self.at(machine, &[value], true);
        self.kept(at)
    }

    /// That a phase, a trend or a state is one of these values, or none of them.
    fn at(&self, machine: Machine, values: &[usize], wanted: bool) -> Progress {
        let model = self.model;
        let size = match machine {
            Machine::Phase => model.phases.len(),
            Machine::Trend => model.trends.len(),
            Machine::State(state) => model.states[state].values.len(),
        };
        let mut moves = vec![0_usize; size];
        for (value, far) in moves.iter_mut().enumerate() {
            *far = if values.contains(&value) == wanted {
                0
            } else {
                usize::MAX
            };
        }
        for round in 0..size {
            for event in &model.events {
                let from = sources(model, event, machine);
                for effect in &event.effects {
                    let Effect::Move { machine: moved, to } = effect else {
                        continue;
                    };
                    if *moved != machine || !to.all().iter().any(|to| moves[*to] == round) {
                        continue;
                    }
                    for (value, far) in moves.iter_mut().enumerate() {
                        if *far > round && from.is_none_or(|from| from.contains(&value)) {
                            *far = round + 1;
                        }
                    }
                }
            }
        }
        let longest = (moves.iter().filter(|far| **far < usize::MAX))
            .max()
            .map_or(1, |far| *far.max(&1));
        let worth = moves.iter().map(|far| match far {
            &usize::MAX => OUT_OF_REACH,
            far => 0.0 - *far as f64 / longest as f64,
        });
        let worth: Vec<f64> = worth.collect();
        match machine {
            Machine::Phase => Progress::Phase(worth),
            Machine::Trend => Progress::Trend(worth),
            Machine::State(state) => Progress::State(state, worth),
        }
    }
}

/// Values of a machine in which an event may fire; `None`: all.
fn sources<'m>(model: &'m Model, event: &'m Event, machine: Machine) -> Option<&'m [usize]> {
    let own = match machine {
        Machine::Phase => event.phases.as_deref(),
        Machine::Trend => event.trends.as_deref(),
        Machine::State(state) => (event.states.iter())
            .find(|(other, _)| *other == state)
            .map(|(_, values)| values.as_slice()),
    };
    match event.fires {
        Fires::Branch(of) if own.is_none() => sources(model, &model.events[of], machine),
        _ => own,
    }
}

/// The parts of a condition that are joined by `and`, or by `or`.
fn joined<'e>(condition: &'e Expr, by_and: bool, parts: &mut Vec<&'e Expr>) {
    match condition {
        Expr::And(a, b) if by_and => [a, b].map(|part| joined(part, by_and, parts)),
        Expr::Or(a, b) if !by_and => [a, b].map(|part| joined(part, by_and, parts)),
        _ => {
            parts.push(condition);
            [(); 2]
        }
    };
}

fn minus(a: &Expr, b: &Expr) -> Expr {
    Expr::Arithmetic(
        Arithmetic::Subtract,
        Box::new(a.clone()),
        Box::new(b.clone()),
    )
}

/// The same with what is read at an instant read now.
fn now(value: &Expr) -> Expr {
    let inner = |e: &Expr| Box::new(now(e));
    match value {
        Expr::Path(PathReading::At(e, _) | PathReading::Final(e)) => now(e),
        Expr::Negate(e) => Expr::Negate(inner(e)),
        Expr::Arithmetic(how, a, b) => Expr::Arithmetic(*how, inner(a), inner(b)),
        Expr::Call(function, list) => Expr::Call(*function, list.iter().map(now).collect()),
        other => other.clone(),
    }
}
