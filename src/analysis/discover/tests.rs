//! Peeling beside another tool's, and boxes beside those that are there.

use super::choose::{Goal, Halves, choose};
use super::prim::{Bounds, Data, LEAST_MASS, PEEL, peel};
use super::tree::Tree;
use rand_distr::{Distribution, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde_json::Value;

/// The shallow lake of Carpenter, Ludwig & Brock (1999), as `tests/oracles/discover/lake.json`
/// describes it.
fn lake() -> (Vec<Vec<f64>>, Vec<f64>) {
    let ranges = [[0.1, 0.45], [2.0, 4.5], [0.01, 0.05], [0.93, 0.99]];
    let mut columns: Vec<Vec<f64>> = (ranges.iter().zip([2.0_f64, 3.0, 5.0, 7.0]))
        .map(|([low, high], prime)| {
            (1..=1000)
                .map(|i| 0.5 + f64::from(i) * prime.sqrt().fract())
                .map(|place| low + place.fract() * (high - low))
                .collect()
        })
        .collect();
    for rate in &mut columns[3] {
        *rate = (*rate * 100.0 + 0.5).floor() / 100.0;
    }
    let recycled = |x: f64, q: f64| {
        let power = libm::pow(x, q);
        power / (1.0 + power)
    };
    let yes = (0..1000).map(|i| {
        let [b, q, inflow] = [0, 1, 2].map(|c: usize| columns[c][i]);
        let (mut low, mut high) = (0.01, 1.5);
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            match recycled(middle, q) - b * middle < 0.0 {
                true => low = middle,
                false => high = middle,
            }
        }
        let mut x = 0.0;
        for _ in 0..100 {
            x = x + 0.02 + recycled(x, q) - b * x + inflow;
        }
        f64::from(u8::from(x > 0.5 * (low + high)))
    });
    let yes = yes.collect();
    (columns, yes)
}

