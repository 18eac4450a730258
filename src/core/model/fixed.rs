//! What is the same in every trial, whatever is drawn: an average of it is exact, and of nothing
//! else.
//!
//! That all trials of a run agree is no proof: a rare event may have come in none of them. Here the
//! file is asked. What is called fixed is so, but not the reverse: an event that fires by hazard
//! counts as one that may come or not.

use super::types::{
    Destination, Draw, Effect, Event, Fires, Indicator, Machine, Model, StartsClock,
};
use crate::expression::{Expr, PathReading};

/// What of a model is fixed.
#[derive(Clone)]
pub struct Fixed<'a> {
    model: &'a Model,
    /// Paths.
    indicators: Vec<bool>,
    derived: Vec<bool>,
    /// How often and when they fire.
    events: Vec<bool>,
    phase: bool,
    trend: bool,
    states: Vec<bool>,
}

impl<'a> Fixed<'a> {
    pub fn of(model: &'a Model) -> Self {
        // All is fixed until something random reaches it; what it reaches takes others with it.
        let mut fixed = Self {
            model,
            indicators: vec![true; model.indicators.len()],
            derived: vec![true; model.derived.len()],
            events: vec![true; model.events.len()],
            phase: true,
            trend: true,
            states: vec![true; model.states.len()],
        };
        loop {
            let next = fixed.followed();
            if next.found() == fixed.found() {
                return fixed;
            }
            fixed = next;
        }
    }

    fn found(&self) -> ([&[bool]; 4], bool, bool) {
        let lists = [&self.indicators, &self.derived, &self.events, &self.states];
        (lists.map(Vec::as_slice), self.phase, self.trend)
    }

    /// What stays fixed if this is.
    fn followed(&self) -> Self {
        let model = self.model;
        let mut next = self.clone();
        for &index in &model.derived_order {
            next.derived[index] = next.is_fixed(&model.derived[index].value);
        }
        // A final phase ends everything that moves, at the instant at which it is entered.
        let runs_on = self.phase || !model.phases.iter().any(|phase| phase.is_final);
        for (fixed, event) in next.events.iter_mut().zip(&model.events) {
            *fixed = runs_on && self.is_regular(event);
        }
        for (index, indicator) in model.indicators.iter().enumerate() {
            next.indicators[index] = self.is_determined(index, indicator, runs_on);
        }
        // Every move of it comes at the same instants and leads to the same place.
        let led = |machine: Machine| {
            let mut events = model.events.iter().zip(&self.events);
            events.all(|(event, fixed)| {
                let mut moves = event.effects.iter().filter_map(|e| e.moves(machine));
                moves.all(|to| *fixed && matches!(to, Destination::One(_)))
            })
        };
        let is_sure = |starts: &mut dyn Iterator<Item = &Expr>| {
            starts.filter(|start| **start != Expr::Number(0.0)).count() == 1
        };
        next.phase =
            is_sure(&mut model.phases.iter().map(|phase| &phase.start)) && led(Machine::Phase);
        let weights = model.trends.iter().map(|trend| trend.weight);
        next.trend = weights.filter(|weight| *weight > 0.0).count() == 1 && led(Machine::Trend);
        for (index, state) in model.states.iter().enumerate() {
            next.states[index] = is_sure(&mut state.values.iter().map(|value| &value.start))
                && led(Machine::State(index));
        }
        next
    }

    /// Whether an event fires at the same instants in every trial.
    fn is_regular(&self, event: &Event) -> bool {
        if event.limit == Some(0) {
            return true;
        }
        (self.phase || event.phases.is_none())
            && (self.trend || event.trends.is_none())
            && event.states.iter().all(|(state, _)| self.states[*state])
            && event.guard.iter().all(|guard| self.is_fixed(guard))
            && event.rest.iter().all(|rest| self.is_fixed(rest))
            && match &event.fires {
                Fires::Hazard(_) | Fires::Step(_) => false,
                Fires::At { time, probability } => {
                    self.is_drawn(time)
                        && matches!(probability, Expr::Number(p) if *p == 0.0 || *p == 1.0)
                }
                Fires::When(condition) => self.is_seen(condition),
                Fires::Every { .. } => true,
                Fires::After(waiting) => {
                    let starts = match waiting.after {
                        StartsClock::Event(event) => self.events[event],
                        StartsClock::Phase(_) => self.phase,
                        StartsClock::Trend(_) => self.trend,
                        StartsClock::Value(state, _) => self.states[state],
                    };
                    starts && self.is_drawn(&waiting.wait)
                }
                Fires::Branch(of) => {
                    let whole = &self.model.events[*of];
                    let is_sure = |p: &Expr| matches!(p, Expr::Number(p) if *p == 0.0 || *p == 1.0);
                    let mut chances = whole.branches.iter().filter_map(|b| b.probability.as_ref());
                    self.events[*of] && chances.all(is_sure)
                }
            }
            && matches!(event.probability, None | Some(Expr::Number(0.0 | 1.0)))
    }

