//! Which files a command reads and which it writes: no file is both, and none is written twice.
//!
//! Told before anything is simulated, whatever the paths are called: `./a`, links and hard links
//! lead to the same file.

use super::exit::Misuse;
use anyhow::Result;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Links that are followed from one path at most.
const LINKS: usize = 40;
/// Endings of the files that a folder of charts gets.
const CHARTS: [&str; 2] = ["svg", "png"];

/// What is read, and what is spoken for.
pub struct Places {
    taken: Vec<Taken>,
}

struct Taken {
    path: PathBuf,
    identity: Identity,
    role: Role,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Read,
    /// By an option.
    Written(&'static str),
}

/// What makes two paths the same file.
#[derive(Clone, Debug, Default)]
struct Identity {
    /// Where the path leads; the file need not exist.
    path: Option<PathBuf>,
    /// Device and number of the file, where the system has such.
    node: Option<(u64, u64)>,
}

impl Places {
    /// Files that a command reads; `-` is standard input.
    pub fn reading<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Self {
        let mut places = Self { taken: Vec::new() };
        for path in paths {
            let path = path.as_ref();
            let identity = if is_standard(path) {
                standard_input()
            } else {
                Identity::of(path)
            };
            places.take(path, identity, Role::Read);
        }
        places
    }

    /// Speaks for the file that an option names; no path, and `-`, are standard output.
    ///
    /// # Errors
    /// [`Misuse`] if it is read, or spoken for.
    pub fn output(&mut self, option: &'static str, path: Option<&Path>) -> Result<()> {
        let (path, identity) = match path.filter(|path| !is_standard(path)) {
            Some(path) => (path, Identity::of(path)),
            None => (Path::new("-"), standard_output()),
        };
        if let Some(other) = self.same(&identity) {
            return Err(clash(option, path, other).into());
        }
        self.take(path, identity, Role::Written(option));
        Ok(())
    }

    /// Speaks for the file of an option that may be left out.
    ///
    /// # Errors
    /// As [`output`](Self::output).
    pub fn written(&mut self, option: &'static str, path: Option<&Path>) -> Result<()> {
        match path {
            Some(path) => self.output(option, Some(path)),
            None => Ok(()),
        }
    }

    /// Speaks for the charts that `--charts` puts into a folder, or into numbered folders within
    /// it. To be called after all other outputs.
    ///
    /// # Errors
    /// [`Misuse`] if an output is the folder itself or could be one of its charts, or if a chart of
    /// old is a link to a file that is read or written.
    pub fn charts(&mut self, folder: Option<&Path>) -> Result<()> {
        let Some(folder) = folder else {
            return Ok(());
        };
        let shown = folder.display();
        let place = resolved(folder);
        let is_within = |path: &Path| {
            path.parent() == Some(&place)
                || path.parent().is_some_and(|parent| {
                    parent.parent() == Some(&place)
                        && parent.file_name().is_some_and(|name| {
                            name.to_string_lossy().chars().all(|c| c.is_ascii_digit())
                        })
                })
        };
        for other in &self.taken {
            let Some(path) = &other.identity.path else {
                continue;
            };
            let named = other.path.display();
            if matches!(other.role, Role::Written(_)) && place.starts_with(path) {
                let text = format!(
                    "`{named}` would be a file, and `{shown}` a folder of charts in its place; name another file or folder"
                );
                return Err(Misuse(text).into());
            }
            if is_within(path) && is_chart(path) {
                let text = format!(
                    "`{named}` lies in `{shown}`, where --charts writes .svg and .png files; name another file or folder"
                );
                return Err(Misuse(text).into());
            }
        }
        for chart in old_charts(&place) {
            let identity = Identity::of(&chart);
            if let Some(other) = self.same(&identity) {
                return Err(clash("--charts", &chart, other).into());
            }
            self.take(&chart, identity, Role::Written("--charts"));
        }
        Ok(())
    }

    /// What already stands for this file.
    fn same(&self, identity: &Identity) -> Option<&Taken> {
        self.taken
            .iter()
            .find(|other| other.identity.meets(identity))
    }

