//! A server with a scenario of its own, and a client that says exactly what it is told to.

use quincunx::explore::{Options, Running, Server};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a message may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A page that is served.
pub struct Served {
    pub folder: TempDir,
    pub file: PathBuf,
    pub port: u16,
    pub token: String,
    _running: Running,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// The scenario of the unit tests.
pub fn valley() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/explore/page/tests.jsonc");
    std::fs::read_to_string(path).expect("the scenario of the tests")
}

impl Served {
    pub fn start(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("valley.jsonc");
        std::fs::write(&file, valley()).expect("a file");
        let mut options = Options {
            file: file.clone(),
            threads: 2,
            ..Options::default()
        };
        change(&mut options);
        let server = Server::open(options).unwrap_or_else(|error| panic!("{error:?}"));
        let address = server.address();
        let rest = address
            .strip_prefix("http://127.0.0.1:")
            .expect("it is on loopback");
        let (port, token) = rest.split_once('/').expect("a path");
        Self {
            port: port.parse().expect("a port"),
            token: token.trim_end_matches('/').to_owned(),
            folder,
            file,
            _running: server.start(),
        }
    }

    pub fn path(&self, path: &str) -> String {
        format!("/{}/{path}", self.token)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit");
        stream
    }

    /// Sends a request with exactly these headers besides `Connection` and `Content-Length`.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = self.connect();
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        if method == "POST" {
            text += &format!("Content-Length: {}\r\n", body.len());
        }
        // A server that refuses before the body is read may close on the rest of it.
        let _ = stream.write_all(format!("{text}\r\n{body}").as_bytes());
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let answer = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Answer {
            status: status.unwrap_or_else(|| panic!("no status in {answer:?}")),
            head: head.to_lowercase(),
            body: body.to_owned(),
        }
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Posts JSON as the page does.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let host = self.host();
        let headers = [
            ("Host", host.as_str()),
            ("Content-Type", "application/json"),
        ];
        self.send("POST", &self.path(path), &headers, &body.to_string())
    }

    /// Opens the stream of messages of a page, and waits until it is open: before that, the server
    /// does not know the page.
    pub fn listen(&self, page: &str) -> Messages {
        let mut stream = self.connect();
        let path = self.path(&format!("events/{page}"));
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host());
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut lines = BufReader::new(stream);
        let mut status = String::new();
        lines.read_line(&mut status).expect("an answer");
        assert!(status.starts_with("HTTP/1.1 200 "), "{status:?}");
        Messages { lines }
    }

    /// Asks for a state and waits for its last picture, or for what is wrong with it.
    pub fn picture(&self, messages: &mut Messages, tweak: u64, state: &Value) -> Value {
        let body = json!({"page": "tests", "tweak": tweak, "state": state, "touched": "horizon"});
        let answer = self.post("api/tweak", &body);
        assert_eq!(answer.status, 202, "{}", answer.body);
        messages.until(|m| m["tweak"] == tweak && (m["final"] == true || m["kind"] == "fault"))
    }
}

/// The messages to a page.
pub struct Messages {
    lines: BufReader<TcpStream>,
}

impl Messages {
    pub fn next(&mut self) -> Value {
        // What keeps the stream alive is no message.
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("a line in time");
            assert!(read > 0, "the stream has ended");
            if let Some(data) = line.strip_prefix("data: ") {
                let message: Value = serde_json::from_str(data).expect("a message is JSON");
                if message["kind"] != "alive" {
                    return message;
                }
            }
        }
        panic!("no message came");
    }

    pub fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let message = self.next();
            if wanted(&message) {
                return message;
            }
        }
        panic!("no such message came");
    }
}

/// The two numbers in the row of an outcome or question: base and tweaked.
pub fn row(picture: &Value, panel: &str, name: &str) -> [f64; 2] {
    let html = picture["panels"][panel].as_str().expect("a panel");
    let row = html
        .split("<tr ")
        .find(|row| row.starts_with(&format!("data-name=\"{name}\"")));
    let row = row.unwrap_or_else(|| panic!("no {name} in {html}"));
    let mut values = row.split("data-value=\"").skip(1).map(|rest| {
        let text = rest.split('"').next().expect("a value");
        text.parse::<f64>().expect("a number")
    });
    [
        values.next().expect("a base"),
        values.next().expect("a tweak"),
    ]
}
