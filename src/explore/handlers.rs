//! What is answered at which address, once the guard has let a request through.
//!
//! Bodies are JSON in both directions; a fault of the request is a status with a sentence.
//! Simulating happens away from here, on threads that may block, and reaches the page through its
//! stream of events.

use super::clients::{Asked, Ticket};
use super::likeliest::Question;
use super::server::App;
use super::session::Session;
use super::story::{Wanted, story};
use super::tries::try_all;
use super::tweak::{self, ControlFault, Override};
use super::variant::{self, VariantError};
use super::{assets, commands, job, likeliest};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};

/// What is answered at once must be answered within this.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// What is looked for at leisure must be found within this.
const LONG_LIMIT: Duration = Duration::from_secs(60);
/// Letters in the name that a page gives itself, at most.
const LONGEST_PAGE: usize = 40;

type Shared = State<Arc<App>>;

/// A refusal in words.
fn refuse(status: StatusCode, message: impl Into<String>) -> Response {
    (status, Json(json!({"message": message.into()}))).into_response()
}

fn parsed<T: DeserializeOwned>(body: &Bytes) -> Result<T, Box<Response>> {
    serde_json::from_slice(body)
        .map_err(|error| Box::new(refuse(StatusCode::BAD_REQUEST, error.to_string())))
}

/// Does something that computes, and gives up after a while.
async fn within_limit<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Box<Response>> {
    within(TIME_LIMIT, work).await
}

async fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Box<Response>> {
    let late = || {
        refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "this takes too long; try again when the simulation is done",
        )
    };
    match tokio::time::timeout(limit, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => Ok(done),
        _ => Err(Box::new(late())),
    }
}

pub async fn page(Path(_token): Path<String>) -> Response {
    file("")
}

pub async fn asset(Path((_token, name)): Path<(String, String)>) -> Response {
    file(&name)
}

fn file(name: &str) -> Response {
    match assets::asset(name) {
        Some(asset) => ([(header::CONTENT_TYPE, asset.kind)], asset.text).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "there is no such file"),
    }
}

fn is_page_name(name: &str) -> bool {
    (1..=LONGEST_PAGE).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The stream of messages to a page.
pub async fn events(
    State(app): Shared,
    Path((_token, page)): Path<(String, String)>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Response> {
    if !is_page_name(&page) {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "a page has a short name of letters and digits",
        ));
    }
    let Some(receiver) = app.clients.connect(&page) else {
        return Err(refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many pages are open; close one of them",
        ));
    };
    let mut greetings = vec![app.greeting()];
    greetings.extend(
        app.broken()
            .map(|text| json!({"kind": "broken", "text": text})),
    );
    let messages = tokio_stream::iter(greetings).chain(ReceiverStream::new(receiver));
    let events = messages.map(|message: Value| Ok(Event::default().data(message.to_string())));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(5))))
}

/// Starts on a state of the page; the pictures come by the stream.
pub async fn tweak(State(app): Shared, body: Bytes) -> Response {
    let request: job::Request = match parsed(&body) {
        Ok(request) => request,
        Err(refused) => return *refused,
    };
    let number = request.tweak;
    match app.clients.ask(request) {
        Asked::Unknown => {
            return refuse(StatusCode::CONFLICT, "the page is not connected; reload it");
        }
        Asked::Later => {}
        Asked::Now(request, ticket) => {
            tokio::task::spawn_blocking(move || work_for(&app, *request, ticket));
        }
    }
    (StatusCode::ACCEPTED, Json(json!({"tweak": number}))).into_response()
}

/// Answers a page's requests until none waits.
fn work_for(app: &Arc<App>, mut request: job::Request, mut ticket: Ticket) {
    loop {
        let session = app.session();
        let shared = (&app.clients, &app.cores);
        let answer = || job::answer(&app.options, &session, shared, &request, &ticket);
        // Whatever goes wrong in one answer, the page must get others.
        let _ = std::panic::catch_unwind(AssertUnwindSafe(answer));
        match app.clients.next(&request.page, &ticket.turn) {
            Some(next) => (request, ticket) = next,
            None => {
                if session.begins_to_try() {
                    let app = Arc::clone(app);
                    tokio::task::spawn_blocking(move || try_controls(&app, &session));
                }
                return;
            }
        }
    }
}

