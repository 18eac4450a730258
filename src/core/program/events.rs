//! Events to code: hazards composed, dependencies turned into lists of what to evaluate anew.

use super::affected::{Affected, Stale};
use super::columns::Slot;
use super::compile::Compiler;
use super::dependencies::{Motions, reads_parameters_only};
use super::types::*;
use crate::expression::{Arithmetic, Expr, Function};
use crate::model::{
    Baseline, Draw, Effect, Event, Fires, Hazard, HazardRatio, Machine, Model, Since, StartsClock,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Adds to a sorted list the indices that are marked.
fn add_all(list: &mut Vec<u32>, marked: &[bool]) {
    list.extend(
        (0_u32..)
            .zip(marked)
            .filter_map(|(i, marked)| marked.then_some(i)),
    );
    list.sort_unstable();
    list.dedup();
}

/// Compiles all events, once all trackers are known.
pub fn compile(compiler: &mut Compiler<'_>) -> Vec<EventCode> {
    let model = compiler.model;
    let motions = Motions::of(model);
    let mut events: Vec<EventCode> = (model.events.iter())
        .map(|event| code(compiler, event, &motions))
        .collect();
    let emitter = &compiler.emitter;
    let affected = Affected::of(model, emitter.tracked(), emitter.factored());
    let reads_clock = |e: &Expr| motions.reads_clock(e);
    let trackers: Vec<bool> = compiler.emitter.tracked().map(reads_clock).collect();
    let conditions: Vec<bool> = (model.events.iter())
        .map(|event| match &event.fires {
            Fires::When(condition) => reads_clock(condition),
            _ => event.waits_until_allowed && event.guard.as_ref().is_some_and(reads_clock),
        })
        .collect();
    let guards: Vec<bool> = (model.events.iter())
        .map(|event| event.guard.as_ref().is_some_and(reads_clock))
        .collect();
    let by_derived = |e: &Expr| motions.derives_clock(e);
    let timed = Timed::of(model, compiler.emitter.tracked(), &by_derived);
    // Many lists are alike, such as that of all hazards for whatever moves the phase: they are kept
    // once.
    let mut lists = BTreeSet::new();
    let mut shared = |list: Vec<u32>| -> Arc<[u32]> {
        if let Some(known) = lists.get(list.as_slice()) {
            return Arc::clone(known);
        }
        let list: Arc<[u32]> = list.into();
        lists.insert(Arc::clone(&list));
        list
    };
    for ((i, event), code) in model.events.iter().enumerate().zip(&mut events) {
        code.noted = compiler.emitter.noted(i);
        let mut stale = affected.by(i, event);
        // What reads the clock changes as time goes by, so any jump is an instant at which it may
        // be found changed.
        add_all(&mut stale.triggers, &conditions);
        add_all(&mut stale.trackers, &trackers);
        // Where the event cannot have been, nor lead, nothing was open and nothing opens.
        let (phases, trends) = reach(event, model);
        stale.hazards.retain(|&j| {
            let other = &model.events[j as usize];
            let meets = |gate: &Option<Vec<usize>>, reached: &[bool]| {
                gate.as_ref()
                    .is_none_or(|gate| gate.iter().any(|i| reached[*i]))
            };
            meets(&other.phases, &phases) && meets(&other.trends, &trends)
        });
        code.clocked = reads(event, &reads_clock)
            || stale.trackers.iter().any(|&t| trackers[t as usize])
            || stale.triggers.iter().any(|&j| conditions[j as usize])
            || stale.windows.iter().any(|&j| guards[j as usize]);
        code.timed = timed.by(event, &stale, &by_derived);
        code.hazards = shared(stale.hazards);
        code.triggers = shared(stale.triggers);
        code.derived = shared(stale.derived);
        code.factors = shared(stale.factors);
        code.trackers = shared(stale.trackers);
        code.windows = shared(stale.windows);
        code.starts = compiler.entries.by(StartsClock::Event(i)).starts;
        let entered = |machine: Machine, start: fn(usize) -> StartsClock| {
            let moves = event.effects.iter().filter_map(move |e| e.moves(machine));
            moves.flat_map(|to| to.all()).map(start)
        };
        let values = event.effects.iter().filter_map(|effect| match effect {
            Effect::Move {
                machine: Machine::State(state),
                to,
            } => Some((*state, to.all())),
            _ => None,
        });
        let values = values.flat_map(|(state, all)| {
            let all = all.into_iter();
            all.map(move |value| StartsClock::Value(state, value))
        });
        let by_entry: Vec<u32> = entered(Machine::Phase, StartsClock::Phase)
            .chain(entered(Machine::Trend, StartsClock::Trend))
            .chain(values)
            .flat_map(|start| compiler.entries.by(start).starts)
            .collect();
        let waits = |test: &dyn Fn(&Expr) -> bool| {
            let mut started = code.starts.iter().chain(&by_entry);
            started.any(|e| match &model.events[*e as usize].fires {
                Fires::After(waiting) => draw_reads(&waiting.wait, test),
                _ => false,
            })
        };
        let (clocked, timed) = (waits(&reads_clock), waits(&by_derived));
        code.clocked |= clocked;
        code.timed |= timed;
    }
    // A branch is played at the instant at which its event has been placed.
    for (i, event) in model.events.iter().enumerate() {
        events[i].clocked |= (event.branches.iter()).any(|branch| events[branch.event].clocked);
        events[i].timed |= (event.branches.iter()).any(|branch| events[branch.event].timed);
    }
    events
}

/// Which trackers, triggers and guards read the clock by a derived value.
struct Timed {
    trackers: Vec<bool>,
    triggers: Vec<bool>,
    guards: Vec<bool>,
}

impl Timed {
    fn of<'e>(
        model: &Model,
        tracked: impl Iterator<Item = &'e Expr>,
        test: &dyn Fn(&Expr) -> bool,
    ) -> Self {
        let guards: Vec<bool> = (model.events.iter())
            .map(|event| event.guard.as_ref().is_some_and(test))
            .collect();
        let triggers = (model.events.iter().zip(&guards))
            .map(|(event, guard)| {
                *guard || matches!(&event.fires, Fires::When(condition) if test(condition))
            })
            .collect();
        Self {
            trackers: tracked.map(test).collect(),
            triggers,
            guards,
        }
    }

    /// Whether something that is looked at with a firing does.
    fn by(&self, event: &Event, stale: &Stale, test: &dyn Fn(&Expr) -> bool) -> bool {
        let any = |list: &[u32], marked: &[bool]| list.iter().any(|&i| marked[i as usize]);
        reads(event, test)
            || any(&stale.trackers, &self.trackers)
            || any(&stale.triggers, &self.triggers)
            || any(&stale.windows, &self.guards)
    }
}

