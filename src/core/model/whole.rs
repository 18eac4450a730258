//! Which numbers are whole whatever happens: counts, and what is made of them.
//!
//! Nothing depends on it but how a number is drawn: bars of a count stand on whole numbers.

use super::types::{Draw, Effect, Indicator, Model};
use crate::expression::{Arithmetic, Expr, Function, PathReading};

impl Model {
    /// Whether a formula gives whole numbers only. `false` where that cannot be told.
    pub fn is_whole(&self, formula: &Expr) -> bool {
        self.whole(formula, &self.whole_indicators())
    }

    /// The indicators that start whole and are moved by whole steps only.
    fn whole_indicators(&self) -> Vec<bool> {
        // Steps may read other indicators: those that fail take others with them.
        let mut found = vec![true; self.indicators.len()];
        loop {
            let next: Vec<bool> = (self.indicators.iter().enumerate())
                .map(|(index, indicator)| {
                    found[index] && self.stays_whole(index, indicator, &found)
                })
                .collect();
            if next == found {
                return found;
            }
            found = next;
        }
    }

    fn stays_whole(&self, index: usize, indicator: &Indicator, found: &[bool]) -> bool {
        let still = |rate: &Option<Expr>| matches!(rate, None | Some(Expr::Number(0.0)));
        let draw = |draw: &Draw| match draw {
            Draw::Value(value) => self.whole(value, found),
            Draw::Fixed(_) | Draw::Varying(_) => false,
        };
        let ends = [indicator.low, indicator.high];
        let mut effects = self.events.iter().flat_map(|event| &event.effects);
        draw(&indicator.start)
            && still(&indicator.drift)
            && still(&indicator.volatility)
            && ends.into_iter().flatten().all(|end| end.fract() == 0.0)
            && effects.all(|effect| match effect {
                Effect::Set { indicator, to: by }
                | Effect::Add { indicator, by }
                | Effect::Multiply { indicator, by } => *indicator != index || draw(by),
                Effect::Phase(_) | Effect::Trend(_) => true,
            })
    }

    fn whole(&self, formula: &Expr, indicators: &[bool]) -> bool {
        let is = |part: &Expr| self.whole(part, indicators);
        match formula {
            Expr::Number(value) => value.fract() == 0.0,
            Expr::Count(_) | Expr::Month => true,
            Expr::Indicator(index) => indicators[*index],
            Expr::Derived(index) => is(&self.derived[*index].value),
            Expr::Negate(inner) => is(inner),
            Expr::Arithmetic(
                Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Multiply,
                a,
                b,
            ) => is(a) && is(b),
            Expr::If(_, then, otherwise) => is(then) && is(otherwise),
            Expr::Call(Function::Floor, _) => true,
            Expr::Call(Function::Min | Function::Max | Function::Clamp | Function::Abs, list)
            | Expr::ByTrend(list)
            | Expr::ByPhase(list) => list.iter().all(is),
            Expr::Path(
                PathReading::Final(inner)
                | PathReading::Highest(inner)
                | PathReading::Lowest(inner),
            ) => is(inner),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
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
            "events": {
                "step": {"hazard": 1, "effects": [{"add": "stock", "by": 2}, {"set": "fed", "to": "moved"}]}
            },
            "outcomes": [{"name": "all", "when": "phase == p"}],
            "metrics": {
                "w_count": "count(step)", "w_sum": "2 * count(step) - 1", "w_stock": "highest(stock)",
                "w_floor": "floor(final(moved))", "w_flag": "if(ever(step), 1, 0)", "w_least": "min(count(step), 7)",
                "n_half": "count(step) / 2", "n_other": "final(other)", "n_moved": "final(moved)", "n_cut": "final(cut)",
                "n_fed": "final(fed)", "n_time": "time_in(phase == p)", "n_mean": "average(stock)", "n_capped": "min(count(step), 7.5)"
            }
        });
        let loaded = load_str(&scenario.to_string(), "whole.json")
            .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
        let model = build(&loaded)
            .unwrap_or_else(|errors| panic!("{errors:?}"))
            .model;
        for metric in &model.metrics {
            let expected = metric.name.starts_with("w_");
            assert_eq!(model.is_whole(&metric.value), expected, "{}", metric.name);
        }
    }
}
