//! Working memory of a step: what waits for its turn, and which lanes must be looked at after a
//! round of firings.
//!
//! Holds lists and sets only; `jumps` and `fire` decide what happens.

use super::lanes::Lanes;
use super::timer::{Task, Work};
use crate::program::{Column, LANES, Program};

/// Sets of lanes by item, with a list of the items that have any.
pub struct Sets {
    lanes: Vec<Lanes>,
    items: Vec<u32>,
}

impl Sets {
    fn new(items: usize) -> Self {
        Self {
            lanes: vec![0; items],
            items: Vec::with_capacity(items),
        }
    }

    /// Adds lanes to the set of an item.
    pub fn add(&mut self, item: u32, lanes: Lanes) {
        let set = &mut self.lanes[item as usize];
        if *set == 0 && lanes != 0 {
            self.items.push(item);
        }
        *set |= lanes;
    }

    /// Takes lanes out of the set of an item.
    pub fn remove(&mut self, item: u32, lanes: Lanes) {
        self.lanes[item as usize] &= !lanes;
    }

    /// Moves the sets that are not empty to `list`, in the order in which they came to be.
    pub fn drain(&mut self, list: &mut Vec<(u32, Lanes)>) {
        list.clear();
        for item in self.items.drain(..) {
            list.push((item, std::mem::take(&mut self.lanes[item as usize])));
        }
    }
}

/// The end of a rest (`None`) or a scheduled event, within the step.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub lane: usize,
    pub time: f64,
    pub event: Option<u32>,
}

/// Working memory of a step.
pub struct Scratch<'p> {
    /// Ends of rests and scheduled instants within the step.
    pub points: Vec<Point>,
    /// Lanes that have one.
    pub pointed: Lanes,
    /// Which clock runs out first, by lane, and when.
    pub first_time: Column,
    pub first_event: [u32; LANES],
    /// Lanes that fire, by event.
    pub firing: Sets,
    /// Lanes that must be looked at after firings.
    pub derived: Sets,
    pub factors: Sets,
    pub trackers: Sets,
    pub windows: Sets,
    pub triggers: Sets,
    pub hazards: Sets,
    /// Lanes in which something starts an event's clock.
    pub starts: Sets,
    /// Hazards to be evaluated anew, with the lanes.
    pub affected: Vec<(u32, Lanes)>,
    /// Derived values, by position, that wait until the clocks are back.
    pub postponed: Vec<(u32, Lanes)>,
    /// Sets that are being worked through.
    pub fired: Vec<(u32, Lanes)>,
    pub list: Vec<(u32, Lanes)>,
    /// Hazards that are to be evaluated anew in a few lanes, and room for it.
    pub tasks: Vec<Task<'p>>,
    pub work: Work,
    /// Triggered events by lane, waiting to be played.
    pub triggered: Vec<(usize, u32)>,
    /// Triggered and scheduled events of one lane that are due at this instant.
    pub pending: Vec<u32>,
    /// Events that fired in one lane at this instant.
    pub instant: Vec<u32>,
    /// A question is about an instant within this step.
    pub asked: bool,
}

impl Scratch<'_> {
    pub fn new(program: &Program) -> Self {
        let events = program.events.len();
        Self {
            points: Vec::new(),
            pointed: 0,
            first_time: Column([f64::INFINITY; LANES]),
            first_event: [0; LANES],
            firing: Sets::new(events),
            derived: Sets::new(program.derived.len()),
            factors: Sets::new(program.factors.len()),
            trackers: Sets::new(program.trackers.len()),
            windows: Sets::new(events),
            triggers: Sets::new(events),
            hazards: Sets::new(events),
            starts: Sets::new(events),
            affected: Vec::with_capacity(events),
            postponed: Vec::new(),
            fired: Vec::with_capacity(events),
            list: Vec::with_capacity(events),
            tasks: Vec::with_capacity(events),
            work: Work::default(),
            triggered: Vec::new(),
            pending: Vec::new(),
            instant: Vec::new(),
            asked: false,
        }
    }

    pub fn add_point(&mut self, point: Point) {
        self.pointed |= 1 << point.lane;
        self.points.push(point);
    }

    /// Takes the first point of a lane if it comes before its first clock. At equal times the end
    /// of a rest comes first, then events in the order of their names.
    pub fn take_first_point(&mut self, lane: usize) -> Option<Point> {
        let (clock, event) = (self.first_time[lane], self.first_event[lane]);
        let (place, point) = (self.points.iter().copied().enumerate())
            .filter(|(_, p)| p.lane == lane)
            .min_by(|(_, a), (_, b)| a.time.total_cmp(&b.time).then(a.event.cmp(&b.event)))?;
        let first =
            point.time < clock || point.time == clock && point.event.is_none_or(|due| due < event);
        if !first {
            return None;
        }
        self.remove_point(place);
        Some(point)
    }

    /// Takes a scheduled event of a lane at exactly this time.
    pub fn take_point_at(&mut self, lane: usize, time: f64) -> Option<u32> {
        let place = self
            .points
            .iter()
            .position(|p| p.lane == lane && p.time == time && p.event.is_some())?;
        let event = self.points[place].event;
        self.remove_point(place);
        event
    }

    /// Forgets the points of an event in a lane.
    pub fn remove_points_of(&mut self, lane: usize, e: u32) {
        while let Some(place) =
            (self.points.iter()).position(|p| p.lane == lane && p.event == Some(e))
        {
            self.remove_point(place);
        }
    }

    fn remove_point(&mut self, place: usize) {
        let lane = self.points.swap_remove(place).lane;
        if !self.points.iter().any(|p| p.lane == lane) {
            self.pointed &= !(1 << lane);
        }
    }

    /// Moves what has been triggered in a lane to what is pending.
    pub fn take_triggered(&mut self, lane: usize) {
        let pending = &mut self.pending;
        self.triggered.retain(|(other, e)| {
            if *other == lane {
                pending.push(*e);
            }
            *other != lane
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_join_the_lanes_of_an_item_and_are_empty_afterwards() {
        let mut sets = Sets::new(4);
        for (item, lanes) in [(2, 0b001), (0, 0b010), (2, 0b100), (3, 0)] {
            sets.add(item, lanes);
        }
        let mut list = vec![(9, 9)];
        sets.drain(&mut list);
        assert_eq!(list, [(2, 0b101), (0, 0b010)]);
        sets.drain(&mut list);
        assert!(list.is_empty());
    }
}