    /// Whether an indicator takes the same path in every trial; one that does not move does,
    /// whenever the trial is frozen.
    fn is_determined(&self, index: usize, indicator: &Indicator, runs_on: bool) -> bool {
        let still = |rate: &Expr| *rate == Expr::Number(0.0);
        let acting = |event: &&Event| {
            let mut effects = event.effects.iter();
            effects.any(|effect| effect.indicator() == Some(index))
        };
        self.is_drawn(&indicator.start)
            && indicator.volatility.iter().all(still)
            && (indicator.drift.iter()).all(|drift| still(drift) || runs_on && self.is_fixed(drift))
            && (self.model.events.iter().zip(&self.events))
                .filter(|(event, _)| acting(event))
                .all(|(event, fixed)| {
                    let effects = event.effects.iter();
                    let own = effects.filter(|effect| effect.indicator() == Some(index));
                    *fixed && own.filter_map(Effect::draw).all(|draw| self.is_drawn(draw))
                })
    }

    fn is_drawn(&self, draw: &Draw) -> bool {
        matches!(draw, Draw::Value(value) if self.is_fixed(value))
    }

    /// Whether a formula along the path is fixed that is looked at after every jump: one that names
    /// the time shows what jumps there are.
    fn is_seen(&self, formula: &Expr) -> bool {
        self.is_fixed(formula)
            && (self.events.iter().all(|fixed| *fixed) || !self.names_time(formula))
    }

    fn names_time(&self, formula: &Expr) -> bool {
        formula.any(&|part| match part {
            Expr::Time | Expr::Month | Expr::TimeInPhase | Expr::Since(_) | Expr::Age(_) => true,
            // What they read may.
            Expr::Derived(_) => true,
            _ => false,
        })
    }

