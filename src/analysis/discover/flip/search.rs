//! The search for flips: from slopes over all draws, along lines, to the smallest change that a run verifies.
//!
//! Takes the lead in each draw and a way to open the scenario with parameters held at values; gives changes.

use super::{NoFlip, Race};
use crate::analysis::Study;
use crate::analysis::discover::choose::simplest;
use crate::distribution::Distribution;
use crate::engine::{Observer, Settings, Setup, inputs};
use crate::math::special::{normal_cdf, normal_quantile};
use crate::program::InputCode;
use crate::results::{FlipChange, FlipHeld, Lead};
use crate::scenario::Report;
use std::borrow::Cow;

/// Parameters that are tried alone.
const ALONE: usize = 6;
/// Parameters that are held together at most.
const TOGETHER: usize = 4;
/// Slope in standard errors below which a parameter is not tried.
const LEAST_SLOPE: f64 = 3.0;
/// Steps of a root search, and of the walk from a root to where the lead is beyond chance.
const STEPS: usize = 5;
/// Standard errors by which the other outcome has to lead.
const BEYOND: f64 = 2.0;
/// Standard deviations to which a root is found, and by which rounding may move a value.
const NEAR: f64 = 0.02;
/// Trials of a search at most.
const SEARCH: u64 = 32_768;

/// Runs that are made at most.
pub const RUNS: u64 =
    ((ALONE + 2 * (TOGETHER - 1)) * (2 + 2 * STEPS) + TOGETHER * (TOGETHER + 1)) as u64;

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
    pub observer: &'s dyn Observer,
    /// The scenario with these settings.
    pub open: &'s dyn Fn(&[String]) -> Result<Study, Report>,
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
    /// [`NoFlip`].
    pub fn flips(
        &self,
        lead: &[f64],
        chosen: &Settings,
        found: &mut Vec<FlipChange>,
    ) -> Result<(), NoFlip> {
        let levers = levers(self.study, chosen, lead);
        for lever in levers.iter().take(ALONE) {
            let ray = Ray {
                levers: vec![lever],
                direction: vec![lever.slope.signum()],
            };
            found.push(self.along(&ray)?);
        }
        for count in 2..=TOGETHER.min(levers.len()) {
            let levers: Vec<&Lever<'_>> = levers.iter().take(count).collect();
            let slopes: Vec<f64> = levers.iter().map(|lever| lever.slope).collect();
            let Some(ray) = self.ray(levers, &slopes) else {
                continue;
            };
            let first = self.along(&ray)?;
            // The slope over all draws need not be the one at the point found.
            let second = match first.distance.filter(|_| first.verified) {
                Some(distance) => match self.turned(&ray, distance)? {
                    Some(ray) => Some(self.along(&ray)?),
                    None => None,
                },
                None => None,
            };
            found.push(match second {
                Some(second) if rank(&second) < rank(&first) => second,
                _ => first,
            });
        }
        Ok(())
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
        let settings = self.searching();
        let here = self.look(&self.held(ray, &scores), &settings)?.lead;
        let mut slopes = Vec::with_capacity(scores.len());
        for (i, score) in scores.iter().enumerate() {
            let step = 0.5 * if *score > 0.0 { -1.0 } else { 1.0 };
            let mut moved = scores.clone();
            moved[i] += step;
            let there = self.look(&self.held(ray, &moved), &settings)?.lead;
            slopes.push((there - here) / step);
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

    fn searching(&self) -> Settings {
        let most = SEARCH.div_ceil(self.settings.trials_per_block()).max(1);
        Settings {
            blocks: self.settings.blocks.min(most),
            until: None,
            ..self.settings.clone()
        }
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

    fn look(&self, held: &[FlipHeld], settings: &Settings) -> Result<Lead, NoFlip> {
        let sets: Vec<String> = held.iter().map(setting).collect();
        let study = (self.open)(&sets).map_err(|report| NoFlip::Refused { report })?;
        let run = match study.run(settings, self.observer) {
            Ok(run) => run,
            Err(error) => {
                let study = Box::new(study);
                return Err(NoFlip::Failed { study, error });
            }
        };
        if run.run.interrupted {
            return Err(NoFlip::Interrupted);
        }
        Ok(self.race.lead(&run, self.to))
    }

    /// The smallest change along a ray.
    fn along(&self, ray: &Ray<'_, '_>) -> Result<FlipChange, NoFlip> {
        let settings = self.searching();
        let at = |distance: f64| -> Vec<FlipHeld> {
            let scores: Vec<f64> = ray.direction.iter().map(|d| d * distance).collect();
            self.held(ray, &scores)
        };
        let change = |held: Vec<FlipHeld>, lead: Lead, verified: bool| {
            let scores: Vec<f64> = held.iter().map(|one| one.score).collect();
            FlipChange {
                distance: (self.length(&ray.levers, &scores)).filter(|_| verified),
                set: held.iter().map(setting).collect(),
                held,
                lead,
                verified,
            }
        };
        let end = self.look(&at(self.within), &settings)?;
        if end.lead <= 0.0 {
            let held = at(self.within);
            let lead = self.look(&held, self.settings)?;
            return Ok(change(held, lead, false));
        }
        let start = self.look(&at(0.0), &settings)?;
        let (mut low, mut high) = ((0.0, start.lead), (self.within, end.lead));
        if low.1 > 0.0 {
            high = low;
        }
        // Regula falsi, kept away from the ends so that both come nearer.
        for _ in 0..STEPS {
            let width = high.0 - low.0;
            if width <= NEAR {
                break;
            }
            let place = low.0 - low.1 * width / (high.1 - low.1);
            let place = place.clamp(low.0 + 0.1 * width, high.0 - 0.1 * width);
            let lead = self.look(&at(place), &settings)?.lead;
            if lead > 0.0 {
                high = (place, lead);
            } else {
                low = (place, lead);
            }
        }
        // From there on until the run itself says so beyond chance.
        let slope = ((end.lead - start.lead) / self.within).max(1e-3);
        let mut distance = high.0;
        for _ in 0..STEPS {
            let held = at(distance);
            let lead = self.look(&held, self.settings)?;
            let short = BEYOND * lead.lead_std_error - lead.lead;
            if short <= 0.0 {
                return Ok(change(held, lead, true));
            }
            if distance >= self.within {
                return Ok(change(held, lead, false));
            }
            distance = (distance + (1.2 * short / slope).max(NEAR)).min(self.within);
        }
        let held = at(self.within);
        let lead = self.look(&held, self.settings)?;
        let verified = lead.lead >= BEYOND * lead.lead_std_error;
        Ok(change(held, lead, verified))
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