    fn take(&mut self, path: &Path, identity: Identity, role: Role) {
        self.taken.push(Taken {
            path: path.to_owned(),
            identity,
            role,
        });
    }
}

fn clash(option: &str, path: &Path, other: &Taken) -> Misuse {
    let named = |path: &Path, standard: &str| {
        if is_standard(path) {
            standard.to_owned()
        } else {
            format!("`{}`", path.display())
        }
    };
    let (shown, own) = (
        named(path, "standard output"),
        named(&other.path, "standard output"),
    );
    let hint = if is_standard(path) {
        "send standard output elsewhere, or name a file with --out".to_owned()
    } else {
        format!("give {option} another path")
    };
    Misuse(match other.role {
        Role::Read if path == other.path && !is_standard(path) => {
            format!("{shown} would be written over itself: it is what is read; {hint}")
        }
        Role::Read => {
            let read = named(&other.path, "standard input");
            format!("{shown} is the same file as {read}, which is read; {hint}")
        }
        Role::Written(before) if path == other.path => {
            format!("{shown} is written by {before} and by {option}; {hint}")
        }
        Role::Written(before) => {
            format!("{shown} is the same file as {own}, which {before} writes; {hint}")
        }
    })
}

fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn is_chart(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| CHARTS.iter().any(|own| own.eq_ignore_ascii_case(ending)))
}

/// Charts that are in a folder already, or in numbered folders within it.
fn old_charts(folder: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let is_numbered = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| name.chars().all(|c| c.is_ascii_digit())) && path.is_dir()
    };
    let (numbered, mut found): (Vec<_>, Vec<_>) =
        entries(folder).into_iter().partition(is_numbered);
    found.extend(numbered.iter().flat_map(|folder| entries(folder)));
    found.retain(|path| is_chart(path) && !path.is_dir());
    found.sort();
    found
}

impl Identity {
    fn of(path: &Path) -> Self {
        match fs::metadata(path) {
            Ok(meta) if is_bottomless(&meta) => Self::default(),
            Ok(meta) => Self {
                path: Some(resolved(path)),
                node: node(&meta),
            },
            Err(_) => Self {
                path: Some(resolved(path)),
                node: None,
            },
        }
    }

    fn meets(&self, other: &Self) -> bool {
        let is_same = |a: &Option<PathBuf>, b: &Option<PathBuf>| a.is_some() && a == b;
        is_same(&self.path, &other.path) || (self.node.is_some() && self.node == other.node)
    }
}

/// Where a path leads once links are followed, also if there is nothing there yet.
pub fn resolved(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = match path.parent() {
            Some(folder) => folder.join(target),
            None => target,
        };
    }
    if let Ok(whole) = path.canonicalize() {
        return whole;
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    match (path.file_name(), path.components().next_back()) {
        // The folder may be one that is about to be made.
        (Some(name), Some(_)) if folder != path => resolved(folder).join(name),
        _ => std::path::absolute(&path).unwrap_or(path),
    }
}

#[cfg(unix)]
fn node(meta: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((meta.dev(), meta.ino()))
}

