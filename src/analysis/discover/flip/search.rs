//! The search for flips: from slopes over all draws, along lines, to the smallest change that a run verifies.
//!
//! Takes the lead in each draw and a way to open the scenario with parameters held at values; gives changes.

use super::{Blocks, NoFlip, Part, Race};
use crate::analysis::Study;
use crate::analysis::discover::choose::simplest;
use crate::distribution::Distribution;
use crate::engine::{DRAWS_PER_BLOCK, Settings, Setup, inputs};
use crate::math::special::{normal_cdf, normal_quantile};
use crate::program::InputCode;
use crate::results::{FlipChange, FlipHeld, Lead};
use crate::scenario::Report;
use std::borrow::Cow;
use std::cell::RefCell;

/// Parameters that are tried alone.
const ALONE: usize = 6;
/// Parameters that are held together at most.
const TOGETHER: usize = 4;
/// Slope in standard errors below which a parameter is not tried.
const LEAST_SLOPE: f64 = 3.0;
/// Steps of a root search.
const STEPS: usize = 4;
/// Steps from a root to where the lead is just beyond chance, by runs of full size.
const CONFIRMING: usize = 4;
/// Steps to the last point that the file allows.
const EDGE: usize = 4;
/// Standard errors by which the other outcome has to lead.
const BEYOND: f64 = 2.0;
/// Standard deviations to which a root is found, and by which rounding may move a value.
const NEAR: f64 = 0.02;
/// Trials of a run of the search at most, and of each of its draws.
const SEARCH: u64 = 8_192;
const SEARCH_PER_DRAW: u32 = 16;

/// Rays at most.
const RAYS: usize = ALONE + 2 * (TOGETHER - 1);
/// Runs of the search at most.
pub const LOOKS: u64 = (RAYS * (4 + EDGE + STEPS) + TOGETHER * (TOGETHER + 1)) as u64;
/// Runs of full size at most.
pub const RUNS: u64 = (RAYS * (CONFIRMING + 1)) as u64;

/// The runs of the search: smaller ones, with more draws of fewer trials.
pub fn searching(settings: &Settings) -> Settings {
    let trials_per_draw = settings.trials_per_draw.min(SEARCH_PER_DRAW);
    let own = settings.blocks.saturating_mul(settings.trials_per_block());
    let block = u64::from(DRAWS_PER_BLOCK * trials_per_draw);
    Settings {
        trials_per_draw,
        blocks: own.min(SEARCH).div_ceil(block).max(1),
        until: None,
        ..settings.clone()
    }
}

/// A parameter that can be held at a value: one that is drawn from the same distribution in every draw.
pub struct Lever<'s> {
    parameter: usize,
    name: &'s str,
    title: &'s str,
    distribution: &'s Distribution,
    /// Covariance of the lead with its normal score, and that in standard errors.
    pub slope: f64,
    told: f64,
}

impl Lever<'_> {
    /// The value at a normal score, with as many digits as the change needs.
    fn value(&self, score: f64) -> f64 {
        let at = |score: f64| self.distribution.quantile(normal_cdf(score));
        let value = at(score);
        if self.distribution.is_discrete() {
            return value;
        }
        let reach = 0.5 * (at(score + NEAR) - at(score - NEAR)).abs();
        simplest(value, |near| (near - value).abs() <= reach)
    }

    /// The normal score of a value.
    fn score(&self, value: f64, asked: f64) -> f64 {
        if self.distribution.is_discrete() {
            return asked;
        }
        match self.distribution.cdf(value) {
            p if p > 0.5 => -normal_quantile(self.distribution.survival(value)),
            p => normal_quantile(p),
        }
    }
}

