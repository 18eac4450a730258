//! Where output goes: colours, closed pipes, full devices, places that take no file.

use crate::program::{call, folder, quincunx, root, stdout, valley, write};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

const STRIKE: &str = "scenarios/port_strike.json --trials 1024";

#[test]
fn colours_appear_only_where_they_are_wanted() {
    let colored = |arguments: &str, variables: &[&str]| {
        let mut command = quincunx();
        for variable in variables {
            command.env(variable, "1");
        }
        let done = command
            .args(arguments.split_whitespace())
            .assert()
            .success();
        stdout(&done).contains('\x1b')
    };
    let run = format!("run {STRIKE}");
    assert!(!colored(&run, &[]), "a pipe is no terminal");
    assert!(colored(&run, &["CLICOLOR_FORCE"]));
    assert!(!colored(&run, &["CLICOLOR_FORCE", "NO_COLOR"]));
    assert!(colored(&format!("{run} --color always"), &["NO_COLOR"]));
    assert!(!colored(
        &format!("{run} --color never"),
        &["CLICOLOR_FORCE"]
    ));
    for format in ["json", "csv", "markdown"] {
        let data = format!("{run} --format {format} --color always");
        assert!(!colored(&data, &[]), "{format} is read by programs");
    }
}

#[test]
fn messages_follow_the_same_choice_as_data() {
    let bad = |option: &str| call(&format!("run none.json {option}")).code(2).stdout("");
    bad("").stderr(contains('\x1b').not());
    bad("--color always").stderr(contains('\x1b'));
    call("compare none.json other.json --color never")
        .code(2)
        .stderr(contains('\x1b').not());
}

/// Starts the program with a pipe whose reader leaves after `read` bytes; gives its status and what
/// it said.
fn with_reader_that_leaves(arguments: &str, read: usize) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quincunx"))
        .args(arguments.split_whitespace())
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdout.take().expect("a pipe");
    let mut bytes = vec![0; read];
    pipe.read_exact(&mut bytes).expect("it writes that much");
    drop(pipe);
    let output = child.wait_with_output().expect("the program ends");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    for command in [
        format!("run {path} --quiet"),
        format!("run {path} --format json"),
        format!("run {path} --format csv"),
        format!("run {path} --format markdown"),
        format!("compare {path} {path} --format csv"),
        format!("compare {path} {path}"),
        format!("trace {path} --trial 5"),
        format!("check {path}"),
        "new -".into(),
        "schema".into(),
        "man".into(),
        "completions zsh".into(),
        "--help".into(),
    ] {
        // The program writes in one go at its end: a reader that leaves at once is gone by then.
        for read in [0, 1] {
            let (status, told) = with_reader_that_leaves(&command, read);
            assert_eq!(
                (status, told.as_str()),
                (Some(0), ""),
                "{command} after {read} bytes"
            );
        }
    }
}

#[cfg(target_os = "linux")]
mod full {
    use super::*;
    use std::fs::OpenOptions;

    #[test]
    fn a_full_device_fails_the_run_with_status_one() {
        let folder = folder();
        let path = write(folder.path(), "valley.json", &valley());
        for format in ["table", "json", "csv", "markdown"] {
            call(&format!("run {path} --format {format} --out /dev/full"))
                .code(1)
                .stderr(contains("cannot write `/dev/full`"))
                .stderr(contains("No space left"));
            let full = OpenOptions::new()
                .write(true)
                .open("/dev/full")
                .expect("a device");
            let output = Command::new(env!("CARGO_BIN_EXE_quincunx"))
                .args(["run", &path, "--format", format])
                .stdout(full)
                .output()
                .expect("the program starts");
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{format}: {told}");
            assert!(told.contains("cannot write to standard output"), "{told}");
        }
    }

    #[test]
    fn a_file_of_trials_that_finds_no_room_fails_the_run_and_is_not_taken_for_an_interruption() {
        let folder = folder();
        let path = write(folder.path(), "valley.json", &valley());
        let trials = folder.path().join("trials.csv");
        std::os::unix::fs::symlink("/dev/full", &trials).expect("a link");
        call(&format!(
            "run {path} --trials 1e6 --trials-out {}",
            trials.display()
        ))
        .code(1)
        .stdout("")
        .stderr(contains("cannot write the trials"))
        .stderr(contains("No space left"));
    }

