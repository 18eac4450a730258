//! Where data goes: standard output, or a file that appears only when it is complete.
//!
//! A file is written under another name in the same folder and renamed at the end, so that a reader
//! never sees half of it and a failed run leaves the old one. It is opened before the simulation
//! starts: a bad path must not cost an hour of computing.

use super::exit::{Exit, Misuse};
use super::places::resolved;
use super::terminal::Terminal;
use crate::report::table::Look;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Unfinished files, and folders made for files to come: to be removed when the process ends at
/// once.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

#[derive(Debug)]
pub enum Destination {
    Stdout(Look),
    File(PendingFile, Look),
}

impl Destination {
    /// `-` and no path at all mean standard output.
    ///
    /// # Errors
    /// If the file cannot be written there.
    pub fn open(path: Option<&Path>, terminal: &Terminal) -> Result<Self> {
        match path {
            None => Ok(Self::Stdout(terminal.output())),
            Some(path) if path.as_os_str() == "-" => Ok(Self::Stdout(terminal.output())),
            Some(path) => Ok(Self::File(PendingFile::create(path)?, terminal.file())),
        }
    }

    /// Where tables go that were asked for by `options` beside a result that is none: standard
    /// output, if the result leaves it free.
    ///
    /// # Errors
    /// [`Misuse`] if the result goes there.
    pub fn beside(&self, options: &str, terminal: &Terminal) -> Result<Self> {
        match self {
            Self::File(..) => Self::open(None, terminal),
            Self::Stdout(_) => {
                let text = format!(
                    "{options} shows tables, and standard output gets the result in another format: add --out PATH, or leave one of them out"
                );
                Err(Misuse(text).into())
            }
        }
    }

    /// Writes everything, and lets the file appear. A reader that has gone away is no error.
    ///
    /// # Errors
    /// If the device is full, and the like.
    pub fn write(self, write: impl FnOnce(&mut dyn Write, Look) -> io::Result<()>) -> Result<()> {
        match self {
            Self::Stdout(look) => {
                let mut out = Watched::new(BufWriter::new(io::stdout().lock()));
                match write(&mut out, look).and_then(|()| out.flush()) {
                    Err(_) if out.is_closed => Ok(()),
                    other => other.context("cannot write to standard output"),
                }
            }
            Self::File(mut file, look) => {
                let written = write(&mut file, look);
                written.with_context(|| format!("cannot write `{}`", file.target.display()))?;
                file.finish()
            }
        }
    }
}

/// A stream that remembers whether its reader has gone away, whatever error its user makes of that.
struct Watched<W> {
    out: W,
    is_closed: bool,
}

impl<W: Write> Watched<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            is_closed: false,
        }
    }

    fn watch<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        let closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
        self.is_closed |= done.as_ref().is_err_and(closed);
        done
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.out.write(bytes);
        self.watch(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.out.flush();
        self.watch(done)
    }
}

/// A file under construction.
#[derive(Debug)]
pub struct PendingFile {
    out: BufWriter<File>,
    target: PathBuf,
    /// `None` for a device, which is written to directly.
    temporary: Option<PathBuf>,
}