/// How the lead of a member hangs on each parameter, steepest first: by the draws of a run, from the hits of both members.
pub fn levers<'s>(study: &'s Study, settings: &Settings, lead: &[f64]) -> Vec<Lever<'s>> {
    let setup = Setup::new(&study.program, settings.seed);
    let mut found: Vec<Lever<'_>> = (study.program.inputs.iter())
        .filter_map(|code| {
            let InputCode::Parameter(p) = code else {
                return None;
            };
            let parameter = &study.model.parameters[*p];
            match parameter.value.distribution(&[])? {
                Cow::Borrowed(distribution) => Some(Lever {
                    parameter: *p,
                    name: &parameter.name,
                    title: &parameter.title,
                    distribution,
                    slope: 0.0,
                    told: 0.0,
                }),
                Cow::Owned(_) => None,
            }
        })
        .collect();
    let n = lead.len() as f64;
    let mean = lead.iter().sum::<f64>() / n;
    let mut sums = vec![[0.0; 3]; found.len()];
    for (k, lead) in lead.iter().enumerate() {
        let dealt = inputs(settings.design, &setup, k as u32);
        for (sums, lever) in sums.iter_mut().zip(&found) {
            let score = normal_quantile(dealt.scores[lever.parameter]);
            let product = score * (lead - mean);
            sums[0] += score * score;
            sums[1] += product;
            sums[2] += product * product;
        }
    }
    for (sums, lever) in sums.iter().zip(&mut found) {
        lever.slope = sums[1] / sums[0];
        lever.told = sums[1] / sums[2].sqrt();
    }
    found.retain(|lever| lever.told.abs() >= LEAST_SLOPE && lever.slope.is_finite());
    found.sort_by(|a, b| b.slope.abs().total_cmp(&a.slope.abs()));
    found
}

/// A search for flips.
pub struct Search<'s> {
    pub study: &'s Study,
    pub race: &'s Race,
    /// The member that is to lead.
    pub to: usize,
    /// Prior standard deviations within which is looked.
    pub within: f64,
    pub settings: &'s Settings,
    pub observer: &'s Blocks<'s>,
    /// The scenario with these settings.
    pub open: &'s dyn Fn(&[String]) -> Result<Study, Report>,
    /// Why the last point that the file does not allow was refused.
    pub refused: RefCell<Option<NoFlip>>,
}

/// Points in a direction: parameters, and how far each goes for each standard deviation in all.
struct Ray<'l, 's> {
    levers: Vec<&'l Lever<'s>>,
    direction: Vec<f64>,
}

