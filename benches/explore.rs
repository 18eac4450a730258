//! How long the page of `explore` waits for its first picture, by kind of control: from the request
//! to the picture in the stream, without painting.
//!
//! `cargo bench -p benches --bench explore -- [FILE]`; the baseline without a file. Asked for is what
//! a page of 1280 by 800 pixels has in its window, with a hand on the control. Prints the median, the least and the ninth decile of twenty. The file's own run is done before the first is
//! taken, as it is for an analyst who has looked at the page for a while.

use quincunx::explore::{Options, Running, Server};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const TAKEN: usize = 20;

/// A page of a server, as a browser sees it.
struct Page {
    _running: Running,
    host: String,
    token: String,
    lines: BufReader<TcpStream>,
    asked: u64,
}

impl Page {
    fn open(file: &str) -> Self {
        let options = Options {
            file: file.into(),
            ..Options::default()
        };
        let server = Server::open(options).unwrap_or_else(|error| panic!("{file}: {error:?}"));
        let address = server.address();
        let rest = address.strip_prefix("http://").expect("an address");
        let (host, token) = rest.split_once('/').expect("a secret");
        let (host, token) = (host.to_owned(), token.trim_end_matches('/').to_owned());
        let running = server.start();
        let mut stream = TcpStream::connect(&host).expect("it listens");
        let request = format!("GET /{token}/events/bench HTTP/1.1\r\nHost: {host}\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut page = Self {
            _running: running,
            host,
            token,
            lines: BufReader::new(stream),
            asked: 0,
        };
        page.until(|message| message["kind"] == "scenario");
        page
    }

    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("the stream goes on");
            assert!(read > 0, "the stream has ended");
            if let Some(data) = line.strip_prefix("data: ") {
                let message: Value = serde_json::from_str(data).expect("a message is JSON");
                assert!(message["kind"] != "fault", "{message}");
                if wanted(&message) {
                    return message;
                }
            }
        }
    }

    fn ask(&mut self, state: &Value) -> u64 {
        self.asked += 1;
        // What the page asks for while a hand moves.
        let view = match state.as_object().is_some_and(|state| !state.is_empty()) {
            true => json!({"held": true, "panels": ["headline", "outcomes", "chart"]}),
            false => json!({}),
        };
        let body = json!({"page": "bench", "tweak": self.asked, "state": state, "view": view});
        let body = body.to_string();
        let request = format!(
            "POST /{}/api/tweak HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            self.host,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        self.asked
    }

    /// Seconds to the first picture of a state.
    fn take(&mut self, state: &Value) -> f64 {
        let start = Instant::now();
        let tweak = self.ask(state);
        self.until(|message| message["kind"] == "picture" && message["tweak"] == tweak);
        let taken = start.elapsed().as_secs_f64();
        // Requests that come too fast are held back.
        std::thread::sleep(Duration::from_millis(50));
        taken
    }
}

/// The state with a control of a kind moved for the `i`-th time.
type Move = Box<dyn Fn(usize) -> Value>;

/// One control of each kind that the scenario has.
fn moves(controls: &Value) -> Vec<(&'static str, Move)> {
    let mut moves: Vec<(&'static str, Move)> = Vec::new();
    let name = |thing: &Value| thing["name"].as_str().unwrap_or_default().to_owned();
    if let Some([first, rest @ ..]) = controls["trends"].as_array().map(Vec::as_slice)
        && !rest.is_empty()
    {
        let (first, rest) = (name(first), rest.iter().map(name).collect::<Vec<_>>());
        moves.push((
            "weight",
            Box::new(move |i| {
                let weight = 0.2 + 0.01 * i as f64;
                let each = (1.0 - weight) / rest.len() as f64;
                let others = rest.iter().map(|other| (other.clone(), json!(each)));
                let all = std::iter::once((first.clone(), json!(weight))).chain(others);
                json!({"weights": all.collect::<serde_json::Map<_, _>>()})
            }),
        ));
    }
    if let Some(parameter) = controls["parameters"].get(0) {
        let (low, high) = (parameter["low"].as_f64(), parameter["high"].as_f64());
        let (low, high) = (low.expect("a number"), high.expect("a number"));
        let parameter = name(parameter);
        moves.push((
            "parameter",
            Box::new(move |i| {
                let pin = low + (high - low) * (i as f64 + 0.5) / TAKEN as f64;
                json!({"parameters": {parameter.clone(): {"pin": pin}}})
            }),
        ));
    }
    if let Some(months) = controls["time"]["horizon"].as_f64() {
        moves.push((
            "horizon",
            Box::new(move |i| json!({"horizon": (months * (0.5 + 0.05 * i as f64)).ceil()})),
        ));
    }
    if let Some([one, other, ..]) = controls["events"].as_array().map(Vec::as_slice) {
        let both = [name(one), name(other)];
        moves.push((
            "event",
            Box::new(move |i| json!({"events": {both[i % 2].clone(): "never"}})),
        ));
    }
    moves
}

fn main() {
    let named = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let baseline = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/baseline.json");
    let file = named.unwrap_or_else(|| baseline.to_owned());
    let mut page = Page::open(&file);
    let base = page.ask(&json!({}));
    page.until(|message| message["tweak"] == base && message["final"] == true);
    // The controls came first; they come again to a page that connects again.
    let controls = {
        let mut stream = TcpStream::connect(&page.host).expect("it listens");
        let request = format!(
            "GET /{}/events/controls HTTP/1.1\r\nHost: {}\r\n\r\n",
            page.token, page.host
        );
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut lines = BufReader::new(stream).lines();
        let data = lines.find_map(|line| {
            let line = line.ok()?;
            line.strip_prefix("data: ").map(str::to_owned)
        });
        let greeting: Value = serde_json::from_str(&data.expect("a greeting")).expect("JSON");
        greeting["controls"].clone()
    };
    println!("first picture, milliseconds: median (least to ninth decile) of {TAKEN}");
    for (kind, state) in moves(&controls) {
        let mut taken: Vec<f64> = (0..TAKEN).map(|i| 1000.0 * page.take(&state(i))).collect();
        taken.sort_by(f64::total_cmp);
        println!(
            "{kind:<10} {:6.0} ({:.0} to {:.0})",
            f64::midpoint(taken[TAKEN / 2 - 1], taken[TAKEN / 2]),
            taken[0],
            taken[9 * TAKEN / 10]
        );
    }
}
