//! Events due at one instant that get into one another's way: what comes of them depends on the
//! order of their names.
//!
//! Events due at the same instant fire in the order of their names. That is told of if two of them
//! may be due together and the order shows: one decides whether the other is still allowed, they
//! move the phase or the trend to different places, they change an indicator in ways that do not
//! commute, or one reads what the other changes.

use super::reach::Reached;
use super::state::State;
use crate::diagnostic::{Diagnostic, Place};
use crate::expression::{Expr, Interval};
use crate::model::types::{Destination, Draw, Effect, Event, Fires, Machine, Model};
use std::collections::BTreeSet;

/// Most pairs of events that are looked at, if they read no derived values.
const PATIENCE: usize = 200_000;
/// Derived values that cost as much as a pair of events.
const DERIVED_PER_PAIR: usize = 10;

/// Warns of events whose order at one instant matters.
pub fn order_by_name(model: &Model, reached: &Reached, warnings: &mut Vec<Diagnostic>) {
    let due: Vec<usize> = (model.events.iter().enumerate())
        .filter(|(_, event)| match &event.fires {
            Fires::At { probability, .. } => *probability != Expr::Number(0.0),
            Fires::When(_) => true,
            Fires::Every { times, .. } => !times.is_empty(),
            Fires::After(waiting) => is_fixed(&waiting.wait),
            Fires::Hazard(_) | Fires::Branch(_) | Fires::Step(_) => false,
        })
        .map(|(index, _)| index)
        .collect();
    let reads = model.events.iter().map(|event| reads_derived(model, event));
    let reads: Vec<bool> = reads.collect();
    let mut state = State::any(model);
    let mut patience = PATIENCE;
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let pairs = (due.iter().enumerate())
        .flat_map(|(rank, first)| due[rank + 1..].iter().map(move |second| (*first, *second)));
    for (first, second) in pairs {
        let [one, other] = [first, second].map(|index| &model.events[index]);
        if one.priority != other.priority {
            continue;
        }
        let cost = 1 + if reads[first] || reads[second] {
            model.derived.len() / DERIVED_PER_PAIR
        } else {
            0
        };
        let Some(left) = patience.checked_sub(cost) else {
            return;
        };
        patience = left;
        if told.contains(&second) || !may_coincide(&state, model, &one.fires, &other.fires) {
            continue;
        }
        let pair = Pair {
            model,
            first,
            second,
        };
        if let Some(why) = pair.conflict(reached, &mut state) {
            told.insert(second);
            let at = |event: &Event| Place::value(event.fires_pointer());
            warnings.push(
                Diagnostic::warning(
                    "order-by-name",
                    at(other),
                    format!(
                        "`{}` and `{}` can be due at the same instant, where events fire in the order of their names, and the order decides: {why}",
                        one.name, other.name
                    ),
                )
                .related(at(one), "the other")
                .hint("give them instants of their own, in the order that is meant: `\"at\"` takes a formula in years as well, such as \"0.5 + 1/8766\" for an hour later")
                .hint("or give the one that comes first a higher `priority`")
                .hint("or let one event draw what happens into an indicator, and others wait for it by `when`"),
            );
        }
    }
}

/// Does an event read a derived value when it comes due?
fn reads_derived(model: &Model, event: &Event) -> bool {
    let mut found = event.guard.as_ref().is_some_and(has_derived);
    each_drawn(model, event, &mut |formula| found |= has_derived(formula));
    found
}

fn has_derived(formula: &Expr) -> bool {
    formula.any(&|part| matches!(part, Expr::Derived(_)))
}

/// The formulas of an event's chances and effects, those of its branches too.
fn each_drawn(model: &Model, event: &Event, visit: &mut dyn FnMut(&Expr)) {
    let chances = event.branches.iter().filter_map(|b| b.probability.as_ref());
    chances.chain(&event.probability).for_each(&mut *visit);
    for effect in model.effects_with_branches(event) {
        effect.each_formula(visit);
    }
}

