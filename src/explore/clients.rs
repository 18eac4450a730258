//! The pages that are open, and what is being done for each.
//!
//! A page is a number that it chose, a stream of messages to it, and the request that it waits for.
//! One request at a time is worked on. A new one ends the old as soon as that has drawn something,
//! so that pictures come while a hand moves, and begins without waiting until the old one notices;
//! of those that wait only the newest is kept. The runs
//! of the last tweak are kept, too, so that another view of it needs no simulation.

use super::job::Request;
use super::track::Track;
use super::tweak::Override;
use crate::analysis::Study;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// Pages at most; a further one is refused until another has gone.
const MOST_PAGES: usize = 16;
/// Messages that may wait for a page that reads slowly.
const WAITING: usize = 32;

/// A tweaked study with its runs.
pub struct Tweaked {
    pub generation: u64,
    pub overrides: Vec<Override>,
    /// It was made while a hand moved, without looking for doubts: it has no warnings.
    pub is_hasty: bool,
    /// What falls silent by them, as overrides.
    pub silenced: Vec<Override>,
    pub study: Study,
    pub whole: Track,
    pub coarse: Track,
}

impl Tweaked {
    /// All that a command line has to say.
    pub fn settings(&self) -> Vec<Override> {
        [&self.overrides[..], &self.silenced].concat()
    }
}

struct Page {
    messages: mpsc::Sender<Value>,
    /// What is worked on.
    turn: Option<Arc<Turn>>,
    /// What comes next.
    waiting: Option<Request>,
    tweaked: Option<Arc<Tweaked>>,
}

/// How far a request has come, and whether anybody still wants it.
#[derive(Debug, Default)]
pub struct Turn {
    stopped: AtomicBool,
    overtaken: AtomicBool,
    drawn: AtomicBool,
}

impl Turn {
    /// Nobody wants more of it: it was stopped, or it was overtaken and has drawn.
    pub fn is_over(&self) -> bool {
        let is = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        is(&self.stopped) || (is(&self.overtaken) && is(&self.drawn))
    }

    /// There is a picture of it.
    pub fn is_drawn(&self) -> bool {
        self.drawn.load(Ordering::Relaxed)
    }

