//! Scenario discovery: which ranges of what is uncertain lead to an outcome.
//!
//! Takes a study and what is asked for; gives boxes of parameters and start weights. The unit is
//! the parameter draw: its response is the share of its trials with the outcome. With early days
//! the unit is the trial, and what has happened, and how things stand, on these days are limits of
//! boxes beside the inputs. Boxes are peeled
//! on one half of a run of their own, under another seed, and chosen on its other half; all that is
//! shown of them is counted on the run that `run` makes.

mod choose;
mod flip;
mod prim;
mod rows;
#[cfg(test)]
mod tests;
mod tree;

pub use flip::{Flip, NoFlip, Race, flip};

use choose::{Goal, Halves as Parts, choose};
use prim::{Bounds, Data, LEAST_MASS, Limits, PEEL, peel};
use rows::{Early, Rows, Seen, columns};
use tree::Tree;

use super::detectable;
use super::quantity::{Quantity, UnknownQuantity};
use super::sensitivity::passes::{InTotal, Stage, pass};
use super::sensitivity::targets::{self, Reading};
use super::study::Study;
use super::tripwires::{NothingToWatch, Watch};
use crate::engine::{BlockTrials, DRAWS_PER_BLOCK, EngineError, Observer, Settings};
use crate::results::{
    BoxLimit, ChosenOn, DiscoverResult, FoundBox, Peeled, PeeledLimit, TreeNode, Warning,
    scenario_info, tool,
};
use crate::time::calendar::years_between;
use jiff::civil::Date;

/// Trials of a draw on which boxes are chosen: many draws say more of ranges than many trials of
/// each.
const TRIALS_PER_DRAW: u32 = 16;
/// Trials of that run: as many as the other run has, within these.
const TRIALS: [u64; 2] = [8_192, 65_536];
/// At most where trials are the rows, of which there are more than draws.
const TRIALS_AS_ROWS: u64 = 20_480;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// A group, an outcome, a question or a trend; `None`: the likeliest group or outcome.
    pub of: Option<String>,
    /// Boxes at most.
    pub boxes: usize,
    /// The largest boxes in which the chance is at least this; `None`: those that stand out most.
    pub density: Option<f64>,
    /// Days at whose beginning is looked at what has happened and how things stand; empty: only
    /// inputs are looked at.
    pub early: Vec<Date>,
}

