//! Scenario discovery: which ranges of what is uncertain lead to an outcome.
//!
//! Takes a study and what is asked for; gives boxes of parameters and start weights. The unit is
//! the parameter draw: its response is the share of its trials with the outcome. Boxes are peeled
//! on one half of a run of their own, under another seed, and chosen on its other half; all that is
//! shown of them is counted on the run that `run` makes.

mod choose;
mod flip;
mod prim;
#[cfg(test)]
mod tests;
mod tree;

pub use flip::{Flip, NoFlip, Race, flip};

use choose::{Goal, Halves as Parts, choose};
use prim::{Bounds, Data, LEAST_MASS, Limits, PEEL, peel};
use tree::Tree;

use super::detectable;
use super::given::{Halves, share};
use super::quantity::{Quantity, UnknownQuantity};
use super::sensitivity::inputs::{Named, named};
use super::sensitivity::passes::{InTotal, Stage, pass};
use super::sensitivity::targets::{self, Reading};
use super::study::Study;
use crate::engine::{BlockTrials, DRAWS_PER_BLOCK, EngineError, Observer, Settings, Setup, inputs};
use crate::estimate::REPLICATES;
use crate::program::InputCode;
use crate::results::{
    BoxLimit, BoxSize, ChosenOn, DiscoverResult, FoundBox, GivenValue, Peeled, PeeledLimit,
    TreeNode, Warning, scenario_info, tool,
};