/// True if something that a firing evaluates for itself satisfies a test: its effects, and how
/// likely each of its branches is.
fn reads(event: &Event, test: &dyn Fn(&Expr) -> bool) -> bool {
    let mut chances = event.branches.iter().filter_map(|b| b.probability.as_ref());
    event
        .effects
        .iter()
        .any(|effect| effect_reads(effect, test))
        || chances.any(test)
}

/// True if the hazard of an event, and all that decides whether it is allowed, changes by jumps
/// alone.
fn is_steady(event: &Event, motions: &Motions<'_>) -> bool {
    let Fires::Hazard(hazard) = &event.fires else {
        return false;
    };
    let mut steady = event.rest.is_none();
    hazard.each_formula(&mut |e| steady = steady && motions.by_jumps_alone(e));
    steady && event.guard.iter().all(|e| motions.by_jumps_alone(e))
}

/// True if a formula of an effect satisfies a test.
fn effect_reads(effect: &Effect, test: &dyn Fn(&Expr) -> bool) -> bool {
    let mut reads = false;
    effect.each_formula(&mut |formula| reads |= test(formula));
    reads
}

fn draw_reads(draw: &Draw, test: &dyn Fn(&Expr) -> bool) -> bool {
    match draw {
        Draw::Value(value) => test(value),
        Draw::Fixed(_) => false,
        Draw::Varying(varying) => varying.arguments.iter().any(test),
    }
}

