//! Looks at the scenario's files and reads them again when they change.
//!
//! Looks a few times a second at time and size, and reads only if these changed: an editor may
//! replace a file instead of writing it, which change notices of the system miss. What is broken
//! keeps the last good scenario on the page, with the diagnostics above it.

use super::server::App;
use super::session::{Refusal, Session};
use crate::diagnostic::{self, Style};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const EVERY: Duration = Duration::from_millis(300);

/// How often pages hear that the program is there: one that hears nothing for three times as long
/// says so.
const BEAT: Duration = Duration::from_millis(500);

/// Tells all pages now and then that the program is there.
pub async fn beat(app: Arc<App>) {
    loop {
        tokio::time::sleep(BEAT).await;
        app.clients.tell_all(&json!({"kind": "alive"}));
    }
}

/// What is known of a file without reading it.
type Stamp = Option<(SystemTime, u64)>;

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |path: &PathBuf| {
        let meta = std::fs::metadata(path).ok()?;
        Some((meta.modified().ok()?, meta.len()))
    };
    files.iter().map(stamp).collect()
}

/// Watches for as long as the server runs.
pub async fn watch(app: Arc<App>) {
    let mut watched = app.session().files();
    let mut known = stamps(&watched);
    loop {
        tokio::time::sleep(EVERY).await;
        let now = stamps(&watched);
        if now == known {
            continue;
        }
        known = now;
        let reading = Arc::clone(&app);
        let read = tokio::task::spawn_blocking(move || reload(&reading)).await;
        if let Ok(files) = read {
            // A variant may extend another parent now. The old ones stay watched: a broken file
            // names none. What was saved while they were read differs from what was known before.
            for file in files {
                if !watched.contains(&file) {
                    known.extend(stamps(std::slice::from_ref(&file)));
                    watched.push(file);
                }
            }
        }
    }
}

/// Reads the scenario again and tells all pages; the answer is the files that it was read from.
fn reload(app: &App) -> Vec<PathBuf> {
    let generation = app.session().generation + 1;
    match Session::open(&app.options, generation) {
        Ok(session) => {
            let files = session.files();
            app.clients.stop_all();
            app.replace(session);
            app.clients.tell_all(&app.greeting());
            files
        }
        Err(refusal) => {
            let (text, files) = match refusal {
                Refusal::Scenario(report) => {
                    let texts = (report.diagnostics.iter())
                        .filter(|d| d.is_error())
                        .map(|d| diagnostic::text(d, &report.sources, Style { color: false }));
                    (
                        texts.collect::<Vec<_>>().join("\n"),
                        report.sources.files().map(PathBuf::from).collect(),
                    )
                }
                Refusal::Size(text) => (text, Vec::new()),
            };
            app.set_broken(Some(text.clone()));
            app.clients
                .tell_all(&json!({"kind": "broken", "text": text}));
            files
        }
    }
}
