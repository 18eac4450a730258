//! Quantities that are drawn once a trial, at its start.

use super::batch::Batch;
use crate::distribution::copula::correlate;
use crate::math::special::{normal_cdf, normal_quantile};
use crate::program::{PerTrialCode, PerTrialDraw};
use crate::random::{Site, TrialId};

impl Batch<'_> {
    /// Fills the columns of these quantities, and runs the prologue on the way: it has what they
    /// are made of, and what is made of them.
    pub fn run_prologue(&mut self) {
        let program = self.program();
        let places = self.places();
        let mut done = 0;
        for (q, quantity) in program.per_trial.iter().enumerate() {
            self.run_everywhere(&program.prologue[done..quantity.after]);
            done = quantity.after;
            for (lane, own) in places.iter().enumerate() {
                let value = self.per_trial(quantity, lane, own[q]);
                self.columns.set(quantity.slot, lane, value);
            }
        }
        self.run_everywhere(&program.prologue[done..]);
    }

    /// For each lane where each quantity lies in its distribution, correlated as the file says;
    /// nothing if there is none.
    fn places(&self) -> Vec<Vec<f64>> {
        let program = self.program();
        if program.per_trial.is_empty() {
            return Vec::new();
        }
        let quantities = program.per_trial.iter();
        let sites: Vec<Site> = quantities.map(|one| self.site(one.site)).collect();
        let of_lane = |id: &TrialId| {
            let mut places: Vec<f64> = sites.iter().map(|s| s.uniform(*id, 0)).collect();
            if let Some(mix) = &program.per_trial_mix {
                let members = mix.members.iter();
                let mut scores: Vec<f64> = members.map(|m| normal_quantile(places[*m])).collect();
                correlate(&mix.factor, &mut scores);
                for (score, member) in scores.iter().zip(&mix.members) {
                    places[*member] = normal_cdf(*score);
                }
            }
            places
        };
        self.ids.iter().map(of_lane).collect()
    }

    /// The value at a place; NaN where the arguments are impossible, for which the trial is stopped
    /// by the bounds.
    fn per_trial(&self, quantity: &PerTrialCode, lane: usize, u: f64) -> f64 {
        match &quantity.draw {
            PerTrialDraw::Fixed(distribution) => distribution.quantile(u),
            PerTrialDraw::Varying(ranged, arguments) => {
                let row: Vec<f64> = (arguments.iter())
                    .map(|slot| self.columns.get(*slot, lane))
                    .collect();
                let made = ranged.make(&row);
                made.map_or(f64::NAN, |distribution| distribution.quantile(u))
            }
        }
    }
}
