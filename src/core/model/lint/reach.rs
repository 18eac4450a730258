//! Which phases and trends a trial can get to, and which events can fire there.
//!
//! A search over pairs of phase and trend along the effects of events; each state is looked at by
//! itself. What a formula says about the phase, the trend and constants is taken into account,
//! everything else is supposed possible: what is called unreachable here is so, but not the
//! reverse.

use super::event_noun;
use super::known::{Known, Supposed};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::Expr;
use crate::model::types::{Branch, Draw, Event, Fires, Machine, Model, Since, StartsClock};

/// Where trials can be.
pub struct Reached {
    /// Pairs of phase and trend in which a trial can be while it is not frozen, or at its end.
    pub pairs: Vec<(usize, usize)>,
    /// By phase: can a trial get there?
    pub phases: Vec<bool>,
    /// By trend.
    pub trends: Vec<bool>,
    /// By state, then value.
    pub states: Vec<Vec<bool>>,
}

impl Reached {
    pub fn of(model: &Model) -> Self {
        Self::without(model, None)
    }

    /// Where trials can be in which one event has not fired.
    pub fn without(model: &Model, silent: Option<usize>) -> Self {
        let can_start = |start: &Expr| *start != Expr::Number(0.0);
        let starts = model.states.iter().map(|state| {
            let values = state.values.iter();
            values.map(|value| can_start(&value.start)).collect()
        });
        let mut states: Vec<Vec<bool>> = starts.collect();
        loop {
            let reached = Self::with(model, silent, states.clone());
            reached.move_states(model, silent, &mut states);
            if states == reached.states {
                return reached;
            }
        }
    }

    /// Where trials can be whose states have no other values than these.
    fn with(model: &Model, silent: Option<usize>, states: Vec<Vec<bool>>) -> Self {
        let trends = model.trends.len();
        let mut seen = vec![false; model.phases.len() * trends];
        let mut phases = vec![false; model.phases.len()];
        let mut open = Vec::new();
        for (z, trend) in model.trends.iter().enumerate() {
            for (y, phase) in model.phases.iter().enumerate() {
                if trend.weight > 0.0 && phase.start != Expr::Number(0.0) {
                    seen[y * trends + z] = true;
                    open.push((y, z));
                }
            }
        }
        let mut pairs = Vec::new();
        while let Some((phase, trend)) = open.pop() {
            pairs.push((phase, trend));
            phases[phase] = true;
            if model.phases[phase].is_final {
                continue;
            }
            for (index, event) in model.events.iter().enumerate() {
                let is_branch = matches!(event.fires, Fires::Branch(_));
                if silent == Some(index)
                    || is_branch
                    || !admitted(&states, event)
                    || !can_fire(model, event, phase, trend)
                {
                    continue;
                }
                let mut lead = |event: &Event, (from, under): (Vec<usize>, Vec<usize>)| {
                    let ys = led(event, Machine::Phase, from, &mut |y| phases[y] = true);
                    let zs = led(event, Machine::Trend, under, &mut |_| {});
                    for &y in &ys {
                        for &z in &zs {
                            if !std::mem::replace(&mut seen[y * trends + z], true) {
                                open.push((y, z));
                            }
                        }
                    }
                    (ys, zs)
                };
                let then = lead(event, (vec![phase], vec![trend]));
                for branch in event.branches.iter().filter(|b| event.may_have(b)) {
                    if silent != Some(branch.event) {
                        lead(&model.events[branch.event], then.clone());
                    }
                }
            }
        }
        pairs.sort_unstable();
        let trends = (0..trends)
            .map(|z| pairs.iter().any(|pair| pair.1 == z))
            .collect();
        Self {
            pairs,
            phases,
            trends,
            states,
        }
    }

    /// Adds the values that states can move to from where they can be.
    fn move_states(&self, model: &Model, silent: Option<usize>, states: &mut [Vec<bool>]) {
        if states.is_empty() {
            return;
        }
        for (index, event) in model.events.iter().enumerate() {
            if silent == Some(index) || !self.can_fire(model, event) {
                continue;
            }
            for (state, values) in states.iter_mut().enumerate() {
                let machine = Machine::State(state);
                let moves = event.effects.iter().filter_map(|e| e.moves(machine));
                moves
                    .flat_map(|to| to.all())
                    .for_each(|value| values[value] = true);
            }
        }
    }

    /// Can the event fire anywhere?
    pub fn can_fire(&self, model: &Model, event: &Event) -> bool {
        let mut pairs = self.pairs.iter();
        let whole = match event.fires {
            Fires::Branch(of) => &model.events[of],
            _ => event,
        };
        admitted(&self.states, whole)
            && pairs.any(|&(phase, trend)| {
                !model.phases[phase].is_final && can_fire(model, event, phase, trend)
            })
    }
}

