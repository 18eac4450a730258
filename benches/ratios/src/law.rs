//! The reference model in numbers: what the hand-written programs simulate.
//!
//! The same law as `benches/reference.json`, with indices in place of names. Order of the trends:
//! stalemate, escalation, innovation, realignment, instability. Order of the phases: attrition,
//! talks, ceasefire, escalated, settlement, collapse; nothing happens any more in the last two, but
//! indicators and trend go on. Indicators and events stand in the order of the scenario file. Times
//! are years.

pub const STEPS: usize = 156;
pub const STEP: f64 = 1.0 / 52.0;
pub const TRENDS: usize = 5;
pub const PHASES: usize = 6;
pub const INDICATORS: usize = 8;
pub const EVENTS: usize = 14;
/// Uncertain factors of a trial.
pub const FACTORS: usize = 6;
/// Events that a phase allows, at most.
pub const MOST_ALLOWED: usize = 7;

/// Phases below this one are active: events can happen in them.
pub const FIRST_ABSORBING: usize = 4;
pub const CEASEFIRE: usize = 2;

pub const TREND_WEIGHTS: [f64; TRENDS] = [0.45, 0.15, 0.15, 0.15, 0.1];
/// Rate at which the trend moves to another one, which is chosen by the weights.
pub const TREND_SHIFTS: f64 = 0.15;

/// An indicator: `dX = (pull·pace·(level + shift[trend] - X) + Σ a (X_j - 1/2)) dt + volatility
/// dW`, held in [0, 1].
pub struct Indicator {
    pub start: f64,
    pub pull: f64,
    pub level: f64,
    pub shift: [f64; TRENDS],
    pub volatility: f64,
    /// Index `j` and coefficient `a`.
    pub coupling: [(usize, f64); 2],
    /// Which factor is its pace.
    pub pace: usize,
}

pub const INDICATOR: [Indicator; INDICATORS] = [
    // intensity
    Indicator {
        start: 0.55,
        pull: 1.2,
        level: 0.5,
        shift: [0.0, 0.25, 0.05, -0.1, 0.1],
        volatility: 0.2,
        coupling: [(7, 0.3), (5, -0.4)],
        pace: 0,
    },
    // economy
    Indicator {
        start: 0.45,
        pull: 0.6,
        level: 0.45,
        shift: [0.0, -0.1, 0.05, 0.0, -0.15],
        volatility: 0.1,
        coupling: [(3, 0.2), (0, -0.25)],
        pace: 0,
    },
    // support
    Indicator {
        start: 0.6,
        pull: 0.8,
        level: 0.5,
        shift: [0.0, -0.05, 0.05, -0.05, -0.2],
        volatility: 0.15,
        coupling: [(0, -0.3), (1, 0.2)],
        pace: 0,
    },
    // aid
    Indicator {
        start: 0.5,
        pull: 1.0,
        level: 0.5,
        shift: [0.0, 0.1, 0.0, -0.2, -0.05],
        volatility: 0.18,
        coupling: [(2, 0.25), (5, 0.15)],
        pace: 0,
    },
    // technology
    Indicator {
        start: 0.4,
        pull: 0.5,
        level: 0.5,
        shift: [0.0, 0.05, 0.3, 0.0, -0.05],
        volatility: 0.08,
        coupling: [(1, 0.15), (3, 0.2)],
        pace: 5,
    },
    // diplomacy
    Indicator {
        start: 0.35,
        pull: 0.9,
        level: 0.4,
        shift: [0.0, -0.2, 0.0, 0.2, 0.0],
        volatility: 0.15,
        coupling: [(2, -0.2), (0, -0.15)],
        pace: 5,
    },
    // cohesion
    Indicator {
        start: 0.55,
        pull: 0.7,
        level: 0.5,
        shift: [0.0, -0.05, 0.05, 0.0, -0.25],
        volatility: 0.12,
        coupling: [(1, 0.2), (2, 0.25)],
        pace: 5,
    },
    // supply
    Indicator {
        start: 0.5,
        pull: 1.5,
        level: 0.5,
        shift: [0.0, -0.1, 0.1, -0.05, -0.1],
        volatility: 0.22,
        coupling: [(3, 0.4), (4, 0.2)],
        pace: 5,
    },
];

/// An event: rate `base · by_trend[trend] · factor · exp(Σ slope (X - 1/2))` a year in the phases
/// that allow it.
pub struct Event {
    pub phases: &'static [usize],
    pub base: f64,
    pub by_trend: [f64; TRENDS],
    /// Which factor multiplies its rate.
    pub factor: Option<usize>,
    /// Index of the indicator and slope.
    pub slopes: [(usize, f64); 2],
    /// The indicator that it moves, with mean and standard deviation of the move.
    pub jump: (usize, f64, f64),
    /// The phase that it moves to.
    pub to: Option<usize>,
}

