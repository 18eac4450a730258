//! Summary to result: every estimate read off, with its error, in the file's order.

mod conditional;
mod drivers;
mod metrics;
mod parts;
mod ratios;
mod trends;

pub use drivers::drivers_of;
pub use parts::{Parts, Shown};

use super::types::*;
use crate::engine::{ByReplicate, EventTally, Summary, Tally};
use crate::estimate::{
    self, Centre, HitTable, LEVELS, Proportion, Quantile, Quantiles, REPLICATES, centre, ratio,
};
use crate::expression::Expr;
use crate::model::{Fixed, Model};
use crate::program::Program;
use indexmap::IndexMap;

/// Name and version of this program.
pub fn tool() -> Tool {
    Tool {
        name: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
    }
}

/// The result of a run, without warnings.
pub fn assemble(model: &Model, program: &Program, summary: &Summary) -> RunResult {
    assemble_parts(model, program, summary, &Parts::All)
}

/// So much of the result of a run, without warnings.
pub fn assemble_parts(
    model: &Model,
    program: &Program,
    summary: &Summary,
    parts: &Parts,
) -> RunResult {
    let reader = Reader {
        model,
        program,
        summary,
        tally: &summary.tally,
        parts,
    };
    let whole = parts.are_all();
    let outcomes = reader.outcomes();
    let largest = outcomes.iter().map(|o| o.std_error).fold(0.0, f64::max);
    let times = if model.clock.timeless {
        Vec::new()
    } else {
        program.reported_times()
    };
    RunResult {
        format: 1,
        tool: tool(),
        run: RunInfo {
            seed: summary.seed,
            trials: summary.trials(),
            draws: summary.draws(),
            trials_per_draw: summary.trials_per_draw,
            blocks: summary.blocks,
            design: summary.design,
            replicates: REPLICATES as u32,
            effective_trials: (summary.trials() - summary.tally.stopped) as f64,
            non_finite: summary.tally.stopped,
            interrupted: summary.interrupted,
            stopped_by_precision: summary.stopped_by_precision,
            largest_std_error: largest,
        },
        scenario: match whole {
            true => scenario_info(model),
            false => about(model, serde_json::Value::Null),
        },
        outcomes,
        groups: reader.groups(),
        scorecard: if whole {
            reader.scorecard()
        } else {
            Vec::new()
        },
        trends: if whole { reader.trends() } else { Vec::new() },
        phases: reader.phases(),
        states: reader.states(),
        dates: times
            .iter()
            .map(|t| model.clock.date_at(*t).to_string())
            .collect(),
        times,
        indicators: reader.indicators(),
        derived: reader.derived(),
        events: reader.events(),
        metrics: reader.metrics(),
        ratios: reader.ratios(),
        questions: reader.questions(),
        conditional: reader.conditional(),
        drivers: if whole { reader.drivers() } else { Vec::new() },
        warnings: Vec::new(),
    }
}

/// What a result says of its scenario.
pub fn scenario_info(model: &Model) -> ScenarioInfo {
    about(model, model.source.clone())
}

fn about(model: &Model, source: serde_json::Value) -> ScenarioInfo {
    let clock = &model.clock;
    let timed = |years: f64| if clock.timeless { 0.0 } else { years };
    ScenarioInfo {
        name: model.name.clone(),
        title: model.title.clone(),
        sha256: model.sha256.clone(),
        start: match clock.timeless {
            true => String::new(),
            false => clock.start.to_string(),
        },
        horizon: timed(clock.horizon),
        step: timed(clock.step),
        source,
    }
}

/// Indices of items in the file's order.
pub fn in_display_order<T>(items: &[T], display: impl Fn(&T) -> usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|i| display(&items[*i]));
    order
}

struct Reader<'a> {
    model: &'a Model,
    program: &'a Program,
    summary: &'a Summary,
    tally: &'a Tally,
    parts: &'a Parts,
}

