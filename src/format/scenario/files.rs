//! Access to scenario files: from the disk, or from wherever a user of the library keeps them.

use crate::diagnostic::nearest;
use std::cell::RefCell;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// Largest file that is read, in bytes. Real scenarios have well under a hundredth of it.
const LARGEST: u64 = 256 << 20;

/// Entries of a folder that are looked at to find a name.
const MOST_NAMES: usize = 10_000;

/// Where the texts of scenario files come from.
pub trait Files {
    /// The content of a file.
    ///
    /// # Errors
    /// Whatever kept it from being read; `NotFound` if there is none.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The content of standard input, for the path `-`.
    ///
    /// # Errors
    /// Whatever kept it from being read; without an implementation, always.
    fn read_standard_input(&self) -> io::Result<Vec<u8>> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "there is no standard input here",
        ))
    }

    /// Names of the files in the folder of `path`; `None` if there is no such folder. For hints
    /// only.
    fn beside(&self, _path: &Path) -> Option<Vec<String>> {
        Some(Vec::new())
    }

    /// One spelling for all paths to the same file, so that a cycle of `extends` is found.
    fn identity(&self, path: &Path) -> PathBuf {
        normal(path)
    }
}

/// Files read from elsewhere, with a note of each.
pub struct Noted<'f> {
    files: &'f dyn Files,
    /// Path and content, in the order in which they were first read.
    read: RefCell<Vec<(PathBuf, Vec<u8>)>>,
}

impl<'f> Noted<'f> {
    pub fn new(files: &'f dyn Files) -> Self {
        Self {
            files,
            read: RefCell::default(),
        }
    }

    /// What was read so far, to be read again.
    pub fn into_remembered(self) -> Remembered {
        Remembered(self.read.into_inner())
    }

    fn note(&self, path: &Path, content: io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
        let content = content?;
        let mut read = self.read.borrow_mut();
        if read.iter().all(|(known, _)| known != path) {
            read.push((path.to_owned(), content.clone()));
        }
        Ok(content)
    }
}

impl Files for Noted<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.note(path, self.files.read(path))
    }

    fn read_standard_input(&self) -> io::Result<Vec<u8>> {
        self.note(Path::new(STANDARD), self.files.read_standard_input())
    }

    fn beside(&self, path: &Path) -> Option<Vec<String>> {
        self.files.beside(path)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        self.files.identity(path)
    }
}

/// Files whose paths and contents are known; nothing is read from a disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered(pub Vec<(PathBuf, Vec<u8>)>);

impl Files for Remembered {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.0.iter().find(|(known, _)| known == path) {
            Some((_, content)) => Ok(content.clone()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn read_standard_input(&self) -> io::Result<Vec<u8>> {
        self.read(Path::new(STANDARD))
    }
}

/// The path that stands for standard input.
const STANDARD: &str = "-";

/// The files of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it is a directory",
            ));
        }
        limited(std::fs::File::open(path)?)
    }

    fn read_standard_input(&self) -> io::Result<Vec<u8>> {
        limited(io::stdin().lock())
    }

    fn beside(&self, path: &Path) -> Option<Vec<String>> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let entries = std::fs::read_dir(folder).ok()?;
        let names = entries
            .take(MOST_NAMES)
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok());
        Some(names.collect())
    }

    fn identity(&self, path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| normal(path))
    }
}

/// All of a source that is no larger than a scenario file may be.
///
/// # Errors
/// Whatever kept it from being read, or that it is larger.
pub fn limited(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("it is larger than {} MiB", LARGEST >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// Why reading failed, in words that are the same on every system.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => {
            "no file can have this name".to_owned()
        }
        _ => error.to_string(),
    }
}

/// What to try instead of a path at which there is no file.
pub fn instead(files: &dyn Files, path: &Path) -> Option<String> {
    let Some(names) = files.beside(path) else {
        let folder = path.parent()?.display();
        return Some(format!("there is no folder `{folder}`"));
    };
    let wanted = path.file_name()?.to_str()?;
    let is_scenario = |name: &str| name.ends_with(".json") || name.ends_with(".jsonc");
    let stem = |name: &str| -> String {
        let name = name.to_lowercase();
        let end = name.find(".json").unwrap_or(name.len());
        name[..end].to_owned()
    };
    let mut scenarios: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| is_scenario(name))
        .collect();
    scenarios.sort_unstable();
    let same = scenarios.iter().find(|name| stem(name) == stem(wanted));
    let stems: Vec<String> = scenarios.iter().map(|name| stem(name)).collect();
    let like = || {
        let meant = nearest(&stem(wanted), stems.iter().map(String::as_str))?;
        scenarios.iter().find(|name| stem(name) == meant)
    };
    let found = path.with_file_name(same.or_else(like)?);
    Some(format!("did you mean `{}`?", found.display()))
}

/// The path without `.` and without `..` behind a folder.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(parts.components().next_back(), Some(Component::Normal(_))) =>
            {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_spellings_of_a_path_have_one_identity() {
        for (path, same) in [
            ("a/./b.json", "a/b.json"),
            ("a/../b.json", "b.json"),
            ("../b.json", "../b.json"),
            ("./b", "b"),
        ] {
            assert_eq!(normal(Path::new(path)), Path::new(same));
        }
    }

    #[test]
    fn a_missing_file_gets_the_nearest_name_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["valley.json", "strike.jsonc", "notes.txt"] {
            std::fs::write(folder.path().join(name), "{}").unwrap();
        }
        for (wanted, meant) in [
            ("valey.json", Some("valley.json")),
            ("valley", Some("valley.json")),
            ("Valley.JSON", Some("valley.json")),
            ("strike.json", Some("strike.jsonc")),
            ("notes.json", None),
            ("harbour.json", None),
        ] {
            let hint = instead(&Disk, &folder.path().join(wanted));
            let expected =
                meant.map(|name| format!("did you mean `{}`?", folder.path().join(name).display()));
            assert_eq!(hint, expected, "{wanted}");
        }
        let hint = instead(&Disk, &folder.path().join("none/valley.json")).unwrap();
        assert!(hint.starts_with("there is no folder"), "{hint}");
        let own = instead(&Disk, Path::new("Cargo.jsn"));
        assert_eq!(own, None);
    }

    #[test]
    fn what_was_read_once_can_be_read_again_and_nothing_else() {
        let disk = Remembered(vec![
            ("a.json".into(), b"{}".to_vec()),
            ("b.json".into(), b"[]".to_vec()),
            (STANDARD.into(), b"1".to_vec()),
        ]);
        let noted = Noted::new(&disk);
        for _ in 0..2 {
            assert_eq!(noted.read(Path::new("b.json")).unwrap(), b"[]");
        }
        assert_eq!(noted.read_standard_input().unwrap(), b"1");
        noted.read(Path::new("c.json")).unwrap_err();
        let again = noted.into_remembered();
        assert_eq!(again.0.len(), 2);
        assert_eq!(again.read_standard_input().unwrap(), b"1");
        let error = again.read(Path::new("a.json")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_directory_is_not_read_as_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = Disk.read(folder.path()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }
}
