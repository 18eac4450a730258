//! Models of `scenarios/gallery/` against what they must give: each is written a second time here,
//! without the simulator.

use crate::harness::{Agreement, metric, open, question, run, time_index, value};
use quincunx::results::RunResult;

const TRIALS: u64 = 20_480;

/// The values of the five states of `standoff.json`, by their order in the file.
#[derive(Clone, Copy)]
struct Standoff {
    /// Engaged, paused, withdrawn.
    patron: usize,
    /// Friendly, hostile.
    house: usize,
    /// Static, moving.
    front: usize,
    /// Steady, strained.
    economy: usize,
    /// None, open, agreed.
    talks: usize,
}

impl Standoff {
    const COUNT: usize = 72;

    fn index(self) -> usize {
        (((self.patron * 2 + self.house) * 2 + self.front) * 2 + self.economy) * 3 + self.talks
    }

    fn at(index: usize) -> Self {
        Self {
            patron: index / 24,
            house: index / 12 % 2,
            front: index / 6 % 2,
            economy: index / 3 % 2,
            talks: index % 3,
        }
    }

    /// Rates a year of what can happen next.
    fn next(self) -> Vec<(f64, Self)> {
        let to_pause = -libm::log(0.65) * if self.economy == 1 { 1.8 } else { 1.0 };
        let to_withdrawal = 0.25 * if self.house == 1 { 3.0 } else { 1.0 };
        let to_offensive = 0.5 * [1.0, 1.6, 3.0][self.patron];
        let to_strain = -libm::log(0.7) * if self.front == 1 { 1.5 } else { 1.0 };
        let patron = |patron| Self { patron, ..self };
        let talks = |talks| Self { talks, ..self };
        let mut next = match self.patron {
            0 => vec![(to_pause, patron(1))],
            1 => vec![(12.0 / 5.0, patron(0)), (to_withdrawal, patron(2))],
            _ => Vec::new(),
        };
        next.push(match self.front {
            // An offensive ends talks that are open.
            0 => {
                let talks = if self.talks == 1 { 0 } else { self.talks };
                (
                    to_offensive,
                    Self {
                        front: 1,
                        talks,
                        ..self
                    },
                )
            }
            _ => (3.0, Self { front: 0, ..self }),
        });
        next.push(match self.economy {
            0 => (to_strain, Self { economy: 1, ..self }),
            _ => (12.0 / 9.0, Self { economy: 0, ..self }),
        });
        if self.talks == 0 && self.front == 0 && self.patron > 0 {
            next.push((0.8, talks(1)));
        }
        if self.talks == 1 {
            next.extend([(2.0 * 0.3, talks(2)), (2.0 * 0.4, talks(0))]);
        }
        next
    }
}

/// Probabilities after some years, by uniformisation.
fn later(shares: &[f64], years: f64) -> Vec<f64> {
    let all: Vec<Vec<(f64, Standoff)>> = (0..Standoff::COUNT)
        .map(|i| Standoff::at(i).next())
        .collect();
    let leaving = |i: usize| all[i].iter().map(|(rate, _)| rate).sum::<f64>();
    let fastest = (0..Standoff::COUNT).map(leaving).fold(0.0, f64::max);
    let mean = fastest * years;
    let (mut weight, mut jumped) = (libm::exp(-mean), shares.to_vec());
    let mut sum: Vec<f64> = jumped.iter().map(|p| weight * p).collect();
    for k in 1..200 {
        let mut next: Vec<f64> = (0..Standoff::COUNT)
            .map(|i| jumped[i] * (1.0 - leaving(i) / fastest))
            .collect();
        for (i, moves) in all.iter().enumerate() {
            for (rate, to) in moves {
                next[to.index()] += jumped[i] * rate / fastest;
            }
        }
        jumped = next;
        weight *= mean / f64::from(k);
        sum.iter_mut()
            .zip(&jumped)
            .for_each(|(s, p)| *s += weight * p);
    }
    sum
}

/// Probabilities at a time; the vote is on 3 November 2026, 306 days after the start.
fn standoff(years: f64) -> Vec<f64> {
    let vote = 306.0 / 365.25;
    let mut shares = vec![0.0; Standoff::COUNT];
    let start = Standoff::at(0);
    shares[start.index()] = 0.8;
    shares[Standoff { patron: 1, ..start }.index()] = 0.2;
    if years < vote {
        return later(&shares, years);
    }
    let mut voted = vec![0.0; Standoff::COUNT];
    for (i, share) in later(&shares, vote).into_iter().enumerate() {
        let before = Standoff::at(i);
        voted[Standoff { house: 0, ..before }.index()] += 0.45 * share;
        voted[Standoff { house: 1, ..before }.index()] += 0.55 * share;
    }
    later(&voted, years - vote)
}