/// Can two events be due at the same instant? Dates of continuous distributions never are;
/// conditions are if they are the same.
fn may_coincide(state: &State<'_>, model: &Model, a: &Fires, b: &Fires) -> bool {
    let (a, b) = match (a, b) {
        (Fires::At { time: a, .. }, Fires::At { time: b, .. }) => (a, b),
        (Fires::Every { times, .. }, other) | (other, Fires::Every { times, .. }) => {
            return times.iter().any(|time| is_due_at(model, other, *time));
        }
        // Two clocks that one thing starts and that run equally long; what they wait for one
        // another for is meant.
        (Fires::After(a), Fires::After(b)) => {
            return a.after == b.after && same(&a.wait, &b.wait);
        }
        (Fires::When(a), Fires::When(b)) => return a == b,
        _ => return false,
    };
    match (a, b) {
        (Draw::Value(Expr::Number(x)), Draw::Value(Expr::Number(y))) => {
            x == y && *x <= model.clock.horizon
        }
        (Draw::Value(x), Draw::Value(y)) => {
            let (from, to) = (state.value(x), state.value(y));
            // Formulas over parameters: the same one, or values of a few each.
            x == y || (from.is_point() && from == to)
        }
        (Draw::Value(Expr::Number(x)), Draw::Fixed(d))
        | (Draw::Fixed(d), Draw::Value(Expr::Number(x))) => {
            *x <= model.clock.horizon && has_atom(d, *x)
        }
        (Draw::Fixed(d), Draw::Fixed(e)) if d.is_discrete() && e.is_discrete() => {
            atoms(d).iter().any(|x| has_atom(e, *x))
        }
        _ => false,
    }
}

fn is_fixed(draw: &Draw) -> bool {
    match draw {
        Draw::Value(_) => true,
        Draw::Fixed(distribution) => distribution.is_discrete(),
        Draw::Varying(_) => false,
    }
}

fn same(x: &Draw, y: &Draw) -> bool {
    matches!((x, y), (Draw::Value(x), Draw::Value(y)) if x == y)
}

/// Can an event be due at this very instant?
fn is_due_at(model: &Model, fires: &Fires, instant: f64) -> bool {
    match fires {
        Fires::Every { times, .. } => times.contains(&instant),
        Fires::At {
            time: Draw::Value(Expr::Number(x)),
            ..
        } => *x == instant,
        Fires::At {
            time: Draw::Fixed(d),
            ..
        } => instant <= model.clock.horizon && has_atom(d, instant),
        _ => false,
    }
}

/// Does a distribution give this very value a probability? A continuous one rises by next to
/// nothing between neighbouring numbers.
fn has_atom(distribution: &crate::distribution::Distribution, x: f64) -> bool {
    distribution.cdf(x) - distribution.cdf(x.next_down()) > 1e-9
}

/// The likelier values of a discrete distribution.
fn atoms(distribution: &crate::distribution::Distribution) -> Vec<f64> {
    let mut values: Vec<f64> = (0..=500)
        .map(|k| distribution.quantile(f64::from(k) / 500.0))
        .collect();
    values.dedup();
    values
}

struct Pair<'a> {
    model: &'a Model,
    /// The names of events are sorted, and this one comes first.
    first: usize,
    second: usize,
}

/// A trial between two firings at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Moment {
    phase: usize,
    trend: usize,
    /// Which of the two have fired.
    fired: [bool; 2],
    /// What their guards gave when they came due.
    guards: [Interval; 2],
    frozen: bool,
}

