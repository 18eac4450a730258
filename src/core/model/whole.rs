//! Which numbers are whole whatever happens: counts, and what is made of them.
//!
//! Nothing depends on it but how a number is drawn: bars of a count stand on whole numbers.

use super::types::{Draw, Effect, Indicator, Model};
use crate::expression::{Arithmetic, Expr, Function, PathReading};

/// What of a model is whole.
pub struct Whole {
    indicators: Vec<bool>,
    derived: Vec<bool>,
}

impl Whole {
    pub fn of(model: &Model) -> Self {
        // Steps may read other indicators: those that fail take others with them.
        let mut indicators = vec![true; model.indicators.len()];
        loop {
            let whole = Self::given(model, indicators);
            let next: Vec<bool> = (model.indicators.iter().enumerate())
                .map(|(i, indicator)| whole.indicators[i] && whole.stays(model, i, indicator))
                .collect();
            if next == whole.indicators {
                return whole;
            }
            indicators = next;
        }
    }

    /// What derived values are if these indicators are whole. Each is looked at once, after those
    /// that it reads.
    fn given(model: &Model, indicators: Vec<bool>) -> Self {
        let derived = vec![false; model.derived.len()];
        let mut whole = Self {
            indicators,
            derived,
        };
        for &index in &model.derived_order {
            whole.derived[index] = whole.is_whole(&model.derived[index].value);
        }
        whole
    }

    /// Whether an indicator starts whole and is moved by whole steps only.
    fn stays(&self, model: &Model, index: usize, indicator: &Indicator) -> bool {
        let still = |rate: &Option<Expr>| matches!(rate, None | Some(Expr::Number(0.0)));
        let draw = |draw: &Draw| match draw {
            Draw::Value(value) => self.is_whole(value),
            Draw::Fixed(_) | Draw::Varying(_) => false,
        };
        let ends = [indicator.low, indicator.high];
        let effects = model.events.iter().flat_map(|event| &event.effects);
        draw(&indicator.start)
            && still(&indicator.drift)
            && still(&indicator.volatility)
            && ends.into_iter().flatten().all(|end| end.fract() == 0.0)
            && effects
                .filter(|effect| effect.indicator() == Some(index))
                .filter_map(Effect::draw)
                .all(draw)
    }

    /// Whether a formula gives whole numbers only. `false` where that cannot be told.
    pub fn is_whole(&self, formula: &Expr) -> bool {
        let is = |part: &Expr| self.is_whole(part);
        match formula {
            Expr::Number(value) => value.fract() == 0.0,
            Expr::Count(_) | Expr::Month | Expr::Path(PathReading::CountWithin { .. }) => true,
            Expr::Indicator(index) => self.indicators[*index],
            Expr::Derived(index) => self.derived[*index],
            Expr::Negate(inner) => is(inner),
            Expr::Arithmetic(
                Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Multiply,
                a,
                b,
            ) => is(a) && is(b),
            Expr::If(_, then, otherwise) => is(then) && is(otherwise),
            Expr::Call(Function::Floor | Function::Ceil | Function::Round | Function::Sign, _) => {
                true
            }
            Expr::Call(
                Function::Min | Function::Max | Function::Clamp | Function::Mod | Function::Abs,
                list,
            )
            | Expr::ByTrend(list)
            | Expr::ByPhase(list)
            | Expr::ByState(_, list) => list.iter().all(is),
            Expr::Path(
                PathReading::Final(inner)
                | PathReading::Highest(inner)
                | PathReading::Lowest(inner)
                | PathReading::At(inner, _),
            ) => is(inner),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Whole;
    use crate::model::build;
    use crate::scenario::load_str;
    use serde_json::json;

    #[test]
    fn counts_and_what_is_made_of_them_are_whole_and_nothing_else_is() {
        let scenario = json!({
            "format": 1, "name": "whole", "start": "2026-01-01", "horizon": "1 year", "step": "1 week",
            "trends": {"a": {"weight": 1}}, "phases": {"q": {}, "p": {"start": true}},
            "indicators": {
                "stock": {"start": 3, "range": [0, 9]},
                "other": {"start": "stock_start"},
                "moved": {"start": 1, "drift": 1},
                "cut": {"start": 1, "range": [0, 2.5]},
                "fed": {"start": 0}
            },
            "parameters": {"stock_start": 2.5},
            "derived": {"twice": "2 * stock", "again": "twice + twice", "mixed": "twice + moved"},
            "events": {
                "step": {"hazard": 1, "effects": [{"add": "stock", "by": 2}, {"set": "fed", "to": "moved"}]}
            },
            "outcomes": [{"name": "all", "when": "phase == p"}],
            "metrics": {
                "w_count": "count(step)", "w_sum": "2 * count(step) - 1", "w_stock": "highest(stock)",
                "w_floor": "floor(final(moved))", "w_flag": "if(ever(step), 1, 0)", "w_least": "min(count(step), 7)", "w_derived": "final(again)", "w_within": "count(step, to: 6 months)", "w_at": "at(stock, 6 months)", "n_mixed": "final(mixed)",
                "n_half": "count(step) / 2", "n_other": "final(other)", "n_moved": "final(moved)", "n_cut": "final(cut)",
                "n_fed": "final(fed)", "n_time": "time_in(phase == p)", "n_mean": "average(stock)", "n_capped": "min(count(step), 7.5)"
            }
        });
        let loaded = load_str(&scenario.to_string(), "whole.json")
            .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
        let model = build(&loaded)
            .unwrap_or_else(|errors| panic!("{errors:?}"))
            .model;
        let whole = Whole::of(&model);
        for metric in &model.metrics {
            let expected = metric.name.starts_with("w_");
            assert_eq!(whole.is_whole(&metric.value), expected, "{}", metric.name);
        }
    }
}