/// Why nothing can be discovered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NothingToDiscover {
    #[error(transparent)]
    Unknown(#[from] UnknownQuantity),
    #[error(
        "`{name}` is {kind}, which is not yes or no in each future: ask for a group, an outcome, a question or a trend"
    )]
    NotYesOrNo { name: String, kind: &'static str },
    #[error("the scenario has neither outcomes nor questions: there is nothing to look for")]
    NoTarget,
    /// No day of those asked for can be looked at.
    #[error(transparent)]
    Early(#[from] NothingToWatch),
}

impl Discovery {
    /// What may be looked for; the likeliest of several is known after a run.
    ///
    /// # Errors
    /// [`NothingToDiscover`] if the scenario has no such thing.
    pub fn prepare(&self, study: &Study) -> Result<Vec<Quantity>, NothingToDiscover> {
        let targets = match &self.of {
            Some(name) => vec![Quantity::named(&study.model, name.trim())?],
            None => targets::usual(&study.model, &study.program),
        };
        if let (Some(_), Some(kind)) = (&self.of, targets[0].not_yes_or_no()) {
            let name = targets[0].name.clone();
            return Err(NothingToDiscover::NotYesOrNo { name, kind });
        }
        if (targets.iter()).all(|target| target.not_yes_or_no().is_some()) {
            return Err(NothingToDiscover::NoTarget);
        }
        self.days(study)?;
        Ok(targets)
    }

    /// The early days, in order.
    fn days(&self, study: &Study) -> Result<Vec<Date>, NothingToWatch> {
        if self.early.is_empty() {
            return Ok(Vec::new());
        }
        let watch = Watch {
            of: self.of.clone(),
            by: self.early.clone(),
            top: 1,
        };
        watch.prepare(study).map(|(_, days)| days)
    }

    /// Trials of both runs.
    pub fn trials(&self, settings: &Settings) -> u64 {
        let of = |settings: &Settings| settings.blocks * settings.trials_per_block();
        of(&self.choosing(settings)) + of(settings)
    }

    /// The run on which is chosen.
    fn choosing(&self, settings: &Settings) -> Settings {
        let first = choosing(settings);
        match self.early.is_empty() {
            true => first,
            false => first
                .clone()
                .blocks((first.blocks).min(TRIALS_AS_ROWS.div_ceil(first.trials_per_block()))),
        }
    }
}

/// The run on which is chosen: under the next seed, with more draws of fewer trials.
fn choosing(settings: &Settings) -> Settings {
    let trials = settings.blocks.saturating_mul(settings.trials_per_block());
    let block = u64::from(DRAWS_PER_BLOCK * TRIALS_PER_DRAW);
    settings
        .clone()
        .seed(settings.seed.wrapping_add(1))
        .trials_per_draw(TRIALS_PER_DRAW)
        .blocks(trials.clamp(TRIALS[0], TRIALS[1]).div_ceil(block))
        .until(None)
}

/// Looks for boxes of inputs that lead to an outcome.
///
/// # Errors
/// [`EngineError`] as of a run.
pub fn discover(
    study: &Study,
    discovery: &Discovery,
    wanted: &[Quantity],
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<DiscoverResult, EngineError> {
    let first = discovery.choosing(settings);
    let total = discovery.trials(settings);
    let stage = |before: u64, of: &Settings| InTotal {
        stage: Stage {
            observer,
            before,
            trials_per_block: of.trials_per_block(),
        },
        total,
    };
    let model = &study.model;
    let dates = discovery.days(study).expect("checked before");
    let days: Vec<f64> = (dates.iter())
        .map(|day| years_between(model.clock.start, *day))
        .collect();
    let early = Early::all(study, days);
    let looking = early.study(study);
    let seeing = looking.as_ref().unwrap_or(study);
    let keep = reader(seeing, &early, &first);
    let seen = pass(seeing, None, &first, &stage(0, &first), &|ended| {
        keep(wanted, ended)
    })?;
    let target = targets::likeliest(wanted, &seeing.result(&seen.summary))[0];
    let of = &wanted[target];
    let chosen_on = ChosenOn {
        seed: first.seed,
        trials: seen.blocks.len() as u64 * first.trials_per_block(),
    };
    let all = columns(study, &early, &dates);
    let of_target = |mut block: Vec<Seen>| block.swap_remove(target);
    let seen = seen.blocks.into_iter().map(of_target).collect();
    let rows = Rows::new(study, &first, &early, (&all, None), seen);
    let found = search(&rows, discovery);

    // Of the run only what some box or split asks for is kept.
    let needed = found.needed(rows.columns.len());
    let mut asked = rows.columns.clone();
    let fewer = early.only(&mut asked, &needed);
    let looking = fewer.study(study);
    let counting = looking.as_ref().unwrap_or(study);
    let keep = reader(counting, &fewer, settings);
    let one = std::slice::from_ref(of);
    let before = first.blocks * first.trials_per_block();
    let counted = pass(
        counting,
        None,
        settings,
        &stage(before, settings),
        &|ended| keep(one, ended).swap_remove(0),
    )?;
    let result = counting.result(&counted.summary);
    let inputs = rows.columns.iter().filter(|column| column.by.is_empty());
    let inputs = inputs.count() as u64;
    let conditions = rows.columns.len() as u64 - inputs;
    let run = Rows::new(
        study,
        settings,
        &fewer,
        (&asked, Some(&needed)),
        counted.blocks,
    );
    let boxes = told(&run, (found.boxes.as_slice(), discovery.density));
    let is_told = |row: usize| {
        let all = found.boxes.iter().zip(&boxes);
        all.filter(|(_, told)| told.detectable)
            .any(|(bounds, _)| bounds.holds(&run.values, row))
    };
    let together = boxes
        .iter()
        .any(|one| one.detectable)
        .then(|| run.size(|_| true, is_told).size);
    let reading = of.read(&result);
    Ok(DiscoverResult {
        format: 1,
        tool: tool(),
        scenario: scenario_info(model),
        of: of.told(),
        probability: reading.value.unwrap_or_default(),
        std_error: reading.std_error.unwrap_or(0.0),
        ci95: reading.ci95.unwrap_or([0.0, 1.0]),
        inputs,
        days: dates.iter().map(Date::to_string).collect(),
        conditions,
        least_density: discovery.density,
        chosen_on,
        together,
        peeling: (found.trajectory.iter())
            .map(|step| peeled(&run, step))
            .collect(),
        tree: nodes(&run, &found.tree),
        boxes,
        warnings: fitting(study, result.warnings),
        run: result.run,
    })
}

/// What is read of each block for each target.
fn reader<'a>(
    study: &'a Study,
    early: &'a Early,
    settings: &Settings,
) -> impl Fn(&[Quantity], &BlockTrials) -> Vec<Seen> + Sync + use<'a> {
    let per_draw = settings.trials_per_draw as usize;
    let of_row = match early.is_none() {
        true => per_draw,
        false => 1,
    };
    move |targets, ended| {
        let readings = targets::read(targets, &study.program, ended);
        readings
            .iter()
            .map(|one| Seen {
                hits: by_rows(one, per_draw, of_row),
                looks: match early.is_none() {
                    true => Vec::new(),
                    false => ended.metrics.clone(),
                },
            })
            .collect()
    }
}