    /// Notes that there is one.
    pub fn has_drawn(&self) {
        self.drawn.store(true, Ordering::Relaxed);
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

impl Page {
    fn stop(&self) {
        if let Some(turn) = &self.turn {
            turn.stop();
        }
    }

    fn begin(&mut self) -> Ticket {
        let turn = Arc::<Turn>::default();
        self.turn = Some(Arc::clone(&turn));
        Ticket {
            messages: self.messages.clone(),
            turn,
        }
    }
}

/// All open pages.
#[derive(Default)]
pub struct Clients {
    pages: Mutex<BTreeMap<String, Page>>,
}

/// A request that is being worked on.
#[derive(Clone)]
pub struct Ticket {
    pub messages: mpsc::Sender<Value>,
    pub turn: Arc<Turn>,
}

/// What becomes of a request.
pub enum Asked {
    /// It is to be worked on.
    Now(Box<Request>, Ticket),
    /// Whoever works on the page's last request will come to it, unless a newer one comes.
    Later,
    /// The page is not connected.
    Unknown,
}

impl Clients {
    fn pages(&self) -> MutexGuard<'_, BTreeMap<String, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page (re)connects; what was simulated for it before is stopped. `None` if there are too
    /// many.
    pub fn connect(&self, name: &str) -> Option<mpsc::Receiver<Value>> {
        let (messages, receiver) = mpsc::channel(WAITING);
        let mut pages = self.pages();
        if let Some(old) = pages.remove(name) {
            old.stop();
        }
        if pages.len() >= MOST_PAGES {
            pages.retain(|_, page| {
                let gone = page.messages.is_closed();
                if gone {
                    page.stop();
                }
                !gone
            });
        }
        if pages.len() >= MOST_PAGES {
            return None;
        }
        let page = Page {
            messages,
            turn: None,
            waiting: None,
            tweaked: None,
        };
        pages.insert(name.to_owned(), page);
        Some(receiver)
    }

    /// Takes a request of a page: the newest that waits, or the one to work on.
    pub fn ask(&self, request: Request) -> Asked {
        let mut pages = self.pages();
        let Some(page) = pages.get_mut(&request.page) else {
            return Asked::Unknown;
        };
        if let Some(turn) = &page.turn {
            turn.overtaken.store(true, Ordering::Relaxed);
            if !turn.is_over() {
                page.waiting = Some(request);
                return Asked::Later;
            }
            // It has drawn and only notices later that it is over: nobody waits for that.
            page.waiting = None;
        }
        Asked::Now(Box::new(request), page.begin())
    }

    /// Whether a page waits for the first picture of what it asked for.
    pub fn any_waits_for_a_picture(&self) -> bool {
        let pages = self.pages();
        let waits = |page: &Page| page.turn.as_ref().is_some_and(|turn| !turn.is_drawn());
        pages.values().any(waits)
    }

    /// Whether anything is being worked on, or waits to be.
    pub fn any_waits(&self) -> bool {
        let pages = self.pages();
        let busy = |page: &Page| page.turn.is_some() || page.waiting.is_some();
        pages.values().any(busy)
    }

    /// What comes next, for whoever is done with this turn of the page.
    pub fn next(&self, page: &str, done: &Arc<Turn>) -> Option<(Request, Ticket)> {
        let mut pages = self.pages();
        let page = pages.get_mut(page)?;
        if !page
            .turn
            .as_ref()
            .is_some_and(|turn| Arc::ptr_eq(turn, done))
        {
            // The page has connected again meanwhile, and somebody else works for it.
            return None;
        }
        page.turn = None;
        let request = page.waiting.take()?;
        Some((request, page.begin()))
    }

    /// The runs of the page's last tweak.
    pub fn tweaked(&self, name: &str) -> Option<Arc<Tweaked>> {
        self.pages().get(name)?.tweaked.clone()
    }

    pub fn keep(&self, name: &str, tweaked: Arc<Tweaked>) {
        if let Some(page) = self.pages().get_mut(name) {
            page.tweaked = Some(tweaked);
        }
    }

    /// Sends a message to all pages; those that have gone are forgotten.
    pub fn tell_all(&self, message: &Value) {
        self.pages().retain(|_, page| {
            let sent = page.messages.try_send(message.clone());
            let gone = matches!(sent, Err(mpsc::error::TrySendError::Closed(_)));
            if gone {
                page.stop();
            }
            !gone
        });
    }

    /// Stops everything, and forgets what waits.
    pub fn stop_all(&self) {
        for page in self.pages().values_mut() {
            page.waiting = None;
            page.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(page: &str, tweak: u64) -> Request {
        let value = serde_json::json!({"page": page, "tweak": tweak, "state": {}});
        serde_json::from_value(value).expect("a request")
    }

    fn now(clients: &Clients, page: &str, tweak: u64) -> Ticket {
        match clients.ask(request(page, tweak)) {
            Asked::Now(_, ticket) => ticket,
            _ => panic!("nothing is worked on for {page}"),
        }
    }

    #[test]
    fn a_new_request_waits_for_the_first_picture_of_the_old_one_and_no_longer() {
        let clients = Clients::default();
        let _a = clients.connect("a");
        let _b = clients.connect("b");
        let (first, other) = (now(&clients, "a", 1), now(&clients, "b", 1));
        for tweak in 2..9 {
            assert!(matches!(clients.ask(request("a", tweak)), Asked::Later));
            assert!(!first.turn.is_over(), "it has drawn nothing yet");
            assert!(clients.any_waits_for_a_picture());
        }
        first.turn.has_drawn();
        other.turn.has_drawn();
        assert!(!clients.any_waits_for_a_picture());
        assert!(first.turn.is_over() && !other.turn.is_over());
        let (next, second) = clients.next("a", &first.turn).expect("one waits");
        assert_eq!(next.tweak, 8, "the newest, and none of the others");
        assert!(!second.turn.is_over());
        assert!(clients.next("a", &second.turn).is_none());
        assert!(clients.any_waits(), "b is worked for");
        assert!(clients.next("b", &other.turn).is_none());
        assert!(!clients.any_waits());
        assert!(matches!(clients.ask(request("c", 1)), Asked::Unknown));
        // What is done is done: the next one is worked on at once.
        now(&clients, "a", 9);
    }

    #[test]
    fn a_page_that_connects_again_is_worked_for_once() {
        let clients = Clients::default();
        let _old = clients.connect("a");
        let old = now(&clients, "a", 1);
        assert!(matches!(clients.ask(request("a", 2)), Asked::Later));
        let _new = clients.connect("a");
        assert!(old.turn.is_over());
        let new = now(&clients, "a", 3);
        assert!(clients.next("a", &old.turn).is_none());
        assert!(matches!(clients.ask(request("a", 4)), Asked::Later));
        clients.stop_all();
        assert!(new.turn.is_over() && clients.next("a", &new.turn).is_none());
    }

    #[test]
    fn there_are_never_too_many_pages_and_one_that_goes_makes_room() {
        let clients = Clients::default();
        let mut streams: Vec<_> = (0..MOST_PAGES)
            .map(|i| clients.connect(&format!("page{i}")).expect("there is room"))
            .collect();
        assert!(clients.connect("more").is_none());
        assert!(matches!(clients.ask(request("more", 1)), Asked::Unknown));
        assert!(matches!(clients.ask(request("page0", 1)), Asked::Now(..)));
        // One that is there may connect again.
        streams.push(clients.connect("page3").expect("it had a place"));
        streams.remove(5);
        let _more = clients.connect("more").expect("another has gone");
        assert_eq!(clients.pages().len(), MOST_PAGES);
    }

    #[test]
    fn a_page_that_has_gone_is_forgotten() {
        let clients = Clients::default();
        drop(clients.connect("a"));
        clients.tell_all(&Value::Null);
        assert!(matches!(clients.ask(request("a", 1)), Asked::Unknown));
    }
}