impl Reader<'_> {
    fn trend_order(&self) -> Vec<usize> {
        in_display_order(&self.model.trends, |t| t.display)
    }

    /// The range over parameter draws, where it is read off.
    fn epistemic(&self, table: &HitTable) -> estimate::Epistemic {
        match self.parts.are_all() {
            true => table.epistemic(self.program.uncertain),
            false => estimate::Epistemic::not_separable(),
        }
    }

    fn by_trend(&self, table: &HitTable) -> IndexMap<String, ByTrend> {
        if !self.parts.are_all() {
            return IndexMap::new();
        }
        let shares = table.by_trend(self.summary.caution());
        self.trend_order()
            .into_iter()
            .map(|z| {
                let entry = ByTrend {
                    probability: shares[z].probability,
                    std_error: shares[z].std_error,
                    ci95: shares[z].ci95,
                    hits: shares[z].hits.to_vec(),
                    trials: shares[z].trials.to_vec(),
                };
                (self.model.trends[z].name.clone(), entry)
            })
            .collect()
    }

    fn outcomes(&self) -> Vec<OutcomeResult> {
        let rules = &self.model.outcomes;
        (0..=rules.len())
            .map(|o| {
                let table = &self.tally.outcomes[o];
                let estimate = table.estimate().widened(self.summary.caution());
                let epistemic = self.epistemic(table);
                let (name, title) = match rules.get(o) {
                    Some(rule) => (rule.name.clone(), rule.title.clone()),
                    None => (UNCLASSIFIED.to_string(), NONE_OF_THESE.to_string()),
                };
                let also = (o + 1..rules.len())
                    .filter(|_| o < rules.len())
                    .map(|r| (rules[r].name.clone(), self.tally.overlap[o][r]))
                    .collect();
                let group = rules.get(o).and_then(|rule| rule.group);
                OutcomeResult {
                    name,
                    title,
                    group: group.map(|g| self.model.groups[g].name.clone()),
                    probability: estimate.probability,
                    std_error: estimate.std_error,
                    ci95: estimate.ci95,
                    epistemic90: epistemic.ends,
                    epistemic: told(&epistemic),
                    by_trend: self.by_trend(table),
                    also,
                    matched: self
                        .tally
                        .matched
                        .get(o)
                        .copied()
                        .unwrap_or_else(|| table.hits()),
                }
            })
            .collect()
    }

    fn groups(&self) -> Vec<GroupResult> {
        (self.model.groups.iter().enumerate().zip(&self.tally.groups))
            .map(|((g, group), table)| {
                let estimate = table.estimate().widened(self.summary.caution());
                let epistemic = self.epistemic(table);
                GroupResult {
                    name: group.name.clone(),
                    title: group.title.clone(),
                    outcomes: (self.model.outcomes.iter())
                        .filter(|outcome| outcome.group == Some(g))
                        .map(|outcome| outcome.name.clone())
                        .collect(),
                    probability: estimate.probability,
                    std_error: estimate.std_error,
                    ci95: estimate.ci95,
                    epistemic90: epistemic.ends,
                    epistemic: told(&epistemic),
                    by_trend: self.by_trend(table),
                }
            })
            .collect()
    }

    /// Names of all outcomes, `unclassified` last.
    fn outcome_names(&self) -> Vec<String> {
        (self.model.outcomes.iter())
            .map(|outcome| outcome.name.clone())
            .chain(["unclassified".into()])
            .collect()
    }

    fn questions(&self) -> Vec<QuestionResult> {
        (self.model.questions.iter().zip(&self.tally.questions))
            .map(|(question, table)| {
                let estimate = table.estimate().widened(self.summary.caution());
                let epistemic = self.epistemic(table);
                let (asks, by) = conditional::asked(question.asks);
                QuestionResult {
                    name: question.name.clone(),
                    title: question.title.clone(),
                    asks,
                    by: match self.model.clock.timeless {
                        true => String::new(),
                        false => by,
                    },
                    dated: question.dated,
                    probability: estimate.probability,
                    std_error: estimate.std_error,
                    ci95: estimate.ci95,
                    epistemic90: epistemic.ends,
                    epistemic: told(&epistemic),
                    by_trend: self.by_trend(table),
                }
            })
            .collect()
    }

    /// A share of trials with its standard error, by the rule of all shares.
    fn share(&self, hits: &ByReplicate, trials: &ByReplicate) -> (f64, f64) {
        let told =
            Proportion::of(hits, trials, self.summary.draws()).widened(self.summary.caution());
        (told.probability, told.std_error)
    }

    /// Shares over time of item `i` in a table by time, then item.
    fn occupancy(&self, table: &[ByReplicate], items: usize, i: usize) -> (Vec<f64>, Vec<f64>) {
        table
            .iter()
            .skip(i)
            .step_by(items)
            .take_while(|_| !self.model.clock.timeless)
            .map(|hits| self.share(hits, &self.tally.trials))
            .unzip()
    }

    fn trends(&self) -> Vec<OccupancyResult> {
        let trends = &self.model.trends;
        self.trend_order()
            .into_iter()
            .map(|z| {
                let (occupancy, error) = self.occupancy(&self.tally.trends, trends.len(), z);
                OccupancyResult {
                    name: trends[z].name.clone(),
                    title: trends[z].title.clone(),
                    weight: Some(trends[z].weight),
                    occupancy,
                    occupancy_std_error: error,
                }
            })
            .collect()
    }

    fn phases(&self) -> Vec<OccupancyResult> {
        let phases = &self.model.phases;
        if !self.parts.have_occupancy() {
            return Vec::new();
        }
        in_display_order(phases, |p| p.display)
            .into_iter()
            .map(|p| {
                let shares = self.occupancy(&self.tally.phases, phases.len(), p);
                occupied(&phases[p].name, &phases[p].title, shares)
            })
            .collect()
    }

    fn states(&self) -> Vec<StateResult> {
        let states = &self.model.states;
        if !self.parts.have_occupancy() {
            return Vec::new();
        }
        in_display_order(states, |s| s.display)
            .into_iter()
            .map(|s| {
                let (state, table) = (&states[s], &self.tally.states[s]);
                let values = in_display_order(&state.values, |v| v.display).into_iter();
                let values = values.map(|v| {
                    let shares = self.occupancy(table, state.values.len(), v);
                    occupied(&state.values[v].name, &state.values[v].title, shares)
                });
                StateResult {
                    name: state.name.clone(),
                    title: state.title.clone(),
                    values: values.collect(),
                }
            })
            .collect()
    }

    fn indicators(&self) -> Vec<SeriesResult> {
        let items = &self.model.indicators;
        let fixed = Fixed::of(self.model);
        in_display_order(items, |i| i.display)
            .into_iter()
            .filter(|i| self.parts.have_series(&items[*i].name))
            .map(|i| SeriesResult {
                fixed: fixed.is_fixed(&Expr::Indicator(i)),
                ..self.series(i, &items[i].name, &items[i].title, &items[i].unit)
            })
            .collect()
    }

    fn derived(&self) -> Vec<SeriesResult> {
        let items = &self.model.derived;
        let offset = self.model.indicators.len();
        let fixed = Fixed::of(self.model);
        in_display_order(items, |d| d.display)
            .into_iter()
            .filter(|d| self.parts.have_series(&items[*d].name))
            .map(|d| SeriesResult {
                fixed: fixed.is_fixed(&Expr::Derived(d)),
                ..self.series(offset + d, &items[d].name, &items[d].title, &items[d].unit)
            })
            .collect()
    }

    fn series(&self, item: usize, name: &str, title: &str, unit: &str) -> SeriesResult {
        let items = self.model.indicators.len() + self.model.derived.len();
        let times = self.program.report.len();
        let mut result = SeriesResult {
            name: name.into(),
            title: title.into(),
            unit: unit.into(),
            fixed: false,
            mean: Vec::with_capacity(times),
            mean_std_error: Vec::with_capacity(times),
            sd: Vec::with_capacity(times),
            sd_std_error: Vec::with_capacity(times),
            p5: Vec::with_capacity(times),
            p5_std_error: Vec::with_capacity(times),
            p25: Vec::with_capacity(times),
            p25_std_error: Vec::with_capacity(times),
            p50: Vec::with_capacity(times),
            p50_std_error: Vec::with_capacity(times),
            p75: Vec::with_capacity(times),
            p75_std_error: Vec::with_capacity(times),
            p95: Vec::with_capacity(times),
            p95_std_error: Vec::with_capacity(times),
            quantiles: self.quantile_series(item, items),
        };
        for time in 0..times {
            let index = time * items + item;
            let Centre {
                mean,
                std_error,
                sd,
                sd_std_error,
                ..
            } = centre(&self.summary.node.series.of(index));
            result.mean.push(mean.unwrap_or(0.0));
            result.mean_std_error.push(std_error.unwrap_or(0.0));
            result.sd.push(sd.unwrap_or(0.0));
            result.sd_std_error.push(sd_std_error.unwrap_or(0.0));
            let quantiles = self.tally.series.quantiles(index).at(LEVELS);
            let into = [
                (&mut result.p5, &mut result.p5_std_error),
                (&mut result.p25, &mut result.p25_std_error),
                (&mut result.p50, &mut result.p50_std_error),
                (&mut result.p75, &mut result.p75_std_error),
                (&mut result.p95, &mut result.p95_std_error),
            ];
            for ((values, errors), quantile) in into.into_iter().zip(quantiles) {
                values.push(quantile.map_or(0.0, |q| q.value));
                errors.push(quantile.and_then(|q| q.std_error).unwrap_or(0.0));
            }
        }
        result
    }

    fn events(&self) -> Vec<EventResult> {
        let events = &self.model.events;
        in_display_order(events, |e| e.display)
            .into_iter()
            .filter(|e| self.parts.have_event(&events[*e].name))
            .map(|e| {
                let event = &events[e];
                let tally = &self.tally.events[e];
                let (probability, probability_std_error) =
                    self.share(&tally.fired, &self.tally.trials);
                let (mean_count, spread) =
                    ratio(&floats(&tally.firings), &floats(&self.tally.trials));
                // A count of at most one per trial is that share; and one on which all replicates
                // agree is no surer.
                let mean_count_std_error = if spread > 0.0 && tally.firings != tally.fired {
                    spread
                } else {
                    probability_std_error
                };
                let mut so_far = [0; REPLICATES];
                let (incidence, incidence_error) = (tally.first_by.iter())
                    .map(|more| {
                        so_far.iter_mut().zip(more).for_each(|(a, b)| *a += b);
                        self.share(&so_far, &self.tally.trials)
                    })
                    .unzip();
                let realised = event.declared.is_some().then(|| self.realised(tally, e));
                EventResult {
                    name: event.name.clone(),
                    title: event.title.clone(),
                    shift: event.shift.is_some(),
                    probability,
                    probability_std_error,
                    mean_count,
                    mean_count_std_error,
                    cumulative_incidence: incidence,
                    cumulative_incidence_std_error: incidence_error,
                    first_time: first_time(
                        &self.tally.first_times.quantiles(e),
                        self.program.horizon,
                    ),
                    declared: realised.as_ref().and_then(|r| r.declared),
                    realised: realised.as_ref().and_then(|r| r.realised.map(|r| r.0)),
                    realised_std_error: realised.as_ref().and_then(|r| r.realised.map(|r| r.1)),
                    never_possible: realised.as_ref().map(|r| r.never.0),
                    never_possible_std_error: realised.map(|r| r.never.1),
                }
            })
            .collect()
    }

    fn realised(&self, tally: &EventTally, e: usize) -> Realised {
        let windows: u64 = tally.windows.iter().sum();
        Realised {
            declared: (windows > 0).then(|| self.summary.node.declared[e] / windows as f64),
            realised: (windows > 0).then(|| self.share(&tally.realised, &tally.windows)),
            never: self.share(&tally.never_open, &self.tally.trials),
        }
    }
}

