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

/// Of those that begin at the same moment one has the path, and the others say so.
#[test]
fn two_runs_that_begin_together_do_not_share_a_summary_file() {
    let folder = folder();
    let mut scenario = valley();
    scenario["step"] = json!("1 day");
    let file = write(folder.path(), "valley.json", &scenario);
    for attempt in 0..5 {
        let kept = folder.path().join(format!("{attempt}.summary"));
        let line = |seed: u64| {
            format!(
                "run {file} --trials 1e6 --seed {seed} --threads 1 --summary {} --format json",
                kept.display()
            )
        };
        let mut children: Vec<_> = (1..=4).map(|seed| quincunx_child(&line(seed))).collect();
        let begun = Instant::now();
        let mut refused = 0;
        while refused < 3 {
            assert!(begun.elapsed() < Duration::from_secs(30), "{refused}");
            children.retain_mut(|child| match child.try_wait().expect("a child") {
                None => true,
                Some(status) => {
                    assert_eq!(status.code(), Some(2));
                    let mut told = String::new();
                    let mut stream = child.stderr.take().expect("it was piped");
                    std::io::Read::read_to_string(&mut stream, &mut told).expect("a pipe");
                    // Whoever comes a little later sees that a run is there.
                    let is_said = ["has begun meanwhile", "has not come to its end"];
                    assert!(is_said.iter().any(|said| told.contains(said)), "{told}");
                    refused += 1;
                    false
                }
            });
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut last = children.pop().expect("one has the path");
        assert!(last.try_wait().expect("a child").is_none(), "it goes on");
        last.kill().expect("it is there");
        last.wait().expect("it ends");
    }
}

/// Whoever is interrupted or killed leaves the others and the folder as they are.
#[test]
fn shards_of_one_folder_do_not_mind_that_one_of_them_ends() {
    let folder = folder();
    let mut scenario = valley();
    scenario["step"] = json!("1 day");
    let file = write(folder.path(), "valley.json", &scenario);
    let plan = folder.path().join("valley.plan").display().to_string();
    let parts = folder.path().join("parts");
    let size = "--trials 200000 --seed 4";
    call(&format!("plan {file} {size} --parts 3 --out {plan}")).success();
    let shard = |index: u32| {
        let dir = parts.display();
        format!("shard {plan} --index {index} --dir {dir} --threads 1 --quiet")
    };
    let begun = || {
        let entries = fs::read_dir(&parts).into_iter().flatten().flatten();
        entries.count()
    };
    // Two do the same part, one another; the signal comes while all are simulating.
    for (signal, status) in [("INT", Some(130)), ("KILL", None)] {
        let lines = [shard(1), shard(1), shard(2)];
        let [ended, same, other] = lines.map(|line| quincunx_child(&line));
        std::thread::sleep(Duration::from_millis(150));
        let kill = Command::new("kill")
            .args([&format!("-{signal}"), &ended.id().to_string()])
            .status();
        assert!(kill.expect("kill starts").success(), "it had not ended");
        assert_eq!(
            ended.wait_with_output().expect("it ends").status.code(),
            status
        );
        for child in [same, other] {
            let done = child.wait_with_output().expect("it ends");
            assert!(done.status.success(), "{done:?}");
        }
        assert_eq!(begun(), 2, "two parts, and nothing that is unfinished");
        let dir = parts.display();
        let missing = call(&format!("status {plan} {dir} --format numbers"));
        missing.code(3).stdout("3\n");
        if signal == "INT" {
            fs::remove_dir_all(&parts).expect("it is there");
        }
    }
    call(&shard(3)).success();
    let merged = call(&format!("merge {plan} {} --format json", parts.display())).success();
    assert_eq!(stdout(&merged), whole(&file, size));
}