/// Can every state that restricts the event have a value that lets it fire?
fn admitted(states: &[Vec<bool>], event: &Event) -> bool {
    let mut restricted = event.states.iter();
    restricted.all(|(state, values)| values.iter().any(|value| states[*state][*value]))
}

/// Where the effects of an event can lead from one of some places; `entered` is told of every place
/// on the way.
fn led(
    event: &Event,
    machine: Machine,
    from: Vec<usize>,
    entered: &mut dyn FnMut(usize),
) -> Vec<usize> {
    let mut places = from;
    for to in event.effects.iter().filter_map(|e| e.moves(machine)) {
        if to.is_sure() {
            places.clear();
        }
        let all = to.all();
        all.iter().for_each(|to| entered(*to));
        places.extend(all);
    }
    places
}

/// Can the event fire while a trial is in this phase under this trend?
pub fn can_fire(model: &Model, event: &Event, phase: usize, trend: usize) -> bool {
    let supposed = Supposed {
        model,
        phase,
        trend,
    };
    let allowed =
        |list: &Option<Vec<usize>>, index: usize| list.as_ref().is_none_or(|l| l.contains(&index));
    allowed(&event.phases, phase)
        && allowed(&event.trends, trend)
        && event.limit != Some(0)
        && event
            .guard
            .as_ref()
            .is_none_or(|guard| supposed.possible(guard))
        && match &event.fires {
            Fires::Hazard(hazard) => supposed.can_fire(hazard),
            Fires::At { time, probability } => {
                *probability != Expr::Number(0.0) && !is_late(model, time)
            }
            Fires::When(condition) => supposed.possible(condition),
            Fires::Every { times, .. } => !times.is_empty(),
            // What starts its clock may have happened elsewhere.
            Fires::After(_) => true,
            Fires::Branch(of) => {
                let whole = &model.events[*of];
                model.branch_of(event).is_some_and(|b| whole.may_have(b))
                    && can_fire(model, whole, phase, trend)
            }
            Fires::Step(share) => supposed.value(share) != Known::Number(0.0),
        }
        && event.probability != Some(Expr::Number(0.0))
}

fn is_late(model: &Model, time: &Draw) -> bool {
    match time {
        Draw::Value(Expr::Number(time)) => *time > model.clock.horizon,
        Draw::Fixed(distribution) => distribution.support().0 > model.clock.horizon,
        _ => false,
    }
}

/// Warns of phases that futures enter and never leave, although no outcome, question or metric asks
/// for them: they end there as if the phase were any other.
pub fn dead_ends(model: &Model, reached: &Reached, warnings: &mut Vec<Diagnostic>) {
    let moves_to = |event: &Event, wanted: &dyn Fn(usize) -> bool| {
        let mut effects = event.effects.iter();
        effects.any(|effect| {
            let to = effect.moves(Machine::Phase);
            to.is_some_and(|to| to.all().into_iter().any(wanted))
        })
    };
    let fires = |event: &Event, within: &dyn Fn(usize) -> bool| {
        let mut pairs = reached.pairs.iter();
        admitted(&reached.states, event)
            && pairs.any(|&(phase, trend)| within(phase) && can_fire(model, event, phase, trend))
    };
    let named = asked_for(model);
    for (index, phase) in model.phases.iter().enumerate() {
        let is_entered = (model.events.iter())
            .any(|event| moves_to(event, &|to| to == index) && fires(event, &|from| from != index));
        let is_left = (model.events.iter())
            .any(|event| moves_to(event, &|to| to != index) && fires(event, &|from| from == index));
        if phase.is_final || !is_entered || is_left || named[index] {
            continue;
        }
        warnings.push(
            Diagnostic::warning(
                "phase-dead-end",
                Place::key(pointer::join("/phases", &phase.name)),
                format!(
                    "nothing leaves the phase `{}`, and no outcome, question or metric names it: futures that enter it stay there until the end",
                    phase.name
                ),
            )
            .hint("name it in the `phases` of the events that may fire in it, or in the rule of an outcome; if it ends the story, it is `final`"),
        );
    }
}

/// By phase: does an outcome, a question or a metric ask for it, or a derived value that one of
/// them reads?
fn asked_for(model: &Model) -> Vec<bool> {
    let mut named = vec![false; model.phases.len()];
    let mut seen = vec![false; model.derived.len()];
    let outcomes = model.outcomes.iter().map(|outcome| &outcome.when);
    let questions = model.questions.iter().map(|question| &question.condition);
    let metrics = model.metrics.iter().map(|metric| &metric.value);
    let mut open: Vec<&Expr> = outcomes.chain(questions).chain(metrics).collect();
    while let Some(formula) = open.pop() {
        formula.visit(&mut |part| match part {
            Expr::PhaseIn(phases) => phases.iter().for_each(|phase| named[*phase] = true),
            Expr::ByPhase(_) => named.fill(true),
            Expr::Derived(index) if !seen[*index] => {
                seen[*index] = true;
                open.push(&model.derived[*index].value);
            }
            _ => {}
        });
    }
    named
}

