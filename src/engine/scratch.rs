//! Working memory of a step, and of the lane whose jumps are being played.
//!
//! Holds which clocks are due, when each will run out at its present rate, and what is waiting to fire; `jumps` decides what happens.

use super::lanes::Lanes;

/// Working memory of a step, and of the lane that is being played.
pub struct Scratch {
    /// Events whose clock runs out within the step at its first rate, with the lanes.
    pub due: Vec<(u32, Lanes)>,
    /// By event: lanes whose clock has been charged up to the step's end already.
    pub settled: Vec<Lanes>,
    /// By event: when the clock will run out at the present rate; `+inf`: not within this step.
    pub fire_at: Vec<f64>,
    /// Events with a finite `fire_at`.
    pub running: Vec<u32>,
    /// By event: since when the present rate has been in force.
    pub anchor: Vec<f64>,
    /// Events whose rate or threshold changed in this lane and step.
    pub touched: Vec<u32>,
    /// Ends of rests (`None`) and instants of scheduled events within the step.
    pub points: Vec<(f64, Option<u32>)>,
    /// Hazards that are being evaluated anew.
    pub work: Work,
    /// Triggered and scheduled events that are due at this instant.
    pub pending: Vec<u32>,
    /// Events that fired at this instant.
    pub fired: Vec<u32>,
}

/// Hazards under evaluation: their scales become rates once the exponentials are in.
#[derive(Default)]
pub struct Work {
    pub events: Vec<u32>,
    pub rates: Vec<f64>,
    pub exponents: Vec<f64>,
}

impl Work {
    /// Fills up to a whole number of vectors, so that no exponential is left to be computed alone.
    pub fn pad(&mut self) {
        let whole = self.rates.len().next_multiple_of(8);
        self.rates.resize(whole, 0.0);
        self.exponents.resize(whole, 0.0);
    }

    pub fn clear(&mut self) {
        self.events.clear();
        self.rates.clear();
        self.exponents.clear();
    }

    pub fn push(&mut self, e: u32, scale: f64, exponent: f64) {
        self.events.push(e);
        self.rates.push(scale);
        self.exponents.push(exponent);
    }
}

impl Scratch {
    pub fn new(events: usize) -> Self {
        Self {
            due: Vec::with_capacity(events),
            settled: vec![0; events],
            fire_at: vec![f64::INFINITY; events],
            running: Vec::with_capacity(events),
            anchor: vec![0.0; events],
            touched: Vec::with_capacity(events),
            points: Vec::new(),
            work: Work::default(),
            pending: Vec::new(),
            fired: Vec::new(),
        }
    }

    pub fn begin_step(&mut self) {
        self.due.clear();
        self.settled.fill(0);
    }

    /// Notes in which lanes an event's clock runs out within the step, if nothing changes its rate.
    pub fn note_due(&mut self, e: u32, lanes: Lanes) {
        if lanes != 0 {
            self.due.push((e, lanes));
        }
    }

    /// Lanes in which an event's clock needs no charge for the step any more.
    pub fn settled(&self, e: u32) -> Lanes {
        self.settled[e as usize]
    }

    pub fn set_fire_at(&mut self, e: u32, time: f64) {
        let old = std::mem::replace(&mut self.fire_at[e as usize], time);
        if old == f64::INFINITY && time != f64::INFINITY {
            self.running.push(e);
        } else if old != f64::INFINITY && time == f64::INFINITY {
            self.running.retain(|other| *other != e);
        }
    }

    /// The clock that runs out first; of several at one instant the first by name.
    pub fn first_clock(&self) -> Option<(f64, u32)> {
        let mut best: Option<(f64, u32)> = None;
        for &e in &self.running {
            let t = self.fire_at[e as usize];
            if best.is_none_or(|(time, event)| t < time || t == time && e < event) {
                best = Some((t, e));
            }
        }
        best
    }

    /// The first point in time; the end of a rest before a scheduled event, those in the order of their names.
    pub fn first_point(&self) -> Option<usize> {
        (0..self.points.len()).min_by(|&a, &b| {
            let ((ta, ea), (tb, eb)) = (self.points[a], self.points[b]);
            ta.total_cmp(&tb).then(ea.cmp(&eb))
        })
    }

    /// A scheduled event at exactly this time, and its place among the points.
    pub fn point_at(&self, time: f64) -> Option<(usize, u32)> {
        let at_once = |(p, (t, due)): (usize, &(f64, Option<u32>))| {
            due.filter(|_| *t == time).map(|e| (p, e))
        };
        self.points.iter().enumerate().find_map(at_once)
    }
}
