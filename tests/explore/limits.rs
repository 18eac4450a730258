//! How long a request may take to arrive, and how many there may be at a time.

use crate::http::Served;
use quincunx::explore::Limits;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Limits short enough to wait for.
const HEAD: Duration = Duration::from_millis(600);
const BODY: Duration = Duration::from_millis(600);
/// What a busy machine may take besides.
const SLACK: Duration = Duration::from_secs(20);

fn served() -> Served {
    Served::start(|options| {
        options.limits = Limits {
            head: HEAD,
            body: BODY,
        }
    })
}

/// Reads until the server ends the connection; gives what came and how long it took.
fn until_the_end(stream: &mut TcpStream) -> (String, Duration) {
    stream.set_read_timeout(Some(SLACK)).expect("a time limit");
    let begun = Instant::now();
    let mut bytes = Vec::new();
    // A reset ends the connection as well.
    match stream.read_to_end(&mut bytes) {
        Err(fault) if fault.kind() == std::io::ErrorKind::WouldBlock => panic!("it is still open"),
        _ => {}
    }
    (
        String::from_utf8_lossy(&bytes).into_owned(),
        begun.elapsed(),
    )
}

#[test]
fn headers_that_do_not_come_end_the_connection() {
    let served = served();
    let host = served.host();
    for begun in [
        String::new(),
        "G".into(),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: "),
    ] {
        let mut stream = served.connect();
        stream.write_all(begun.as_bytes()).expect("it is sent");
        let (answer, took) = until_the_end(&mut stream);
        assert!(took > HEAD / 2, "{took:?}: {answer}");
    }
    // A byte now and then keeps nothing open either.
    let mut stream = served.connect();
    let begun = Instant::now();
    while begun.elapsed() < SLACK {
        std::thread::sleep(Duration::from_millis(100));
        if stream.write_all(b"X").is_err() {
            break;
        }
    }
    assert!(begun.elapsed() < SLACK, "it is still open");
}

#[test]
fn a_body_that_does_not_come_is_given_up() {
    let served = served();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{",
        served.path("api/tweak"),
        served.host()
    );
    let mut stream = served.connect();
    stream.write_all(head.as_bytes()).expect("it is sent");
    let (answer, took) = until_the_end(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(took > BODY / 2, "{took:?}");
}

#[test]
fn a_page_that_only_listens_stays_connected() {
    let served = served();
    let mut messages = served.listen("tests");
    assert_eq!(messages.next()["kind"], "scenario");
    std::thread::sleep(2 * (HEAD + BODY));
    let state = serde_json::json!({"horizon": 6});
    let picture = served.picture(&mut messages, 1, &state);
    assert_eq!(picture["final"], true);
}

#[test]
fn those_who_dawdle_do_not_keep_others_out() {
    let served = served();
    let dawdling: Vec<TcpStream> = (0..200).map(|_| served.connect()).collect();
    let begun = Instant::now();
    let host = served.host();
    let answer = served.send("GET", &served.path(""), &[("Host", &host)], "");
    assert_eq!(answer.status, 200);
    assert!(begun.elapsed() < SLACK, "{:?}", begun.elapsed());
    assert!(answer.head.contains("connection: close"), "{}", answer.head);
    drop(dawdling);
}
