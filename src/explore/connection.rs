//! Connections with limits: how many there may be, and how long a request may take to arrive.
//!
//! A connection carries one request. Whoever sends one byte a minute keeps neither a thread nor a
//! place for long.

use super::server::App;
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep, timeout};

/// Connections at a time: some pages with their streams, and what they load.
const MOST_CONNECTIONS: usize = 128;
/// Bytes of a request's body at most.
const BODY_LIMIT: usize = 64 * 1024;

/// How long a request may take to arrive.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the connection to the end of the headers.
    pub head: Duration,
    /// The body, from then on.
    pub body: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
        }
    }
}

/// Lets in as many connections as there may be.
pub struct Door {
    listener: TcpListener,
    head: Duration,
    places: Arc<Semaphore>,
}

impl Door {
    pub fn new(listener: TcpListener, limits: Limits) -> Self {
        Self {
            listener,
            head: limits.head,
            places: Arc::new(Semaphore::new(MOST_CONNECTIONS)),
        }
    }
}

impl Listener for Door {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                // The semaphore is never closed.
                std::future::pending::<()>().await;
                continue;
            };
            // As axum does for its own listeners: waits and retries if the system has no more
            // sockets.
            let (stream, address) = Listener::accept(&mut self.listener).await;
            // The end of a picture is not to wait until the page has acknowledged its beginning;
            // where the system refuses that, it comes a little later.
            let _ = stream.set_nodelay(true);
            let connection = Connection {
                stream,
                late: Box::pin(sleep(self.head)),
                arrived: Arrived::default(),
                _place: place,
            };
            return (connection, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Whether the headers of a connection's request are there.
#[derive(Clone, Default)]
pub struct Arrived(Arc<AtomicBool>);

impl Connected<IncomingStream<'_, Door>> for Arrived {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().arrived.clone()
    }
}

/// A connection that ends if its request does not come.
pub struct Connection {
    stream: TcpStream,
    late: Pin<Box<Sleep>>,
    arrived: Arrived,
    _place: OwnedSemaphorePermit,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let arrived = self.arrived.0.load(Ordering::Relaxed);
        if !arrived && self.late.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Waits for the body of a request that was let in, but not for long.
pub async fn receive(
    State(app): State<Arc<App>>,
    ConnectInfo(arrived): ConnectInfo<Arrived>,
    request: Request,
    next: Next,
) -> Response {
    arrived.0.store(true, Ordering::Relaxed);
    let refuse = |status: StatusCode| {
        let reason = status.canonical_reason().unwrap_or("refused");
        (status, Body::from(format!("{reason}\n"))).into_response()
    };
    let (head, body) = request.into_parts();
    match timeout(app.options.limits.body, to_bytes(body, BODY_LIMIT)).await {
        Ok(Ok(body)) => next.run(Request::from_parts(head, Body::from(body))).await,
        Ok(Err(_)) => refuse(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => refuse(StatusCode::REQUEST_TIMEOUT),
    }
}
