//! A sweep: some numbers of a scenario as some of its inputs vary, under common random numbers.
//!
//! Takes the studies of all runs, made ready and checked; gives each number with its error, and its
//! paired difference from the file as it is. The caller chooses
//! the runs; the points of a Latin hypercube are made here.

use super::compare::compared;
use super::crossing::{Seen, crossings};
use super::detectable;
use super::quantity::{Kind, Quantity};
use super::study::{self, Study};
use crate::engine::{EngineError, Observer, Settings};
use crate::random::site::unit_interval;
use crate::random::{Seed, Site, Stream, TrialId};
use crate::results::{
    BreakEven, Comparison, Parts, RunResult, Shown, SweepAxis, SweepPart, SweepPoint, SweepResult,
    SweepValue, Warning, tool,
};
use crate::scenario::Findings;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Runs that are simulated together with the file as it is: few enough that their tables fit into
/// memory.
pub const TOGETHER: usize = 12;

/// A run to be made: where it stands on each axis, and the scenario there.
pub struct Point {
    pub at: Vec<Value>,
    pub study: Study,
}

/// What to sweep.
pub struct Sweep {
    /// The file as it is.
    pub base: Study,
    pub axes: Vec<SweepAxis>,
    pub points: Vec<Point>,
    /// `grid` or `latin-hypercube`.
    pub design: String,
    /// What is read off; empty for what the file leads to most often ([`Quantity::leading`]).
    pub of: Vec<Quantity>,
}

/// Simulates all runs. `None` if it was cancelled before the first few were complete; cancelled
/// later, it has those that were.
///
/// # Errors
/// [`EngineError`] of whichever run fails, with the index of its point; `None` for the file as it
/// is.
pub fn sweep(
    sweep: &Sweep,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Option<SweepResult>, (Option<usize>, EngineError)> {
    let part = some_runs(sweep, settings, observer)?;
    Ok(part.and_then(|part| together([part], &sweep.axes, &sweep.design)))
}

/// As [`sweep`], for runs that are not all: what they say is the same, whichever others are
/// simulated with them.
///
/// # Errors
/// As of [`sweep`].
pub fn some_runs(
    sweep: &Sweep,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Option<SweepPart>, (Option<usize>, EngineError)> {
    settings.check().map_err(|error| (None, error))?;
    let parts: Vec<&[Point]> = sweep.points.chunks(TOGETHER).collect();
    // That a trend comes true stands in the scorecard, which only a whole result has.
    let is_whole = sweep.of.iter().any(|q| q.kind == Kind::Trend);
    let read = match is_whole {
        true => Parts::All,
        false => Parts::Shown(Shown::default()),
    };
    let work = |part: &[Point], inner: &Settings, observer: &dyn Observer| {
        let studies: Vec<&Study> = std::iter::once(&sweep.base)
            .chain(part.iter().map(|point| &point.study))
            .collect();
        let mut result = compared(&studies, &read, inner, observer)?;
        if result.scenarios.iter().any(|s| s.run.interrupted) {
            return Ok(None);
        }
        let base = result.scenarios.remove(0);
        let of = match sweep.of.is_empty() {
            true => Quantity::leading(&sweep.base.model, &base)
                .into_iter()
                .collect(),
            false => sweep.of.clone(),
        };
        let told = (result.scenarios.iter().zip(&result.comparisons))
            .map(|(run, comparison)| values(&of, run, comparison))
            .collect();
        Ok(Some(Part {
            base,
            of,
            told,
            warnings: result.warnings,
        }))
    };
    let (mut done, error) = in_turn(&parts, settings, observer, &work);
    if let Some((part, error)) = error {
        let first = part * TOGETHER;
        let culprit = (first..sweep.points.len().min(first + TOGETHER))
            .find(|i| sweep.points[*i].study.explain(&error).is_some());
        return Err((culprit, error));
    }
    let interrupted = done.iter().any(Option::is_none);
    let Some(first) = done.iter().flatten().next() else {
        return Ok(None);
    };
    let of = first.of.clone();
    let mut run = first.base.run.clone();
    run.interrupted = interrupted;
    let scenario = first.base.scenario.clone();
    let base_warnings = first.base.warnings.clone();
    let base = of.iter().map(|q| alone(q, &first.base)).collect();
    let mut points: Vec<SweepPoint> = Vec::with_capacity(sweep.points.len());
    let mut warnings = Vec::new();
    for (part, done) in parts.iter().zip(&mut done) {
        let Some(done) = done.take() else { continue };
        // Whoever sweeps a clock knows that the runs differ in it.
        let is_swept = |warning: &Warning| {
            let mut paths = sweep.axes.iter().map(|axis| format!("/{}", axis.path));
            paths.any(|path| path == warning.path)
        };
        warnings.extend(
            done.warnings
                .into_iter()
                .filter(|warning| !is_swept(warning)),
        );
        warnings.extend(lint(&sweep.base, part.iter().map(|point| &point.study)));
        points.extend(
            part.iter()
                .zip(done.told)
                .map(|(point, values)| SweepPoint {
                    at: point.at.clone(),
                    values,
                }),
        );
    }
    Ok(Some(SweepPart {
        run,
        scenario,
        of: of.iter().map(Quantity::told).collect(),
        base,
        points,
        base_warnings,
        warnings,
    }))
}

/// What there is to say of some variants of a scenario, and not of the scenario itself: a name that
/// nothing reads, most often. Of each kind and place the first.
pub fn lint<'s>(base: &Study, variants: impl Iterator<Item = &'s Study>) -> Vec<Warning> {
    let of =
        |study: &Study| -> Vec<Warning> { study.diagnostics.iter().map(study::told).collect() };
    let known = of(base);
    let is_new = |warning: &Warning| (known.iter()).all(|one| !is_same(one, warning));
    let mut found: Vec<Warning> = variants.flat_map(of).filter(is_new).collect();
    once(&mut found);
    found
}

/// Whether two warnings are of one kind and place.
fn is_same(a: &Warning, b: &Warning) -> bool {
    (&a.code, &a.path) == (&b.code, &b.path)
}

/// Leaves of each kind and place the first; what has no place is left as it is.
fn once(warnings: &mut Vec<Warning>) {
    let all = std::mem::take(warnings);
    for warning in all {
        let is_told = |one: &Warning| match warning.path.as_str() {
            "" => *one == warning,
            _ => is_same(one, &warning),
        };
        if !warnings.iter().any(is_told) {
            warnings.push(warning);
        }
    }
}

/// The result of all runs, from parts in their order; `None` if there is none.
pub fn together(
    parts: impl IntoIterator<Item = SweepPart>,
    axes: &[SweepAxis],
    design: &str,
) -> Option<SweepResult> {
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    let (mut points, mut of_runs) = (first.points, first.warnings);
    for part in parts {
        points.extend(part.points);
        of_runs.extend(part.warnings);
    }
    correct(&mut points);
    once(&mut of_runs);
    let warnings = [first.base_warnings, of_runs].concat();
    Some(SweepResult {
        format: 1,
        tool: tool(),
        run: first.run,
        scenario: first.scenario,
        design: design.into(),
        axes: axes.to_vec(),
        of: first.of,
        base: first.base,
        points,
        break_even: None,
        warnings,
    })
}

/// Why there is no answer to where a number crosses another.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoBreakEven {
    /// The scenario cannot be used at this value of the input.
    #[error("the scenario cannot be used with the value {at}: {report}")]
    Refused { at: f64, report: Findings },
    /// Its run failed.
    #[error("{error}")]
    Failed {
        study: Box<Study>,
        #[source]
        error: EngineError,
    },
    #[error("interrupted")]
    Interrupted,
}