fn occupied(name: &str, title: &str, shares: (Vec<f64>, Vec<f64>)) -> OccupancyResult {
    OccupancyResult {
        name: name.to_owned(),
        title: title.to_owned(),
        weight: None,
        occupancy: shares.0,
        occupancy_std_error: shares.1,
    }
}

struct Realised {
    declared: Option<f64>,
    realised: Option<(f64, f64)>,
    never: (f64, f64),
}

fn floats(counts: &ByReplicate) -> [f64; REPLICATES] {
    counts.map(|n| n as f64)
}

/// An epistemic range as results have it.
pub fn told(epistemic: &estimate::Epistemic) -> Epistemic {
    Epistemic {
        status: epistemic.status,
        std_error: epistemic.std_error,
        at_most_sd: epistemic.at_most_sd,
    }
}

fn first_time(times: &Quantiles<'_>, horizon: f64) -> Option<FirstTime> {
    let [p5, p50, p95] = times.at([0.05, 0.5, 0.95]);
    // A single time says nothing of the others, but that they lie between start and horizon.
    let error = |q: Quantile| q.std_error.unwrap_or(q.value.max(horizon - q.value));
    let (p5, p50, p95) = (p5?, p50?, p95?);
    Some(FirstTime {
        p5: p5.value,
        p5_std_error: error(p5),
        p50: p50.value,
        p50_std_error: error(p50),
        p95: p95.value,
        p95_std_error: error(p95),
    })
}
