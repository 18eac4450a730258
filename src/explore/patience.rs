//! How long a job goes on: until nobody wants more of it or its time is up, and standing still
//! between two batches while another page waits for its first picture.

use super::clients::{Clients, Ticket};
use crate::engine::Observer;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A tweak is given up after this long.
const TIME_LIMIT: Duration = Duration::from_secs(600);

/// How often those that stand still look whether they may go on.
const GLANCE: Duration = Duration::from_millis(2);
/// Time that they may stand still, all threads together, for each second since they began: pages
/// that never rest slow finer numbers down and do not stop them.
const STANDING: f64 = 0.75;

/// Cancelled when nobody wants more, or by the clock.
pub struct Watch<'t> {
    clients: &'t Clients,
    pub ticket: &'t Ticket,
    begun: Instant,
    /// Milliseconds for which it has stood still for others.
    stood: AtomicU64,
}

impl<'t> Watch<'t> {
    pub fn new(clients: &'t Clients, ticket: &'t Ticket) -> Self {
        Self {
            clients,
            ticket,
            begun: Instant::now(),
            stood: AtomicU64::new(0),
        }
    }

    fn is_over(&self) -> bool {
        self.ticket.turn.is_over() || self.begun.elapsed() > TIME_LIMIT
    }

    /// Whether another page's first picture comes before the finer numbers of this one.
    fn gives_way(&self) -> bool {
        let stood = self.stood.load(Ordering::Relaxed) as f64 / 1e3;
        self.ticket.turn.is_drawn()
            && stood < STANDING * self.begun.elapsed().as_secs_f64()
            && self.clients.any_waits_for_a_picture()
    }
}

impl Observer for Watch<'_> {
    fn cancelled(&self) -> bool {
        while self.gives_way() && !self.is_over() {
            std::thread::sleep(GLANCE);
            let stood = GLANCE.as_millis() as u64;
            self.stood.fetch_add(stood, Ordering::Relaxed);
        }
        self.is_over()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::clients::Asked;
    use serde_json::json;

    fn ticket(clients: &Clients, page: &str) -> Ticket {
        let request = json!({"page": page, "tweak": 1, "state": {}});
        let request = serde_json::from_value(request).expect("a request");
        match clients.ask(request) {
            Asked::Now(_, ticket) => ticket,
            _ => panic!("nothing is worked on for {page}"),
        }
    }

    #[test]
    fn finer_numbers_give_way_to_the_first_picture_of_another_page() {
        let clients = Clients::default();
        let _pages = (clients.connect("a"), clients.connect("b"));
        let (own, other) = (ticket(&clients, "a"), ticket(&clients, "b"));
        let watch = Watch::new(&clients, &own);
        assert!(!watch.gives_way(), "its own first picture comes first");
        own.turn.has_drawn();
        // What it may stand still grows as time goes by, and is used up: it is never stopped.
        std::thread::sleep(Duration::from_millis(20));
        assert!(watch.gives_way());
        assert!(!watch.cancelled());
        assert!(
            watch.stood.load(Ordering::Relaxed) > 0,
            "it has stood still"
        );
        std::thread::sleep(Duration::from_millis(20));
        other.turn.has_drawn();
        assert!(!watch.gives_way(), "nobody waits");
    }
}
