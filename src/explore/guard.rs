//! Who may ask: the checks that every request passes before anything else is looked at.
//!
//! The page is for the person at this machine. Another user's browser cannot reach loopback; this
//! person's browser can, with whatever page she has open in it, so: the Host must be this server's
//! (a foreign name that resolves to 127.0.0.1 is not), a request that another site caused is
//! refused, the address has a secret in it, and what changes something is JSON, which no form of
//! another site can send.

use super::server::App;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Requests that change something, a second, over a longer time.
const RATE: f64 = 40.0;
/// Of them at once.
const BURST: f64 = 80.0;

/// What the browser may do with the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A bucket of requests that fills at a steady rate.
pub struct Limiter {
    state: Mutex<(f64, Instant)>,
}

impl Limiter {
    pub fn new(now: Instant) -> Self {
        Self {
            state: Mutex::new((BURST, now)),
        }
    }

    /// Whether one more is within the limit.
    pub fn admits(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, since) = *state;
        let filled = (left + RATE * now.saturating_duration_since(since).as_secs_f64()).min(BURST);
        let admitted = filled >= 1.0;
        *state = (if admitted { filled - 1.0 } else { filled }, now);
        admitted
    }
}

/// Equal in every byte; takes as long wherever they differ.
fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let differing = a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b));
    std::hint::black_box(differing) == 0
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<Result<&str, ()>> {
    let value = headers.get(name)?;
    Some(value.to_str().map_err(|_| ()))
}

/// Why a request is refused, before its body is read.
fn refusal(app: &App, method: &Method, path: &str, headers: &HeaderMap) -> Option<StatusCode> {
    let hosts = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{}", app.port));
    let mut named = headers.get_all(header::HOST).iter();
    let host = match (named.next().map(HeaderValue::to_str), named.next()) {
        (Some(Ok(host)), None) if hosts.iter().any(|own| own.eq_ignore_ascii_case(host)) => host,
        _ => return Some(StatusCode::MISDIRECTED_REQUEST),
    };
    let same_origin = |origin: &str| origin.eq_ignore_ascii_case(&format!("http://{host}"));
    match text(headers, header::ORIGIN) {
        None => {}
        Some(Ok(origin)) if same_origin(origin) => {}
        Some(_) => return Some(StatusCode::FORBIDDEN),
    }
    match text(headers, HeaderName::from_static("sec-fetch-site")) {
        None | Some(Ok("same-origin" | "none")) => {}
        Some(_) => return Some(StatusCode::FORBIDDEN),
    }
    let first = path.trim_start_matches('/').split('/').next().unwrap_or("");
    if !equal(first, &app.token) {
        return Some(StatusCode::UNAUTHORIZED);
    }
    if *method == Method::POST {
        let is_json = text(headers, header::CONTENT_TYPE).is_some_and(|kind| {
            kind.is_ok_and(|kind| {
                let kind = kind.split(';').next().unwrap_or("").trim();
                kind.eq_ignore_ascii_case("application/json")
            })
        });
        if !is_json {
            return Some(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        if !app.limiter.admits(Instant::now()) {
            return Some(StatusCode::TOO_MANY_REQUESTS);
        }
    }
    None
}

/// Refuses, or passes on; what goes out says how little the browser may do with it.
pub async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let refused = refusal(
        &app,
        request.method(),
        request.uri().path(),
        request.headers(),
    );
    let mut response = match refused {
        Some(status) => {
            let reason = status.canonical_reason().unwrap_or("refused");
            (status, Body::from(format!("{reason}\n"))).into_response()
        }
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
        // The limits on how long a request may take are those of a connection.
        (header::CONNECTION, "close"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_is_taken_and_a_flood_is_not() {
        let start = Instant::now();
        let limiter = Limiter::new(start);
        let taken = (0..200).filter(|_| limiter.admits(start)).count();
        assert_eq!(taken, BURST as usize);
        let later = start + Duration::from_secs(1);
        let taken = (0..200).filter(|_| limiter.admits(later)).count();
        assert_eq!(taken, RATE as usize);
    }

    #[test]
    fn secrets_are_equal_only_in_every_byte() {
        assert!(equal("abc", "abc") && equal("", ""));
        for other in ["abd", "xbc", "ab", "abcd", ""] {
            assert!(!equal("abc", other), "{other}");
        }
    }
}
