//! The files of a scenario as they were when it was read.
//!
//! Every tweak is read from the texts that the base was read from, whatever has become of the files
//! since: both are always of one version, and a file that was saved with a fault stops nothing.

use crate::scenario::{Disk, Files};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Files that are read from the disk once.
#[derive(Debug, Default)]
pub struct Kept {
    read: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
}

impl Files for Kept {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = read.get(path) {
            return Ok(bytes.clone());
        }
        let bytes = Disk.read(path)?;
        read.insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }

    fn beside(&self, path: &Path) -> Option<Vec<String>> {
        Disk.beside(path)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        Disk.identity(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_once_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        let kept = Kept::default();
        assert!(kept.read(&path).is_err());
        std::fs::write(&path, "1").expect("written");
        assert_eq!(kept.read(&path).expect("it is there"), b"1");
        std::fs::write(&path, "2").expect("written");
        assert_eq!(kept.read(&path).expect("it was read"), b"1");
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(kept.read(&path).expect("it was read"), b"1");
    }
}