impl PendingFile {
    /// # Errors
    /// [`Misuse`] if `path` cannot name a file; otherwise what the system says.
    pub fn create(path: &Path) -> Result<Self> {
        let shown = path.display();
        if path.is_dir() {
            let text =
                format!("cannot write `{shown}`: it is a directory; give the path of a file");
            return Err(Misuse(text).into());
        }
        let device = fs::metadata(path).is_ok_and(|meta| !meta.is_file());
        if device {
            let file = OpenOptions::new().write(true).open(path);
            let file = file.map_err(|fault| unusable(&format!("cannot write `{shown}`"), fault))?;
            let out = BufWriter::new(file);
            return Ok(Self {
                out,
                target: path.into(),
                temporary: None,
            });
        }
        // A link stays a link: what it points to is replaced.
        let target = resolved(path);
        let Some(name) = target.file_name() else {
            return Err(Misuse(format!("`{shown}` does not name a file")).into());
        };
        // A name that no file can have shows only when it is asked for.
        if let Err(fault) = fs::symlink_metadata(&target)
            && fault.kind() != io::ErrorKind::NotFound
        {
            return Err(unusable(&format!("cannot write `{shown}`"), fault));
        }
        // Held while the file is made: an ending that comes now waits, and removes it.
        let mut unfinished = lock();
        let (temporary, file) = unnamed(&target, name).map_err(|fault| {
            let text = format!("cannot write `{shown}`: no file can be made in its folder");
            unusable(&text, fault)
        })?;
        unfinished.insert(temporary.clone());
        drop(unfinished);
        Ok(Self {
            out: BufWriter::new(file),
            target,
            temporary: Some(temporary),
        })
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// If the device is full, and the like.
    pub fn finish(mut self) -> Result<()> {
        let written = self.complete();
        written.with_context(|| format!("cannot write `{}`", self.target.display()))
    }

    /// The same, if there is no file of that name: of several who do this at once, one succeeds,
    /// and to the others the error has the kind `AlreadyExists`.
    ///
    /// # Errors
    /// If there is one, and if the device is full, and the like.
    pub fn finish_new(mut self) -> io::Result<()> {
        self.complete_by(
            &|temporary, target| match fs::hard_link(temporary, target) {
                Ok(()) => fs::remove_file(temporary),
                Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => Err(fault),
                // Not every file system has links.
                Err(_) => fs::rename(temporary, target),
            },
        )
    }

    fn complete(&mut self) -> io::Result<()> {
        self.complete_by(&|temporary, target| fs::rename(temporary, target))
    }

    fn complete_by(&mut self, rename: &dyn Fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
        self.out.flush()?;
        let Some(temporary) = self.temporary.take() else {
            return Ok(());
        };
        let renamed = self
            .out
            .get_ref()
            .sync_all()
            .and_then(|()| rename(&temporary, &self.target));
        if renamed.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        lock().remove(&temporary);
        renamed
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            // Best effort: a leftover is hidden and harmless.
            let _ = fs::remove_file(&temporary);
            lock().remove(&temporary);
        }
    }
}

/// A folder that is there to be written into; as much of it as had to be made goes again if it
/// stays empty.
#[derive(Debug)]
pub struct MadeFolder {
    /// The innermost first.
    made: Vec<PathBuf>,
}

impl MadeFolder {
    /// Makes a folder, and those that it lies in.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        // Held while they are made: an ending that comes now waits, and removes them.
        let mut unfinished = lock();
        let made: Vec<PathBuf> = (path.ancestors().take_while(is_missing))
            .map(Path::to_owned)
            .collect();
        unfinished.extend(made.iter().cloned());
        let done = fs::create_dir_all(path);
        drop(unfinished);
        let folder = Self { made };
        done.map(|()| folder)
    }
}

impl Drop for MadeFolder {
    fn drop(&mut self) {
        let mut unfinished = lock();
        for folder in &self.made {
            // Refused by the system where something lies in it.
            let _ = fs::remove_dir(folder);
            unfinished.remove(folder);
        }
    }
}

/// A place that the user named and that takes no file: [`Misuse`], unless the device is full.
pub fn unusable(what: &str, fault: io::Error) -> anyhow::Error {
    match fault.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            anyhow::Error::new(fault).context(what.to_owned())
        }
        _ => Misuse(format!("{what}: {fault}")).into(),
    }
}

/// Letters of a file's name that the name of its unfinished part repeats: names have a longest
/// length.
const REPEATED: usize = 40;

