//! The server: an address on loopback, and what is kept while it runs.

use super::clients::Clients;
use super::connection::{Arrived, Door, receive};
use super::controls::controls;
use super::cores::Cores;
use super::guard::{Limiter, guard};
use super::session::{Refusal, Session};
use super::{Options, handlers, watch};
use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;
use tokio::sync::oneshot;

/// Random bytes in the address.
const TOKEN_BYTES: usize = 18;

/// What all requests share.
pub struct App {
    pub options: Options,
    pub token: String,
    pub port: u16,
    pub clients: Clients,
    pub cores: Cores,
    pub limiter: Limiter,
    session: RwLock<Arc<Session>>,
    broken: Mutex<Option<String>>,
    ending: AtomicBool,
}

impl App {
    pub fn session(&self) -> Arc<Session> {
        Arc::clone(&self.session.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a newly read scenario in place.
    pub fn replace(&self, session: Session) {
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(session);
        self.set_broken(None);
    }

    /// Diagnostics of the file as it was last saved, if it cannot be used.
    pub fn broken(&self) -> Option<String> {
        self.broken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub fn set_broken(&self, text: Option<String>) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// The server stops: what is done at leisure is given up.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// The message that gives a page its controls.
    pub fn greeting(&self) -> Value {
        json!({"kind": "scenario", "controls": controls(&self.session(), &self.options.file)})
    }
}

/// A server that has its address and does not answer yet.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
}

/// A server that answers, on threads of its own; it ends when this is dropped.
pub struct Running {
    end: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error(transparent)]
    Refused(Refusal),
    #[error("no address to serve the page at: {0}")]
    Address(#[source] io::Error),
}

impl Server {
    /// Reads the scenario and takes an address on loopback.
    ///
    /// # Errors
    /// What is wrong with the scenario, or with the address.
    pub fn open(options: Options) -> Result<Self, ServerError> {
        let session = Session::open(&options, 0).map_err(ServerError::Refused)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let listener = TcpListener::bind(address).map_err(ServerError::Address)?;
        listener
            .set_nonblocking(true)
            .map_err(ServerError::Address)?;
        let port = listener.local_addr().map_err(ServerError::Address)?.port();
        let app = App {
            options,
            token: token().map_err(ServerError::Address)?,
            port,
            clients: Clients::default(),
            cores: Cores::default(),
            limiter: Limiter::new(Instant::now()),
            session: RwLock::new(Arc::new(session)),
            broken: Mutex::new(None),
            ending: AtomicBool::new(false),
        };
        Ok(Self {
            app: Arc::new(app),
            listener,
        })
    }

    /// Where the page is; whoever knows it may use it.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.app.port, self.app.token)
    }

    /// Answers until the process is told to stop.
    ///
    /// # Errors
    /// If the system gives no threads or takes the address away.
    pub fn run(self) -> io::Result<()> {
        self.serve(async {
            // Without such a signal there is nothing to wait for but the end of the process.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }

    /// Answers on threads of its own.
    pub fn start(self) -> Running {
        let (end, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            // A listener that fails ends the thread; whoever asks the server notices.
            let _ = self.serve(async {
                let _ = ended.await;
            });
        });
        Running {
            end: Some(end),
            thread: Some(thread),
        }
    }

    fn serve(self, end: impl Future<Output = ()>) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let Self { app, listener } = self;
        let done = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let door = Door::new(listener, app.options.limits);
            let router = router(&app).into_make_service_with_connect_info::<Arrived>();
            let watching = tokio::spawn(watch::watch(Arc::clone(&app)));
            let beating = tokio::spawn(watch::beat(Arc::clone(&app)));
            // Streams to open pages never end by themselves: the server goes without waiting for
            // them.
            let served = tokio::select! {
                served = axum::serve(door, router) => served,
                () = end => Ok(()),
            };
            watching.abort();
            beating.abort();
            served
        });
        app.ending.store(true, Ordering::Relaxed);
        app.clients.stop_all();
        runtime.shutdown_timeout(std::time::Duration::from_secs(2));
        done
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/{token}/", get(handlers::page))
        .route("/{token}/{name}", get(handlers::asset))
        .route("/{token}/events/{page}", get(handlers::events))
        .route("/{token}/api/tweak", post(handlers::tweak))
        .route("/{token}/api/story", post(handlers::tell))
        .route("/{token}/api/likeliest", post(handlers::likeliest))
        .route("/{token}/api/variant", post(handlers::variant))
        .layer(middleware::from_fn_with_state(Arc::clone(app), receive))
        .layer(middleware::from_fn_with_state(Arc::clone(app), guard))
        .with_state(Arc::clone(app))
}

/// The secret of an address: letters and digits.
fn token() -> io::Result<String> {
    let mut bytes = [0u8; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|fault| io::Error::other(fault.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