pub const EVENT: [Event; EVENTS] = [
    // offensive
    Event {
        phases: &[0, 3],
        base: 0.9,
        by_trend: [0.8, 1.6, 1.1, 0.8, 1.0],
        factor: Some(2),
        slopes: [(0, 1.5), (7, 1.0)],
        jump: (0, 0.08, 0.04),
        to: None,
    },
    // open_talks
    Event {
        phases: &[0, 3],
        base: 0.6,
        by_trend: [1.0, 0.5, 0.8, 1.6, 0.9],
        factor: Some(4),
        slopes: [(5, 2.0), (0, -0.8)],
        jump: (5, 0.05, 0.03),
        to: Some(1),
    },
    // talks_break
    Event {
        phases: &[1],
        base: 1.3,
        by_trend: [1.0, 1.6, 1.0, 0.7, 1.3],
        factor: Some(1),
        slopes: [(5, -1.5), (6, -0.5)],
        jump: (5, -0.08, 0.04),
        to: Some(0),
    },
    // ceasefire
    Event {
        phases: &[1],
        base: 0.9,
        by_trend: [1.0, 0.5, 0.9, 1.5, 0.9],
        factor: Some(4),
        slopes: [(5, 1.8), (2, -0.6)],
        jump: (0, -0.15, 0.05),
        to: Some(2),
    },
    // violation
    Event {
        phases: &[2],
        base: 1.5,
        by_trend: [1.0, 1.7, 1.0, 0.8, 1.4],
        factor: Some(2),
        slopes: [(0, 1.6), (6, -0.9)],
        jump: (0, 0.06, 0.03),
        to: None,
    },
    // ceasefire_fails
    Event {
        phases: &[2],
        base: 0.5,
        by_trend: [1.0, 1.8, 1.0, 0.7, 1.5],
        factor: Some(1),
        slopes: [(0, 2.0), (5, -1.2)],
        jump: (0, 0.15, 0.05),
        to: Some(0),
    },
    // escalate
    Event {
        phases: &[0, 1],
        base: 0.3,
        by_trend: [0.6, 2.2, 1.2, 0.7, 1.2],
        factor: Some(2),
        slopes: [(0, 1.8), (3, 0.8)],
        jump: (0, 0.18, 0.06),
        to: Some(3),
    },
    // deescalate
    Event {
        phases: &[3],
        base: 1.2,
        by_trend: [1.2, 0.7, 1.0, 1.2, 0.9],
        factor: None,
        slopes: [(0, -1.4), (7, -0.7)],
        jump: (0, -0.12, 0.05),
        to: Some(0),
    },
    // settlement
    Event {
        phases: &[2],
        base: 0.55,
        by_trend: [1.0, 0.5, 0.9, 1.7, 0.8],
        factor: Some(4),
        slopes: [(5, 2.2), (2, -0.5)],
        jump: (0, -0.2, 0.05),
        to: Some(4),
    },
    // direct_settlement
    Event {
        phases: &[1],
        base: 0.08,
        by_trend: [1.0, 0.4, 0.9, 1.8, 0.9],
        factor: Some(4),
        slopes: [(5, 2.0), (1, -0.7)],
        jump: (0, -0.2, 0.05),
        to: Some(4),
    },
    // collapse
    Event {
        phases: &[0, 3],
        base: 0.06,
        by_trend: [0.7, 1.3, 0.9, 1.0, 2.5],
        factor: Some(3),
        slopes: [(6, -3.0), (7, -2.0)],
        jump: (6, -0.25, 0.08),
        to: Some(5),
    },
    // aid_shock
    Event {
        phases: &[0, 1, 2, 3],
        base: 0.8,
        by_trend: [0.9, 1.0, 0.9, 1.6, 1.2],
        factor: None,
        slopes: [(3, -0.8), (2, -0.6)],
        jump: (3, -0.05, 0.08),
        to: None,
    },
    // breakthrough
    Event {
        phases: &[0, 1, 2, 3],
        base: 0.4,
        by_trend: [0.8, 1.1, 2.2, 0.9, 0.7],
        factor: None,
        slopes: [(4, 1.5), (1, 0.6)],
        jump: (4, 0.1, 0.05),
        to: None,
    },
    // political_crisis
    Event {
        phases: &[0, 1, 2, 3],
        base: 0.5,
        by_trend: [0.8, 1.2, 0.9, 1.0, 2.4],
        factor: Some(3),
        slopes: [(6, -1.8), (1, -1.0)],
        jump: (6, -0.1, 0.05),
        to: None,
    },
];

/// Events that can happen in a phase, in order, and how many there are.
pub const fn allowed(phase: usize) -> ([usize; MOST_ALLOWED], usize) {
    let (mut list, mut count) = ([0; MOST_ALLOWED], 0);
    let mut event = 0;
    while event < EVENTS {
        let phases = EVENT[event].phases;
        let mut p = 0;
        while p < phases.len() {
            if phases[p] == phase {
                list[count] = event;
                count += 1;
            }
            p += 1;
        }
        event += 1;
    }
    (list, count)
}

/// The trend at a point `u` of [0, 1), leaving one out (or none, if `but` is [`TRENDS`]).
pub fn trend_at(u: f64, but: usize) -> usize {
    let whole = if but < TRENDS {
        1.0 - TREND_WEIGHTS[but]
    } else {
        1.0
    };
    let mut rest = u * whole;
    let mut last = 0;
    for (trend, weight) in TREND_WEIGHTS.iter().enumerate() {
        if trend != but {
            last = trend;
            rest -= weight;
            if rest < 0.0 {
                break;
            }
        }
    }
    last
}
