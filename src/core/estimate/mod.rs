//! Mergeable summaries of trials, and the estimates read off them.
//!
//! Takes hits, values and draw means, each labelled with the replicate that its draw belongs to;
//! gives estimates with their Monte Carlo error and, kept apart from it, the epistemic interval.
//! Counts are integers and merge in any order; sums of floats go through the [`Forest`], whose
//! order is fixed by block index. Which trials are simulated, and under which names results are
//! shown, is left to `engine` and `results`.

mod anchored;
mod cuts;
mod deconvolution;
mod draw_means;
mod effects;
mod epistemic;
mod first_order;
mod forest;
mod information;
mod interval;
mod mean;
mod moments;
mod paired;
mod pick_freeze;
mod proportion;
mod pulled;
mod quantiles;
mod ratio_of_draw;
mod repetitions;
mod replicate;
mod replicated;
mod reweight;
mod rounding;
mod series;
mod shift;
mod shift_mean;
mod stored;
mod tables;

#[cfg(test)]
mod coverage_tests;
#[cfg(test)]
mod epistemic_tests;
#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod quantile_tests;

/// Half-width of a 95% interval in standard errors, where the normal law is near enough.
pub const NORMAL_95: f64 = 1.96;

pub use anchored::{AnchoredMean, AnchoredShare};
pub use cuts::{Cuts, LEVELS};
pub use draw_means::{DrawMean, Index, MOST_GROUPS, Spread, first_order, spread};
pub use effects::{Effects, Step, elementary_effects};
pub use epistemic::{Epistemic, EpistemicStatus};
pub use first_order::{BINS_OF_INPUT, FEWEST_DRAWS, FirstOrder, InputTable, bin_of_input};
pub use forest::{Forest, Merge, Overlap};
pub use information::{Information, SignCounts, WithError, plug_in};
pub use mean::{Centre, MeanEstimate, MeanNode, centre};
pub use moments::{Moments, PARTS, about_mean, in_pairs, mean_and_squares, sums_from_first};
pub use paired::{MeanDifference, MeanPair, PairTable, PairedDifference, holm};
pub use pick_freeze::{PickFreeze, pick_freeze};
pub use proportion::{HitTable, Proportion, TrendShare, groups};
pub use quantiles::{Quantile, Quantiles};
pub use ratio_of_draw::RatioOfDraw;
pub use repetitions::{Repetitions, exact_interval};
pub use replicate::{REPLICATES, gap, ratio};
pub use replicated::{Fieller, PartialSum, Replicated, difference, fieller, fieller_of};
pub use reweight::{
    Reweighted, Shift, WeightedHits, WeightedValues, reweighted_chance, reweighted_mean,
    reweighted_share,
};
pub use rounding::without_rounding;
pub use series::SeriesMoments;
pub use shift::ShiftTable;
pub use stored::{Store, Stored, Unreadable};
pub use tables::Tables;
