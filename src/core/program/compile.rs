//! A model to a program: slots are dealt, formulas emitted, dependencies worked out.

use super::classes::{inputs, members, targets};
use super::columns::Slot;
use super::dependencies::Motions;
use super::emit::Emitter;
use super::entries::Entries;
use super::events;
use super::per_trial;
use super::types::*;
use crate::distribution::Tabulated;
use crate::expression::{Expr, PathReading};
use crate::math::chance::ROUNDING;
use crate::model::{AtRange, Draw, Model, ParameterValue, StartsClock, VaryingDraw};
use crate::random::Seed;
use std::collections::BTreeMap;

/// Bounds of a probability.
pub const PROBABILITY: (f64, f64) = (-ROUNDING, 1.0 + ROUNDING);
/// Grid points at most at which series are reported unless the scenario says otherwise.
const REPORTED: usize = 40;

/// Compiles a model. Cannot fail: the model is valid by construction.
pub fn compile(model: &Model) -> Program {
    let mut compiler = Compiler::new(model);
    let parameters = compiler.parameters();
    let per_trial = compiler.per_trial();
    let derived = compiler.derived();
    let phases: Vec<PhaseCode> = (model.phases.iter().enumerate())
        .map(|(index, phase)| {
            let label = compiler
                .emitter
                .label(format!("/phases/{}/start", phase.name));
            let start = compiler.emitter.formula(&phase.start, label);
            compiler.bound(&phase.start, PROBABILITY, label);
            PhaseCode {
                start,
                is_final: phase.is_final,
                moves: compiler.entries.by(StartsClock::Phase(index)),
            }
        })
        .collect();
    let states = compiler.states();
    let indicators = compiler.indicators();
    let outcomes: Vec<Formula> = (model.outcomes.iter().enumerate())
        .map(|(i, outcome)| compiler.labelled(format!("/outcomes/{i}/when"), &outcome.when))
        .collect();
    let metrics: Vec<MetricCode> = compiler.metrics();
    let mut questions = compiler.questions();
    let materialised = compiler.materialised(&mut questions);
    let conditions = compiler.conditional(&mut questions);
    let leads = compiler.leads();
    // Trackers are complete only now: events must know which of them to update.
    let events = events::compile(&mut compiler);
    let trends: Vec<TrendCode> = (model.trends.iter().enumerate())
        .zip(materialised.into_iter().zip(leads))
        .map(|((index, t), (materialised, leads))| TrendCode {
            weight: t.weight,
            weight_site: compiler.site(format!("weight/{}", t.name)),
            leads,
            materialised,
            moves: compiler.entries.by(StartsClock::Trend(index)),
        })
        .collect();
    let steppers = compiler.steppers();
    let history = compiler.history();
    let trend_site = compiler.site("start_trend".into());
    let phase_site = compiler.site("start_phase".into());
    let uncertain = model.weight_concentration.is_some() && model.trends.len() > 1
        || model.parameters.iter().any(|p| p.value.is_drawn());
    let choose = |test: fn(&FiresCode) -> bool| -> Vec<u32> {
        (0..events.len() as u32)
            .filter(|&e| test(&events[e as usize].fires))
            .collect()
    };
    let choose_hazards = |steady: bool| -> Vec<u32> {
        (0..events.len() as u32)
            .filter(|&e| {
                let event = &events[e as usize];
                matches!(event.fires, FiresCode::Hazard { .. }) && event.steady == steady
            })
            .collect()
    };
    let Compiler {
        emitter,
        sites,
        bounds,
        gates,
        layout,
        ..
    } = compiler;
    let motions = Motions::of(model);
    let moving_trackers = (emitter.tracked().enumerate())
        .filter(|(_, value)| !motions.by_jumps_alone(value))
        .map(|(tracker, _)| tracker as u32)
        .collect();
    let moving_factors = (emitter.factored().enumerate())
        .filter(|(_, value)| !motions.by_jumps_alone(value))
        .map(|(factor, _)| factor as u32)
        .collect();
    let (total, place) = emitter.finish();
    let mut gates: Vec<(GateCode, u32)> = gates.into_iter().collect();
    gates.sort_unstable_by_key(|(_, index)| *index);
    let gates = gates.into_iter().map(|(gate, _)| gate).collect();
    let mut program = Program {
        horizon: model.clock.horizon,
        step: model.clock.step,
        steps: model.clock.steps,
        report: reported(model),
        months: months(model),
        hazards: choose(|f| matches!(f, FiresCode::Hazard { .. })),
        steady: choose_hazards(true),
        moving: choose_hazards(false),
        resting: (0..events.len() as u32)
            .filter(|&e| {
                let event = &events[e as usize];
                // Whatever is open, or waits, when a rest ends.
                let is_open = matches!(
                    event.fires,
                    FiresCode::Hazard { .. } | FiresCode::Ageing { .. }
                );
                let waits = is_open || event.waiting.is_some();
                event.rest.is_some() && waits
            })
            .collect(),
        scheduled: choose(|f| {
            matches!(
                f,
                FiresCode::At { .. }
                    | FiresCode::Every { .. }
                    | FiresCode::After { .. }
                    | FiresCode::Ageing { .. }
            )
        }),
        ageing: choose(|f| matches!(f, FiresCode::Ageing { .. })),
        patient: (0..events.len() as u32)
            .filter(|&e| events[e as usize].waiting.is_some())
            .collect(),
        triggered: choose(|f| matches!(f, FiresCode::When { .. })),
        declared: (0..events.len() as u32)
            .filter(|&e| events[e as usize].declared.is_some())
            .collect(),
        layout: Layout { total, ..layout },
        sites,
        labels: emitter.labels,
        ranks: ranks(model),
        event_names: model.events.iter().map(|e| e.name.clone()).collect(),
        parameters,
        parameter_order: (model.drawn_order.iter().copied())
            .filter(|index| *index < model.parameters.len())
            .collect(),
        parameter_mix: model.parameter_copula.clone(),
        per_trial_mix: per_trial::mix(model, &per_trial, layout.parameters),
        per_trial,
        per_trial_count: model.per_trial.len(),
        prologue: emitter.prologue.into(),
        regime: emitter.regime,
        bounds,
        trends,
        weight_concentration: model
            .weight_concentration
            .filter(|_| model.trends.len() > 1),
        trend_site,
        phases,
        phase_site,
        states,
        steppers,
        indicators,
        noise_mix: model.noise_correlation.clone(),
        derived,
        timed: positions(model, |motions, value| motions.reads_clock(value)),
        drifting: positions(model, |motions, value| !motions.by_jumps_alone(value)),
        events,
        history,
        gates,
        factors: emitter.factors,
        moving_factors,
        trackers: emitter.trackers,
        moving_trackers,
        looks: emitter.looks,
        outcomes,
        metrics,
        questions,
        conditions,
        ratios: model.ratios.iter().map(|r| [r.of, r.over]).collect(),
        groups: (0..model.groups.len()).map(|g| members(model, g)).collect(),
        targets: targets(model),
        inputs: inputs(model),
        quantiles: model.run.quantiles.clone(),
        uncertain,
    };
    program.each_formula(&mut |formula| {
        place(&mut formula.result);
        for op in &mut formula.ops {
            op.each_slot(|slot, _| place(slot));
        }
    });
    let regime = &mut program.regime;
    let lists = [&mut regime.all, &mut regime.of_phase, &mut regime.of_trend];
    let hoisted = lists.into_iter().chain(&mut regime.of_state).flatten();
    for op in program.prologue.iter_mut().chain(hoisted) {
        op.each_slot(|slot, _| place(slot));
    }
    program
}

