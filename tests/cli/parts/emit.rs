//! Scripts for schedulers, started for real: a program that stands for `sbatch` runs each job at
//! once, and writes down how it was called.

use super::whole;
use crate::program::{call, folder, quincunx, stderr, stdout, valley, write};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// Runs each task of an array, then answers with a number, as `sbatch --parsable` does. What tasks
/// print goes to a log; whether they fail is not its business. The file is given as its content, as
/// Slurm keeps it.
const SBATCH: &str = r#"#!/bin/bash
set -u
# One line a call, whatever is in the paths.
echo "${*//$'\n'/ }" >> calls
array=
while [[ $1 == --* ]]; do
  case $1 in
    --array=*) array=${1#*=} ;;
    --parsable | --dependency=afterany:* | --cpus-per-task=1) ;;
    *) exit 1 ;;
  esac
  shift
done
number=$(wc -l < calls)
cp "$1" "spool job $number"
shift
tasks=${array//,/ }
for task in ${tasks:-one}; do
  SLURM_ARRAY_TASK_ID=$task SLURM_CPUS_PER_TASK=1 bash "spool job $number" "$@" >> log 2>&1
done
echo "$number;cluster"
"#;

/// The program, of which part 4 fails once and part 5 as long as there is a file `full`.
const PROGRAM: &str = r#"#!/bin/bash
if [[ $1 == shard ]]; then
  echo "$3" >> begun
  if [[ $3 == 4 && ! -e failed ]]; then touch failed; echo "no room" >&2; exit 1; fi
  if [[ $3 == 5 && -e full ]]; then echo "no room" >&2; exit 1; fi
fi
exec PROGRAM "$@"
"#;

fn script(path: &Path, text: &str) {
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is there");
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Starts the jobs of a script.
fn start(folder: &Path, script: &Path) -> Output {
    let search = std::env::var("PATH").expect("there is one");
    Command::new("bash")
        .arg(script)
        .current_dir(folder)
        .env("PATH", format!("{}:{search}", folder.display()))
        .env("QUINCUNX", folder.join("program"))
        .output()
        .expect("there is bash")
}

#[test]
fn a_script_for_slurm_gives_the_bytes_of_one_run_by_retrying_what_failed() {
    let folder = folder();
    // Whatever a shell may take for something of its own.
    let odd = folder.path().join("it's $(x) \"odd\" *\n-");
    fs::create_dir(&odd).expect("a folder");
    let file = write(folder.path(), "valley.json", &valley());
    let program = PROGRAM.replace("PROGRAM", env!("CARGO_BIN_EXE_quincunx"));
    script(&odd.join("program"), &program);
    script(&odd.join("sbatch"), SBATCH);
    call(&format!(
        "plan {file} --trials 9000 --parts 7 --out {}/a.plan",
        folder.path().display()
    ))
    .success();
    fs::rename(folder.path().join("a.plan"), odd.join("a 'b.plan")).expect("it is there");
    let emitted = odd.join("a script.sh");
    let words = [
        "emit",
        "slurm",
        "a 'b.plan",
        "--dir=the $parts",
        "--result=-r`x`.json",
        "--tasks=3",
        "--time=2-00:30",
        "--threads=2",
    ];
    let done = quincunx()
        .current_dir(&odd)
        .args(words)
        .assert()
        .success()
        .stderr("");
    let text = stdout(&done);
    fs::write(&emitted, &text).expect("a file");
    assert!(text.starts_with("#!/bin/bash\n#SBATCH --job-name=quincunx\n#SBATCH --time=2-00:30\n#SBATCH --cpus-per-task=2\n"), "{text}");
    let expected = whole(&file, "--trials 9000");

    // Part 5 fails each time: three rounds, of which the second has part 4 besides.
    fs::write(odd.join("full"), "").expect("a file");
    let told = start(&odd, &emitted);
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    let calls = lines(&odd.join("calls"));
    let arrays: Vec<&str> = (calls.iter())
        .filter_map(|line| line.split("--array=").nth(1)?.split(' ').next())
        .collect();
    assert_eq!(arrays, ["1,2,3", "1,2", "2"], "{calls:?}");
    let merges = calls
        .iter()
        .filter(|line| line.contains("--dependency=afterany:"))
        .count();
    assert_eq!(
        (calls.len(), merges),
        (6, 3),
        "each array has a merge behind it: {calls:?}"
    );
    let log = lines(&odd.join("log"));
    assert!(log.iter().any(|line| line == "missing: 5"), "{log:?}");
    assert!(
        !odd.join("-r`x`.json").exists(),
        "there is no result of some parts"
    );
    let mut begun = lines(&odd.join("begun"));
    begun.sort();
    // Tasks that come again go over their parts that are done; the program sees that.
    assert_eq!(
        begun.iter().filter(|part| *part == "5").count(),
        3,
        "{begun:?}"
    );

    // Started again, with room: only the task of the missing part, and the result.
    fs::remove_file(odd.join("full")).expect("it is there");
    for file in ["calls", "begun"] {
        fs::remove_file(odd.join(file)).expect("it is there");
    }
    assert!(start(&odd, &emitted).status.success());
    assert!(lines(&odd.join("calls"))[0].contains("--array=2 "));
    let result = fs::read_to_string(odd.join("-r`x`.json")).expect("a result");
    assert!(result == expected);

    // And again: nothing is simulated, the result is told again.
    fs::remove_file(odd.join("-r`x`.json")).expect("it is there");
    fs::remove_file(odd.join("begun")).expect("it is there");
    let told = start(&odd, &emitted);
    assert!(told.status.success());
    assert!(!odd.join("begun").exists());
    assert!(fs::read_to_string(odd.join("-r`x`.json")).expect("a result") == expected);
}

#[test]
fn a_script_is_valid_and_deals_many_parts_to_a_thousand_tasks() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let file = write(folder.path(), "valley.json", &valley());
    call(&format!(
        "plan {file} --trials 10e6 --parts 5000 --out {} --quiet",
        at("a.plan")
    ))
    .success();
    call(&format!("emit slurm {} --out {}", at("a.plan"), at("a.sh")))
        .success()
        .stdout("")
        .stderr("");
    let text = fs::read_to_string(at("a.sh")).expect("a script");
    assert!(
        text.contains("\nparts=5000\n") && text.contains("\ntasks=1000\n"),
        "{text}"
    );
    let check =
        |program: &str, words: &[&str]| Command::new(program).args(words).arg(at("a.sh")).output();
    let done = check("bash", &["-n"]).expect("there is bash");
    assert!(done.status.success(), "{done:?}");
    // Where it is installed.
    if let Ok(done) = check("shellcheck", &[]) {
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stdout)
        );
    }
    let done = Command::new("bash")
        .arg("-c")
        .arg(&text)
        .output()
        .expect("there is bash");
    assert_eq!(
        done.status.code(),
        Some(2),
        "it has no file to give to sbatch"
    );
    for (line, said) in [
        (format!("emit slurm {file}"), "it is not a plan of quincunx"),
        (format!("emit slum {}", at("a.plan")), "slurm"),
        (
            format!("emit slurm {} --time soon", at("a.plan")),
            "`soon` is not a time",
        ),
        (format!("emit slurm {} --tasks 0", at("a.plan")), "0"),
        (
            format!("emit slurm {0} --out {0}", at("a.plan")),
            "it is what is read",
        ),
    ] {
        let told = stderr(&call(&line).code(2).stdout(""));
        assert!(told.contains(said), "{line}: {told}");
    }
}

#[test]
fn the_numbers_of_parts_that_are_not_done_are_for_scripts() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let file = write(folder.path(), "valley.json", &valley());
    call(&format!(
        "plan {file} --parts 2 --trials 4096 --out {}",
        at("a.plan")
    ))
    .success();
    let status = || {
        call(&format!(
            "status {} {} --format numbers",
            at("a.plan"),
            at("parts")
        ))
    };
    status().code(3).stdout("1\n2\n");
    call(&format!(
        "shard {} --index 2 --dir {}",
        at("a.plan"),
        at("parts")
    ))
    .success();
    status().code(3).stdout("1\n").stderr("");
    call(&format!(
        "shard {} --index 1 --dir {}",
        at("a.plan"),
        at("parts")
    ))
    .success();
    status().success().stdout("");
    fs::write(at("parts/part-0002.summary"), "quincunx").expect("a file");
    status().code(3).stdout("2\n");
}