/// Phases and trends that a lane can be in just before a firing of this event, or after it.
fn reach(event: &Event, model: &Model) -> (Vec<bool>, Vec<bool>) {
    let before = |gate: &Option<Vec<usize>>, count: usize| -> Vec<bool> {
        let lets = |i| gate.as_ref().is_none_or(|gate| gate.contains(&i));
        (0..count).map(lets).collect()
    };
    let mut phases = before(&event.phases, model.phases.len());
    let mut trends = before(&event.trends, model.trends.len());
    for (machine, reached) in [(Machine::Phase, &mut phases), (Machine::Trend, &mut trends)] {
        let moves = event.effects.iter().filter_map(|e| e.moves(machine));
        moves
            .flat_map(|to| to.all())
            .for_each(|to| reached[to] = true);
    }
    (phases, trends)
}

fn code(compiler: &mut Compiler<'_>, event: &Event, motions: &Motions<'_>) -> EventCode {
    let model = compiler.model;
    let (at, hazard_at) = (event.pointer(), event.fires_pointer());
    let fires = match &event.fires {
        Fires::Hazard(hazard) => {
            let scale = compiler.factor(hazard_at.clone(), &scale(hazard), motions);
            let exponent = exponent(hazard)
                .map(|exponent| compiler.factor(hazard_at.clone(), &exponent, motions));
            let site = compiler.site(format!("event/{}/clock", event.name));
            match &hazard.ageing {
                None => FiresCode::Hazard {
                    scale,
                    exponent,
                    site,
                },
                Some(ageing) => FiresCode::Ageing {
                    scale,
                    exponent,
                    baseline: baseline(compiler, &ageing.baseline, &format!("{hazard_at}/ageing")),
                    since: match ageing.since {
                        Since::Start => None,
                        Since::Phase => Some(compiler.layout.entered),
                        Since::State(s) => Some(compiler.layout.moved + s as Slot),
                        Since::Last(StartsClock::Event(e)) => {
                            Some(compiler.layout.last + e as Slot)
                        }
                        Since::Last(entry) => compiler.entries.by(entry).entered,
                    },
                    clock: AgeingSlots {
                        rate: compiler.emitter.reserve(1),
                        origin: compiler.emitter.reserve(1),
                        charged: compiler.emitter.reserve(1),
                        left: compiler.emitter.reserve(1),
                        drawn: compiler.emitter.reserve(1),
                    },
                    site,
                },
            }
        }
        Fires::At { time, probability } => FiresCode::At {
            time: compiler.draw(
                time,
                format!("{at}/at"),
                format!("event/{}/date", event.name),
            ),
            probability: compiler.labelled(format!("{at}/probability"), probability),
            site: compiler.site(format!("event/{}/chance", event.name)),
        },
        Fires::Step(share) => FiresCode::Step {
            share: compiler.labelled(at.clone(), share),
        },
        Fires::When(condition) => FiresCode::When {
            condition: compiler.labelled(format!("{at}/when"), condition),
            armed: compiler.emitter.reserve(1),
        },
        Fires::Every { times, first } => FiresCode::Every {
            times: times.clone().into(),
            first: *first,
        },
        Fires::After(waiting) => FiresCode::After {
            wait: compiler.draw(
                &waiting.wait,
                format!("{at}/wait"),
                format!("event/{}/wait", event.name),
            ),
            by_day: waiting.months.map(|months| ByDay::of(model, months)),
            again: waiting.again,
            started: compiler.emitter.reserve(1),
        },
        Fires::Branch(_) => FiresCode::Branch,
    };
    let waiting = (event.waits_until_allowed).then(|| compiler.emitter.reserve(1));
    let probability = event.probability.as_ref().map(|probability| ChanceCode {
        probability: compiler.labelled(format!("{at}/probability"), probability),
        site: compiler.site(format!("event/{}/chance", event.name)),
        drawn: compiler.emitter.reserve(1),
    });
    let guard = event
        .guard
        .as_ref()
        .map(|g| compiler.labelled(format!("{at}/if"), g));
    let rest = event
        .rest
        .as_ref()
        .map(|rest| compiler.bounded(rest, (0.0, f64::MAX), format!("{at}/rest")));
    let declared = event.declared.as_ref().map(|declared| DeclaredCode {
        // A chance of one would need an infinite rate.
        chance: compiler.bounded(
            &declared.chance,
            (0.0, 1.0_f64.next_down()),
            format!("{hazard_at}/chance"),
        ),
        within: compiler.bounded(
            &declared.within,
            (f64::MIN_POSITIVE, f64::MAX),
            format!("{hazard_at}/within"),
        ),
        opened: compiler.emitter.reserve(1),
    });
    let effects = effects(compiler, event);
    let branches = (!event.branches.is_empty()).then(|| branches(compiler, event, &at));
    let flags = |set: &Option<Vec<usize>>, count: usize| -> Box<[bool]> {
        let lets = |i| set.as_ref().is_none_or(|set| set.contains(&i));
        (0..count).map(lets).collect()
    };
    let gate = compiler.gate(GateCode {
        phases: flags(&event.phases, model.phases.len()),
        trends: flags(&event.trends, model.trends.len()),
        states: (event.states.iter())
            .map(|(state, values)| {
                let count = model.states[*state].values.len();
                let lets = (0..count).map(|value| values.contains(&value));
                (*state, lets.collect())
            })
            .collect(),
    });
    EventCode {
        steady: is_steady(event, motions),
        reads_derived: {
            let derived = |e: &Expr| e.any(&|part| matches!(part, Expr::Derived(_)));
            let branches = event.branches.iter().map(|b| &model.events[b.event]);
            std::iter::once(event)
                .chain(branches)
                .any(|e| reads(e, &derived))
        },
        clocked: false,
        timed: false,
        fires,
        guard,
        gate,
        conditional: event.guard.is_some() || event.rest.is_some() || event.limit.is_some(),
        limit: event.limit.map_or(f64::INFINITY, f64::from),
        rest,
        probability,
        effects,
        branches,
        hazards: Arc::default(),
        triggers: Arc::default(),
        derived: Arc::default(),
        factors: Arc::default(),
        trackers: Arc::default(),
        windows: Arc::default(),
        starts: Box::default(),
        waiting,
        declared,
        noted: Box::default(),
    }
}