/// Warnings of a run, without that of few draws where nothing is drawn.
fn fitting(study: &Study, warnings: Vec<Warning>) -> Vec<Warning> {
    let is_drawn = !study.program.inputs.is_empty();
    let all = warnings.into_iter();
    all.filter(|warning| is_drawn || warning.code != "few-draws")
        .collect()
}

/// Hits of each draw of a block.
fn by_draw(reading: &Reading, per_draw: usize) -> Vec<u32> {
    by_rows(reading, per_draw, per_draw)
}

/// Hits of each row of a block, of so many trials each.
fn by_rows(reading: &Reading, per_draw: usize, of_row: usize) -> Vec<u32> {
    match reading {
        Reading::YesOrNo(bits) => (0..DRAWS_PER_BLOCK as usize * per_draw)
            .step_by(of_row)
            .map(|first| bits.count(first..first + of_row))
            .collect(),
        Reading::Values(_) => unreachable!("metrics are refused by `prepare`"),
    }
}

/// What the choosing run says.
struct Found {
    /// Of the first box.
    trajectory: Vec<Bounds>,
    boxes: Vec<Bounds>,
    tree: Tree,
}

impl Found {
    /// Which of so many columns something asks for.
    fn needed(&self, columns: usize) -> Vec<bool> {
        let mut needed = vec![false; columns];
        for bounds in self.trajectory.iter().chain(&self.boxes) {
            for column in bounds.restricted() {
                needed[column] = true;
            }
        }
        let mut trees = vec![&self.tree];
        while let Some(tree) = trees.pop() {
            if let Some(split) = &tree.0 {
                needed[split.column] = true;
                trees.extend([&split.below, &split.from]);
            }
        }
        needed
    }
}

/// Boxes one after another, each outside those before it, until none stands out or there are
/// enough.
fn search(rows: &Rows, discovery: &Discovery) -> Found {
    let response = rows.responses();
    let data = Data {
        columns: &rows.values,
        response: &response,
        of_draw: rows.of_draw,
    };
    let mut found = Found {
        trajectory: Vec::new(),
        boxes: Vec::new(),
        tree: Tree(None),
    };
    let all: Vec<usize> = (0..response.len()).collect();
    // Replicates are independent of each other: half of them to peel, half to choose.
    let (mut peeled, mut fresh): (Vec<usize>, Vec<usize>) = all
        .iter()
        .partition(|row| rows.draw(**row).is_multiple_of(2));
    let goal = Goal {
        base: data.sum(&all) / all.len() as f64,
        density: discovery.density,
    };
    found.tree = Tree::grow(
        data,
        Parts {
            peeled: &peeled,
            fresh: &fresh,
        },
    );
    let enough = LEAST_MASS * peeled.len() as f64;
    while found.boxes.len() < discovery.boxes && !peeled.is_empty() && !fresh.is_empty() {
        let trajectory = peel(data, &peeled, PEEL, enough / peeled.len() as f64);
        let parts = Parts {
            peeled: &peeled,
            fresh: &fresh,
        };
        let chosen = choose(&trajectory, data, parts, goal);
        if found.trajectory.is_empty() {
            found.trajectory = trajectory;
        }
        let Some(bounds) = chosen else { break };
        for half in [&mut peeled, &mut fresh] {
            half.retain(|row| !bounds.holds(&rows.values, *row));
        }
        found.boxes.push(bounds);
    }
    found
}