impl Pair<'_> {
    /// Why the order matters, if it does.
    ///
    /// `state`: everything that can be; it is that again afterwards.
    fn conflict(&self, reached: &Reached, state: &mut State<'_>) -> Option<String> {
        let [a, b] = [self.first, self.second].map(|index| &self.model.events[index]);
        for &(phase, trend) in &reached.pairs {
            if self.model.phases[phase].is_final {
                continue;
            }
            let start = Moment {
                phase,
                trend,
                fired: [false; 2],
                guards: [Interval::FALSE; 2],
                frozen: false,
            };
            // Where a move is drawn, each place that it can lead to.
            let ways = self.results().into_iter();
            let ways = ways.flat_map(|results| {
                (0..turns(self.model, [a, b])).map(move |turn| (results, turn))
            });
            for (results, turn) in ways {
                let orders = [[0, 1], [1, 0]].map(|order| {
                    order.into_iter().fold(start, |moment, which| {
                        self.play(moment, (which, results[which]), turn, state)
                    })
                });
                if orders[0] != orders[1] {
                    return Some(self.told(orders));
                }
            }
        }
        // What each changes and reads besides phase and trend.
        let both = reached.pairs.iter().any(|&(phase, trend)| {
            !self.model.phases[phase].is_final
                && self.allowed(0, phase, trend)
                && self.allowed(1, phase, trend)
        });
        if !both || excluded(self.model, a, b) {
            return None;
        }
        for (one, other, index) in [(a, b, self.first), (b, a, self.second)] {
            let changed = Items::changed(self.model, one, index);
            let read = Items::read(self.model, other);
            if let Some(item) = changed.common(&read) {
                return Some(format!(
                    "`{}` reads {}, which `{}` changes",
                    other.name,
                    item.named(self.model),
                    one.name
                ));
            }
        }
        if let Some(state) = pulled_apart(self.model, a, b) {
            return Some(format!(
                "both move the state `{}`, and the last one has its way",
                self.model.states[state].name
            ));
        }
        let clash = clashing(self.model, a, b)?;
        Some(format!(
            "both change the indicator `{}`, and the last one has its way",
            self.model.indicators[clash].name
        ))
    }

    fn told(&self, [forward, backward]: [Moment; 2]) -> String {
        let name = |which: usize| &self.model.events[[self.first, self.second][which]].name;
        for which in [0, 1] {
            let other = 1 - which;
            if forward.fired[which] != backward.fired[which] {
                let after = if which == 1 { forward } else { backward };
                return if after.fired[which] {
                    format!("`{}` can happen only after `{}`", name(which), name(other))
                } else {
                    format!(
                        "after `{}`, `{}` is no longer allowed",
                        name(other),
                        name(which)
                    )
                };
            }
        }
        for which in [0, 1] {
            if forward.guards[which] != backward.guards[which] {
                return format!(
                    "`{}` may allow or forbid `{}`",
                    name(1 - which),
                    name(which)
                );
            }
        }
        if forward.phase != backward.phase {
            let phase = |moment: Moment| &self.model.phases[moment.phase].name;
            return format!(
                "one leads to the phase `{}`, the other to `{}`",
                phase(backward),
                phase(forward)
            );
        }
        let trend = |moment: Moment| &self.model.trends[moment.trend].name;
        format!(
            "one leads to the trend `{}`, the other to `{}`",
            trend(backward),
            trend(forward)
        )
    }

    /// The results that the two may have, each pair of branches once.
    fn results(&self) -> Vec<[Option<usize>; 2]> {
        let [of_one, of_other] = [self.first, self.second].map(|index| {
            let event = &self.model.events[index];
            let likely = event.branches.iter().filter(|b| event.may_have(b));
            let mut results: Vec<Option<usize>> = likely.map(|b| Some(b.event)).collect();
            if results.is_empty() {
                results.push(None);
            }
            results
        });
        let pairs = of_one
            .iter()
            .flat_map(|one| of_other.iter().map(|other| [*one, *other]));
        pairs.collect()
    }

    /// Is one of the two allowed in a phase under a trend, its guard aside?
    fn allowed(&self, which: usize, phase: usize, trend: usize) -> bool {
        let event = &self.model.events[[self.first, self.second][which]];
        let among =
            |list: &Option<Vec<usize>>, index| list.as_ref().is_none_or(|l| l.contains(&index));
        among(&event.phases, phase) && among(&event.trends, trend)
    }

    /// One of them comes due: it fires if it is allowed, as far as phase, trend and the other's
    /// firing tell.
    fn play(
        &self,
        mut moment: Moment,
        (which, result): (usize, Option<usize>),
        turn: usize,
        state: &mut State<'_>,
    ) -> Moment {
        let event = &self.model.events[[self.first, self.second][which]];
        if moment.frozen || !self.allowed(which, moment.phase, moment.trend) {
            return moment;
        }
        if let Some(guard) = &event.guard {
            let both = [self.first, self.second];
            let before = both.map(|index| (state.counts[index], state.since[index]));
            (state.phase, state.trend) = (Some(moment.phase), Some(moment.trend));
            for (index, fired) in both.into_iter().zip(moment.fired) {
                let is_dated = matches!(self.model.events[index].fires, Fires::At { .. });
                if fired {
                    state.counts[index] = Interval::new(1.0, f64::INFINITY);
                    state.since[index] = Interval::point(0.0);
                } else if is_dated {
                    // It comes due once.
                    state.counts[index] = Interval::point(0.0);
                    state.since[index] = Interval::point(f64::INFINITY);
                }
            }
            if has_derived(guard) {
                state.settle();
            }
            moment.guards[which] = state.value(guard);
            (state.phase, state.trend) = (None, None);
            for (index, before) in both.into_iter().zip(before) {
                (state.counts[index], state.since[index]) = before;
            }
            if !moment.guards[which].can_hold() {
                return moment;
            }
        }
        moment.fired[which] = true;
        let branch = result
            .into_iter()
            .flat_map(|branch| &self.model.events[branch].effects);
        for effect in event.effects.iter().chain(branch) {
            if let Effect::Move { machine, to } = effect {
                let all = to.all();
                match (machine, all.get(turn % all.len().max(1))) {
                    (Machine::Phase, Some(to)) => moment.phase = *to,
                    (Machine::Trend, Some(to)) => moment.trend = *to,
                    _ => {}
                }
            }
        }
        moment.frozen = self.model.phases[moment.phase].is_final;
        moment
    }
}