/// Tries the controls of which no draw of the file's run tells, and says to all pages what they do.
fn try_controls(app: &App, session: &Session) {
    let current = || !app.is_ending() && app.session().generation == session.generation;
    let Some(tried) = try_all(&app.options, session, &app.clients, &current) else {
        return;
    };
    session.has_tried(tried);
    if let Some(told) = job::movers_of(session) {
        app.clients.tell_all(&told);
    }
}

/// A future that ended in an outcome.
pub async fn tell(State(app): Shared, body: Bytes) -> Response {
    let wanted: Wanted = match parsed(&body) {
        Ok(wanted) => wanted,
        Err(refused) => return *refused,
    };
    let work = move || {
        let session = app.session();
        let current = if wanted.side == "other" {
            let (page, state) = (&wanted.page, wanted.state.as_ref());
            job::simulated(
                &app.options,
                &session,
                (&app.clients, &app.cores),
                page,
                state,
            )?
        } else {
            None
        };
        story(&app.options, &session, current.as_deref(), &wanted)
    };
    match within_limit(work).await {
        Ok(Ok(story)) => Json(story).into_response(),
        Ok(Err(reason)) => refuse(StatusCode::NOT_FOUND, reason),
        Err(refused) => *refused,
    }
}

/// What would make an outcome the likeliest.
pub async fn likeliest(State(app): Shared, body: Bytes) -> Response {
    let question: Question = match parsed(&body) {
        Ok(question) => question,
        Err(refused) => return *refused,
    };
    let work = move || {
        let session = app.session();
        likeliest::likeliest(&app.options, &session, &app.cores, &question)
    };
    match within(LONG_LIMIT, work).await {
        Ok(Ok(answer)) => Json(answer).into_response(),
        Ok(Err(reason)) => refuse(StatusCode::UNPROCESSABLE_ENTITY, reason),
        Err(refused) => *refused,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    state: tweak::State,
    name: String,
    /// Write it, too.
    #[serde(default)]
    save: bool,
    #[serde(default)]
    replace: bool,
}

/// The state as a file that extends the scenario; written only if that is asked for.
pub async fn variant(State(app): Shared, body: Bytes) -> Response {
    let asked: Variant = match parsed(&body) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    match within_limit(move || make_variant(&app, &asked)).await {
        Ok(Ok(made)) => Json(made).into_response(),
        Ok(Err((status, message))) => refuse(status, message),
        Err(refused) => *refused,
    }
}

fn make_variant(app: &App, asked: &Variant) -> Result<Value, (StatusCode, String)> {
    let of_control = |fault: ControlFault| (StatusCode::UNPROCESSABLE_ENTITY, fault.message);
    let of_variant = |error: VariantError| {
        let status = match error {
            VariantError::Exists(_) => StatusCode::CONFLICT,
            VariantError::Write(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        (status, error.to_string())
    };
    let session = app.session();
    let found: Vec<Override> =
        tweak::overrides(&asked.state, &session.study).map_err(of_control)?;
    let (study, silenced) =
        job::tweaked_study(&app.options, &session, &found, false).map_err(of_control)?;
    let found = [found, silenced].concat();
    let text = variant::text(&app.options, &study, &found, &asked.name).map_err(of_variant)?;
    let mut saved = Value::Null;
    let target = variant::target(&app.options.file, &asked.name).map_err(of_variant)?;
    if asked.save {
        let own = session.files();
        let path = variant::save(&app.options, &own, &asked.name, &text, asked.replace)
            .map_err(of_variant)?;
        saved = json!(path.display().to_string());
    }
    let size = commands::size(&session.settings);
    Ok(json!({
        "file": format!("{}.json", asked.name),
        "text": text,
        "saved": saved,
        "command": format!("quincunx run {} {size}", commands::quoted(&target.display().to_string())),
    }))
}
