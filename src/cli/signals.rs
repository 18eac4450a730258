//! What a signal does: Ctrl-C lets a simulation end with what it has; whatever else ends the
//! process takes unfinished files with it.
//!
//! Handlers run on threads of their own, from the start of the program on: every command that
//! writes a file may be told to go.

use super::exit::Exit;
use super::output::abandon;
use super::terminal::Terminal;
use anyhow::{Context, Result};
use std::sync::atomic::{AtomicBool, Ordering};

/// A simulation is under way, and can end early with a result.
static CAN_STOP: AtomicBool = AtomicBool::new(false);
/// Set by the first Ctrl-C during a simulation.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether the simulation is to end.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Says whether a simulation is under way. Outside of one, the first Ctrl-C ends the process.
pub fn can_stop(can: bool) {
    CAN_STOP.store(can, Ordering::Relaxed);
}

/// Takes over the signals that end a process.
///
/// # Errors
/// If the system does not let them be handled.
pub fn watch(terminal: Terminal) -> Result<()> {
    watch_endings()?;
    let handler = move || {
        if !CAN_STOP.load(Ordering::Relaxed) || INTERRUPTED.swap(true, Ordering::Relaxed) {
            abandon(Exit::Interrupted);
        }
        terminal.note("stopping after the blocks under way; press Ctrl-C again to quit at once");
    };
    ctrlc::set_handler(handler).context("cannot handle Ctrl-C")
}

/// Takes over the same but for Ctrl-C, for a command that has an answer of its own to that.
///
/// # Errors
/// As [`watch`].
pub fn watch_endings() -> Result<()> {
    endings().context("cannot handle the signals that end a process")
}

#[cfg(unix)]
fn endings() -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGTERM};
    let mut signals = vec![SIGTERM];
    if takes_hangup() {
        signals.push(SIGHUP);
    }
    let mut signals = signal_hook::iterator::Signals::new(signals)?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            if let Some(signal) = signals.forever().next() {
                abandon(match signal {
                    SIGHUP => Exit::HungUp,
                    _ => Exit::Terminated,
                });
            }
        })?;
    Ok(())
}

#[cfg(not(unix))]
fn endings() -> std::io::Result<()> {
    Ok(())
}

/// Whether a hang-up may end the process: `nohup` has it ignored, and a handler would undo that.
/// Elsewhere than on Linux nobody can be asked whether it is, so a hang-up keeps its default there.
#[cfg(unix)]
fn takes_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores_hangup(&status) == Some(false)
}

/// Reads off a process status of Linux whether signal 1 is ignored.
#[cfg(unix)]
fn ignores_hangup(status: &str) -> Option<bool> {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
    Some(mask & 1 != 0)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_hangup_is_seen_in_the_status_of_a_process() {
        for (mask, ignored) in [
            ("0000000000000000", Some(false)),
            ("0000000000000001", Some(true)),
            ("0000000000001006", Some(false)),
            ("0000000000001007", Some(true)),
            ("x", None),
        ] {
            let status = format!("Name:\tx\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\n");
            assert_eq!(ignores_hangup(&status), ignored, "{mask}");
        }
        assert_eq!(ignores_hangup(""), None);
    }
}