/// Work in progress.
pub struct Compiler<'a> {
    pub model: &'a Model,
    pub emitter: Emitter,
    pub layout: Layout,
    pub entries: Entries,
    sites: Vec<String>,
    bounds: Vec<BoundCode>,
    /// With their indices.
    gates: BTreeMap<GateCode, u32>,
}

impl<'a> Compiler<'a> {
    fn new(model: &'a Model) -> Self {
        let mut emitter = Emitter::new(model.clock.clone(), model.states.len());
        let n_events = model.events.len();
        let n_indicators = model.indicators.len();
        let layout = Layout {
            time: emitter.reserve(1),
            month: emitter.reserve(1),
            phase: emitter.reserve(1),
            trend: emitter.reserve(1),
            start_trend: emitter.reserve(1),
            entered: emitter.reserve(1),
            parameters: emitter.reserve(model.drawn_count()),
            indicators: emitter.reserve(n_indicators),
            derived: emitter.reserve(model.derived.len()),
            count: emitter.reserve(n_events),
            last: emitter.reserve(n_events),
            first: emitter.reserve(n_events),
            rest_until: emitter.reserve(n_events),
            due: emitter.reserve(n_events),
            states: emitter.reserve(model.states.len()),
            moved: emitter.reserve(model.states.len()),
            kept: emitter.reserve(1),
            total: 0,
        };
        emitter.layout = layout;
        let entries = Entries::of(model, &mut emitter);
        Self {
            model,
            emitter,
            layout,
            entries,
            sites: Vec::new(),
            bounds: Vec::new(),
            gates: BTreeMap::new(),
        }
    }