/// Looks for the values of the only input at which the `of`-th number is `target`, between those of
/// the grid; `open` has the scenario at any other.
///
/// # Errors
/// [`NoBreakEven`].
pub fn break_even(
    result: &SweepResult,
    (quantity, of, target): (&Quantity, usize, f64),
    settings: &Settings,
    observer: &dyn Observer,
    open: &dyn Fn(f64) -> Result<Study, Findings>,
) -> Result<BreakEven, NoBreakEven> {
    let seen = |at: f64, value: Option<f64>, error: Option<f64>, ci95: Option<[f64; 2]>| {
        Some(Seen {
            at,
            value: value?,
            std_error: error?,
            ci95: ci95?,
        })
    };
    let mut grid: Vec<Seen> = (result.points.iter())
        .filter_map(|point| {
            let value = &point.values[of];
            let at = point.at.first()?.as_f64()?;
            seen(at, value.value, value.std_error, value.ci95)
        })
        .collect();
    grid.sort_by(|a, b| a.at.total_cmp(&b.at));
    let steps = Steps::new(observer, settings.blocks);
    let mut look = |at: f64| {
        let study = open(at).map_err(|report| NoBreakEven::Refused { at, report })?;
        let run = match study.run(settings, &steps) {
            Ok(run) => run,
            Err(error) => {
                let study = Box::new(study);
                return Err(NoBreakEven::Failed { study, error });
            }
        };
        if run.run.interrupted {
            return Err(NoBreakEven::Interrupted);
        }
        let read = quantity.read(&run);
        Ok(seen(at, read.value, read.std_error, read.ci95))
    };
    let crossing = crossings(&grid, target, &mut look)?;
    Ok(BreakEven { of, crossing })
}

/// What is kept of some runs.
struct Part {
    base: RunResult,
    of: Vec<Quantity>,
    /// By run, by number.
    told: Vec<Vec<SweepValue>>,
    warnings: Vec<Warning>,
}

/// What came of a part: nothing if it was cancelled.
type Answer = Result<Option<Part>, EngineError>;

type Work<'w> = dyn Fn(&[Point], &Settings, &dyn Observer) -> Answer + Sync + 'w;