/// Most ways that are looked at in which the moves of two events can go.
const MOST_TURNS: usize = 16;

/// In how many ways the moves of two events can go, if each draw of one goes through its places in
/// turn.
fn turns(model: &Model, events: [&Event; 2]) -> usize {
    let effects = events
        .into_iter()
        .flat_map(|event| model.effects_with_branches(event));
    let ways = effects.map(|effect| match effect {
        Effect::Move { to, .. } => to.all().len().max(1),
        _ => 1,
    });
    ways.fold(1, |all: usize, ways| all.saturating_mul(ways))
        .min(MOST_TURNS)
}

/// Are two events restricted to values of a state of which a trial has one at a time, and neither
/// moves that state?
fn excluded(model: &Model, a: &Event, b: &Event) -> bool {
    let moves = |event: &Event, state: usize| {
        let mut effects = model.effects_with_branches(event);
        effects.any(|effect| effect.moves(Machine::State(state)).is_some())
    };
    a.states.iter().any(|(state, values)| {
        let of_other = b.states.iter().find(|(other, _)| other == state);
        of_other.is_some_and(|(_, others)| !values.iter().any(|value| others.contains(value)))
            && !moves(a, *state)
            && !moves(b, *state)
    })
}

/// A state that two events move to different places.
fn pulled_apart(model: &Model, a: &Event, b: &Event) -> Option<usize> {
    let moves = |event: &Event| -> Vec<(usize, Destination)> {
        let all = model
            .effects_with_branches(event)
            .filter_map(|effect| match effect {
                Effect::Move {
                    machine: Machine::State(state),
                    to,
                } => Some((*state, to.clone())),
                _ => None,
            });
        all.collect()
    };
    let others = moves(b);
    let differs = |(state, to): &(usize, Destination)| {
        let mut same = others.iter().filter(|(other, _)| other == state);
        same.any(|(_, other)| other != to || !matches!(to, Destination::One(_)))
    };
    moves(a).iter().find(|own| differs(own)).map(|own| own.0)
}

