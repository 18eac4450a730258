//! Runs that are killed or interrupted while their summary file is written, and disks that are
//! full.

use super::*;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Starts the program and ends it by a signal some time after it has written the kept file so
/// often, unless it has ended by then; the answer is its output if it came to an end. What is
/// waited for is the file, so that a slow machine gets on and a fast one is killed all the same.
fn until_written(
    line: &str,
    signal: &str,
    (kept, times): (&Path, u32),
    delay: Duration,
) -> Option<Vec<u8>> {
    let written = || {
        fs::metadata(kept)
            .ok()
            .map(|file| (file.ino(), file.mtime_nsec()))
    };
    let (mut last, mut left) = (written(), times);
    let mut child = Command::new(env!("CARGO_BIN_EXE_quincunx"))
        .args(line.split_whitespace())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let begun = Instant::now();
    let mut due: Option<Instant> = None;
    let mut is_sent = false;
    // The result is larger than a pipe holds: whoever ends by himself is read from another thread.
    let mut out = child.stdout.take().expect("it was piped");
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut out, &mut bytes).expect("a pipe");
        bytes
    });
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        let now = written();
        if now != last {
            (last, left) = (now, left.saturating_sub(1));
        }
        if left == 0 && due.is_none() {
            due = Some(Instant::now() + delay);
        }
        if !is_sent && due.is_some_and(|due| due <= Instant::now()) {
            is_sent = true;
            let kill = Command::new("kill")
                .args([&format!("-{signal}"), &child.id().to_string()])
                .status();
            kill.expect("kill starts");
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it hangs");
        std::thread::sleep(Duration::from_millis(1));
    };
    let bytes = reader.join().expect("it reads");
    status.success().then_some(bytes)
}

#[test]
fn a_run_that_is_killed_at_random_moments_goes_on_to_the_same_bytes() {
    let folder = folder();
    let mut scenario = valley();
    scenario["step"] = json!("1 day");
    let file = write(folder.path(), "valley.json", &scenario);
    let kept = folder.path().join("kept.summary");
    let size = "--trials 100000 --threads 2";
    let expected = whole(&file, size);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(8);
    let (mut kills, mut gone_on) = (0, 0);
    let found = loop {
        let has_begun = kept.exists();
        let line = match has_begun {
            false => format!(
                "run {file} {size} --summary {} --checkpoint 0.02 --format json",
                kept.display()
            ),
            true => format!(
                "run --resume {} --checkpoint 0.02 --format json",
                kept.display()
            ),
        };
        let times = random.random_range(1..3);
        let delay = Duration::from_millis(random.random_range(0..40));
        let signal = if random.random_range(0..5) == 0 {
            "INT"
        } else {
            "KILL"
        };
        match until_written(&line, signal, (&kept, times), delay) {
            Some(bytes) => break bytes,
            None => kills += 1,
        }
        gone_on += u32::from(has_begun);
        assert!(kills < 500, "it does not get on");
    };
    assert!(found == expected.as_bytes());
    assert!(kills >= 5 && gone_on >= 3, "{kills} {gone_on}");
    let again = call(&format!("run --resume {} --format json", kept.display())).success();
    assert_eq!(stdout(&again), expected);
}

#[test]
fn a_run_that_was_interrupted_says_so_and_how_it_goes_on() {
    let folder = folder();
    let mut scenario = valley();
    scenario["step"] = json!("1 day");
    let file = write(folder.path(), "valley.json", &scenario);
    let kept = folder.path().join("kept.summary");
    let line = format!(
        "run {file} --trials 1e6 --summary {} --checkpoint 0.05 --format json",
        kept.display()
    );
    let begun = Instant::now();
    let child = quincunx_child(&line);
    // It is there at once, before it has blocks.
    let has_blocks = || {
        let bytes = fs::read(&kept).unwrap_or_default();
        let head = unseal::<Head>(Kind::Summary, &bytes);
        head.is_ok_and(|(head, _)| !head.blocks.is_empty())
    };
    while !has_blocks() {
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing is kept");
        std::thread::sleep(Duration::from_millis(10));
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    kill.expect("kill starts");
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(130));
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(
        told.contains(&format!(
            "`quincunx run --resume {}` goes on",
            kept.display()
        )),
        "{told}"
    );
    let interrupted: quincunx::results::RunResult =
        serde_json::from_slice(&done.stdout).expect("a result");
    assert!(interrupted.run.interrupted && interrupted.run.trials < 1_000_000);
    let (head, _): (Head, _) = unseal(Kind::Summary, &fs::read(&kept).expect("it is kept"))
        .map(|(h, b)| (h, b.len()))
        .expect("it is whole");
    assert_eq!(head.blocks, [[0, interrupted.run.blocks]]);
    // The size can be changed by then: what was simulated is the beginning of any run.
    let merged = call(&format!("merge {}", kept.display())).code(3);
    merged.stderr(contains("are missing"));
}

fn quincunx_child(line: &str) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_quincunx"))
        .args(line.split_whitespace())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_no_run_but_is_told_at_its_end() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let done = call(&format!("run {file} --summary /dev/full --format json")).code(1);
    let told = stderr(&done);
    assert!(told.contains("cannot write `/dev/full`"), "{told}");
    assert_eq!(result(&done).run.trials, 8192);
}