#[cfg(not(unix))]
fn node(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

/// A device that takes and gives bytes without keeping them: a terminal, `/dev/null`.
#[cfg(unix)]
fn is_bottomless(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    meta.file_type().is_char_device()
}

#[cfg(not(unix))]
fn is_bottomless(_: &fs::Metadata) -> bool {
    false
}

/// The file that standard input comes from, if it is one.
fn standard_input() -> Identity {
    of_stream(&io::stdin()).unwrap_or_default()
}

/// The file that standard output goes to, if it is one.
fn standard_output() -> Identity {
    of_stream(&io::stdout()).unwrap_or_default()
}

#[cfg(unix)]
fn of_stream(stream: &impl std::os::fd::AsFd) -> Option<Identity> {
    let file = fs::File::from(stream.as_fd().try_clone_to_owned().ok()?);
    let meta = file.metadata().ok()?;
    Some(Identity {
        path: None,
        node: node(&meta).filter(|_| meta.is_file()),
    })
}

#[cfg(not(unix))]
fn of_stream<S>(_: &S) -> Option<Identity> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(done: Result<()>) -> String {
        done.expect_err("it is refused").to_string()
    }

    #[test]
    fn a_path_leads_to_the_same_place_however_it_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path();
        fs::create_dir(base.join("a")).expect("a folder");
        for (one, other) in [
            ("r.html", "./r.html"),
            ("r.html", "a/../r.html"),
            ("a/r.html", "a//./r.html"),
        ] {
            let mut places = Places::reading([] as [&str; 0]);
            let first = places.output("--out", Some(&base.join(one)));
            first.expect("it is the first");
            let told = refused(places.output("--report", Some(&base.join(other))));
            assert!(
                told.contains("--out") && told.contains("--report"),
                "{told}"
            );
        }
        let mut places = Places::reading([base.join("a.json")]);
        places
            .output("--out", Some(&base.join("b.json")))
            .expect("another file");
        let told = refused(places.output("--out", Some(&base.join("a.json"))));
        assert!(told.contains("written over itself"), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn links_of_both_kinds_lead_to_one_file_also_where_there_is_none_yet() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("real"), "x").expect("a file");
        symlink("real", at("soft")).expect("a link");
        fs::hard_link(at("real"), at("hard")).expect("a link");
        symlink("new", at("dangling")).expect("a link");
        symlink(folder.path(), at("here")).expect("a link");
        symlink("loop", at("loop")).expect("a link");
        for (one, other) in [
            ("real", "soft"),
            ("real", "hard"),
            ("soft", "hard"),
            ("new", "dangling"),
            ("dangling", "here/new"),
            ("here/real", "real"),
            ("here/none/x", "none/x"),
            ("loop", "here/loop"),
        ] {
            let mut places = Places::reading([at(one)]);
            let told = refused(places.output("--out", Some(&at(other))));
            assert!(told.contains("same file"), "{one}, {other}: {told}");
        }
        let mut places = Places::reading([at("real")]);
        for _ in 0..2 {
            let null = places.output("--out", Some(Path::new("/dev/null")));
            null.expect("it takes everything");
        }
    }

    #[test]
    fn a_folder_of_charts_is_no_place_for_what_could_be_a_chart() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for (out, wanted) in [
            ("pictures", "a folder of charts in its place"),
            ("pictures/outcomes.svg", "where --charts writes"),
            ("pictures/2/outcomes.PNG", "where --charts writes"),
            ("pictures/result.json", ""),
            ("pictures/more/outcomes.svg", ""),
        ] {
            let mut places = Places::reading([] as [&str; 0]);
            places
                .output("--out", Some(&at(out)))
                .expect("it is the first");
            let done = places.charts(Some(&at("pictures")));
            if wanted.is_empty() {
                done.unwrap_or_else(|error| panic!("{out}: {error}"));
            } else {
                let told = refused(done);
                assert!(told.contains(wanted), "{out}: {told}");
            }
        }
        let mut places = Places::reading([] as [&str; 0]);
        places
            .output("--out", Some(&at("a")))
            .expect("it is the first");
        refused(places.charts(Some(&at("a/b"))));
    }

    #[cfg(unix)]
    #[test]
    fn a_chart_of_old_that_is_a_link_to_an_input_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (input, pictures) = (folder.path().join("a.json"), folder.path().join("p"));
        fs::write(&input, "{}").expect("a file");
        fs::create_dir_all(pictures.join("1")).expect("a folder");
        for old in ["outcomes.svg", "1/outcomes.svg"] {
            let old = pictures.join(old);
            std::os::unix::fs::symlink(&input, &old).expect("a link");
            let told = refused(Places::reading([&input]).charts(Some(&pictures)));
            assert!(told.contains("which is read"), "{told}");
            fs::remove_file(old).expect("a link");
        }
    }
}