    #[test]
    fn a_folder_that_takes_no_files_is_refused() {
        call(&format!("run {STRIKE} --out /proc/result.json"))
            .code(2)
            .stdout("")
            .stderr(contains("cannot write `/proc/result.json`"));
    }
}

#[test]
fn a_place_that_takes_no_file_is_refused_before_anything_is_simulated() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let below_a_file = format!("{path}/result.json");
    let missing = folder.path().join("none/result.json").display().to_string();
    let directory = folder.path().display().to_string();
    // So many trials would take an hour: the answer comes at once.
    for out in [&below_a_file, &missing, &directory] {
        call(&format!("run {path} --trials 1e11 --out {out}"))
            .code(2)
            .stdout("")
            .stderr(contains(out.as_str()));
        let trials = format!("{out}.d/trials.csv");
        call(&format!("run {path} --trials 1e11 --trials-out {trials}"))
            .code(2)
            .stderr(contains("trials.csv"));
    }
    call(&format!("man --out {below_a_file}"))
        .code(2)
        .stderr(contains("cannot write"));
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).expect("permissions");
    if fs::write(closed.join("probe"), "").is_ok() {
        // The superuser may write anywhere; the other places that take no file are tested beside
        // this.
        return;
    }
    call(&format!(
        "run {path} --out {}",
        closed.join("result.json").display()
    ))
    .code(2)
    .stderr(contains("Permission denied"));
}

#[test]
fn what_is_about_csv_is_refused_for_other_formats() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    for option in ["--separator semicolon", "--bom"] {
        call(&format!("run {path} {option}"))
            .code(2)
            .stdout("")
            .stderr(contains("--format csv"));
    }
    let done = call(&format!(
        "run {path} --trials 1024 --format csv --separator tab --bom"
    ))
    .success();
    let text = stdout(&done);
    assert!(
        text.starts_with("\u{feff}scenario\tbase\t"),
        "{}",
        &text[..60]
    );
}

#[test]
fn only_the_charts_that_are_asked_for_are_written() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let pictures = folder.path().join("pictures");
    let line = format!(
        "run {path} --trials 1024 -q --charts {}",
        pictures.display()
    );
    call(&format!("{line} --only outcomes,metric")).success();
    let mut names: Vec<String> = std::fs::read_dir(&pictures)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".svg"))
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "metric-low.svg",
            "metric-wait.svg",
            "outcomes-by-trend.svg",
            "outcomes.svg"
        ]
    );
    call(&format!("{line} --only outcoms"))
        .code(2)
        .stderr(contains("did you mean `outcomes`?"));
    call(&format!("run {path} --only outcomes"))
        .code(2)
        .stderr(contains("--charts"));
}

#[test]
fn tables_that_are_asked_for_are_shown_beside_a_file_or_refused() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let out = folder.path().join("found.json");
    let out = out.display();
    let lines = [
        (
            format!("run {path} --trials 1024 -q --table outcomes"),
            "Outcomes",
        ),
        (format!("run {path} --trials 1024 -q --full"), "Metrics"),
        (
            format!("run {path} --trials 1024 -q --order file"),
            "Outcomes",
        ),
        (
            format!("compare {path} {path} --trials 1024 -q --full"),
            "Outcomes",
        ),
        (format!("trace {path} --trial 3 --full"), "trial 3"),
    ];
    for (line, shown) in lines {
        call(&format!("{line} --out {out}"))
            .success()
            .stdout(contains(shown));
        let found = std::fs::read_to_string(out.to_string()).expect("a file");
        assert!(found.starts_with('{'), "{line}");
        call(&format!("{line} --format json"))
            .code(2)
            .stderr(contains("add --out PATH"))
            .stdout("");
    }
    call(&format!("run {path} --full --order file"))
        .code(2)
        .stderr(contains("--order"));
    // Nothing was asked for: what is written is not shown again.
    call(&format!("run {path} --trials 1024 -q --out {out}"))
        .success()
        .stdout("");
}