/// What the run says of the boxes.
fn told(run: &Rows, (found, least): (&[Bounds], Option<f64>)) -> Vec<FoundBox> {
    let columns = &run.values;
    let mut boxes: Vec<FoundBox> = Vec::with_capacity(found.len());
    for (place, bounds) in found.iter().enumerate() {
        let is_free = |draw: usize| !found[..place].iter().any(|b| b.holds(columns, draw));
        let is_inside = |draw: usize| bounds.holds(columns, draw);
        let counted = run.size(is_free, is_inside);
        let limits = (bounds.restricted().into_iter())
            .map(|column| {
                let mut open = bounds.clone();
                open.0[column] = Limits::NONE;
                let kept_out =
                    run.size(|draw| is_free(draw) && open.holds(columns, draw), is_inside);
                let limits = bounds.0[column];
                let alone = run.size(|_| true, |draw| limits.holds(columns[column][draw]));
                let of = &run.columns[column];
                BoxLimit {
                    input: of.name.clone(),
                    title: of.title.clone(),
                    kind: of.kind.into(),
                    by: of.by.clone(),
                    low: finite(limits.low),
                    high: finite(limits.high),
                    share: alone.size.mass,
                    kept_out: kept_out.row.not_held,
                    difference: kept_out.row.difference,
                    difference_std_error: kept_out.row.difference_std_error,
                    difference_ci95: kept_out.row.difference_ci95,
                    detectable: false,
                    p_adjusted: kept_out.row.p_adjusted,
                }
            })
            .collect();
        let density = counted.size.density.value;
        boxes.push(FoundBox {
            limits,
            below_asked: least
                .zip(density)
                .is_some_and(|(least, counted)| counted < least),
            draws: counted.rows,
            size: counted.size,
            elsewhere: counted.row.not_held,
            difference: counted.row.difference,
            difference_std_error: counted.row.difference_std_error,
            difference_ci95: counted.row.difference_ci95,
            detectable: false,
            p_adjusted: counted.row.p_adjusted,
        });
    }
    detectable::correct((boxes.iter_mut()).map(|one| (&mut one.p_adjusted, &mut one.detectable)));
    let limits = boxes.iter_mut().flat_map(|one| &mut one.limits);
    detectable::correct(limits.map(|one| (&mut one.p_adjusted, &mut one.detectable)));
    // A difference the other way is no box.
    for one in &mut boxes {
        one.detectable &= one.difference.is_some_and(|difference| difference > 0.0);
        for limit in &mut one.limits {
            limit.detectable &= limit.difference.is_some_and(|difference| difference > 0.0);
        }
    }
    boxes
}

/// The nodes of a tree with what the run says of them, each before those below it.
fn nodes(run: &Rows, tree: &Tree) -> Vec<TreeNode> {
    let mut nodes = Vec::new();
    if tree.0.is_some() {
        let all = vec![true; run.hits.len()];
        let size = run.size(|_| true, |_| true).size;
        nodes.push(TreeNode {
            size,
            ..TreeNode::default()
        });
        below(run, tree, (&all, 1), &mut nodes);
    }
    let splits = nodes.iter_mut();
    detectable::correct(splits.map(|node| (&mut node.p_adjusted, &mut node.detectable)));
    nodes
}

/// The nodes below one that holds the draws `inside`.
fn below(run: &Rows, tree: &Tree, (inside, depth): (&[bool], u32), nodes: &mut Vec<TreeNode>) {
    let Some(split) = &tree.0 else { return };
    let of = &run.columns[split.column];
    let is_below = |row: usize| run.values[split.column][row] < split.at;
    let parent = nodes.len() - 1;
    for (is_low, tree) in [(true, &split.below), (false, &split.from)] {
        let own: Vec<bool> = (inside.iter().enumerate())
            .map(|(draw, is_in)| *is_in && is_below(draw) == is_low)
            .collect();
        let counted = run.size(|draw| inside[draw], |draw| own[draw]);
        if is_low {
            let row = counted.row;
            // Told of the node that is split: from the value on less below it.
            nodes[parent].difference = row.difference.map(|difference| 0.0 - difference);
            nodes[parent].difference_std_error = row.difference_std_error;
            nodes[parent].difference_ci95 = row.difference_ci95.map(|[a, b]| [0.0 - b, 0.0 - a]);
            nodes[parent].p_adjusted = row.p_adjusted;
        }
        nodes.push(TreeNode {
            depth,
            input: of.name.clone(),
            title: of.title.clone(),
            kind: of.kind.into(),
            by: of.by.clone(),
            below: is_low.then_some(split.at),
            from: (!is_low).then_some(split.at),
            size: counted.size,
            ..TreeNode::default()
        });
        below(run, tree, (&own, depth + 1), nodes);
    }
}

fn peeled(run: &Rows, step: &Bounds) -> Peeled {
    let met = |column: &usize| {
        let values = run.values[*column].iter();
        values
            .filter(|value| step.0[*column].holds(**value))
            .count()
    };
    // What keeps most draws out comes first.
    let mut restricted = step.restricted();
    restricted.sort_by_key(met);
    let limits = restricted.into_iter().map(|column| PeeledLimit {
        input: run.columns[column].name.clone(),
        by: run.columns[column].by.clone(),
        low: finite(step.0[column].low),
        high: finite(step.0[column].high),
    });
    Peeled {
        limits: limits.collect(),
        size: run.size(|_| true, |row| step.holds(&run.values, row)).size,
    }
}

fn finite(end: f64) -> Option<f64> {
    end.is_finite().then_some(end)
}