fn baseline(compiler: &mut Compiler<'_>, baseline: &Baseline, at: &str) -> BaselineCode {
    const POSITIVE: (f64, f64) = (f64::MIN_POSITIVE, f64::MAX);
    const FINITE: (f64, f64) = (f64::MIN, f64::MAX);
    const RATE: (f64, f64) = (0.0, f64::MAX);
    let mut slot = |expr: &Expr, bounds, place: String| {
        compiler.bounded(expr, bounds, format!("{at}/{place}"))
    };
    match baseline {
        Baseline::Weibull { shape, scale } => BaselineCode::Weibull {
            shape: slot(shape, POSITIVE, "weibull/shape".into()),
            scale: slot(scale, POSITIVE, "weibull/scale".into()),
        },
        Baseline::Gompertz { rate, growth } => BaselineCode::Gompertz {
            rate: slot(rate, RATE, "gompertz/rate".into()),
            growth: slot(growth, FINITE, "gompertz/growth".into()),
        },
        Baseline::LogLogistic { shape, scale } => BaselineCode::LogLogistic {
            shape: slot(shape, POSITIVE, "log_logistic/shape".into()),
            scale: slot(scale, POSITIVE, "log_logistic/scale".into()),
        },
        Baseline::Steps(steps) => {
            let steps = steps.iter().enumerate();
            let steps =
                steps.map(|(i, (age, rate))| (*age, slot(rate, RATE, format!("steps/{i}/1"))));
            BaselineCode::Steps(steps.collect())
        }
    }
}

fn branches(compiler: &mut Compiler<'_>, event: &Event, at: &str) -> BranchesCode {
    let model = compiler.model;
    let all = event.branches.iter().map(|branch| {
        let name = model.events[branch.event].pointer();
        let probability = branch.probability.as_ref();
        let probability = probability.map(|p| compiler.labelled(format!("{name}/probability"), p));
        (branch.event as u32, probability)
    });
    BranchesCode {
        all: all.collect(),
        site: compiler.site(format!("event/{}/branch", event.name)),
        label: compiler.emitter.label(format!("{at}/branches")),
    }
}

