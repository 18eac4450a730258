//! States beside the phases: chains that know nothing of one another, drawn starts and moves, and
//! what they scale and gate.
//!
//! All of it is exact in continuous time, so the grid is one step long wherever it can be; what
//! moves by the step is a chain in discrete time. Seeds 171 to 181; a share of n trials is compared
//! with its binomial standard error, |z| < 4.

use crate::harness::{
    Agreement, event, metric, phase, question, scenario, simulate, time_index, trend, value,
};
use quincunx::results::RunResult;
use serde_json::{Value, json};

const TRIALS: u64 = 20_480;

/// Share in `up` of a chain that leaves `up` at one rate and comes back at another.
fn two_state(start: f64, leave: f64, back: f64, t: f64) -> f64 {
    let settled = back / (leave + back);
    settled + (start - settled) * libm::exp(-(leave + back) * t)
}

fn rate(rate: f64) -> Value {
    json!({"rate": rate, "per": "year"})
}

fn chain(start: f64, leave: f64, back: f64) -> Value {
    json!({
        "values": {"up": {"start": start}, "down": {"start": 1.0 - start}},
        "moves": {"up": {"down": rate(leave)}, "down": {"up": rate(back)}}
    })
}

/// exp(m): a Taylor series of the halved matrix, squared again.
fn exponential<const N: usize>(m: [[f64; N]; N]) -> [[f64; N]; N] {
    let product = |a: &[[f64; N]; N], b: &[[f64; N]; N]| -> [[f64; N]; N] {
        std::array::from_fn(|i| std::array::from_fn(|j| (0..N).map(|k| a[i][k] * b[k][j]).sum()))
    };
    let identity: [[f64; N]; N] =
        std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
    let small = m.map(|row| row.map(|x| x / 1024.0));
    let (mut sum, mut term) = (identity, identity);
    for k in 1..20 {
        term = product(&term, &small).map(|row| row.map(|x| x / f64::from(k)));
        for i in 0..N {
            for j in 0..N {
                sum[i][j] += term[i][j];
            }
        }
    }
    (0..10).fold(sum, |power, _| product(&power, &power))
}

fn share(result: &RunResult, state: &str, name: &str, t: f64) -> f64 {
    value(result, state, name).occupancy[time_index(result, t)]
}

#[test]
fn chains_side_by_side_go_each_its_own_way() {
    let mut agreement = Agreement::default();
    let result = simulate(
        &scenario(
            4.0,
            0.5,
            json!({
                "states": {"front": chain(1.0, 0.8, 0.3), "mood": chain(0.25, 0.2, 1.7), "law": chain(0.5, 0.1, 0.1)},
                "questions": {"both": {"holds": "front == down and mood == up"}},
                "outcomes": [{"name": "law", "when": "law in [up]"}, {"name": "other", "when": "law != up"}],
                "metrics": {
                    "time_down": "time_in(front == down)", "joint": "time_in(front == down and mood == up)"
                }
            }),
        ),
        TRIALS,
        171,
    );
    for t in [0.0, 0.5, 1.0, 2.5, 4.0] {
        for (state, start, leave, back) in [
            ("front", 1.0, 0.8, 0.3),
            ("mood", 0.25, 0.2, 1.7),
            ("law", 0.5, 0.1, 0.1),
        ] {
            let up = two_state(start, leave, back, t);
            let at = format!("{state} at {t}");
            agreement.share(&at, share(&result, state, "up", t), up, TRIALS);
            let sum = share(&result, state, "up", t) + share(&result, state, "down", t);
            agreement.close(&format!("{at}, both"), sum, 1.0, 1e-12);
        }
    }
    let front = |t| 1.0 - two_state(1.0, 0.8, 0.3, t);
    let mood = |t| two_state(0.25, 0.2, 1.7, t);
    let both = question(&result, "both").probability;
    agreement.share("a product of states", both, front(4.0) * mood(4.0), TRIALS);
    let law = &result.outcomes[0];
    agreement.share(
        "a rule",
        law.probability,
        two_state(0.5, 0.1, 0.1, 4.0),
        TRIALS,
    );
    let integral = |f: &dyn Fn(f64) -> f64| {
        let n = 4000;
        let h = 4.0 / f64::from(n);
        (0..n).map(|i| f((f64::from(i) + 0.5) * h) * h).sum::<f64>()
    };
    let time_down = metric(&result, "time_down");
    let exact = integral(&front);
    let error = time_down.std_error.expect("an error");
    agreement.estimate("time down", time_down.mean.expect("a mean"), exact, error);
    let joint = metric(&result, "joint");
    let exact = integral(&|t| front(t) * mood(t));
    let error = joint.std_error.expect("an error");
    agreement.estimate("time of both", joint.mean.expect("a mean"), exact, error);
    agreement.finish(34);
}

