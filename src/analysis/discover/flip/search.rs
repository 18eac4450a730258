//! The search for flips: from slopes over all draws, along lines, to the smallest change that runs
//! of its own tell from chance.
//!
//! Takes the lead in each draw and a way to open the scenario with inputs held at values; gives
//! candidates. All its runs are under another seed than the run that verifies them, and under the
//! same among themselves.

use super::levers::{Lever, NEAR, What, apart, settings, weights_with};
use super::race::LeadParts;
use super::sizes::{CONFIRMING, confirming, searching};
use super::{Blocks, NoFlip, Part, Race};
use crate::analysis::Study;
use crate::engine::{EngineError, Settings};
use crate::estimate::Replicated;
use crate::results::{FlipHeld, Lead, RunResult};
use crate::scenario::Findings;
use std::cell::{Cell, RefCell};

/// Inputs that are tried alone.
const ALONE: usize = 6;
/// Inputs that are held together at most.
const TOGETHER: usize = 4;
/// Steps of a root search.
const STEPS: usize = 4;
/// Standard deviations between the two runs that say where the lead is level, at least.
const APART: f64 = 0.1;
/// Steps to the last point that the file allows.
const EDGE: usize = 4;
/// Share of the variance of a lead that is taken to come from draws, once the inputs that move it
/// most are held.
const OF_DRAWS: f64 = 0.25;

/// Lines at most.
const RAYS: usize = ALONE + 2 * (TOGETHER - 1);
/// Runs of the search at most.
pub const LOOKS: u64 = (RAYS * (4 + EDGE + STEPS) + TOGETHER * (TOGETHER + 1)) as u64;

/// A change that the search found.
pub struct Candidate<'l, 's> {
    ray: Ray<'l, 's>,
    /// How far along it.
    place: f64,
    /// By how much the lead grows for each standard deviation.
    rise: f64,
    pub held: Vec<FlipHeld>,
    /// Its size in prior standard deviations; `None` if the search does not see it lead within
    /// reach.
    pub distance: Option<f64>,
    /// The lead as the search sees it.
    pub lead: Lead,
}

impl Candidate<'_, '_> {
    /// Those that lead by size, then the others by how far they come.
    pub fn rank(&self) -> f64 {
        self.distance.unwrap_or(1e6 - self.lead.lead)
    }
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
    /// Standard errors of the run that verifies by which the lead has to be ahead of chance.
    pub beyond: f64,
    /// A weight cannot be stated alone.
    pub states_all: Cell<bool>,
    pub observer: &'s Blocks<'s>,
    /// The scenario with these settings.
    pub open: &'s dyn Fn(&[String]) -> Result<Study, Findings>,
    /// Why the last point that the file does not allow was refused.
    pub refused: RefCell<Option<NoFlip>>,
}

/// Points in a direction: inputs, and how far each goes for each standard deviation in all.
pub struct Ray<'l, 's> {
    levers: Vec<&'l Lever<'s>>,
    direction: Vec<f64>,
}