    /// Index of a gate.
    pub fn gate(&mut self, gate: GateCode) -> u32 {
        let next = self.gates.len() as u32;
        *self.gates.entry(gate).or_insert(next)
    }

    pub fn site(&mut self, name: String) -> SiteId {
        self.sites.push(name);
        self.sites.len() as SiteId - 1
    }

    pub fn labelled(&mut self, pointer: String, expr: &Expr) -> Formula {
        let label = self.emitter.label(pointer);
        self.emitter.formula(expr, label)
    }

    /// A part of a hazard.
    pub fn factor(&mut self, pointer: String, expr: &Expr, motions: &Motions<'_>) -> Formula {
        let label = self.emitter.label(pointer);
        self.emitter.factor(expr, label, motions)
    }

    /// Slot of a number over parameters that must lie between these two, or at one of them.
    pub fn bounded(&mut self, expr: &Expr, bounds: (f64, f64), pointer: String) -> Slot {
        let label = self.emitter.label(pointer);
        self.bound(expr, bounds, label);
        self.emitter.parameter_slot(expr, label)
    }

    /// Has a number over parameters looked at in every draw; constants have been looked at before.
    pub fn bound(&mut self, expr: &Expr, (low, high): (f64, f64), label: u32) {
        if !matches!(expr, Expr::Number(_)) {
            let value = self.emitter.parameter_slot(expr, label);
            self.bounds.push(BoundCode {
                value,
                low,
                high,
                label,
            });
        }
    }

    fn parameters(&mut self) -> Vec<ParameterCode> {
        let model = self.model;
        // What others are made of is to blame first.
        for (index, drawn) in model.drawn_in_order() {
            let is_computed = matches!(
                drawn.value,
                ParameterValue::Formula(_) | ParameterValue::Varying(_)
            );
            if is_computed || index >= model.parameters.len() {
                let label = self.emitter.label(model.drawn_pointer(index));
                self.bound(&Expr::Parameter(index), (f64::MIN, f64::MAX), label);
            }
        }
        (model.parameters.iter())
            .map(|parameter| ParameterCode {
                value: parameter.value.clone(),
                site: (parameter.value.is_drawn())
                    .then(|| self.site(format!("parameter/{}", parameter.name))),
            })
            .collect()
    }

    fn derived(&mut self) -> Vec<Formula> {
        let model = self.model;
        model
            .derived_order
            .iter()
            .map(|&d| {
                let item = &model.derived[d];
                let label = self.emitter.label(format!("/derived/{}", item.name));
                let slot = self.layout.derived + d as Slot;
                self.emitter.formula_into(&item.value, label, slot)
            })
            .collect()
    }

    fn indicators(&mut self) -> Vec<IndicatorCode> {
        let model = self.model;
        (model.indicators.iter())
            .map(|indicator| {
                let at = format!("/indicators/{}", indicator.name);
                let start = self.draw(
                    &indicator.start,
                    format!("{at}/start"),
                    format!("indicator/{}/start", indicator.name),
                );
                let drift = indicator
                    .drift
                    .as_ref()
                    .map(|e| self.labelled(format!("{at}/drift"), e));
                let volatility = indicator
                    .volatility
                    .as_ref()
                    .map(|e| self.labelled(format!("{at}/volatility"), e));
                IndicatorCode {
                    start,
                    drift: drift.filter(|f| f.constant != Some(0.0)),
                    volatility: volatility.filter(|f| f.constant != Some(0.0)),
                    noise_site: self.site(format!("indicator/{}/noise", indicator.name)),
                    low: indicator.low.unwrap_or(f64::NEG_INFINITY),
                    high: indicator.high.unwrap_or(f64::INFINITY),
                    reflect: indicator.at_range == AtRange::Reflect,
                }
            })
            .collect()
    }

    /// A number that may be drawn; `site` names its stream.
    pub fn draw(&mut self, draw: &Draw, pointer: String, site: String) -> DrawCode {
        let label = self.emitter.label(pointer);
        match draw {
            Draw::Value(expr) => DrawCode::Value(self.emitter.formula(expr, label)),
            Draw::Fixed(distribution) => DrawCode::Fixed {
                distribution: Tabulated::new(distribution.clone()),
                site: self.site(site),
                label,
            },
            Draw::Varying(varying) => DrawCode::Varying {
                code: self.varying(varying, label),
                site: self.site(site),
                label,
            },
        }
    }

