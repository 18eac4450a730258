//! What a result hangs on: which uncertain inputs move it, and how much of its variance is chance.
//!
//! Takes a study, settings and names; gives first-order indices from the parameter draws of the run
//! itself (given-data estimators, no special design), first-order and total ones by pick and
//! freeze, or elementary effects, all with errors, and on request a tornado. Which method suits
//! which question is for the caller.

pub(super) mod design;
mod finished;
pub(super) mod inputs;
mod morris;
pub(super) mod passes;
mod sobol;
pub(super) mod targets;
mod tornado;

pub use finished::{Columns, FinishedTrials, NotOfRun, finished, in_trials};
pub(super) use finished::{is_of_run, size_of};

use crate::engine::{DRAWS_PER_BLOCK, EngineError, Observer, Settings};
use crate::estimate::{self, DrawMean, Effects, Index, PickFreeze, Spread, holm};
use crate::results::{
    DesignSize, ElementaryEffect, SensitivityIndex, SensitivityResult, SensitivityTarget, Variance,
    Warning, tool,
};

use super::detectable::LEVEL;
use super::quantity::{Quantity, Reading, UnknownQuantity};
use super::study::Study;
use design::{Design, Simulated, Source};
use inputs::{Binned, Named, binned, named};
use sobol::Factor;
use targets::{likeliest, usual};

/// How indices are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// First-order ones from the draws of the run.
    #[default]
    GivenData,
    /// First-order and total ones by pick and freeze.
    Sobol,
    /// Elementary effects instead.
    Morris,
}

impl Method {
    pub const ALL: [Self; 3] = [Self::GivenData, Self::Sobol, Self::Morris];

    /// The method of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// What it is called on the command line and in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::GivenData => "given-data",
            Self::Sobol => "sobol",
            Self::Morris => "morris",
        }
    }
}

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Names of groups, outcomes, questions or metrics; none: the likeliest group or outcome, or
    /// all metrics of a file without outcomes.
    pub of: Vec<String>,
    pub method: Method,
    /// Hold each input at its 5% and its 95%.
    pub tornado: bool,
}

impl Asked {
    /// Trials in all: those of the run, and those of the designs.
    pub fn trials(&self, study: &Study, settings: &Settings) -> u64 {
        let design = Design::new(&named(study), self, settings);
        design.trials_before(design.passes())
    }

    /// # Errors
    /// The first name that the file does not have.
    pub fn check(&self, study: &Study) -> Result<(), UnknownQuantity> {
        targets::named(&study.model, &self.of).map(|_| ())
    }
}