impl Search<'_> {
    /// The changes that were looked at, smallest first; those too that do not flip the lead within
    /// reach.
    ///
    /// # Errors
    /// [`NoFlip`].
    pub fn flips<'l, 's>(
        &self,
        levers: &'l [Lever<'s>],
        found: &mut Vec<Candidate<'l, 's>>,
    ) -> Result<(), NoFlip> {
        let alone = levers.len().min(ALONE);
        let most = apart(levers, TOGETHER).len();
        let rays = alone + 2 * most.saturating_sub(1);
        self.choose_settings(levers);
        for (done, lever) in levers.iter().take(ALONE).enumerate() {
            let ray = Ray {
                levers: vec![lever],
                direction: vec![lever.slope.signum()],
            };
            found.extend(self.along(ray)?);
            self.observer.reached(done + 1, rays);
        }
        for count in 2..=most {
            let levers = apart(levers, count);
            let slopes: Vec<f64> = levers.iter().map(|lever| lever.slope).collect();
            let Some(ray) = self.ray(levers, &slopes) else {
                continue;
            };
            let Some(first) = self.along(ray)? else {
                continue;
            };
            // The slope over all draws need not be the one at the point found.
            let second = match first.distance {
                Some(distance) => match self.turned(&first.ray, distance)? {
                    Some(ray) => self.along(ray)?,
                    None => None,
                },
                None => None,
            };
            found.push(match second {
                Some(second) if second.rank() < first.rank() => second,
                _ => first,
            });
            self.observer.reached(alone + 2 * (count - 1), rays);
        }
        found.sort_by(|a, b| a.rank().total_cmp(&b.rank()));
        match self.refused.take().filter(|_| found.is_empty()) {
            Some(refused) => Err(refused),
            None => Ok(()),
        }
    }

    /// Whether a weight can be stated alone: not if the call states other weights, or where what is
    /// left for the others is unclear.
    fn choose_settings(&self, levers: &[Lever<'_>]) {
        let Some(lever) = levers.iter().find(|lever| lever.is_weight()) else {
            return;
        };
        let held = [lever.held(1.0)];
        let opened = (self.open)(&settings(self.study, &held, false));
        let is_as_meant = opened.is_ok_and(|study| {
            let wanted = weights_with(&self.study.model, &held[0]);
            let mut both = study.model.trends.iter().zip(wanted);
            both.all(|(trend, wanted)| (trend.weight - wanted).abs() < 1e-9)
        });
        self.states_all.set(!is_as_meant);
    }

    /// The ray on which the lead grows most for each standard deviation, if it grows by `slopes`
    /// with uncorrelated scores.
    fn ray<'l, 's>(&self, levers: Vec<&'l Lever<'s>>, slopes: &[f64]) -> Option<Ray<'l, 's>> {
        let length = self.length(&levers, slopes)?;
        (length > 0.0).then(|| Ray {
            direction: slopes.iter().map(|slope| slope / length).collect(),
            levers,
        })
    }

    /// Length of a vector of normal scores: √(zᵀ R⁻¹ z), where R are their correlations; `None`
    /// where some determine others.
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

    /// The ray by the slopes at the point `distance` away, each from a run with one input moved by
    /// half a standard deviation.
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

    /// Of the normal scores of two inputs.
    fn correlation(&self, a: &Lever<'_>, b: &Lever<'_>) -> f64 {
        let mix = self.study.program.parameter_mix.as_ref();
        let row = |lever: &Lever<'_>| {
            let (mix, What::Parameter(p)) = (mix?, lever.what) else {
                return None;
            };
            let place = mix.members.iter().position(|m| *m == p)?;
            Some(&mix.factor[place])
        };
        match (row(a), row(b)) {
            _ if a.what == b.what => 1.0,
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
            .map(|(lever, score)| lever.held(*score))
            .collect()
    }

    /// The lead at a point; `None` where the file does not allow it.
    fn look(&self, held: &[FlipHeld], settings: &Settings) -> Result<Option<Lead>, NoFlip> {
        let Some(study) = self.opened(held) else {
            return Ok(None);
        };
        match self
            .race
            .look(&study, self.to, settings, &self.part(settings))
        {
            Ok(Some(lead)) => Ok(Some(lead)),
            Ok(None) => Err(NoFlip::Interrupted),
            Err(error) => {
                self.fails(study, error);
                Ok(None)
            }
        }
    }

    /// The scenario with something held; `None` where the file does not allow it.
    fn opened(&self, held: &[FlipHeld]) -> Option<Study> {
        match (self.open)(&self.settings_of(held)) {
            Ok(study) => Some(study),
            Err(report) => {
                self.refused.replace(Some(NoFlip::Refused { report }));
                None
            }
        }
    }

    fn fails(&self, study: Study, error: EngineError) {
        let study = Box::new(study);
        self.refused.replace(Some(NoFlip::Failed { study, error }));
    }

    fn part(&self, settings: &Settings) -> Part<'_> {
        Part {
            blocks: self.observer,
            per_block: settings.trials_per_block(),
        }
    }

    /// The settings that hold something.
    pub fn settings_of(&self, held: &[FlipHeld]) -> Vec<String> {
        settings(self.study, held, self.states_all.get())
    }

    /// A run with something held; `None` where the file does not allow it.
    ///
    /// # Errors
    /// [`NoFlip::Interrupted`].
    pub fn run(&self, held: &[FlipHeld], settings: &Settings) -> Result<Option<RunResult>, NoFlip> {
        let Some(study) = self.opened(held) else {
            return Ok(None);
        };
        let run = match study.run(settings, &self.part(settings)) {
            Ok(run) => run,
            Err(error) => {
                self.fails(study, error);
                return Ok(None);
            }
        };
        if run.run.interrupted {
            return Err(NoFlip::Interrupted);
        }
        Ok(Some(run))
    }

    /// The lead that a larger run has to show, so that the run that verifies will most likely tell
    /// it from chance.
    fn goal(&self, seen: &Lead, size: &Settings) -> f64 {
        let trials = |of: &Settings| of.blocks as f64 * of.trials_per_block() as f64;
        let draws = |of: &Settings| trials(of) / f64::from(of.trials_per_draw);
        let own = self.settings;
        let shrunk =
            (1.0 - OF_DRAWS) * trials(size) / trials(own) + OF_DRAWS * draws(size) / draws(own);
        let error = seen.lead_std_error * shrunk.sqrt();
        self.beyond * error + libm::hypot(error, seen.lead_std_error)
    }

    /// The smallest change along a ray; `None` if the file allows nothing there.
    fn along<'l, 's>(&self, ray: Ray<'l, 's>) -> Result<Option<Candidate<'l, 's>>, NoFlip> {
        let settings = searching(self.settings);
        let at = |distance: f64| self.at(&ray, distance);
        let Some(start) = self.look(&at(0.0), &settings)? else {
            return Ok(None);
        };
        let Some((reach, end)) = self.end(&at, &settings)? else {
            return Ok(None);
        };
        let mut top = (reach, end);
        if start.lead <= 0.0 && top.1.lead <= 0.0 {
            // The lead may rise and fall again on the way.
            for part in [1.0 / 3.0, 2.0 / 3.0] {
                let place = part * reach;
                if let Some(lead) = self.look(&at(place), &settings)?
                    && lead.lead > 0.0
                {
                    top = (place, lead);
                    break;
                }
            }
        }
        let leads = start.lead > 0.0 || top.1.lead > 0.0;
        let (mut low, mut high) = ((0.0, start.clone()), top);
        if start.lead > 0.0 {
            high = low.clone();
        }
        if leads {
            // Regula falsi, kept away from the ends so that both come nearer.
            for _ in 0..STEPS {
                let width = high.0 - low.0;
                if width <= NEAR {
                    break;
                }
                let place = low.0 - low.1.lead * width / (high.1.lead - low.1.lead);
                let place = place.clamp(low.0 + 0.1 * width, high.0 - 0.1 * width);
                let Some(lead) = self.look(&at(place), &settings)? else {
                    break;
                };
                // Nearer than that these runs do not know it.
                let is_near = lead.lead.abs() <= 0.5 * lead.lead_std_error;
                if lead.lead > 0.0 {
                    high = (place, lead);
                } else {
                    low = (place, lead);
                }
                if is_near {
                    break;
                }
            }
        }
        let (place, lead) = high;
        let rise = match place > 0.0 {
            true => (lead.lead - start.lead) / place,
            false => 0.0,
        };
        let held = at(place);
        Ok(Some(Candidate {
            distance: self.size(&ray, &held).filter(|_| leads),
            ray,
            place,
            rise: rise.max(1e-3),
            held,
            lead,
        }))
    }

    /// What is held so far along a ray.
    fn at(&self, ray: &Ray<'_, '_>, distance: f64) -> Vec<FlipHeld> {
        let scores: Vec<f64> = ray.direction.iter().map(|d| d * distance).collect();
        self.held(ray, &scores)
    }

    /// Size of what is held.
    fn size(&self, ray: &Ray<'_, '_>, held: &[FlipHeld]) -> Option<f64> {
        let scores: Vec<f64> = held.iter().map(|one| one.score).collect();
        self.length(&ray.levers, &scores)
    }

    /// From where the lead is level on until a larger run is beyond chance, or back to where it
    /// just is; if none is within reach, to the last that leads. `false` if none does.
    ///
    /// # Errors
    /// [`NoFlip::Interrupted`].
    pub fn settle(&self, candidate: &mut Candidate<'_, '_>) -> Result<bool, NoFlip> {
        let larger = confirming(self.settings);
        let mut rise = candidate.rise;
        let mut place = candidate.place;
        // The farthest that is short of it, with its lead.
        let mut failed: Option<(f64, f64)> = None;
        let mut best: Option<(f64, Vec<FlipHeld>, Lead)> = None;
        let mut last = None;
        for _ in 0..CONFIRMING {
            let held = self.at(&candidate.ray, place);
            let Some(lead) = self.look(&held, &larger)? else {
                break;
            };
            let short = self.goal(&lead, &larger) - lead.lead;
            if short > 0.0 {
                if let Some((before, less)) = failed {
                    // It may rise less steeply here than from the medians on.
                    rise = ((lead.lead - less) / (place - before)).clamp(0.6 * rise, rise);
                }
                failed = Some((place, lead.lead));
                let next = (place + (1.2 * short / rise).max(NEAR)).min(self.within);
                if lead.lead > 0.0 {
                    last = Some((held, lead));
                }
                if next <= place || best.as_ref().is_some_and(|(found, ..)| next >= *found) {
                    break;
                }
                place = next;
            } else {
                best = Some((place, held, lead));
                let least = failed.map_or(0.0, |(failed, _)| failed);
                let nearer = (place + 0.8 * short / rise).max(least + NEAR);
                if nearer > place - NEAR {
                    break;
                }
                place = nearer;
            }
        }
        let Some((held, lead)) = best.map(|(_, held, lead)| (held, lead)).or(last) else {
            return Ok(false);
        };
        candidate.distance = self.size(&candidate.ray, &held);
        (candidate.held, candidate.lead) = (held, lead);
        Ok(true)
    }

    /// Where the lead is level on the ray of a change, by the run that verified it and a second one
    /// with the same random numbers nearer to that point; `None` if the lead does not rise there.
    ///
    /// # Errors
    /// [`NoFlip::Interrupted`].
    pub fn level(
        &self,
        of: &Candidate<'_, '_>,
        run: &RunResult,
        lead: &Lead,
    ) -> Result<Option<Level>, NoFlip> {
        let Some(far) = self.size(&of.ray, &of.held) else {
            return Ok(None);
        };
        // Where it is by the slope of the search, and not so near that the two say nothing.
        let step = (lead.lead / of.rise).clamp(-1.0, 1.0);
        let step = match step.abs() < APART {
            true if far > APART => APART,
            true => -APART,
            false => step.min(far),
        };
        let held = self.at(&of.ray, far - step);
        let Some(near) = self.size(&of.ray, &held) else {
            return Ok(None);
        };
        let Some(nearer) = self.run(&held, self.settings)? else {
            return Ok(None);
        };
        let parts = |run| self.race.parts(run, self.to, &lead.rival);
        Ok((parts(&nearer).zip(parts(run)))
            .and_then(|(nearer, run)| level([(near, &nearer), (far, &run)])))
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

/// Where a lead is level, in prior standard deviations.
pub struct Level {
    pub distance: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
}

/// Where the line through two leads of paired runs crosses zero. Its error is that of the line at
/// the crossing, in which most of the noise that both share is left, divided by the slope.
fn level(points: [(f64, &LeadParts); 2]) -> Option<Level> {
    let [(near, a), (far, b)] = points;
    let slope = (b.lead() - a.lead()) / (far - near);
    if !slope.is_finite() || slope <= 0.0 {
        return None;
    }
    let share = -a.lead() / (b.lead() - a.lead());
    let of = |share: f64, parts: &'_ LeadParts| -> Vec<(f64, Replicated)> {
        let shares = parts.shares.iter();
        shares.map(|(weight, one)| (share * weight, *one)).collect()
    };
    let both = [of(1.0 - share, a), of(share, b)].concat();
    let terms: Vec<(f64, &Replicated)> = both.iter().map(|(weight, one)| (*weight, one)).collect();
    let told = Replicated::weighted(&terms)?;
    let distance = near + share * (far - near);
    let reach = 0.5 * (told.ci95[1] - told.ci95[0]) / slope;
    Some(Level {
        distance,
        std_error: told.std_error / slope,
        ci95: [(distance - reach).max(0.0), distance + reach],
    })
}