#[test]
fn starts_and_moves_are_drawn_with_their_probabilities() {
    let mut agreement = Agreement::default();
    let move_at = |date: &str, to: Value| json!({"at": date, "effects": [{"move": "x", "to": to}]});
    let result = simulate(
        &scenario(
            4.0,
            1.0,
            json!({
                "parameters": {"p": 0.3},
                "trends": {"t1": {"weight": 0.5}, "t2": {"weight": 0.5}},
                "phases": {"a": {"start": true}, "b": {}, "c": {}},
                "states": {"x": {"values": {"k": {"start": "p"}, "l": {"start": "1 - p"}, "m": {}}}},
                "events": {
                    "one": move_at("2001-06-01", json!({"m": "p / 2"})),
                    "two": move_at("2002-06-01", json!({"k": 0.2, "l": 0.1, "m": "rest"})),
                    "drawn_phase": {"at": "2001-06-01", "effects": [{"phase": {"c": 0.6, "b": "p"}}]},
                    "drawn_trend": {"at": "2001-06-01", "effects": [{"trend": {"t1": 1}}]},
                    "again": {"at": "2003-06-01", "effects": [{"trend": {"t2": {"value": 0.25, "note": "why"}}}]}
                },
                "questions": {"kept": {"holds": "x == m and phase == c"}}
            }),
        ),
        TRIALS,
        172,
    );
    let mut at = |t: f64, state: &[(&str, f64)]| {
        for (name, exact) in state {
            let found = share(&result, "x", name, t);
            agreement.share(&format!("{name} at {t}"), found, *exact, TRIALS);
        }
    };
    at(0.0, &[("k", 0.3), ("l", 0.7), ("m", 0.0)]);
    at(1.0, &[("k", 0.255), ("l", 0.595), ("m", 0.15)]);
    at(2.0, &[("k", 0.2), ("l", 0.1), ("m", 0.7)]);
    let last = time_index(&result, 4.0);
    for (name, exact) in [("a", 0.1), ("b", 0.3), ("c", 0.6)] {
        let found = phase(&result, name).occupancy[last];
        agreement.share(&format!("phase {name}"), found, exact, TRIALS);
    }
    let kept = question(&result, "kept").probability;
    agreement.share("apart from one another", kept, 0.7 * 0.6, TRIALS);
    let t2 = trend(&result, "t2");
    agreement.close(
        "all under one trend",
        t2.occupancy[time_index(&result, 1.0)],
        0.0,
        0.0,
    );
    agreement.share("a quarter shifts", t2.occupancy[last], 0.25, TRIALS);
    agreement.finish(15);
}

