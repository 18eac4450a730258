//! How long the page of `explore` waits for its first picture, by kind of control: from the request
//! to the picture in the stream, without painting.
//!
//! `cargo bench -p benches --bench explore --profile release -- [FILE]`, as the program is built
//! for its users; without a file the baseline, and two small files for the kinds of control that it
//! lacks. Asked for is what a page of 1280 by 800 pixels has in its window: of a slider with a hand
//! on it, of a choice when it has been made, while what was moved before is still made finer.
//! Prints the median, the least and the ninth decile of twenty. The file's own run is done before
//! the first is taken, as it is for an analyst who has looked at the page for a while.

use quincunx::explore::{Options, Running, Server};
use serde_json::{Value, json};
use std::collections::BTreeSet;
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
        page.until(r#"{"kind":"scenario""#);
        page
    }

    /// Reads on to a message that begins like this. Nothing is parsed: a browser does it faster.
    fn until(&mut self, begins: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("the stream goes on");
            assert!(read > 0, "the stream has ended");
            if let Some(data) = line.strip_prefix("data: ") {
                assert!(!data.starts_with(r#"{"kind":"fault""#), "{data}");
                if data.starts_with(begins) {
                    return data.to_owned();
                }
            }
        }
    }

    /// Waits for the last picture of a request.
    fn until_final(&mut self, tweak: u64) {
        let begins = format!(r#"{{"kind":"picture","tweak":{tweak},"#);
        while !self.until(&begins).contains(r#""final":true"#) {}
    }

    /// What the page asks for when a control has been moved: with a hand on it, if it is a slider.
    fn ask(&mut self, state: &Value, held: bool) -> u64 {
        self.asked += 1;
        let view = match state.as_object().is_some_and(|state| !state.is_empty()) {
            true => json!({"held": held, "panels": ["headline", "outcomes", "chart"]}),
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
    fn take(&mut self, state: &Value, held: bool) -> f64 {
        let start = Instant::now();
        let tweak = self.ask(state, held);
        self.until(&format!(r#"{{"kind":"picture","tweak":{tweak},"#));
        let taken = start.elapsed().as_secs_f64();
        // Requests that come too fast are held back.
        std::thread::sleep(Duration::from_millis(50));
        taken
    }

    /// The controls came first; they come again to a page that connects again.
    fn controls(&self) -> Value {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        let request = format!(
            "GET /{}/events/controls HTTP/1.1\r\nHost: {}\r\n\r\n",
            self.token, self.host
        );
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut lines = BufReader::new(stream).lines();
        let data = lines.find_map(|line| {
            let line = line.ok()?;
            line.strip_prefix("data: ").map(str::to_owned)
        });
        let greeting: Value = serde_json::from_str(&data.expect("a greeting")).expect("JSON");
        greeting["controls"].clone()
    }
}

/// The state with a control of a kind moved for the `i`-th time.
type State = Box<dyn Fn(usize) -> Value>;

struct Move {
    kind: &'static str,
    /// A slider, with a hand on it.
    held: bool,
    state: State,
}

fn list<'c>(controls: &'c Value, key: &str) -> &'c [Value] {
    controls[key].as_array().map_or(&[], Vec::as_slice)
}

fn name(thing: &Value) -> String {
    thing["name"].as_str().unwrap_or_default().to_owned()
}

fn number(thing: &Value, key: &str) -> f64 {
    thing[key].as_f64().expect("a number")
}

/// Another place of a slider each time.
fn between(low: f64, high: f64, i: usize) -> f64 {
    low + (high - low) * (i as f64 + 0.5) / TAKEN as f64
}

/// One control of each kind that the scenario has.
fn moves(controls: &Value) -> Vec<Move> {
    let mut moves: Vec<Move> = Vec::new();
    let mut add = |kind, held, state: State| moves.push(Move { kind, held, state });
    if let [first, rest @ ..] = list(controls, "trends")
        && !rest.is_empty()
    {
        let rest: Vec<String> = rest.iter().map(name).collect();
        let first = name(first);
        let weights = move |i: usize| {
            let weight = 0.2 + 0.01 * i as f64;
            let each = (1.0 - weight) / rest.len() as f64;
            let others = rest.iter().map(|other| (other.clone(), json!(each)));
            let all = std::iter::once((first.clone(), json!(weight))).chain(others);
            all.collect::<serde_json::Map<_, _>>()
        };
        let same = weights.clone();
        add(
            "weight",
            true,
            Box::new(move |i| json!({"weights": weights(i)})),
        );
        let simulated = move |i| json!({"weights": same(i), "simulate": true});
        add("weight, simulated", true, Box::new(simulated));
    }
    if let Some(one) = list(controls, "parameters").first() {
        let (name, low, high) = (name(one), number(one, "low"), number(one, "high"));
        let pinned = move |i| json!({"parameters": {&name: {"pin": between(low, high, i)}}});
        add("parameter", true, Box::new(pinned));
    }
    let stated = list(controls, "parameters").iter().find_map(|one| {
        let percentiles = one["percentiles"].as_array()?;
        let middle = percentiles.iter().find(|pair| pair[0] == "p50")?;
        Some((name(one), middle[1].as_f64()?))
    });
    if let Some((name, middle)) = stated {
        let moved = move |i: usize| {
            let median = middle * (1.0 + 0.002 * (i + 1) as f64);
            json!({"parameters": {&name: {"percentiles": {"p50": median}}}})
        };
        add("percentile", false, Box::new(moved));
    }
    if let Some(one) = list(controls, "per_trial").first() {
        let (name, low, high) = (name(one), number(one, "low"), number(one, "high"));
        let pinned = move |i| json!({"per_trial": {&name: between(low, high, i)}});
        add("quantity of the trial", true, Box::new(pinned));
    }
    if let Some(months) = controls["time"]["horizon"].as_f64() {
        let moved = move |i| json!({"horizon": between(0.5 * months, 1.5 * months, i).ceil()});
        add("horizon", true, Box::new(moved));
    }
    if let [one, other, ..] = list(controls, "events") {
        let both = [name(one), name(other)];
        let middle = number(&controls["time"], "horizon") / 2.0;
        let start = controls["time"]["start"].as_str().unwrap_or_default();
        let year: i32 = start[..4].parse().expect("a date");
        let month: i32 = start[5..7].parse().expect("a date");
        let month = year * 12 + month - 1 + middle as i32;
        let dated = both.clone();
        let never = move |i: usize| json!({"events": {&both[i % 2]: "never"}});
        add("event: never", false, Box::new(never));
        let certain = move |i: usize| {
            let date = format!("{}-{:02}-{:02}", month / 12, month % 12 + 1, i + 1);
            json!({"events": {&dated[0]: date}})
        };
        add("event: certain", false, Box::new(certain));
    }
    if let Some(one) = list(controls, "starts").first() {
        let values: Vec<String> = list(one, "values").iter().map(name).collect();
        let state = name(one);
        let begun = move |i: usize| json!({"starts": {&state: &values[i % values.len()]}});
        add("state at the start", false, Box::new(begun));
    }
    for (kind, group) in [
        ("shift of a trend", "Shifts of trends"),
        ("move of a state", "Moves of states"),
        ("result of an event", "Results of events"),
    ] {
        let mut numbers = list(controls, "numbers").iter();
        let Some(one) = numbers.find(|one| one["group"] == group && !one["value"].is_null()) else {
            continue;
        };
        let path = one["path"].as_str().unwrap_or_default().to_owned();
        // Results of an event share one: what stands in the file, or less.
        let value = number(one, "value");
        let moved = move |i| json!({"numbers": {&path: between(0.5 * value, value, i)}});
        add(kind, true, Box::new(moved));
    }
    moves
}

fn main() {
    let named = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let files = match named {
        Some(file) => vec![file],
        // The baseline, and for the kinds that it lacks two small ones.
        None => ["baseline", "port_strike", "gallery/risk_register"]
            .map(|file| format!("{root}/scenarios/{file}.json"))
            .to_vec(),
    };
    println!("first picture, milliseconds: median (least to ninth decile) of {TAKEN}");
    let mut known = BTreeSet::new();
    for file in files {
        let mut page = Page::open(&file);
        let base = page.ask(&json!({}), false);
        page.until_final(base);
        let shown = file.rsplit('/').next().unwrap_or(&file);
        for one in moves(&page.controls()) {
            if !known.insert(one.kind) {
                continue;
            }
            let mut taken: Vec<f64> = (0..TAKEN)
                .map(|i| 1000.0 * page.take(&(one.state)(i), one.held))
                .collect();
            taken.sort_by(f64::total_cmp);
            println!(
                "{:<22} {:6.0} ({:.0} to {:.0})  {shown}",
                one.kind,
                f64::midpoint(taken[TAKEN / 2 - 1], taken[TAKEN / 2]),
                taken[0],
                taken[9 * TAKEN / 10]
            );
        }
    }
}