/// A new file beside `target`, under a name that nobody else has: its own, hidden, with the number
/// of this process.
fn unnamed(target: &Path, name: &OsStr) -> io::Result<(PathBuf, File)> {
    let name: String = name.to_string_lossy().chars().take(REPEATED).collect();
    let mut attempt = 0;
    loop {
        let path = target.with_file_name(format!(".{name}.{}-{attempt}.part", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => {
                attempt += 1;
            }
            made => return Ok((path, made?)),
        }
    }
}

/// Removes what is unfinished and ends the process, without destructors.
pub fn abandon(exit: Exit) -> ! {
    // Kept locked to the end: nothing new is begun.
    let mut unfinished = lock();
    // What lies in a folder stands after it.
    for path in std::mem::take(&mut *unfinished).into_iter().rev() {
        let _ = if path.is_dir() {
            fs::remove_dir(path)
        } else {
            fs::remove_file(path)
        };
    }
    std::process::exit(exit as i32)
}

fn lock() -> std::sync::MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::exit::Exit;
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder is there");
        entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    }

    #[test]
    fn the_file_appears_only_when_it_is_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("result.json");
        fs::write(&path, "old").expect("a file");
        let mut file = PendingFile::create(&path).expect("writable");
        file.write_all(b"new").expect("room");
        file.flush().expect("room");
        assert_eq!(fs::read_to_string(&path).expect("the old file"), "old");
        file.finish().expect("renamed");
        assert_eq!(fs::read_to_string(&path).expect("the new file"), "new");
        assert_eq!(names(folder.path()), ["result.json"]);
    }

    #[test]
    fn a_failed_run_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("result.json");
        drop(PendingFile::create(&path).expect("writable"));
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_that_was_made_goes_if_nothing_came_into_it_and_no_other_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("old")).expect("a folder");
        for (path, gone) in [("old", ""), ("old/a", "old/a"), ("b/c/d", "b")] {
            let made = MadeFolder::create(&at(path)).expect("writable");
            assert!(at(path).is_dir(), "{path}");
            drop(made);
            assert!(gone.is_empty() || !at(gone).exists(), "{path}");
            assert!(at("old").is_dir(), "{path}");
        }
        let made = MadeFolder::create(&at("e/f")).expect("writable");
        fs::write(at("e/f/chart.svg"), "x").expect("a file");
        drop(made);
        assert!(at("e/f/chart.svg").is_file());
        MadeFolder::create(&at("g/e/f/chart.svg/..")).expect("a name like any other");
        fs::write(at("file"), "x").expect("a file");
        MadeFolder::create(&at("file/h")).expect_err("no folder");
        assert!(at("file").is_file());
    }

    #[test]
    fn a_directory_or_a_missing_folder_is_refused_before_anything_is_computed() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = PendingFile::create(folder.path()).expect_err("a directory");
        assert!(error.to_string().contains("it is a directory"), "{error}");
        assert_eq!(Exit::of(&error), Exit::Input);
        let error =
            PendingFile::create(&folder.path().join("none/result.json")).expect_err("no folder");
        assert!(error.to_string().contains("result.json"), "{error}");
        assert_eq!(Exit::of(&error), Exit::Input);
    }

    #[test]
    fn a_path_that_takes_no_file_is_the_callers_to_mend_and_a_full_device_is_not() {
        for (kind, exit) in [
            (io::ErrorKind::NotFound, Exit::Input),
            (io::ErrorKind::PermissionDenied, Exit::Input),
            (io::ErrorKind::ReadOnlyFilesystem, Exit::Input),
            (io::ErrorKind::StorageFull, Exit::Failed),
            (io::ErrorKind::QuotaExceeded, Exit::Failed),
        ] {
            assert_eq!(Exit::of(&unusable("no", kind.into())), exit, "{kind}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_without_room_fails_the_run() {
        let mut full = PendingFile::create(Path::new("/dev/full")).expect("it can be opened");
        full.write_all(b"x").expect("it is kept back");
        assert_eq!(Exit::of(&full.finish().expect_err("no room")), Exit::Failed);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_stays_a_device() {
        let folder = tempfile::tempdir().expect("a folder");
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").expect("a file");
        std::os::unix::fs::symlink(&real, &link).expect("a link");
        let mut file = PendingFile::create(&link).expect("writable");
        file.write_all(b"new").expect("room");
        file.finish().expect("renamed");
        assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
        assert_eq!(fs::read_to_string(&real).expect("a file"), "new");

        let null = PendingFile::create(Path::new("/dev/null")).expect("writable");
        assert!(null.temporary.is_none());
        null.finish().expect("nothing to rename");
    }
}