#[test]
fn peels_a_lake_as_the_ema_workbench_does() {
    let text = include_str!("../../../tests/oracles/discover/lake.json");
    let oracle: Value = serde_json::from_str(text).expect("JSON");
    let (columns, yes) = lake();
    let data = Data {
        columns: &columns,
        response: &yes,
        of_draw: 1,
    };
    let all: Vec<usize> = (0..yes.len()).collect();
    let counts = |list: &Value| -> Vec<f64> {
        let list = list.as_array().expect("a list");
        list.iter().filter_map(Value::as_f64).collect()
    };
    let cases = oracle["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 2);
    for case in cases {
        let share = case["peel"].as_f64().expect("a share");
        let trajectory = peel(data, &all, share, LEAST_MASS);
        let found: Vec<[f64; 3]> = (trajectory.iter())
            .map(|bounds| {
                let rows = bounds.rows(&columns, &all);
                let restricted = bounds.restricted().len();
                [rows.len() as f64, data.sum(&rows), restricted as f64]
            })
            .collect();
        let theirs: Vec<[f64; 3]> = (counts(&case["rows"]).iter())
            .zip(counts(&case["hits"]))
            .zip(counts(&case["restricted"]))
            .map(|((rows, hits), restricted)| [*rows, hits, restricted])
            .collect();
        // Theirs ends where no step raises the mean.
        assert_eq!(found[..theirs.len()], theirs, "peeling {share}");
        let last = &trajectory[theirs.len() - 1];
        let next = trajectory.get(theirs.len());
        let density = |bounds: &Bounds| data.moments(&bounds.rows(&columns, &all)).0;
        assert!(next.is_some_and(|next| density(next) <= density(last)));
        for (name, limits) in ["b", "q", "mean", "delta"].iter().zip(&last.0) {
            for (side, end) in [limits.low, limits.high].into_iter().enumerate() {
                match case["limits"][*name][side].as_f64() {
                    Some(theirs) => assert!((end - theirs).abs() < 1e-12, "{name}: {end}"),
                    None => assert!(end.is_infinite(), "{name}: {end}"),
                }
            }
        }
    }
}

/// Points that are independent of each other, in a cube.
fn cube(columns: usize, rows: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut column = || -> Vec<f64> {
        (0..rows)
            .map(|_| StandardUniform.sample(&mut random))
            .collect()
    };
    (0..columns).map(|_| column()).collect()
}

fn chosen(columns: &[Vec<f64>], response: &[f64], density: Option<f64>) -> Option<Bounds> {
    let data = Data {
        columns,
        response,
        of_draw: 1,
    };
    let (peeled, fresh): (Vec<usize>, Vec<usize>) = (0..response.len()).partition(|i| i % 2 == 0);
    let trajectory = peel(data, &peeled, PEEL, LEAST_MASS);
    let halves = Halves {
        peeled: &peeled,
        fresh: &fresh,
    };
    let goal = Goal {
        base: response.iter().sum::<f64>() / response.len() as f64,
        density,
    };
    choose(&trajectory, data, halves, goal)
}

#[test]
fn a_corner_is_found_with_its_limits_and_no_other() {
    let columns = cube(8, 2000, 1);
    let response: Vec<f64> = (0..2000)
        .map(|i| match columns[2][i] > 0.7 && columns[5][i] < 0.3 {
            true => 0.8,
            false => 0.1,
        })
        .collect();
    let found = chosen(&columns, &response, None).expect("a box");
    assert_eq!(found.restricted(), [2, 5]);
    assert_eq!((found.0[2].low, found.0[2].high), (0.7, f64::INFINITY));
    assert_eq!((found.0[5].low, found.0[5].high), (f64::NEG_INFINITY, 0.3));
}

#[test]
fn a_box_of_an_asked_density_is_the_largest() {
    // The mean of the response where x is at least a: (1 + a) / 2. At least 0.8 where a is 0.6.
    let columns = cube(4, 4000, 2);
    let response = columns[1].clone();
    let found = chosen(&columns, &response, Some(0.8)).expect("a box");
    assert_eq!(found.restricted(), [1]);
    assert!((found.0[1].low - 0.6).abs() < 0.03, "{found:?}");
    assert_eq!(chosen(&columns, &response, Some(0.99)), None);
}

#[test]
fn noise_hardly_ever_gives_a_box() {
    let mut found = 0;
    for seed in 0..200 {
        let columns = cube(30, 512, 1000 + seed);
        // Each of 16 trials says yes with probability 0.3, whatever the inputs.
        let response: Vec<f64> = (0..512)
            .map(|i| {
                let trials = cube(1, 16, 7919 * (seed + 1) + 1_000_003 * i);
                let hits = trials[0].iter().filter(|u| **u < 0.3).count();
                hits as f64 / 16.0
            })
            .collect();
        found += usize::from(chosen(&columns, &response, None).is_some());
    }
    // Before they are counted on the run itself, which holds another 5%.
    assert!(found <= 16, "{found} of 200");
}

/// A response of 0.8 where the column passes this, else 0.1.
fn steps(column: &[f64], passes: impl Fn(f64) -> bool) -> Vec<f64> {
    let values = column.iter().map(|value| passes(*value));
    values.map(|yes| if yes { 0.8 } else { 0.1 }).collect()
}

#[test]
fn what_was_peeled_off_stays_out_when_a_limit_is_rounded() {
    // Three values, of which the third alone is high: half-way to the second, which reads as the
    // second.
    let few: Vec<f64> = cube(1, 1500, 3)[0]
        .iter()
        .map(|u| 0.1 * (1.0 + libm::floor(3.0 * u)))
        .collect();
    let response = steps(&few, |value| value > 0.25);
    let found = chosen(std::slice::from_ref(&few), &response, None).expect("a box");
    assert!(found.0[0].low > 0.21 && found.0[0].low <= 0.31, "{found:?}");
    let rows: Vec<usize> = (0..few.len()).collect();
    let (peeled, fresh) = rows.split_at(750);
    let columns = [few];
    let data = Data {
        columns: &columns,
        response: &response,
        of_draw: 1,
    };
    let tree = Tree::grow(data, Halves { peeled, fresh });
    let split = tree.0.expect("a split");
    assert!(split.at > 0.21 && split.at <= 0.31, "{split:?}");
    // A cut in a long tail is one box, with what is left next to nothing.
    let long: Vec<f64> = cube(1, 4000, 4)[0]
        .iter()
        .map(|u| libm::exp(1.5 + 0.73 * crate::math::special::normal_quantile(*u)))
        .collect();
    let response = steps(&long, |value| value < 14.9);
    let found = chosen(std::slice::from_ref(&long), &response, None).expect("a box");
    assert!((14.0..16.0).contains(&found.0[0].high), "{found:?}");
}

#[test]
fn a_box_has_the_asked_density_on_the_rows_that_chose_it() {
    for seed in 0..20 {
        let columns = cube(3, 2000, 40 + seed);
        let response: Vec<f64> = (columns[0].iter().zip(&columns[1]))
            .map(|(a, b)| 0.7 * a + 0.3 * b)
            .collect();
        for density in [0.6, 0.7, 0.75, 0.8] {
            let found = chosen(&columns, &response, Some(density)).expect("a box");
            let rows: Vec<usize> = (0..2000).collect();
            let data = Data {
                columns: &columns,
                response: &response,
                of_draw: 1,
            };
            let (mean, _) = data.moments(&found.rows(&columns, &rows));
            assert!(mean >= density, "{seed}: {mean} of {density}: {found:?}");
        }
    }
}