/// Warns of phases and trends that no trial can get to.
pub fn unreachable(model: &Model, reached: &Reached, warnings: &mut Vec<Diagnostic>) {
    for (trend, reached) in model.trends.iter().zip(&reached.trends) {
        if !reached {
            warnings.push(
                Diagnostic::warning(
                    "trend-unreachable",
                    Place::key(pointer::join("/trends", &trend.name)),
                    format!("no trial can be under the trend `{}`: its weight is 0 and nothing shifts to it", trend.name),
                )
                .hint("give it a weight, or a shift or an event that leads to it"),
            );
        }
    }
    for (index, (phase, reached)) in model.phases.iter().zip(&reached.phases).enumerate() {
        if *reached {
            continue;
        }
        let names = |event: &&Event| format!("`{}`", event.name);
        let leading: Vec<String> = model
            .events
            .iter()
            .filter(|e| {
                let mut moves = e.effects.iter().filter_map(|e| e.moves(Machine::Phase));
                moves.any(|to| to.all().contains(&index))
            })
            .collect::<Vec<_>>()
            .iter()
            .map(names)
            .collect();
        let why = if leading.is_empty() {
            "no trial starts in it and no event moves there".to_owned()
        } else {
            format!(
                "no trial starts in it, and what moves there ({}) can never fire",
                leading.join(", ")
            )
        };
        warnings.push(
            Diagnostic::warning(
                "phase-unreachable",
                Place::key(pointer::join("/phases", &phase.name)),
                format!("nothing leads to the phase `{}`: {why}", phase.name),
            )
            .hint(format!(
                "add an event with the effect {{\"phase\": \"{}\"}}, or a start",
                phase.name
            )),
        );
    }
}

/// Warns of events that can never fire.
pub fn silent_events(model: &Model, reached: &Reached, warnings: &mut Vec<Diagnostic>) {
    let is_possible = |event: &Event| reached.can_fire(model, event);
    let mut fires: Vec<bool> = model.events.iter().map(is_possible).collect();
    for (index, why) in never_started(model, reached, &mut fires) {
        let event = &model.events[index];
        warnings.push(Diagnostic::warning(
            "event-cannot-fire",
            Place::value(event.fires_pointer()),
            format!(
                "{} can never fire: its clock never starts, {why}",
                event_noun(event)
            ),
        ));
        fires[index] = true;
    }
    for (event, fires) in model.events.iter().zip(fires) {
        if fires {
            continue;
        }
        let at = event.pointer();
        let (place, why) = reason(model, event, reached, &at);
        warnings.push(Diagnostic::warning(
            "event-cannot-fire",
            place,
            format!("{} can never fire: {why}", event_noun(event)),
        ));
    }
}

/// What starts the clock of an event, or the age of its hazard.
fn starting(event: &Event) -> Option<StartsClock> {
    match &event.fires {
        Fires::After(waiting) => Some(waiting.after),
        Fires::Hazard(hazard) => match hazard.ageing.as_ref()?.since {
            Since::Last(start) => Some(start),
            Since::Start | Since::Phase | Since::State(_) => None,
        },
        _ => None,
    }
}