    fn varying(&mut self, varying: &VaryingDraw, label: u32) -> VaryingCode {
        let arguments = varying.arguments.iter();
        VaryingCode {
            ranged: varying.ranged.clone(),
            arguments: arguments.map(|a| self.emitter.formula(a, label)).collect(),
        }
    }

    fn metrics(&mut self) -> Vec<MetricCode> {
        let model = self.model;
        (model.metrics.iter())
            .map(|metric| {
                let value = self.labelled(format!("/metrics/{}", metric.name), &metric.value);
                let mut first_times = Vec::new();
                metric.value.visit(&mut |part| match part {
                    Expr::Path(PathReading::FirstEvent(e)) => {
                        first_times.push(self.layout.first + *e as Slot);
                    }
                    Expr::Path(reading @ PathReading::FirstAfter { .. }) => {
                        first_times.push(self.emitter.firing(reading));
                    }
                    Expr::Path(PathReading::At(what, time)) if what.any(&is_first) => {
                        first_times.push(self.emitter.look(what, *time));
                    }
                    Expr::Path(PathReading::FirstWhen(condition)) => {
                        let (state, _) = self.emitter.tracker(TrackerKind::First, condition);
                        first_times.push(state);
                    }
                    _ => {}
                });
                MetricCode { value, first_times }
            })
            .collect()
    }

    /// Trackers of the time under each trend, if there are several.
    fn leads(&mut self) -> Vec<Option<Slot>> {
        let several = self.model.trends.len() > 1;
        (0..self.model.trends.len())
            .map(|z| {
                let under = Expr::TrendIn(vec![z]);
                several.then(|| self.emitter.tracker(TrackerKind::Integral, &under).0)
            })
            .collect()
    }
}

/// Is it the time of something that may never happen?
fn is_first(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Path(
            PathReading::FirstEvent(_) | PathReading::FirstWhen(_) | PathReading::FirstAfter { .. }
        )
    )
}

/// Ranks of events by priority, the higher first, and by name.
fn ranks(model: &Model) -> Vec<u32> {
    let mut order: Vec<usize> = (0..model.events.len()).collect();
    order.sort_by_key(|&e| std::cmp::Reverse(model.events[e].priority));
    let mut ranks = vec![0; order.len()];
    for (rank, event) in (0..).zip(order) {
        ranks[event] = rank;
    }
    ranks
}

/// Grid indices at which series are reported: all if they are few, else about forty evenly spread,
/// the first and last among them.
fn reported(model: &Model) -> Vec<usize> {
    let clock = &model.clock;
    let mut indices: Vec<usize> = match &model.run.times {
        Some(times) => times.iter().map(|t| clock.nearest(*t)).collect(),
        None if clock.steps < REPORTED => (0..=clock.steps).collect(),
        None => {
            let stride = clock.steps.div_ceil(REPORTED - 1);
            (0..=clock.steps)
                .step_by(stride)
                .chain([clock.steps])
                .collect()
        }
    };
    indices.sort_unstable();
    indices.dedup();
    indices
}

/// Positions in evaluation order of the derived values of which this holds.
fn positions(model: &Model, holds: impl Fn(&Motions<'_>, &Expr) -> bool) -> Vec<u32> {
    let motions = Motions::of(model);
    (model.derived_order.iter().enumerate())
        .filter(|(_, d)| holds(&motions, &model.derived[**d].value))
        .map(|(position, _)| position as u32)
        .collect()
}

/// Times at which months begin, from the month of the start on; empty if no formula asks for the
/// month.
fn months(model: &Model) -> Vec<(f64, u8)> {
    let is_month = |e: &Expr| matches!(e, Expr::Month);
    let mut asked = false;
    model.each_formula(&mut |e| asked |= e.any(&is_month));
    if !asked {
        return Vec::new();
    }
    let start = model.clock.start;
    let mut months = vec![(0.0, start.month() as u8)];
    let mut first = start.first_of_month();
    while let Ok(next) = first.checked_add(jiff::Span::new().months(1)) {
        let time = model.clock.time_of(next);
        if time > model.clock.horizon {
            break;
        }
        months.push((time, next.month() as u8));
        first = next;
    }
    months
}

impl Program {
    /// Sites as streams under a seed, by [`SiteId`].
    pub fn sites(&self, seed: Seed) -> Vec<crate::random::Site> {
        self.sites
            .iter()
            .map(|name| crate::random::Site::new(seed, name))
            .collect()
    }

    /// Reported times in years since the start.
    pub fn reported_times(&self) -> Vec<f64> {
        self.report
            .iter()
            .map(|&k| {
                if k == self.steps {
                    self.horizon
                } else {
                    k as f64 * self.step
                }
            })
            .collect()
    }
}
