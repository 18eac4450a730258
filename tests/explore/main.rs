//! The local page's server as a browser, and whoever else, meets it: who is let in, what is
//! answered, what is written.
//!
//! The server runs in this process and is talked to over its socket; what it shows is compared with
//! the library.
#![cfg(feature = "explore")]

mod command;
mod http;
mod limits;
mod numbers;
mod playing;
mod refusals;
mod saving;
mod tries;
mod watching;