#[test]
fn a_hazard_that_a_state_scales_or_gates_is_exact_between_grid_points() {
    let mut agreement = Agreement::default();
    // One step from start to end.
    let result = simulate(
        &scenario(
            3.0,
            3.0,
            json!({
                "states": {"front": chain(0.4, 0.9, 0.5)},
                "events": {
                    "scaled": {"hazard": {"rate": 0.6, "per": "year", "times": {"state": {"front": {"down": 0.25}}}}, "limit": 1},
                    "gated": {"hazard": rate(0.7), "in": {"front": ["up"]}, "limit": 1},
                    "elsewhere": {"hazard": rate(0.7), "not_in": {"front": ["up"], "phase": []}, "limit": 1},
                    "guarded": {"hazard": rate(0.7), "if": "front == up", "limit": 1},
                    "chosen": {"hazard": {"rate": 1, "per": "year", "times": {"factor": {"by": "front", "up": 0.2, "else": 1.1}}}, "limit": 1}
                }
            }),
        ),
        TRIALS,
        173,
    );
    // The chain with the event as a third, absorbing, state.
    let exact = |up: f64, down: f64| {
        let m = [
            [-0.9 - up, 0.9, up],
            [0.5, -0.5 - down, down],
            [0.0, 0.0, 0.0],
        ];
        let whole = exponential(m.map(|row| row.map(|x| 3.0 * x)));
        0.4 * whole[0][2] + 0.6 * whole[1][2]
    };
    for (name, up, down) in [
        ("scaled", 0.6, 0.15),
        ("gated", 0.7, 0.0),
        ("elsewhere", 0.0, 0.7),
        ("guarded", 0.7, 0.0),
        ("chosen", 0.2, 1.1),
    ] {
        let found = event(&result, name).probability;
        agreement.share(name, found, exact(up, down), TRIALS);
    }
    agreement.finish(5);
}

#[test]
fn a_state_knows_since_when_it_has_its_value() {
    let mut agreement = Agreement::default();
    let result = simulate(
        &scenario(
            2.0,
            0.5,
            json!({
                "states": {
                    "mood": chain(0.5, 0.9, 0.9),
                    "kept": {"values": {"a": {"start": true}, "b": {}}},
                    "moved": {"values": {"a": {"start": true}, "b": {}}}
                },
                "events": {
                    "same": {"at": "2002-01-01", "effects": [{"move": "kept", "to": "a"}]},
                    "other": {"at": "2002-01-01", "effects": [{"move": "moved", "to": {"b": 1}}]},

                },
                "metrics": {
                    "age": "final(age(mood))", "same": "age(mood) - time_in(mood)", "in_phase": "age(phase)",
                    "stays": "age(kept)", "agrees": "time_in(moved == b) - age(moved)"
                }
            }),
        ),
        TRIALS,
        174,
    );
    // Whichever value it has, it is left at this rate: the age is exponential up to the start.
    let exact = -libm::expm1(-0.9 * 2.0) / 0.9;
    let age = metric(&result, "age");
    let error = age.std_error.expect("an error");
    agreement.estimate("age", age.mean.expect("a mean"), exact, error);
    for (name, exact) in [
        ("same", 0.0),
        ("in_phase", 2.0),
        ("stays", 2.0),
        ("agrees", 0.0),
    ] {
        let found = metric(&result, name).mean.expect("a mean");
        agreement.close(name, found, exact, 1e-9);
    }
    agreement.finish(5);
}