/// An indicator that two events change in ways that do not commute.
fn clashing(model: &Model, a: &Event, b: &Event) -> Option<usize> {
    for one in model.effects_with_branches(a) {
        for other in model.effects_with_branches(b) {
            let (
                Effect::Change {
                    indicator: i,
                    combine,
                    amount: x,
                },
                Effect::Change {
                    indicator: j,
                    combine: other,
                    amount: y,
                },
            ) = (one, other)
            else {
                continue;
            };
            let commute = combine == other && (combine.row().commutes || same(x, y));
            if i == j && !commute {
                return Some(*i);
            }
        }
    }
    None
}

/// Something that events change and formulas read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Phase,
    Trend,
    State(usize),
    Indicator(usize),
    Event(usize),
}

impl Item {
    fn named(self, model: &Model) -> String {
        match self {
            Self::Phase => "the phase".to_owned(),
            Self::Trend => "the trend".to_owned(),
            Self::State(index) => format!("the state `{}`", model.states[index].name),
            Self::Indicator(index) => format!("the indicator `{}`", model.indicators[index].name),
            Self::Event(index) => format!("whether `{}` has happened", model.events[index].name),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Items(BTreeSet<Item>);

impl Items {
    fn common(&self, other: &Self) -> Option<Item> {
        self.0.intersection(&other.0).next().copied()
    }

    /// What a formula reads, through all derived values; of these, `walked` have been looked at.
    fn add(&mut self, model: &Model, formula: &Expr, walked: &mut BTreeSet<usize>) {
        // A list and no recursion: derived values may stand in chains of thousands.
        let mut due = vec![formula];
        while let Some(formula) = due.pop() {
            formula.visit(&mut |e| {
                self.0.insert(match e {
                    Expr::PhaseIn(_) | Expr::ByPhase(_) | Expr::TimeInPhase => Item::Phase,
                    Expr::TrendIn(_) | Expr::ByTrend(_) => Item::Trend,
                    Expr::StateIn(index, _) | Expr::Age(index) | Expr::ByState(index, _) => {
                        Item::State(*index)
                    }
                    Expr::Indicator(index) => Item::Indicator(*index),
                    Expr::Count(index) | Expr::Ever(index) | Expr::Since(index) => {
                        Item::Event(*index)
                    }
                    Expr::Derived(index) => {
                        if walked.insert(*index) {
                            due.push(&model.derived[*index].value);
                        }
                        return;
                    }
                    _ => return,
                });
            });
        }
    }

    /// What an event reads when it comes due. Phase, trend and firings are played as far as its
    /// guard goes.
    fn read(model: &Model, event: &Event) -> Self {
        let mut items = Self::default();
        if let Some(guard) = &event.guard {
            items.add(model, guard, &mut BTreeSet::new());
        }
        let is_kept = |item: &Item| matches!(item, Item::Indicator(_) | Item::State(_));
        items.0.retain(is_kept);
        let restricted = event.states.iter();
        items
            .0
            .extend(restricted.map(|(state, _)| Item::State(*state)));
        let mut walked = BTreeSet::new();
        each_drawn(model, event, &mut |formula| {
            items.add(model, formula, &mut walked);
        });
        items
    }

    /// What an event changes.
    fn changed(model: &Model, event: &Event, index: usize) -> Self {
        let mut items = Self::default();
        items.0.insert(Item::Event(index));
        items.0.extend(
            event
                .branches
                .iter()
                .map(|branch| Item::Event(branch.event)),
        );
        for effect in model.effects_with_branches(event) {
            items.0.insert(match effect {
                Effect::Change { indicator, .. } => Item::Indicator(*indicator),
                Effect::Move { machine, .. } => match machine {
                    Machine::Phase => Item::Phase,
                    Machine::Trend => Item::Trend,
                    Machine::State(index) => Item::State(*index),
                },
            });
        }
        items
    }
}