/// Events that could fire if anything started their clocks, and why nothing does. All that follows
/// from them cannot fire either.
fn never_started(model: &Model, reached: &Reached, fires: &mut [bool]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    loop {
        let before = found.len();
        for (index, event) in model.events.iter().enumerate() {
            let Some(start) = starting(event) else {
                continue;
            };
            let why = match start {
                StartsClock::Event(of) if model.history.has(of) => None,
                StartsClock::Event(of) => {
                    let starts = match model.events[of].fires {
                        Fires::Branch(whole) => fires[of] && fires[whole],
                        _ => fires[of],
                    };
                    (!starts).then(|| format!("for `{}` can never fire", model.events[of].name))
                }
                StartsClock::Phase(phase) => (!reached.phases[phase]).then(|| {
                    format!(
                        "for no trial gets to the phase `{}`",
                        model.phases[phase].name
                    )
                }),
                StartsClock::Trend(trend) => (!reached.trends[trend])
                    .then(|| format!("for no trial is ever under `{}`", model.trends[trend].name)),
                StartsClock::Value(state, value) => (!reached.states[state][value]).then(|| {
                    let of = &model.states[state];
                    format!("for `{}` is never `{}`", of.name, of.values[value].name)
                }),
            };
            if let Some(why) = why.filter(|_| fires[index]) {
                fires[index] = false;
                found.push((index, why));
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Where the file restricts an event, by `in`, `not_in` or a short form.
fn restriction(model: &Model, at: &str, name: &str, short: Option<&str>) -> Place {
    let inside = |key: &str| pointer::join(&pointer::join(at, key), name);
    let places = [Some(inside("in")), Some(inside("not_in"))];
    let stated = places.into_iter().flatten();
    let found = (stated.into_iter()).find(|place| model.source.pointer(place).is_some());
    let short = short.map(|short| pointer::join(at, short));
    Place::value(found.or(short).unwrap_or_else(|| at.to_owned()))
}

/// Why an event cannot fire, and the place that says so.
fn reason(model: &Model, event: &Event, reached: &Reached, at: &str) -> (Place, String) {
    let key = |key: &str| Place::value(pointer::join(at, key));
    let list = |names: Vec<&str>| {
        names
            .iter()
            .map(|n| format!("`{n}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if event.limit == Some(0) {
        return (key("limit"), "its limit is 0".into());
    }
    if event.guard == Some(Expr::Truth(false)) {
        return (key("if"), "its condition never holds".into());
    }
    match &event.fires {
        Fires::At {
            probability: Expr::Number(0.0),
            ..
        } => return (key("probability"), "its probability is 0".into()),
        Fires::At { time, .. } if is_late(model, time) => {
            let last = model.clock.date_at(model.clock.horizon);
            return (
                key("at"),
                format!("its date lies after the horizon, {last}"),
            );
        }
        Fires::When(Expr::Truth(false)) => {
            return (key("when"), "its condition never holds".into());
        }
        Fires::Every { times, .. } if times.is_empty() => {
            return (key("every"), "none of its dates lies within the run".into());
        }
        Fires::Branch(of) => {
            let whole = &model.events[*of];
            return match model.branch_of(event) {
                Some(Branch {
                    probability: Some(p),
                    ..
                }) if *p == Expr::Number(0.0) => {
                    (key("probability"), "its probability is 0".into())
                }
                Some(branch) if !whole.may_have(branch) => {
                    (Place::key(at), "the other branches leave it nothing".into())
                }
                _ => (Place::key(at), format!("neither can `{}`", whole.name)),
            };
        }
        _ if event.probability == Some(Expr::Number(0.0)) => {
            return (key("probability"), "its probability is 0".into());
        }
        _ => {}
    }
    if let Some(phases) = &event.phases
        && !phases
            .iter()
            .any(|y| reached.phases[*y] && !model.phases[*y].is_final)
    {
        let names = list(
            phases
                .iter()
                .map(|y| model.phases[*y].name.as_str())
                .collect(),
        );
        let why = if phases.is_empty() {
            "it is allowed in no phase".to_owned()
        } else if phases.iter().all(|y| model.phases[*y].is_final) {
            format!("it is allowed only in {names}, where trials are frozen")
        } else {
            format!("it is allowed only in {names}, where no trial gets")
        };
        return (restriction(model, at, "phase", Some("phases")), why);
    }
    if let Some(trends) = &event.trends
        && !trends.iter().any(|z| reached.trends[*z])
    {
        let names = list(
            trends
                .iter()
                .map(|z| model.trends[*z].name.as_str())
                .collect(),
        );
        let why = if trends.is_empty() {
            "it is allowed under no trend".to_owned()
        } else {
            format!("it is allowed only under {names}, where no trial gets")
        };
        return match event.shift {
            Some(_) => (Place::key(at), why),
            None => (restriction(model, at, "trend", Some("trends")), why),
        };
    }
    let never = |(state, values): &&(usize, Vec<usize>)| {
        !values.iter().any(|value| reached.states[*state][*value])
    };
    if let Some((state, values)) = event.states.iter().find(never) {
        let of = &model.states[*state];
        let names = list(values.iter().map(|v| of.values[*v].name.as_str()).collect());
        let why = if values.is_empty() {
            format!("it is allowed with no value of `{}`", of.name)
        } else {
            format!(
                "it is allowed only where `{}` is {names}, which no trial has",
                of.name
            )
        };
        return match event.shift {
            Some(_) => (Place::key(at), why),
            None => (restriction(model, at, &of.name, None), why),
        };
    }
    let place = match (&event.fires, event.shift) {
        (_, Some(_)) => Place::value(at),
        (Fires::Hazard(_), None) if event.guard.is_none() => key("hazard"),
        (Fires::When(_), None) if event.guard.is_none() => key("when"),
        (_, None) if event.guard.is_some() => key("if"),
        _ => Place::key(at),
    };
    let why = match &event.fires {
        Fires::Hazard(_) if event.guard.is_none() => "its hazard is 0 wherever it is allowed",
        Fires::Hazard(_) => "wherever it is allowed its hazard is 0 or its condition cannot hold",
        Fires::Step(_) => "its probability is 0",
        _ => "its condition cannot hold where it is allowed",
    };
    (place, why.into())
}