#[test]
fn states_move_one_another_like_the_chain_of_their_product() {
    let mut agreement = Agreement::default();
    let result = simulate(
        &scenario(
            2.0,
            2.0,
            json!({
                "states": {
                    "a": {"values": {"calm": {"start": true}, "tense": {}}, "moves": {
                        "calm": {"tense": rate(0.5)},
                        "tense": {"calm": {"rate": 1.0, "per": "year", "times": {"state": {"b": {"open": 2}}}}}
                    }},
                    "b": {"values": {"open": {"start": true}, "shut": {}}}
                },
                "events": {
                    "shuts": {"hazard": rate(0.8), "in": {"a": ["tense"], "b": ["open"]}, "effects": [{"move": "b", "to": {"shut": 0.75, "open": "rest"}}, {"move": "a", "to": {"calm": 0.5}}]},
                    "opens": {"hazard": rate(0.3), "in": {"b": ["shut"]}, "effects": [{"move": "b", "to": "open"}]}
                },
                "questions": {"tense_open": {"holds": "a == tense and b == open"}, "tense_shut": {"holds": "a == tense and b == shut"},
                    "calm_shut": {"holds": "a == calm and b == shut"}}
            }),
        ),
        TRIALS,
        175,
    );
    // Calm and open, tense and open, calm and shut, tense and shut.
    let m = [
        [-0.5, 0.5, 0.0, 0.0],
        [
            2.0 + 0.8 * 0.25 * 0.5,
            -2.0 - 0.8 * (1.0 - 0.25 * 0.5),
            0.8 * 0.75 * 0.5,
            0.8 * 0.75 * 0.5,
        ],
        [0.3, 0.0, -0.3 - 0.5, 0.5],
        [0.0, 0.3, 1.0, -0.3 - 1.0],
    ];
    let whole = exponential(m.map(|row| row.map(|x| 2.0 * x)))[0];
    for (name, exact) in [
        ("tense_open", whole[1]),
        ("calm_shut", whole[2]),
        ("tense_shut", whole[3]),
    ] {
        agreement.share(name, question(&result, name).probability, exact, TRIALS);
    }
    agreement.finish(3);
}

#[test]
fn states_that_move_by_the_step_see_what_was_before_the_step() {
    let mut agreement = Agreement::default();
    let result = simulate(
        &scenario(
            2.5,
            0.5,
            json!({
                "states": {
                    "s": {"values": {"a": {"start": true}, "b": {}, "c": {}}, "each_step": {"a": {"b": 0.3}, "b": {"c": 0.5, "a": "0.1 * 2"}}},
                    "u": {"values": {"x": {"start": true}, "y": {}}, "each_step": {"x": {"y": "if(s == a, 0.6, 0.1)"}}, "moves": {"y": {"x": rate(0.4)}}}
                },
                // What a step triggers follows it at once.
                "phases": {"before": {"start": true}, "after": {}},
                "events": {
                    "reached": {"when": "s == c", "effects": [{"phase": "after"}]},
                    "counted": {"hazard": rate(0.9), "in": {"s": ["b"]}, "limit": 1}
                },
                "questions": {
                    "b_y": {"holds": "s == b and u == y"}, "cx": {"holds": "s == c and u == x"}, "ay": {"holds": "s == a and u == y"},
                    "apart": {"holds": "s == c and phase != after or s != c and phase == after"}
                }
            }),
        ),
        TRIALS,
        180,
    );
    let step = [[0.7, 0.3, 0.0], [0.2, 0.3, 0.5], [0.0, 0.0, 1.0]];
    let back = -libm::expm1(-0.4 * 0.5);
    // By s, then u.
    let mut shares = [[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]];
    let mut in_b = 1.0;
    let mut never = [1.0, 0.0, 0.0];
    for k in 1..=5 {
        let mut next = [[0.0; 2]; 3];
        for s in 0..3 {
            let [x, y] = [
                shares[s][0] + back * shares[s][1],
                (1.0 - back) * shares[s][1],
            ];
            let leaves = if s == 0 { 0.6 } else { 0.1 };
            for to in 0..3 {
                next[to][0] += step[s][to] * (1.0 - leaves) * x;
                next[to][1] += step[s][to] * (leaves * x + y);
            }
        }
        shares = next;
        // Trials in which `counted` has not happened.
        never[1] *= libm::exp(-0.9 * 0.5);
        never = std::array::from_fn(|to| (0..3).map(|s| never[s] * step[s][to]).sum());
        in_b = never.iter().sum();
        let at = f64::from(k) * 0.5;
        for (name, s) in [("a", 0), ("b", 1), ("c", 2)] {
            let exact = shares[s].iter().sum();
            agreement.share(
                &format!("{name} at {at}"),
                share(&result, "s", name, at),
                exact,
                TRIALS,
            );
        }
        let y = shares.iter().map(|of| of[1]).sum();
        agreement.share(
            &format!("y at {at}"),
            share(&result, "u", "y", at),
            y,
            TRIALS,
        );
    }
    for (name, exact) in [
        ("b_y", shares[1][1]),
        ("cx", shares[2][0]),
        ("ay", shares[0][1]),
        ("apart", 0.0),
    ] {
        agreement.share(name, question(&result, name).probability, exact, TRIALS);
    }
    let counted = event(&result, "counted").probability;
    agreement.share("a hazard between steps", counted, 1.0 - in_b, TRIALS);
    let moved = event(&result, "s.b>c");
    agreement.share(
        "moves are counted",
        moved.probability,
        shares[2].iter().sum(),
        TRIALS,
    );
    agreement.finish(26);
}