/// Trials of a draw on which boxes are chosen: many draws say more of ranges than many trials of
/// each.
const TRIALS_PER_DRAW: u32 = 16;
/// Trials of that run: as many as the other run has, within these.
const TRIALS: [u64; 2] = [8_192, 65_536];

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// A group, an outcome, a question or a trend; `None`: the likeliest group or outcome.
    pub of: Option<String>,
    /// Boxes at most.
    pub boxes: usize,
    /// The largest boxes in which the chance is at least this; `None`: those that stand out most.
    pub density: Option<f64>,
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
        Ok(targets)
    }

    /// Trials of both runs.
    pub fn trials(settings: &Settings) -> u64 {
        let of = |settings: &Settings| settings.blocks * settings.trials_per_block();
        of(&choosing(settings)) + of(settings)
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

/// Draws of a run: where they lie, and how many of their trials have the outcome.
struct Draws {
    /// Numbers of the program's inputs that have a column.
    inputs: Vec<usize>,
    /// By column, then by draw.
    columns: Vec<Vec<f64>>,
    hits: Vec<u32>,
    per_draw: u32,
}

impl Draws {
    /// `used`: the inputs to take; all that have a number in every draw if `None`.
    fn new(study: &Study, settings: &Settings, hits: Vec<u32>, used: Option<&[usize]>) -> Self {
        let setup = Setup::new(&study.program, settings.seed);
        let codes = &study.program.inputs;
        let mut columns = vec![Vec::with_capacity(hits.len()); codes.len()];
        for k in 0..hits.len() as u32 {
            let dealt = inputs(settings.design, &setup, k);
            for (column, code) in columns.iter_mut().zip(codes) {
                column.push(match code {
                    InputCode::Parameter(p) => dealt.parameters[*p],
                    InputCode::Weight { trend, .. } => dealt.weights[*trend],
                });
            }
        }
        let inputs: Vec<usize> = match used {
            Some(used) => used.to_vec(),
            None => (0..codes.len())
                .filter(|i| columns[*i].iter().all(|value| value.is_finite()))
                .collect(),
        };
        let columns = (inputs.iter())
            .map(|i| std::mem::take(&mut columns[*i]))
            .collect();
        Self {
            inputs,
            columns,
            hits,
            per_draw: settings.trials_per_draw,
        }
    }

    fn responses(&self) -> Vec<f64> {
        let share = |hits: &u32| f64::from(*hits) / f64::from(self.per_draw);
        self.hits.iter().map(share).collect()
    }

    /// Counts by replicate on both sides of a line through some of the draws.
    fn halves(
        &self,
        among: impl Fn(usize) -> bool,
        inside: impl Fn(usize) -> bool,
    ) -> (Halves, u64) {
        let mut halves = Halves {
            hits: [[0; REPLICATES]; 2],
            trials: [[0; REPLICATES]; 2],
        };
        let mut draws = 0;
        for (draw, hits) in self
            .hits
            .iter()
            .enumerate()
            .filter(|(draw, _)| among(*draw))
        {
            let side = usize::from(!inside(draw));
            draws += u64::from(side == 0);
            halves.hits[side][draw % REPLICATES] += u64::from(*hits);
            halves.trials[side][draw % REPLICATES] += u64::from(self.per_draw);
        }
        (halves, draws)
    }

    /// What lies inside a part of the draws, with its difference from the rest of `among`.
    fn size(&self, among: impl Fn(usize) -> bool, inside: impl Fn(usize) -> bool) -> Counted {
        let all = self.hits.len() as u64;
        // Of everything: mass and coverage are over all draws, whatever is compared.
        let (whole, draws) = self.halves(|_| true, |draw| among(draw) && inside(draw));
        let size = |of: [&[u64; REPLICATES]; 2]| {
            let rest = std::array::from_fn(|m| of[1][m]);
            let one = Halves {
                hits: [*of[0], [0; REPLICATES]],
                trials: [rest, [0; REPLICATES]],
            };
            share("", "", &one, all).all
        };
        let added = |parts: &[[u64; REPLICATES]; 2]| -> [u64; REPLICATES] {
            std::array::from_fn(|m| parts[0][m] + parts[1][m])
        };
        // Everything is everything, whatever was seen of it.
        let is_all = draws == all && whole.hits[0].iter().any(|hits| *hits > 0);
        let exact = |value: GivenValue| match is_all {
            true => GivenValue {
                std_error: Some(0.0),
                ci95: Some([1.0, 1.0]),
                ..value
            },
            false => value,
        };
        let mass = size([&whole.trials[0], &added(&whole.trials)]);
        let coverage = size([&whole.hits[0], &added(&whole.hits)]);
        let (compared, _) = self.halves(&among, &inside);
        let row = share("", "", &compared, all);
        Counted {
            draws,
            size: BoxSize {
                mass: exact(mass),
                density: row.held.clone(),
                coverage: exact(coverage),
            },
            row,
        }
    }
}

struct Counted {
    draws: u64,
    size: BoxSize,
    /// Inside, and the rest of what it was compared with.
    row: crate::results::GivenRow,
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
    let first = choosing(settings);
    let total = Discovery::trials(settings);
    let stage = |before: u64, of: &Settings| InTotal {
        stage: Stage {
            observer,
            before,
            trials_per_block: of.trials_per_block(),
        },
        total,
    };
    let hits = |of: &Settings| {
        let per_draw = of.trials_per_draw as usize;
        move |targets: &[Quantity], ended: &BlockTrials| -> Vec<Vec<u32>> {
            let readings = targets::read(targets, &study.program, ended);
            readings.iter().map(|one| by_draw(one, per_draw)).collect()
        }
    };
    let keep = hits(&first);
    let seen = pass(study, None, &first, &stage(0, &first), &|ended| {
        keep(wanted, ended)
    })?;
    let target = targets::likeliest(wanted, &study.result(&seen.summary))[0];
    let of = &wanted[target];
    let chosen_on = ChosenOn {
        seed: first.seed,
        trials: seen.blocks.len() as u64 * first.trials_per_block(),
    };
    let chosen_hits = seen
        .blocks
        .into_iter()
        .flat_map(|mut b| b.swap_remove(target));
    let draws = Draws::new(study, &first, chosen_hits.collect(), None);
    let found = search(&draws, discovery);

    let one = std::slice::from_ref(of);
    let keep = hits(settings);
    let before = first.blocks * first.trials_per_block();
    let counted = pass(study, None, settings, &stage(before, settings), &|ended| {
        keep(one, ended)
    })?;
    let result = study.result(&counted.summary);
    let hits = counted
        .blocks
        .into_iter()
        .flat_map(|mut b| b.swap_remove(0));
    let run = Draws::new(study, settings, hits.collect(), Some(&draws.inputs));
    let named = named(study);
    let boxes = told(&run, (found.boxes.as_slice(), discovery.density), &named);
    let is_told = |draw: usize| {
        let all = found.boxes.iter().zip(&boxes);
        all.filter(|(_, told)| told.detectable)
            .any(|(bounds, _)| bounds.holds(&run.columns, draw))
    };
    let together = boxes
        .iter()
        .any(|one| one.detectable)
        .then(|| run.size(|_| true, is_told).size);
    let reading = of.read(&result);
    Ok(DiscoverResult {
        format: 1,
        tool: tool(),
        scenario: scenario_info(&study.model),
        of: of.told(),
        probability: reading.value.unwrap_or_default(),
        std_error: reading.std_error.unwrap_or(0.0),
        ci95: reading.ci95.unwrap_or([0.0, 1.0]),
        inputs: draws.inputs.len() as u64,
        least_density: discovery.density,
        chosen_on,
        together,
        peeling: (found.trajectory.iter())
            .map(|step| peeled(&run, step, &named))
            .collect(),
        tree: nodes(&run, &found.tree, &named),
        boxes,
        warnings: fitting(study, result.warnings),
        run: result.run,
    })
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
    match reading {
        Reading::YesOrNo(bits) => (0..DRAWS_PER_BLOCK as usize)
            .map(|draw| bits.count(draw * per_draw..(draw + 1) * per_draw))
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

/// Boxes one after another, each outside those before it, until none stands out or there are
/// enough.
fn search(draws: &Draws, discovery: &Discovery) -> Found {
    let response = draws.responses();
    let data = Data {
        columns: &draws.columns,
        response: &response,
    };
    let mut found = Found {
        trajectory: Vec::new(),
        boxes: Vec::new(),
        tree: Tree(None),
    };
    let all: Vec<usize> = (0..response.len()).collect();
    // Replicates are independent of each other: half of them to peel, half to choose.
    let (mut peeled, mut fresh): (Vec<usize>, Vec<usize>) =
        all.iter().partition(|draw| *draw % 2 == 0);
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
            half.retain(|row| !bounds.holds(&draws.columns, *row));
        }
        found.boxes.push(bounds);
    }
    found
}

/// What the run says of the boxes.
fn told(run: &Draws, (found, least): (&[Bounds], Option<f64>), named: &[Named]) -> Vec<FoundBox> {
    let columns = &run.columns;
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
                let input = &named[run.inputs[column]];
                BoxLimit {
                    input: input.name.clone(),
                    title: input.title.clone(),
                    kind: input.kind.into(),
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
            draws: counted.draws,
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
fn nodes(run: &Draws, tree: &Tree, named: &[Named]) -> Vec<TreeNode> {
    let mut nodes = Vec::new();
    if tree.0.is_some() {
        let all = vec![true; run.hits.len()];
        let size = run.size(|_| true, |_| true).size;
        nodes.push(TreeNode {
            size,
            ..TreeNode::default()
        });
        below(run, tree, (&all, 1), named, &mut nodes);
    }
    let splits = nodes.iter_mut();
    detectable::correct(splits.map(|node| (&mut node.p_adjusted, &mut node.detectable)));
    nodes
}

/// The nodes below one that holds the draws `inside`.
fn below(
    run: &Draws,
    tree: &Tree,
    (inside, depth): (&[bool], u32),
    named: &[Named],
    nodes: &mut Vec<TreeNode>,
) {
    let Some(split) = &tree.0 else { return };
    let input = &named[run.inputs[split.column]];
    let is_below = |draw: usize| run.columns[split.column][draw] < split.at;
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
            input: input.name.clone(),
            title: input.title.clone(),
            kind: input.kind.into(),
            below: is_low.then_some(split.at),
            from: (!is_low).then_some(split.at),
            size: counted.size,
            ..TreeNode::default()
        });
        below(run, tree, (&own, depth + 1), named, nodes);
    }
}

fn peeled(run: &Draws, step: &Bounds, named: &[Named]) -> Peeled {
    let met = |column: &usize| {
        let values = run.columns[*column].iter();
        values
            .filter(|value| step.0[*column].holds(**value))
            .count()
    };
    // What keeps most draws out comes first.
    let mut restricted = step.restricted();
    restricted.sort_by_key(met);
    let limits = restricted.into_iter().map(|column| PeeledLimit {
        input: named[run.inputs[column]].name.clone(),
        low: finite(step.0[column].low),
        high: finite(step.0[column].high),
    });
    Peeled {
        limits: limits.collect(),
        size: run
            .size(|_| true, |draw| step.holds(&run.columns, draw))
            .size,
    }
}

fn finite(end: f64) -> Option<f64> {
    end.is_finite().then_some(end)
}