/// Does the parts, each with all threads, or with one thread each where a run is too short to be
/// shared out.
///
/// A part that was cancelled or not begun is `None`; the first part that failed is named.
fn in_turn(
    parts: &[&[Point]],
    settings: &Settings,
    observer: &dyn Observer,
    work: &Work<'_>,
) -> (Vec<Option<Part>>, Option<(usize, EngineError)>) {
    let threads = match settings.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let apart = settings.blocks < 2 * threads as u64;
    let workers = if apart {
        threads.min(parts.len()).max(1)
    } else {
        1
    };
    let inner = settings
        .clone()
        .threads(if apart { 1 } else { settings.threads });
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let shared = Steps::new(observer, parts.len() as u64 * settings.blocks);
    let found: Vec<Mutex<Option<Answer>>> = parts.iter().map(|_| Mutex::new(None)).collect();
    let one = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = parts.get(i) else { break };
            if failed.load(Ordering::Relaxed) || observer.cancelled() {
                break;
            }
            let answer = work(part, &inner, &shared);
            if answer.is_err() {
                failed.store(true, Ordering::Relaxed);
            }
            *found[i].lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(one);
        }
        one();
    });
    let mut done = Vec::with_capacity(parts.len());
    let mut error = None;
    for (i, slot) in found.into_iter().enumerate() {
        let answer = slot.into_inner().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Some(Ok(part)) => done.push(part),
            Some(Err(fault)) => {
                error.get_or_insert((i, fault));
                done.push(None);
            }
            None => done.push(None),
        }
    }
    (done, error)
}

/// Counts the blocks of all parts together.
pub(super) struct Steps<'o> {
    observer: &'o dyn Observer,
    done: AtomicU64,
    total: u64,
}

impl<'o> Steps<'o> {
    pub(super) fn new(observer: &'o dyn Observer, total: u64) -> Self {
        Self {
            observer,
            done: AtomicU64::new(0),
            total,
        }
    }
}

impl Observer for Steps<'_> {
    fn progress(&self, _: u64, _: u64) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.observer.progress(done, self.total);
    }

    fn cancelled(&self) -> bool {
        self.observer.cancelled()
    }
}

fn alone(q: &Quantity, run: &RunResult) -> SweepValue {
    let read = q.read(run);
    SweepValue {
        value: read.value,
        std_error: read.std_error,
        ci95: read.ci95,
        ..SweepValue::default()
    }
}

fn values(of: &[Quantity], run: &RunResult, comparison: &Comparison) -> Vec<SweepValue> {
    (of.iter())
        .map(|q| {
            let row = q.difference(comparison);
            SweepValue {
                difference: row.and_then(|row| row.difference),
                difference_std_error: row.and_then(|row| row.std_error),
                difference_ci95: row.and_then(|row| row.ci95),
                identical: comparison.identical,
                p_adjusted: row.and_then(|row| row.p_adjusted),
                ..alone(q, run)
            }
        })
        .collect()
}

/// Holm's correction over all runs, for each number by itself.
fn correct(points: &mut [SweepPoint]) {
    let count = points.first().map_or(0, |point| point.values.len());
    for k in 0..count {
        let values = points.iter_mut().map(|point| &mut point.values[k]);
        detectable::correct(values.map(|value| (&mut value.p_adjusted, &mut value.detectable)));
    }
}

/// Points of a Latin hypercube over (0, 1): on each axis exactly one in each `points`-th, at a
/// uniform place within it, in random order.
///
/// By point, then by axis. McKay, Beckman & Conover (1979). An axis keeps its numbers when others
/// come and go.
pub fn latin_hypercube(seed: u64, axes: &[String], points: usize) -> Vec<Vec<f64>> {
    let mut all = vec![Vec::with_capacity(axes.len()); points];
    for axis in axes {
        let site = Site::new(Seed(seed), &format!("sweep/{axis}"));
        let mut stream = Stream::new(site, TrialId { draw: 0, trial: 0 });
        let order = stream.order(points);
        for (point, stratum) in all.iter_mut().zip(order) {
            point.push((stratum as f64 + unit_interval(stream.word())) / points as f64);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latin_hypercube_has_one_point_in_each_stratum_of_each_axis() {
        let axes = ["a", "b", "c"].map(String::from);
        let points = latin_hypercube(7, &axes, 40);
        for axis in 0..3 {
            let mut strata: Vec<usize> = (points.iter())
                .map(|point| (point[axis] * 40.0) as usize)
                .collect();
            assert_ne!(strata, (0..40).collect::<Vec<_>>(), "the order is random");
            strata.sort_unstable();
            assert_eq!(strata, (0..40).collect::<Vec<_>>());
        }
        let fewer = latin_hypercube(7, &axes[1..2], 40);
        assert!(
            (0..40).all(|i| fewer[i][0] == points[i][1]),
            "an axis keeps its numbers"
        );
        assert_ne!(latin_hypercube(8, &axes, 40), points);
    }
}