#[test]
fn a_row_that_is_more_than_one_stops_the_trial_with_its_place() {
    let row = |share: &str| {
        scenario(
            1.0,
            0.5,
            json!({
                "parameters": {"p": {"uniform": [0.5, 1]}},
                "states": {"s": {"values": {"a": {"start": true}, "b": {}, "c": {}}, "each_step": {"a": {"b": share, "c": 0.3}}}},
                "questions": {"b": {"holds": "s == b"}}
            }),
        )
    };
    let fails = |share: &str| {
        let study = crate::harness::study(&row(share));
        crate::harness::try_run(&study, 1024, 180).err()
    };
    assert!(fails("p / 2").is_none());
    let error = fails("p").expect("a sum above one");
    let told = format!("{error:?}");
    assert!(told.contains("/states/s/each_step/a/c"), "{told}");
}

#[test]
fn a_clock_that_a_value_starts_stops_when_the_value_is_left() {
    let mut agreement = Agreement::default();
    let wait = |on_leave: &str| json!({"after": {"state": "mood", "value": "down"}, "wait": 0.5, "on_leave": on_leave, "again": "ignore", "limit": 1});
    let result = simulate(
        &scenario(
            2.0,
            2.0,
            json!({
                "states": {"mood": {"values": {"up": {"start": true}, "down": {}}, "moves": {"up": {"down": rate(1.2)}, "down": {"up": rate(0.8)}}}},
                "events": {"stops": wait("stop"), "goes_on": wait("keep")}
            }),
        ),
        TRIALS,
        181,
    );
    // It goes on: what counts is that the first entry comes by 1.5.
    let goes_on = event(&result, "goes_on").probability;
    agreement.share("goes on", goes_on, -libm::expm1(-1.2 * 1.5), TRIALS);
    // It stops: some stay has to last. Rates of entries into either value before any long stay, by
    // the trapezoidal rule.
    let (n, half) = (800, 200);
    let h = 2.0 / n as f64;
    let mut up = vec![0.0; n + 1];
    let mut down = vec![0.0; n + 1];
    let integral = |entries: &[f64], rate: f64, from: usize, to: usize| -> f64 {
        let at = |j: usize| entries[j] * rate * libm::exp(-rate * (to - j) as f64 * h);
        let inner: f64 = (from..=to).map(at).sum();
        h * (inner - 0.5 * (at(from) + at(to)))
    };
    for k in 0..=n {
        // The last point of each integral is what the other gives.
        for _ in 0..4 {
            let first = 1.2 * libm::exp(-1.2 * k as f64 * h);
            down[k] = first + integral(&up, 1.2, 0, k);
            up[k] = integral(&down, 0.8, k.saturating_sub(half), k);
        }
    }
    let stays = libm::exp(-0.8 * 0.5);
    let entered: f64 = (0..=n - half).map(|k| down[k]).sum();
    let exact = stays * h * (entered - 0.5 * (down[0] + down[n - half]));
    let stops = event(&result, "stops").probability;
    agreement.share("stops", stops, exact, TRIALS);
    agreement.finish(2);
}
