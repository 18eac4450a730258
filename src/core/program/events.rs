//! Events to code: hazards composed, dependencies turned into lists of what to evaluate anew.

use super::affected::Affected;
use super::compile::Compiler;
use super::dependencies::{Motions, reads_parameters_only};
use super::types::*;
use crate::expression::{Arithmetic, Expr, Function};
use crate::model::{Draw, Effect, Event, Fires, Hazard, HazardRatio, Model};
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
    let affected = Affected::of(model, compiler.emitter.tracked());
    let reads_clock = |e: &Expr| motions.reads_clock(e);
    let trackers: Vec<bool> = compiler.emitter.tracked().map(reads_clock).collect();
    let conditions: Vec<bool> = (model.events.iter())
        .map(|event| matches!(&event.fires, Fires::When(condition) if reads_clock(condition)))
        .collect();
    let guards: Vec<bool> = (model.events.iter())
        .map(|event| event.guard.as_ref().is_some_and(reads_clock))
        .collect();
    // Many lists are alike, such as that of all hazards for whatever moves the phase: they are kept once.
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
        let mut stale = affected.by(i, event);
        // What reads the clock changes as time goes by, so any jump is an instant at which it may be found changed.
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
        code.clocked = event
            .effects
            .iter()
            .any(|effect| effect_reads(effect, &reads_clock))
            || stale.trackers.iter().any(|&t| trackers[t as usize])
            || stale.triggers.iter().any(|&j| conditions[j as usize])
            || stale.windows.iter().any(|&j| guards[j as usize]);
        code.hazards = shared(stale.hazards);
        code.triggers = shared(stale.triggers);
        code.derived = shared(stale.derived);
        code.trackers = shared(stale.trackers);
        code.windows = shared(stale.windows);
    }
    events
}

/// True if the hazard of an event, and all that decides whether it is allowed, changes by jumps alone.
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
    match effect {
        Effect::Set { to: draw, .. }
        | Effect::Add { by: draw, .. }
        | Effect::Multiply { by: draw, .. } => match draw {
            Draw::Value(value) => test(value),
            Draw::Fixed(_) => false,
            Draw::Varying(varying) => varying.arguments.iter().any(test),
        },
        Effect::Phase(_) | Effect::Trend(_) => false,
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
    for effect in &event.effects {
        match effect {
            Effect::Phase(phase) => phases[*phase] = true,
            Effect::Trend(trend) => trends[*trend] = true,
            Effect::Set { .. } | Effect::Add { .. } | Effect::Multiply { .. } => {}
        }
    }
    (phases, trends)
}

fn code(compiler: &mut Compiler<'_>, event: &Event, motions: &Motions<'_>) -> EventCode {
    let model = compiler.model;
    let at = match event.shift {
        None => format!("/events/{}", event.name),
        Some((from, to)) => format!(
            "/shifts/{}/{}",
            model.trends[from].name, model.trends[to].name
        ),
    };
    let hazard_at = if event.shift.is_some() {
        at.clone()
    } else {
        format!("{at}/hazard")
    };
    let fires = match &event.fires {
        Fires::Hazard(hazard) => {
            let scale = compiler.labelled(hazard_at.clone(), &scale(hazard));
            let exponent =
                exponent(hazard).map(|exponent| compiler.labelled(hazard_at.clone(), &exponent));
            let site = compiler.site(format!("event/{}/clock", event.name));
            FiresCode::Hazard {
                scale,
                exponent,
                site,
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
        Fires::When(condition) => FiresCode::When {
            condition: compiler.labelled(format!("{at}/when"), condition),
            armed: compiler.emitter.reserve(1),
        },
    };
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
    let effects = effects(compiler, event, &at);
    let flags = |set: &Option<Vec<usize>>, count: usize| -> Box<[bool]> {
        let lets = |i| set.as_ref().is_none_or(|set| set.contains(&i));
        (0..count).map(lets).collect()
    };
    let gate = compiler.gate(GateCode {
        phases: flags(&event.phases, model.phases.len()),
        trends: flags(&event.trends, model.trends.len()),
    });
    EventCode {
        steady: is_steady(event, motions),
        reads_derived: event.effects.iter().any(|effect| {
            effect_reads(effect, &|e| e.any(&|part| matches!(part, Expr::Derived(_))))
        }),
        clocked: false,
        fires,
        guard,
        gate,
        conditional: event.guard.is_some() || event.rest.is_some() || event.limit.is_some(),
        limit: event.limit.map_or(f64::INFINITY, f64::from),
        rest,
        effects,
        hazards: Arc::default(),
        triggers: Arc::default(),
        derived: Arc::default(),
        trackers: Arc::default(),
        windows: Arc::default(),
        declared,
    }
}

fn effects(compiler: &mut Compiler<'_>, event: &Event, at: &str) -> Vec<EffectCode> {
    let model = compiler.model;
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    (event.effects.iter().enumerate())
        .map(|(i, effect)| {
            // The stream is named by what is done to which indicator, not by position, so that an inserted effect moves no numbers.
            let mut site = |verb: &str, indicator: usize| {
                let name = format!(
                    "event/{}/{verb}/{}",
                    event.name, model.indicators[indicator].name
                );
                let same = uses.entry(name.clone()).or_default();
                let site = format!("{name}/{same}");
                *same += 1;
                site
            };
            match effect {
                Effect::Set { indicator, to } => {
                    let site = site("set", *indicator);
                    EffectCode::Set {
                        indicator: *indicator,
                        value: compiler.draw(to, format!("{at}/effects/{i}/to"), site),
                    }
                }
                Effect::Add { indicator, by } => {
                    let site = site("add", *indicator);
                    EffectCode::Add {
                        indicator: *indicator,
                        value: compiler.draw(by, format!("{at}/effects/{i}/by"), site),
                    }
                }
                Effect::Multiply { indicator, by } => {
                    let site = site("multiply", *indicator);
                    EffectCode::Multiply {
                        indicator: *indicator,
                        value: compiler.draw(by, format!("{at}/effects/{i}/by"), site),
                    }
                }
                Effect::Phase(phase) => EffectCode::Phase(*phase),
                Effect::Trend(trend) => EffectCode::Trend(*trend),
            }
        })
        .collect()
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