fn share(shares: &[f64], counts: impl Fn(Standoff) -> bool) -> f64 {
    let all = shares.iter().enumerate();
    all.filter(|(i, _)| counts(Standoff::at(*i)))
        .map(|(_, p)| p)
        .sum()
}

fn compare(agreement: &mut Agreement, result: &RunResult, t: f64) {
    let exact = standoff(t);
    let mut look = |state: &str, names: &[&str], of: fn(Standoff) -> usize| {
        for (place, name) in names.iter().enumerate() {
            let found = value(result, state, name).occupancy[time_index(result, t)];
            let exact = share(&exact, |s| of(s) == place);
            agreement.share(&format!("{state} {name} at {t}"), found, exact, TRIALS);
        }
    };
    look("patron", &["engaged", "paused", "withdrawn"], |s| s.patron);
    look("house", &["friendly", "hostile"], |s| s.house);
    look("front", &["static", "moving"], |s| s.front);
    look("economy", &["steady", "strained"], |s| s.economy);
    look("talks", &["none", "open", "agreed"], |s| s.talks);
}

#[test]
fn five_state_machines_go_together_as_the_chain_of_their_product() {
    let study = open("../scenarios/gallery/standoff.json", &[]);
    assert!(study.diagnostics.is_empty(), "{:?}", study.diagnostics);
    let result = run(&study, TRIALS, 176);
    let mut agreement = Agreement::default();
    for month in [0, 3, 10, 12, 24] {
        compare(&mut agreement, &result, f64::from(month) / 12.0);
    }
    let end = standoff(2.0);
    let agreed = share(&end, |s| s.talks == 2);
    let abandoned = share(&end, |s| s.talks != 2 && s.patron == 2);
    for (outcome, exact) in
        result
            .outcomes
            .iter()
            .zip([agreed, abandoned, 1.0 - agreed - abandoned])
    {
        agreement.share(&outcome.name, outcome.probability, exact, TRIALS);
    }
    let strained = share(&end, |s| s.patron == 1 && s.economy == 1);
    let asked = question(&result, "strained_pause").probability;
    agreement.share("paused and strained", asked, strained, TRIALS);
    // By Simpson's rule before the vote and after it: the integrand is smooth there, and the vote
    // moves no front.
    let integral: f64 = [[0.0, 306.0 / 365.25], [306.0 / 365.25, 2.0]]
        .iter()
        .map(|[from, to]| {
            let h = (to - from) / 40.0;
            let at = |i: u32| share(&standoff(from + f64::from(i) * h), |s| s.front == 1);
            (0..20)
                .map(|i| (at(2 * i) + 4.0 * at(2 * i + 1) + at(2 * i + 2)) * h / 3.0)
                .sum::<f64>()
        })
        .sum();
    let years = metric(&result, "offensive_years");
    let error = years.std_error.expect("an error");
    agreement.estimate(
        "time of offensives",
        years.mean.expect("a mean"),
        integral,
        error,
    );
    agreement.finish(60);
}

#[test]
fn a_cohort_lives_as_long_as_its_trace_says() {
    let study = open("../scenarios/gallery/illness_death.json", &[]);
    assert!(study.diagnostics.is_empty(), "{:?}", study.diagnostics);
    let result = run(&study, TRIALS, 179);
    let mut agreement = Agreement::default();
    // Healthy, ill for the first cycle, ill for longer.
    let (mut healthy, mut fresh, mut ill) = (1.0, 0.0, 0.0);
    let (mut life, mut illness) = (0.0, 0.0);
    for cycle in 0..=20 {
        let t = f64::from(cycle);
        let at = time_index(&result, t);
        for (name, exact) in [
            ("healthy", healthy),
            ("ill", fresh + ill),
            ("dead", 1.0 - healthy - fresh - ill),
        ] {
            let found = value(&result, "health", name).occupancy[at];
            agreement.share(&format!("{name} at {t}"), found, exact, TRIALS);
        }
        if cycle == 20 {
            break;
        }
        life += healthy + fresh + ill;
        illness += fresh + ill;
        let old = (0.012 * libm::exp(0.09 * (t + 1.0))).min(0.5);
        let stays = |of_it: f64| 1.0 - 0.1 - old - of_it;
        (healthy, fresh, ill) = (
            healthy * (1.0 - 0.06 - old) + 0.1 * (fresh + ill),
            0.06 * healthy,
            fresh * stays(0.15) + ill * stays(0.08),
        );
    }
    for (name, exact) in [("life_years", life), ("ill_years", illness)] {
        let found = metric(&result, name);
        let error = found.std_error.expect("an error");
        agreement.estimate(name, found.mean.expect("a mean"), exact, error);
    }
    agreement.finish(65);
}