    /// Whether a formula has the same value in every trial at each instant, or at its end.
    pub fn is_fixed(&self, formula: &Expr) -> bool {
        match formula {
            Expr::Parameter(index) => {
                (self.model.drawn(*index)).is_some_and(|drawn| drawn.value.is_constant())
            }
            Expr::Indicator(index) => self.indicators[*index],
            Expr::Derived(index) => self.derived[*index],
            Expr::Count(event) | Expr::Ever(event) | Expr::Since(event) => self.events[*event],
            Expr::PhaseIn(_) | Expr::TimeInPhase => self.phase,
            Expr::TrendIn(_) => self.trend,
            Expr::StateIn(state, _) | Expr::Age(state) => self.states[*state],
            Expr::StartTrendIn(_) => {
                let weights = self.model.trends.iter().map(|trend| trend.weight);
                weights.filter(|weight| *weight > 0.0).count() == 1
            }
            Expr::ByTrend(arms) => self.trend && arms.iter().all(|arm| self.is_fixed(arm)),
            Expr::ByPhase(arms) => self.phase && arms.iter().all(|arm| self.is_fixed(arm)),
            Expr::ByState(state, arms) => {
                self.states[*state] && arms.iter().all(|arm| self.is_fixed(arm))
            }
            Expr::Path(PathReading::FirstEvent(event) | PathReading::CountWithin { event, .. }) => {
                self.events[*event]
            }
            Expr::Path(PathReading::FirstAfter { event, after }) => {
                self.events[*event] && self.events[*after]
            }
            Expr::Path(PathReading::Final(inner) | PathReading::At(inner, _)) => {
                self.is_fixed(inner)
            }
            Expr::Path(_) => formula.parts().into_iter().all(|part| self.is_seen(part)),
            other => other.parts().into_iter().all(|part| self.is_fixed(part)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fixed;
    use crate::model::build;
    use crate::scenario::load_str;
    use serde_json::{Value, json};

    fn scenario(more: Value) -> Value {
        let mut whole = json!({
            "format": 1, "name": "fixed", "start": "2026-01-01", "horizon": "1 year", "step": "1 week",
            "parameters": {"c": 2, "u": {"uniform": [0, 1]}},
            "phases": {"q": {}, "p": {"start": true}, "r": {}},
            "indicators": {
                "still": {"start": 3, "range": [0, 9]}, "grows": {"start": "c", "drift": "0.1 * grows + month"},
                "noisy": {"start": 1, "volatility": 0.1}, "fed": {"start": 1, "drift": "noisy"},
                "drawn": {"start": {"uniform": [0, 1]}}, "of_u": {"start": "u"},
                "dated": {"start": 0}, "hit": {"start": 0}, "set": {"start": 0}, "late": {"start": 0}
            },
            "derived": {"twice": "2 * grows", "again": "twice + hit"},
            "events": {
                "day": {"at": "2026-05-05", "effects": [{"add": "dated", "by": "c"}]},
                "maybe": {"at": "2026-05-05", "probability": 0.5},
                "rare": {"hazard": 1e-9, "effects": [{"add": "hit", "by": 1}]},
                "when_grown": {"when": "grows > 3", "effects": [{"set": "late", "to": {"normal": {"mean": 0, "sd": 1}}}]},
                "when_hit": {"when": "hit > 3", "effects": [{"set": "set", "to": 1}]},
                "when_time": {"when": "t > 0.3"}
            },
            "outcomes": [{"name": "all", "when": "phase == p"}]
        });
        for (key, value) in more.as_object().expect("sections") {
            whole[key] = value.clone();
        }
        whole
    }

    /// Names of the metrics that are fixed; all must begin with `f_`, and no others.
    fn check(scenario: &Value) {
        let loaded = load_str(&scenario.to_string(), "fixed.json")
            .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
        let model = build(&loaded)
            .unwrap_or_else(|errors| panic!("{errors:?}"))
            .model;
        let fixed = Fixed::of(&model);
        for metric in &model.metrics {
            let expected = metric.name.starts_with("f_");
            assert_eq!(fixed.is_fixed(&metric.value), expected, "{}", metric.name);
        }
    }

    #[test]
    fn what_nothing_random_reaches_is_fixed_and_nothing_else_is() {
        check(&scenario(json!({"metrics": {
            "f_still": "final(still)", "f_grows": "highest(grows)", "f_dated": "final(dated)", "f_twice": "final(twice)",
            "f_day": "first(day)", "f_count": "count(day)", "f_grown": "first(when_grown)", "f_phase": "time_in(phase == p)",
            "f_c": "c + 1", "f_month": "final(month)",
            "v_noisy": "final(noisy)", "v_fed": "final(fed)", "v_drawn": "final(drawn)", "v_u": "final(of_u)", "v_p": "u",
            "v_rare": "count(rare)", "v_hit": "final(hit)", "v_set": "final(set)", "v_late": "final(late)", "v_again": "final(again)",
            "v_maybe": "count(maybe)", "v_time": "first(when_time)", "v_in": "time_in(t > 0.31)", "v_last": "if(since(rare) < 0.5, 1, 0)"
        }})));
    }

    #[test]
    fn without_chance_the_time_is_seen_at_the_same_instants() {
        check(&scenario(json!({
            "events": {"day": {"at": "2026-05-05"}, "when_time": {"when": "t > 0.3", "effects": [{"phase": "q"}]}},
            "metrics": {"f_time": "first(when_time)", "f_in": "time_in(t > 0.31)", "f_phase": "time_in(phase == q)"}
        })));
    }

    #[test]
    fn a_phase_or_trend_that_is_drawn_takes_with_it_what_it_moves_and_a_final_one_everything() {
        let phases = json!({"p": {"start": 0.5}, "q": {"start": 0.5}, "r": {}});
        check(&scenario(json!({
            "phases": phases, "metrics": {"f_still": "final(still)", "v_in": "time_in(phase == p)", "f_grows": "final(grows)"}
        })));
        check(&scenario(json!({
            "phases": {"p": {"start": true}, "q": {"final": true}, "r": {}},
            "events": {"end": {"hazard": 1, "effects": [{"phase": "q"}]}, "day": {"at": "2026-05-05"}},
            "metrics": {"f_still": "final(still)", "v_grows": "final(grows)", "v_day": "count(day)", "f_c": "c"}
        })));
        check(&scenario(json!({
            "trends": {"a": {"weight": 0.5}, "b": {"weight": 0.5}},
            "indicators": {"moved": {"start": 1, "drift": {"by": "trend", "a": 1, "b": 2}}, "free": {"start": 1, "drift": 1}},
            "events": {"day": {"at": "2026-05-05", "trends": ["a"]}, "other": {"at": "2026-05-05"}},
            "derived": {},
            "metrics": {"v_moved": "final(moved)", "f_free": "final(free)", "v_day": "count(day)", "f_other": "count(other)", "v_start": "if(start_trend == a, 1, 0)"}
        })));
    }
}
