//! The pages that are open, and what is being done for each.
//!
//! A page is a number that it chose, a stream of messages to it, and the tweak that it waits for: a new one cancels the old. The runs of the last
//! tweak are kept, so that another view of it needs no simulation.

use super::tweak::Override;
use crate::analysis::{Growing, Study};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::mpsc;

/// Pages at most; the oldest goes.
const MOST_PAGES: usize = 16;
/// Messages that may wait for a page that reads slowly.
const WAITING: usize = 32;

/// A tweaked study with its runs.
pub struct Tweaked {
    pub generation: u64,
    pub overrides: Vec<Override>,
    pub study: Study,
    pub whole: Mutex<Growing>,
    pub coarse: Mutex<Growing>,
}

struct Page {
    since: Instant,
    messages: mpsc::Sender<Value>,
    cancelled: Arc<AtomicBool>,
    tweaked: Option<Arc<Tweaked>>,
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
    pub cancelled: Arc<AtomicBool>,
}

impl Clients {
    fn pages(&self) -> MutexGuard<'_, BTreeMap<String, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page (re)connects; what was simulated for it before is cancelled.
    pub fn connect(&self, name: &str, now: Instant) -> mpsc::Receiver<Value> {
        let (messages, receiver) = mpsc::channel(WAITING);
        let mut pages = self.pages();
        if let Some(old) = pages.remove(name) {
            old.cancelled.store(true, Ordering::Relaxed);
        }
        while pages.len() >= MOST_PAGES {
            let oldest = pages.iter().min_by_key(|(_, page)| page.since);
            let Some(name) = oldest.map(|(name, _)| name.clone()) else {
                break;
            };
            if let Some(page) = pages.remove(&name) {
                page.cancelled.store(true, Ordering::Relaxed);
            }
        }
        let page = Page {
            since: now,
            messages,
            cancelled: Arc::default(),
            tweaked: None,
        };
        pages.insert(name.to_owned(), page);
        receiver
    }

    /// Starts a new request of a page and cancels its old one; `None` if the page is not connected.
    pub fn begin(&self, name: &str) -> Option<Ticket> {
        let mut pages = self.pages();
        let page = pages.get_mut(name)?;
        page.cancelled.store(true, Ordering::Relaxed);
        page.cancelled = Arc::default();
        Some(Ticket {
            messages: page.messages.clone(),
            cancelled: Arc::clone(&page.cancelled),
        })
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
                page.cancelled.store(true, Ordering::Relaxed);
            }
            !gone
        });
    }

    /// Stops everything.
    pub fn cancel_all(&self) {
        let pages = self.pages();
        pages
            .values()
            .for_each(|page| page.cancelled.store(true, Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_request_cancels_the_old_one_of_its_page_only() {
        let clients = Clients::default();
        let _a = clients.connect("a", Instant::now());
        let _b = clients.connect("b", Instant::now());
        let (first, other) = (
            clients.begin("a").expect("open"),
            clients.begin("b").expect("open"),
        );
        let second = clients.begin("a").expect("open");
        let is_cancelled = |ticket: &Ticket| ticket.cancelled.load(Ordering::Relaxed);
        assert!(is_cancelled(&first) && !is_cancelled(&second) && !is_cancelled(&other));
        assert!(clients.begin("c").is_none());
    }

    #[test]
    fn there_are_never_too_many_pages() {
        let clients = Clients::default();
        let start = Instant::now();
        let mut streams = Vec::new();
        for i in 0..MOST_PAGES + 3 {
            let now = start + std::time::Duration::from_millis(i as u64);
            streams.push(clients.connect(&format!("page{i}"), now));
        }
        assert_eq!(clients.pages().len(), MOST_PAGES);
        assert!(clients.begin("page0").is_none() && clients.begin("page5").is_some());
    }

    #[test]
    fn a_page_that_has_gone_is_forgotten() {
        let clients = Clients::default();
        drop(clients.connect("a", Instant::now()));
        clients.tell_all(&Value::Null);
        assert!(clients.begin("a").is_none());
    }
}
