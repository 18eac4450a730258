//! Access to scenario files: from the disk, or from wherever a user of the library keeps them.

use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// Largest file that is read, in bytes. Real scenarios have well under a hundredth of it.
const LARGEST: u64 = 256 << 20;

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

    /// One spelling for all paths to the same file, so that a cycle of `extends` is found.
    fn identity(&self, path: &Path) -> PathBuf {
        normal(path)
    }
}

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

    fn identity(&self, path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| normal(path))
    }
}

fn limited(source: impl Read) -> io::Result<Vec<u8>> {
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
    fn a_directory_is_not_read_as_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = Disk.read(folder.path()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }
}
