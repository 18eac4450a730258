//! The browser's debugging protocol over its pipe: a command and its answer, and what a page does
//! unasked.
//!
//! Takes a started browser's input and output. Messages are JSON objects that end with a zero byte;
//! an answer has the number of its command, an event has a method (Chrome DevTools Protocol, with
//! flattened sessions). What a command means is the caller's business.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long the browser may take to answer.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What hears the events of one session.
type Listener = Box<dyn Fn(&Connection, &Value) + Send>;

/// A line to the browser; clones share it.
#[derive(Clone)]
pub struct Connection(Arc<Shared>);

struct Shared {
    out: Mutex<ChildStdin>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    commands: u64,
    waiting: HashMap<u64, Sender<Value>>,
    listeners: HashMap<String, Listener>,
}

impl Connection {
    /// Reads what the browser says until it ends.
    pub fn new(input: ChildStdin, output: ChildStdout) -> Self {
        let connection = Self(Arc::new(Shared {
            out: Mutex::new(input),
            state: Mutex::default(),
        }));
        let reader = connection.clone();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut message = Vec::new();
            while output.read_until(0, &mut message).is_ok_and(|n| n > 0) {
                message.pop();
                let message: Value =
                    serde_json::from_slice(&std::mem::take(&mut message)).unwrap_or_default();
                reader.hear(&message);
            }
            // Whoever still waits for an answer learns that none will come.
            reader.state().waiting.clear();
        });
        connection
    }

    /// Does a command, in a session if one is named, and gives what it answers.
    ///
    /// # Errors
    /// What the browser finds wrong with it, or that it does not answer.
    pub fn call(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<Value, String> {
        let (sender, receiver) = channel();
        let number = self.send(session, method, params, Some(sender));
        let answer = receiver.recv_timeout(PATIENCE).map_err(|error| {
            self.state().waiting.remove(&number);
            format!("{method} is not answered: {error}")
        })?;
        match answer.get("error") {
            Some(error) => Err(format!("{method}: {error}")),
            None => Ok(answer["result"].clone()),
        }
    }

    /// Starts a command whose answer nobody waits for.
    pub fn start(&self, session: &str, method: &str, params: Value) {
        self.send(Some(session), method, params, None);
    }

    /// Has the events of a session heard.
    pub fn listen(&self, session: &str, listener: impl Fn(&Self, &Value) + Send + 'static) {
        let listener: Listener = Box::new(listener);
        self.state().listeners.insert(session.to_owned(), listener);
    }

    fn send(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
        waiting: Option<Sender<Value>>,
    ) -> u64 {
        let number = {
            let mut state = self.state();
            state.commands += 1;
            let number = state.commands;
            if let Some(sender) = waiting {
                state.waiting.insert(number, sender);
            }
            number
        };
        let mut message = json!({"id": number, "method": method, "params": params});
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        let mut out = lock(&self.0.out);
        if out.write_all(&bytes).and_then(|()| out.flush()).is_err() {
            // The browser has gone: nobody need wait for its answer.
            self.state().waiting.remove(&number);
        }
        number
    }

    fn hear(&self, message: &Value) {
        if let Some(number) = message["id"].as_u64() {
            let waiting = self.state().waiting.remove(&number);
            if let Some(sender) = waiting {
                // Whoever asked may have lost patience.
                let _ = sender.send(message.clone());
            }
        } else if let Some(session) = message["sessionId"].as_str() {
            // Taken out while it listens, since it may want to send something.
            let listener = self.state().listeners.remove(session);
            if let Some(listener) = listener {
                listener(self, message);
                self.state().listeners.insert(session.to_owned(), listener);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
