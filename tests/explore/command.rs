//! The command that serves the page.

use crate::http::valley;
use assert_cmd::Command;
use predicates::str::contains;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

fn explore(arguments: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quincunx"));
    let command = command.arg("explore").args(arguments).arg("--no-open");
    command.timeout(std::time::Duration::from_secs(60)).assert()
}

#[test]
fn what_cannot_be_served_is_refused_before_there_is_an_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let (good, bad) = (
        path("good.jsonc", &valley()),
        path("bad.json", "{\"format\": }"),
    );
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    for (arguments, wanted) in [
        (&["-"][..], "standard input"),
        (&["nowhere.json"], "nowhere.json"),
        (&[&bad], "bad.json"),
        (
            &[&good, "--set", "trends.dri.weight=1"],
            "did you mean `dry`?",
        ),
        (&[&good, "--port", &port], "cannot serve a page on port"),
    ] {
        explore(arguments)
            .code(2)
            .stderr(contains(wanted))
            .stdout("");
    }
}

#[test]
fn the_address_is_the_only_thing_on_standard_output_and_has_a_new_secret_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("valley.jsonc");
    std::fs::write(&file, valley()).expect("a file");
    let addresses = [(), ()].map(|()| {
        let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_quincunx"))
            .arg("explore")
            .arg(&file)
            .arg("--no-open")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let out = process.stdout.take().expect("an output");
        BufReader::new(out).read_line(&mut line).expect("a line");
        process.kill().expect("it was running");
        process.wait().expect("it ends");
        line
    });
    let secrets = addresses.each_ref().map(|address| {
        let rest = address.trim_end().strip_prefix("http://127.0.0.1:");
        let (port, secret) = rest
            .and_then(|rest| rest.split_once('/'))
            .expect("an address on loopback");
        assert!(port.parse::<u16>().is_ok_and(|port| port > 0));
        secret.trim_end_matches('/').to_owned()
    });
    assert!(secrets[0].len() >= 32 && secrets[0] != secrets[1]);
}