impl Search<'_> {
    /// Adds the changes that were looked at, those too that do not flip the lead within reach.
    ///
    /// `lead` is that of the member in each draw of the run of `chosen`.
    ///
    /// # Errors
    /// [`NoFlip`]; that a point was refused only if nothing else is there to be told.
    pub fn flips(
        &self,
        lead: &[f64],
        chosen: &Settings,
        found: &mut Vec<FlipChange>,
    ) -> Result<(), NoFlip> {
        let levers = levers(self.study, chosen, lead);
        let alone = levers.len().min(ALONE);
        let rays = alone + 2 * TOGETHER.min(levers.len()).saturating_sub(1);
        for (done, lever) in levers.iter().take(ALONE).enumerate() {
            let ray = Ray {
                levers: vec![lever],
                direction: vec![lever.slope.signum()],
            };
            found.extend(self.along(&ray)?);
            self.observer.reached(done + 1, rays);
        }
        for count in 2..=TOGETHER.min(levers.len()) {
            let levers: Vec<&Lever<'_>> = levers.iter().take(count).collect();
            let slopes: Vec<f64> = levers.iter().map(|lever| lever.slope).collect();
            let Some(ray) = self.ray(levers, &slopes) else {
                continue;
            };
            let Some(first) = self.along(&ray)? else {
                continue;
            };
            // The slope over all draws need not be the one at the point found.
            let second = match first.distance.filter(|_| first.verified) {
                Some(distance) => match self.turned(&ray, distance)? {
                    Some(ray) => self.along(&ray)?,
                    None => None,
                },
                None => None,
            };
            found.push(match second {
                Some(second) if rank(&second) < rank(&first) => second,
                _ => first,
            });
            self.observer.reached(alone + 2 * (count - 1), rays);
        }
        match self.refused.take().filter(|_| found.is_empty()) {
            Some(refused) => Err(refused),
            None => Ok(()),
        }
    }

    /// The ray on which the lead grows most for each standard deviation, if it grows by `slopes` with uncorrelated scores.
    fn ray<'l, 's>(&self, levers: Vec<&'l Lever<'s>>, slopes: &[f64]) -> Option<Ray<'l, 's>> {
        let length = self.length(&levers, slopes)?;
        (length > 0.0).then(|| Ray {
            direction: slopes.iter().map(|slope| slope / length).collect(),
            levers,
        })
    }

    /// Length of a vector of normal scores: √(zᵀ R⁻¹ z), where R are their correlations; `None` where some determine others.
    fn length(&self, levers: &[&Lever<'_>], scores: &[f64]) -> Option<f64> {
        let n = levers.len();
        // Cholesky's factor L of R, and y with L y = z.
        let mut factor = vec![vec![0.0; n]; n];
        let mut squares = 0.0;
        let mut solved = vec![0.0; n];
        for i in 0..n {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
                let rest = self.correlation(levers[i], levers[j]) - known;
                if i == j {
                    if rest < 1e-6 {
                        return None;
                    }
                    factor[i][i] = rest.sqrt();
                } else {
                    factor[i][j] = rest / factor[j][j];
                }
            }
            let known: f64 = (0..i).map(|k| factor[i][k] * solved[k]).sum();
            solved[i] = (scores[i] - known) / factor[i][i];
            squares += solved[i] * solved[i];
        }
        Some(squares.sqrt())
    }

    /// The ray by the slopes at the point `distance` away, each from a run with one parameter moved by half a standard deviation.
    fn turned<'l, 's>(
        &self,
        ray: &Ray<'l, 's>,
        distance: f64,
    ) -> Result<Option<Ray<'l, 's>>, NoFlip> {
        let scores: Vec<f64> = ray.direction.iter().map(|d| d * distance).collect();
        let settings = searching(self.settings);
        let Some(here) = self.look(&self.held(ray, &scores), &settings)? else {
            return Ok(None);
        };
        let mut slopes = Vec::with_capacity(scores.len());
        for (i, score) in scores.iter().enumerate() {
            let step = 0.5 * if *score > 0.0 { -1.0 } else { 1.0 };
            let mut moved = scores.clone();
            moved[i] += step;
            let Some(there) = self.look(&self.held(ray, &moved), &settings)? else {
                return Ok(None);
            };
            slopes.push((there.lead - here.lead) / step);
        }
        // With correlations the nearest point lies along R g; slopes of scores that are held are g.
        let turned = self.correlated(&ray.levers, &slopes);
        Ok(self.ray(ray.levers.clone(), &turned))
    }

    /// Of the normal scores of two parameters.
    fn correlation(&self, a: &Lever<'_>, b: &Lever<'_>) -> f64 {
        let mix = self.study.program.parameter_mix.as_ref();
        let row = |lever: &Lever<'_>| {
            let mix = mix?;
            let place = mix.members.iter().position(|m| *m == lever.parameter)?;
            Some(&mix.factor[place])
        };
        match (row(a), row(b)) {
            _ if a.parameter == b.parameter => 1.0,
            (Some(x), Some(y)) => x.iter().zip(y).map(|(x, y)| x * y).sum(),
            _ => 0.0,
        }
    }

    /// Correlations times a vector.
    fn correlated(&self, levers: &[&Lever<'_>], vector: &[f64]) -> Vec<f64> {
        let row = |a: &&Lever<'_>| {
            let parts = levers.iter().zip(vector);
            parts.map(|(b, x)| self.correlation(a, b) * x).sum()
        };
        levers.iter().map(row).collect()
    }

    /// What is held: names and readable values, and their scores.
    fn held(&self, ray: &Ray<'_, '_>, scores: &[f64]) -> Vec<FlipHeld> {
        (ray.levers.iter().zip(scores))
            .map(|(lever, score)| {
                let value = lever.value(*score);
                FlipHeld {
                    parameter: lever.name.into(),
                    title: lever.title.into(),
                    value,
                    median: lever.distribution.quantile(0.5),
                    score: lever.score(value, *score),
                }
            })
            .collect()
    }

    /// The lead at a point; `None` where the file does not allow it.
    fn look(&self, held: &[FlipHeld], settings: &Settings) -> Result<Option<Lead>, NoFlip> {
        let sets: Vec<String> = held.iter().map(setting).collect();
        let study = match (self.open)(&sets) {
            Ok(study) => study,
            Err(report) => {
                self.refused.replace(Some(NoFlip::Refused { report }));
                return Ok(None);
            }
        };
        let part = Part {
            blocks: self.observer,
            per_block: settings.trials_per_block(),
        };
        let run = match study.run(settings, &part) {
            Ok(run) => run,
            Err(error) => {
                let study = Box::new(study);
                self.refused.replace(Some(NoFlip::Failed { study, error }));
                return Ok(None);
            }
        };
        if run.run.interrupted {
            return Err(NoFlip::Interrupted);
        }
        Ok(Some(self.race.lead(&run, self.to)))
    }

    /// The smallest change along a ray; `None` if the file allows nothing there.
    fn along(&self, ray: &Ray<'_, '_>) -> Result<Option<FlipChange>, NoFlip> {
        let settings = searching(self.settings);
        let at = |distance: f64| -> Vec<FlipHeld> {
            let scores: Vec<f64> = ray.direction.iter().map(|d| d * distance).collect();
            self.held(ray, &scores)
        };
        let change = |held: Vec<FlipHeld>, lead: Lead| {
            let scores: Vec<f64> = held.iter().map(|one| one.score).collect();
            let verified = lead.lead >= BEYOND * lead.lead_std_error;
            FlipChange {
                distance: (self.length(&ray.levers, &scores)).filter(|_| verified),
                set: held.iter().map(setting).collect(),
                held,
                lead,
                verified,
            }
        };
        let Some(start) = self.look(&at(0.0), &settings)? else {
            return Ok(None);
        };
        let Some((reach, end)) = self.end(&at, &settings)? else {
            return Ok(None);
        };
        let mut top = (reach, end.lead);
        if start.lead <= 0.0 && end.lead <= 0.0 {
            // The lead may rise and fall again on the way.
            for part in [1.0 / 3.0, 2.0 / 3.0] {
                let place = part * reach;
                if let Some(lead) = self.look(&at(place), &settings)?
                    && lead.lead > 0.0
                {
                    top = (place, lead.lead);
                    break;
                }
            }
        }
        let (mut low, mut high) = ((0.0, start.lead), top);
        if low.1 > 0.0 {
            high = low;
        }
        if high.1 > 0.0 {
            // Regula falsi, kept away from the ends so that both come nearer.
            for _ in 0..STEPS {
                let width = high.0 - low.0;
                if width <= NEAR {
                    break;
                }
                let place = low.0 - low.1 * width / (high.1 - low.1);
                let place = place.clamp(low.0 + 0.1 * width, high.0 - 0.1 * width);
                let Some(lead) = self.look(&at(place), &settings)? else {
                    break;
                };
                if lead.lead > 0.0 {
                    high = (place, lead.lead);
                } else {
                    low = (place, lead.lead);
                }
                // Nearer than that these runs do not know it.
                if lead.lead.abs() <= 0.5 * lead.lead_std_error {
                    break;
                }
            }
        }
        // From there on until a run of full size says so, just beyond chance.
        let rise = match high.0 > 0.0 {
            true => (high.1 - start.lead) / high.0,
            false => (top.1 - start.lead) / top.0,
        };
        let rise = rise.max(1e-3);
        let (mut distance, mut failed) = (high.0, 0.0_f64);
        let mut best: Option<(f64, FlipChange)> = None;
        for _ in 0..CONFIRMING {
            let held = at(distance);
            let Some(lead) = self.look(&held, self.settings)? else {
                break;
            };
            let short = BEYOND * lead.lead_std_error - lead.lead;
            if short > 0.0 {
                if distance >= top.0 {
                    return Ok(Some(best.map_or_else(|| change(held, lead), |best| best.1)));
                }
                failed = failed.max(distance);
                distance = (distance + (1.2 * short / rise).max(NEAR)).min(top.0);
                if best.as_ref().is_some_and(|(found, _)| distance >= *found) {
                    break;
                }
            } else {
                best = Some((distance, change(held, lead)));
                let nearer = (distance + 0.8 * short / rise).max(failed + NEAR);
                if nearer > distance - NEAR {
                    break;
                }
                distance = nearer;
            }
        }
        if let Some((_, best)) = best {
            return Ok(Some(best));
        }
        let held = at(top.0);
        let lead = self.look(&held, self.settings)?;
        Ok(lead.map(|lead| change(held, lead)))
    }

    /// The farthest point within reach that the file allows, and the lead there.
    fn end(
        &self,
        at: &dyn Fn(f64) -> Vec<FlipHeld>,
        settings: &Settings,
    ) -> Result<Option<(f64, Lead)>, NoFlip> {
        if let Some(lead) = self.look(&at(self.within), settings)? {
            return Ok(Some((self.within, lead)));
        }
        let (mut inside, mut outside) = (0.0, self.within);
        let mut found = None;
        for _ in 0..EDGE {
            let middle = 0.5 * (inside + outside);
            match self.look(&at(middle), settings)? {
                Some(lead) => {
                    inside = middle;
                    found = Some((middle, lead));
                }
                None => outside = middle,
            }
        }
        Ok(found)
    }
}

/// Verified ones by size, then the others by how far they come.
pub fn rank(change: &FlipChange) -> f64 {
    match change.distance {
        Some(distance) => distance,
        None => 1e6 - change.lead.lead,
    }
}

/// What reproduces it.
fn setting(held: &FlipHeld) -> String {
    format!("parameters.{}={}", held.parameter, held.value)
}