fn effects(compiler: &mut Compiler<'_>, event: &Event) -> Vec<EffectCode> {
    let model = compiler.model;
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    let mut code = Vec::with_capacity(event.effects.len());
    for (i, (effect, at)) in event.effects.iter().zip(&event.effect_pointers).enumerate() {
        // The stream is named by what is done to what, not by position, so that an inserted effect
        // moves no numbers.
        let mut site = |verb: &str, target: &str| {
            let name = format!("event/{}/{verb}/{target}", event.name);
            let same = uses.entry(name.clone()).or_default();
            let site = format!("{name}/{same}");
            *same += 1;
            site
        };
        code.push(match effect {
            Effect::Change {
                indicator,
                combine,
                amount,
            } => {
                let row = combine.row();
                let site = site(row.key, &model.indicators[*indicator].name);
                EffectCode::Change {
                    indicator: *indicator,
                    combine: *combine,
                    value: compiler.draw(amount, format!("{at}/{}", row.amount), site),
                }
            }
            Effect::Move { machine, to } => {
                let (key, target) = match machine {
                    Machine::Phase => ("phase", "phase"),
                    Machine::Trend => ("trend", "trend"),
                    Machine::State(state) => ("to", model.states[*state].name.as_str()),
                };
                let site = || site("move", target);
                EffectCode::Move {
                    machine: *machine,
                    to: compiler.destination(to, format!("{at}/{key}"), site),
                }
            }
        });
        if let Some(range) = event.together.iter().find(|range| range.end == i + 1) {
            read_first(compiler, &mut code, range.len());
        }
    }
    code
}

/// Has the last effects read before any of them acts: each keeps its number in a slot of its own
/// until then.
fn read_first(compiler: &mut Compiler<'_>, code: &mut Vec<EffectCode>, count: usize) {
    let mut acts = code.split_off(code.len() - count);
    for act in &mut acts {
        if let EffectCode::Change { value, .. } = act {
            let slot = compiler.emitter.reserve(1);
            let kept = DrawCode::Value(Formula {
                ops: Box::default(),
                result: slot,
                constant: None,
                label: value.label(),
            });
            let value = std::mem::replace(value, kept);
            code.push(EffectCode::Read { value, slot });
        }
    }
    code.append(&mut acts);
}

fn product(a: Expr, b: Expr) -> Expr {
    match (&a, &b) {
        (Expr::Number(one), _) if *one == 1.0 => b,
        (_, Expr::Number(one)) if *one == 1.0 => a,
        _ => Expr::Arithmetic(Arithmetic::Multiply, Box::new(a), Box::new(b)),
    }
}

/// The rate of a hazard without its ratios.
fn scale(hazard: &Hazard) -> Expr {
    let by = |arms: &[Expr], base: Expr, make: fn(Vec<Expr>) -> Expr| -> Expr {
        if reads_parameters_only(&base) && arms.iter().all(reads_parameters_only) {
            make(
                arms.iter()
                    .map(|arm| product(base.clone(), arm.clone()))
                    .collect(),
            )
        } else {
            product(base, make(arms.to_vec()))
        }
    };
    let mut total = hazard.base.clone();
    if let Some(arms) = &hazard.by_trend {
        total = by(arms, total, Expr::ByTrend);
    }
    if let Some(arms) = &hazard.by_phase {
        total = by(arms, total, Expr::ByPhase);
    }
    for (state, arms) in &hazard.by_state {
        total = product(total, Expr::ByState(*state, arms.clone()));
    }
    if let Some(factor) = &hazard.factor {
        total = product(total, factor.clone());
    }
    total
}

/// Logarithm of the product of a hazard's ratios: they share one exponential.
fn exponent(hazard: &Hazard) -> Option<Expr> {
    let sum = |a, b| Expr::Arithmetic(Arithmetic::Add, Box::new(a), Box::new(b));
    hazard.ratios.iter().map(log_ratio).reduce(sum)
}

/// `(x - at) * (ln(ratio) / per)`: the second part is the same for a whole draw.
fn log_ratio(ratio: &HazardRatio) -> Expr {
    let above = match &ratio.at {
        Expr::Number(zero) if *zero == 0.0 => ratio.subject.clone(),
        at => Expr::Arithmetic(
            Arithmetic::Subtract,
            Box::new(ratio.subject.clone()),
            Box::new(at.clone()),
        ),
    };
    let slope = Expr::Arithmetic(
        Arithmetic::Divide,
        Box::new(Expr::Call(Function::Ln, vec![ratio.ratio.clone()])),
        Box::new(ratio.per.clone()),
    );
    product(above, slope)
}
