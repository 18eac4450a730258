//! How near a trial is to something, at a grid point: 0 where it has come to be, below where it has
//! not.
//!
//! What a measure says decides how fast multilevel splitting is, never what it finds: a trial that
//! hits counts as there at its end, even if no grid point showed it. It reads nothing but the path
//! so far.

use super::batch::Batch;
use crate::program::{Column, LANES, Slot};

/// A measure of what is left to go.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Nothing is known on the way.
    Blind,
    /// Value of a metric, by index, in units of `scale`; there from 0 on.
    Gap { metric: usize, scale: f64 },
    /// A metric, by index, is 0 where it holds, and otherwise below: nothing is known on the way.
    Holds { metric: usize },
    /// By phase.
    Phase(Vec<f64>),
    /// By trend.
    Trend(Vec<f64>),
    /// A state, by index, and what each of its values is worth.
    State(usize, Vec<f64>),
    /// An event, by index, that has fired; before that, half of the way is what has to come before
    /// it.
    Fired(usize, Box<Progress>),
    /// The mean of what is left of each: each counts.
    All(Vec<Progress>),
    /// The nearest.
    Any(Vec<Progress>),
    /// The nearest that it has been so far; the number tells it from others of its kind.
    Kept(usize, Box<Progress>),
}

impl Progress {
    /// Calls `look` on this and on all that it is made of.
    pub fn visit(&mut self, look: &mut dyn FnMut(&mut Self)) {
        look(self);
        match self {
            Self::Fired(_, inner) | Self::Kept(_, inner) => inner.visit(look),
            Self::All(parts) | Self::Any(parts) => parts.iter_mut().for_each(|p| p.visit(look)),
            Self::Blind
            | Self::Gap { .. }
            | Self::Holds { .. }
            | Self::Phase(_)
            | Self::Trend(_)
            | Self::State(..) => {}
        }
    }

    /// Whether nothing tells how near it is before it is there.
    pub fn is_blind(&self) -> bool {
        match self {
            Self::Blind | Self::Holds { .. } => true,
            // What has to come before is a sign where it has signs itself.
            Self::Fired(_, before) => matches!(**before, Self::Blind | Self::Holds { .. }),
            Self::Kept(_, inner) => inner.is_blind(),
            Self::Any(parts) => parts.iter().all(Self::is_blind),
            // Of two, one tells that half of it is done.
            Self::All(parts) => matches!(parts.as_slice(), [one] if one.is_blind()),
            Self::Gap { .. } | Self::Phase(_) | Self::Trend(_) | Self::State(..) => false,
        }
    }

    /// Whether some ways to it show how near it is, and others do not: splitting follows the
    /// former, and may not see the latter.
    pub fn has_hidden_way(&self) -> bool {
        match self {
            Self::Any(parts) => {
                let blind = parts.iter().filter(|part| part.is_blind()).count();
                (blind > 0 && blind < parts.len()) || parts.iter().any(Self::has_hidden_way)
            }
            Self::All(parts) => parts.iter().any(Self::has_hidden_way),
            Self::Fired(_, inner) | Self::Kept(_, inner) => inner.has_hidden_way(),
            _ => false,
        }
    }

    /// How many are kept.
    fn kept(&self) -> usize {
        let mut most = 0;
        self.clone().visit(&mut |part| {
            if let Self::Kept(number, _) = part {
                most = most.max(*number + 1);
            }
        });
        most
    }
}

/// What a measure remembers of the trials of a batch.
pub struct Measure {
    kept: Vec<Column>,
}

impl Measure {
    pub fn new(progress: &Progress) -> Self {
        Self {
            kept: vec![Column::ZERO; progress.kept()],
        }
    }

    /// At t = 0.
    pub fn begin(&mut self) {
        for column in &mut self.kept {
            column.fill(f64::NEG_INFINITY);
        }
    }

    /// The measure in every lane now.
    pub fn now(&mut self, progress: &Progress, batch: &mut Batch<'_>) -> Column {
        let by = |values: &[f64], at: &[u8; LANES]| {
            Column(std::array::from_fn(|lane| values[usize::from(at[lane])]))
        };
        match progress {
            Progress::Blind => Column([-1.0; LANES]),
            Progress::Holds { metric } => {
                let scale = 1.0;
                let metric = *metric;
                self.now(&Progress::Gap { metric, scale }, batch)
            }
            Progress::Gap { metric, scale } => {
                let slot = batch.evaluate(&batch.program().metrics[*metric].value);
                let values = batch.columns.column(slot);
                Column(std::array::from_fn(|lane| {
                    let gap = values[lane] / scale;
                    if gap.is_nan() {
                        f64::NEG_INFINITY
                    } else {
                        gap.min(0.0)
                    }
                }))
            }
            Progress::Phase(values) => by(values, &batch.phase),
            Progress::Trend(values) => by(values, &batch.trend),
            Progress::State(state, values) => by(values, &batch.states[*state]),
            Progress::Fired(event, before) => {
                let mut all = self.now(before, batch);
                let count = batch.program().layout.count + *event as Slot;
                let firings = batch.columns.column(count);
                for lane in 0..LANES {
                    let fired = firings[lane] > 0.0;
                    all[lane] = if fired { 0.0 } else { 0.5 * all[lane] - 0.5 };
                }
                all
            }
            Progress::All(parts) => {
                let mut all = Column::ZERO;
                for part in parts {
                    let one = self.now(part, batch);
                    for lane in 0..LANES {
                        all[lane] += one[lane] / parts.len() as f64;
                    }
                }
                all
            }
            Progress::Any(parts) => {
                let mut all = Column([f64::NEG_INFINITY; LANES]);
                for part in parts {
                    let one = self.now(part, batch);
                    for lane in 0..LANES {
                        all[lane] = all[lane].max(one[lane]);
                    }
                }
                all
            }
            Progress::Kept(number, inner) => {
                let mut all = self.now(inner, batch);
                for lane in 0..LANES {
                    all[lane] = all[lane].max(self.kept[*number][lane]);
                }
                self.kept[*number] = all;
                all
            }
        }
    }
}