/// Simulates a study and says what it hangs on. The observer counts trials, not blocks.
///
/// ```
/// use quincunx::analysis::{Asked, sensitivity};
/// use quincunx::{Silent, Study};
///
/// let study = Study::open("scenarios/baseline.json".as_ref(), &[])?;
/// let asked = Asked::default();
/// asked.check(&study)?;
/// let result = sensitivity(&study, &asked, &study.settings().trials(4096).build(), &Silent)?;
/// assert_eq!(result.targets.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EngineError`] as of [`Study::run`].
///
/// # Panics
/// If [`Asked::check`] refuses what is asked.
pub fn sensitivity(
    study: &Study,
    asked: &Asked,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<SensitivityResult, EngineError> {
    let named = named(study);
    let design = Design::new(&named, asked, settings);
    let targets = targets(study, asked).expect("checked before");
    let mut source = Simulated::new((study, &design, &targets), observer);
    told((study, asked), (&design, &named, &targets), &mut source)
}

/// What may be explained: what was named, or what is usual.
///
/// # Errors
/// As of [`Asked::check`].
pub(super) fn targets(study: &Study, asked: &Asked) -> Result<Vec<Quantity>, UnknownQuantity> {
    match asked.of.is_empty() {
        true => Ok(usual(&study.model, &study.program)),
        false => targets::named(&study.model, &asked.of),
    }
}

/// What the passes of an analysis say, wherever they come from.
///
/// # Errors
/// Those of the source.
pub(super) fn told(
    (study, asked): (&Study, &Asked),
    (design, named, targets): (&Design, &[Named], &[Quantity]),
    source: &mut dyn Source,
) -> Result<SensitivityResult, EngineError> {
    let settings = design.settings(0);
    let (run, blocks) = source.run()?;
    let chosen = match asked.of.is_empty() {
        false => (0..targets.len()).collect(),
        true => likeliest(targets, &run),
    };
    let draws = (blocks * u64::from(DRAWS_PER_BLOCK)) as u32;
    let binned = binned(study, settings, draws);
    let of_run = source.draws(0, &chosen)?.unwrap_or_default();
    let mut found: Vec<SensitivityTarget> = (chosen.iter().zip(&of_run))
        .map(|(t, draws)| {
            let target = &targets[*t];
            of_draws(target, target.read(&run), draws, named, &binned)
        })
        .collect();
    let mut is_interrupted = run.run.interrupted;
    let mut design_size = None;
    if let Some(passes) = design.of_method.as_ref().filter(|_| !is_interrupted) {
        let mut draws = |pass: u64| source.draws(1 + pass, &chosen);
        let is_done = match asked.method {
            Method::Morris => {
                let parameters = design.parameters;
                let all = morris::morris(parameters, chosen.len(), &passes.each, &mut draws)?;
                all.map(|all| {
                    (found.iter_mut().zip(all)).for_each(|(target, of)| {
                        target.inputs = Vec::new();
                        target.effects = effects(named, &of);
                    });
                })
            }
            _ => {
                let all = sobol::sobol(&design.factors, chosen.len(), &mut draws)?;
                all.map(|all| {
                    (found.iter_mut().zip(all))
                        .for_each(|(target, of)| target.inputs = frozen(&design.factors, &of));
                })
            }
        };
        match is_done {
            Some(()) => {
                design_size = Some(DesignSize {
                    variants: passes.number,
                    draws: passes.each.blocks * u64::from(DRAWS_PER_BLOCK),
                    trials_per_draw: passes.each.trials_per_draw,
                });
            }
            None => is_interrupted = true,
        }
    }
    let mut tornado_size = None;
    if let Some(passes) = design.tornado.as_ref().filter(|_| !is_interrupted) {
        let first = design.first_of_tornado();
        let mut readings = |pass: u64| source.readings(first + pass, &chosen);
        match tornado::tornado(study, named, chosen.len(), &passes.each, &mut readings)? {
            Some(swings) => {
                tornado_size = Some(tornado::design_size(&passes.each, named.len()));
                (found.iter_mut().zip(swings)).for_each(|(target, swings)| target.tornado = swings);
            }
            None => is_interrupted = true,
        }
    }
    // A method that was not finished has left the indices of the run.
    let method = match design_size {
        Some(_) => asked.method,
        None => Method::GivenData,
    };
    let remarks = remarks(named, &found, settings, method);
    let mut info = run.run.clone();
    info.interrupted = is_interrupted;
    Ok(SensitivityResult {
        format: 1,
        tool: tool(),
        method: method.name().into(),
        run: info,
        scenario: run.scenario,
        design_size,
        tornado_size,
        targets: found,
        remarks,
        warnings: run.warnings.into_iter().filter(is_about_numbers).collect(),
    })
}

/// Whether a warning is about numbers that are read here, and not about the file as a whole.
fn is_about_numbers(warning: &Warning) -> bool {
    ["non-finite", "no-mean", "no-variance"].contains(&warning.code.as_str())
}

fn clamped(value: f64, reach: f64, [low, high]: [f64; 2]) -> [f64; 2] {
    [
        (value - reach).clamp(low, high),
        (value + reach).clamp(low, high),
    ]
}

/// What the draws of a run say of one target.
fn of_draws(
    target: &Quantity,
    value: Reading,
    draws: &[DrawMean],
    named: &[Named],
    binned: &Binned,
) -> SensitivityTarget {
    let spread = estimate::spread(draws);
    let is_there = spread.is_some_and(|spread| spread.p_value < LEVEL);
    SensitivityTarget {
        of: target.name.clone(),
        title: target.title.clone(),
        kind: target.kind.name().into(),
        unit: target.unit.clone(),
        value: value.value,
        std_error: value.std_error,
        variance: spread.map(variance),
        inputs: if is_there {
            indices(draws, named, binned)
        } else {
            Vec::new()
        },
        effects: Vec::new(),
        tornado: Vec::new(),
    }
}

/// First-order and total indices of all factors, largest total first; none without an epistemic
/// variance.
fn frozen(factors: &[Factor], found: &[Option<PickFreeze>]) -> Vec<SensitivityIndex> {
    let Some(found) = found.iter().copied().collect::<Option<Vec<PickFreeze>>>() else {
        return Vec::new();
    };
    let p_values: Vec<f64> = found.iter().map(|index| index.p_value).collect();
    let adjusted = holm(&p_values);
    let mut indices: Vec<SensitivityIndex> = (factors.iter().zip(&found).zip(adjusted))
        .map(|((factor, index), p)| SensitivityIndex {
            input: factor.of.name.clone(),
            title: factor.of.title.clone(),
            kind: factor.of.kind.into(),
            first: index.first.clamp(0.0, 1.0),
            first_std_error: index.first_std_error,
            first_ci95: clamped(index.first, index.reach * index.first_std_error, [0.0, 1.0]),
            total: Some(index.total.clamp(0.0, 1.0)),
            total_std_error: Some(index.total_std_error),
            total_ci95: Some(clamped(
                index.total,
                index.reach * index.total_std_error,
                [0.0, 1.0],
            )),
            p_adjusted: p,
            detectable: p < LEVEL,
            correlated_with: Vec::new(),
            own: None,
            own_std_error: None,
            own_ci95: None,
            evppi: index.explained.max(0.0),
            evppi_std_error: index.explained_std_error,
            evppi_ci95: clamped(
                index.explained,
                index.reach * index.explained_std_error,
                [0.0, f64::INFINITY],
            ),
        })
        .collect();
    indices.sort_by(|a, b| b.total.partial_cmp(&a.total).expect("numbers"));
    indices
}

/// Elementary effects of all parameters, largest first; none if too few trajectories have values.
fn effects(named: &[Named], found: &[Option<Effects>]) -> Vec<ElementaryEffect> {
    let Some(found) = found.iter().copied().collect::<Option<Vec<Effects>>>() else {
        return Vec::new();
    };
    let p_values: Vec<f64> = found.iter().map(|effect| effect.p_value).collect();
    let adjusted = holm(&p_values);
    let mut effects: Vec<ElementaryEffect> = (named.iter().zip(&found).zip(adjusted))
        .map(|((of, effect), p)| ElementaryEffect {
            input: of.name.clone(),
            title: of.title.clone(),
            kind: of.kind.into(),
            mu: effect.mu,
            mu_std_error: effect.mu_std_error,
            mu_star: effect.mu_star,
            mu_star_std_error: effect.mu_star_std_error,
            sigma: effect.sigma,
            sigma_std_error: effect.sigma_std_error,
            noise: effect.noise,
            p_adjusted: p,
            detectable: p < LEVEL,
        })
        .collect();
    effects.sort_by(|a, b| b.mu_star.total_cmp(&a.mu_star));
    effects
}

fn variance(spread: Spread) -> Variance {
    let share = spread.share.clamp(0.0, 1.0);
    Variance {
        total: spread.total,
        epistemic: spread.epistemic.max(0.0),
        epistemic_std_error: spread.epistemic_std_error,
        epistemic_share: share,
        epistemic_share_std_error: spread.share_std_error,
        epistemic_share_ci95: clamped(
            spread.share,
            spread.reach * spread.share_std_error,
            [0.0, 1.0],
        ),
        chance_share: 1.0 - share,
        p_value: spread.p_value,
        detectable: spread.p_value < LEVEL,
    }
}

/// First-order indices of all inputs, largest first; none if draws are too few.
fn indices(draws: &[DrawMean], named: &[Named], binned: &Binned) -> Vec<SensitivityIndex> {
    let found: Option<Vec<Index>> = (binned.bins.iter())
        .map(|bins| estimate::first_order(draws, bins))
        .collect();
    let Some(found) = found else {
        return Vec::new();
    };
    let p_values: Vec<f64> = found.iter().map(|index| index.p_value).collect();
    let adjusted = holm(&p_values);
    let mut indices: Vec<SensitivityIndex> = (0..named.len())
        .map(|i| {
            let (of, index) = (&named[i], &found[i]);
            let own = binned.own[i].as_ref();
            let own = own.and_then(|bins| estimate::first_order(draws, bins));
            SensitivityIndex {
                input: of.name.clone(),
                title: of.title.clone(),
                kind: of.kind.into(),
                first: index.share.clamp(0.0, 1.0),
                first_std_error: index.std_error,
                first_ci95: clamped(index.share, index.reach * index.std_error, [0.0, 1.0]),
                total: None,
                total_std_error: None,
                total_ci95: None,
                p_adjusted: adjusted[i],
                detectable: adjusted[i] < LEVEL,
                correlated_with: of.correlated_with.clone(),
                own: own.map(|own| own.share.clamp(0.0, 1.0)),
                own_std_error: own.map(|own| own.std_error),
                own_ci95: own.map(|own| clamped(own.share, own.reach * own.std_error, [0.0, 1.0])),
                evppi: index.variance.max(0.0),
                evppi_std_error: index.variance_std_error,
                evppi_ci95: clamped(
                    index.variance,
                    index.reach * index.variance_std_error,
                    [0.0, f64::INFINITY],
                ),
            }
        })
        .collect();
    indices.sort_by(|a, b| b.first.total_cmp(&a.first));
    indices
}

fn remarks(
    named: &[Named],
    targets: &[SensitivityTarget],
    settings: &Settings,
    method: Method,
) -> Vec<String> {
    let mut remarks = Vec::new();
    if named.is_empty() {
        remarks.push("Nothing in the file is uncertain: all variance is chance.".into());
        return remarks;
    }
    if settings.trials_per_draw < 2 {
        remarks.push(
            "With one trial a draw, chance and what is not known cannot be told apart: ask for fewer --draws, or more --trials.".into(),
        );
    }
    let few = |target: &SensitivityTarget| {
        let is_empty = target.inputs.is_empty() && method == Method::GivenData;
        is_empty && target.variance.is_some_and(|variance| variance.detectable)
    };
    if targets.iter().any(few) {
        remarks.push("Indices need 128 draws at least: ask for more --trials or --draws.".into());
    }
    let correlated: Vec<&str> = (named.iter())
        .filter(|input| !input.correlated_with.is_empty())
        .map(|input| input.name.as_str())
        .collect();
    if !correlated.is_empty() {
        let names: Vec<String> = correlated.iter().map(|name| format!("`{name}`")).collect();
        let what = match method {
            Method::GivenData => {
                "The index of one of them contains what it shares with the others, so the indices may add up to more than 100%; its own part is \
                 what is left when the others are known."
            }
            Method::Sobol => {
                "Those that hang together are taken together: no index of one alone is defined."
            }
            Method::Morris => "Each steps without moving the others.",
        };
        let held = match targets.iter().all(|target| target.tornado.is_empty()) {
            true => "",
            false => " A tornado holds each without moving the others.",
        };
        remarks.push(format!("Correlated: {}. {what}{held}", names.join(", ")));
    }
    if named.iter().filter(|input| input.kind == "weight").count() > 1 {
        let text = match method {
            Method::GivenData => {
                "Start weights add up to 1, so what one of them explains is shared with the others."
            }
            Method::Sobol => "Start weights add up to 1, so they are taken together.",
            Method::Morris => {
                "Start weights add up to 1, so none can step alone: they vary as they do."
            }
        };
        remarks.push(text.into());
    }
    remarks
}
