//! Which number goes where: counter-based streams, one for each named site, and the designs of
//! parameter draws.
//!
//! A random number is a function of (seed, site name, draw, trial, occurrence) and of nothing else,
//! so it does not depend on threads, batches or the presence of other sites.
//!
//! # Drawing from a site in Rust
//!
//! A [`Stream`] is a generator of crate `rand` (0.10; the traits are re-exported as [`rand_core`]).
//! Whatever draws from one, such as the distributions of crate `rand_distr`, can draw from a named
//! site, and gets the same numbers in the same trial under any order of work:
//!
//! ```
//! use quincunx_core::random::{Seed, Site, Stream, TrialId};
//! use rand_distr::{Distribution, Gamma};
//!
//! let damage = Site::new(Seed(1), "study/damage");
//! let law = Gamma::new(2.0, 50.0)?;
//! let in_trial = |trial| law.sample(&mut Stream::new(damage, TrialId { draw: 0, trial }));
//!
//! let forwards: Vec<f64> = (0..10_000).map(in_trial).collect();
//! let mut backwards: Vec<f64> = (0..10_000).rev().map(in_trial).collect();
//! backwards.reverse();
//! assert_eq!(forwards, backwards);
//!
//! let (mean, sd) = (2.0 * 50.0, 2.0_f64.sqrt() * 50.0);
//! let found = forwards.iter().sum::<f64>() / 10_000.0;
//! assert!((found - mean).abs() < 4.0 * sd / 100.0);
//! # Ok::<(), rand_distr::GammaError>(())
//! ```
//!
//! The name must be one's own: a scenario's sites are called after its parts
//! (`event/truce_signed/clock`). A site gives either a stream or single numbers
//! ([`Site::uniform`]); taken together they would not be independent, since the stream begins with
//! the site's first words.

pub mod design;
pub mod philox;
pub mod site;
pub mod size;
pub mod stream;

pub use rand_core;
pub use site::{Seed, Site, TrialId};
pub use stream::Stream;
