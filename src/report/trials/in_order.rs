//! Puts blocks that threads finish in any order back into the order of their trials.
//!
//! Takes blocks as they come; hands them to a table one after another. As many blocks wait as
//! threads run ahead of the slowest, so memory does not grow with the run.

use super::{TrialRows, TrialTable};
use std::collections::BTreeMap;
use std::io;

pub struct InOrder {
    table: Box<dyn TrialTable>,
    /// Number of the trial that comes next.
    next: u64,
    /// By number of the first trial.
    waiting: BTreeMap<u64, TrialRows>,
    /// The first fault; nothing is written after it.
    fault: Option<io::Error>,
}

impl InOrder {
    /// `first` is the number of the first trial of the table.
    pub fn new(table: Box<dyn TrialTable>, first: u64) -> Self {
        Self {
            table,
            next: first,
            waiting: BTreeMap::new(),
            fault: None,
        }
    }

    /// Takes a block, and writes it as soon as all before it are written.
    ///
    /// A fault is kept for [`finish`](Self::finish), since the threads that call this cannot use
    /// it; `false` tells them to stop.
    pub fn push(&mut self, block: TrialRows) -> bool {
        if self.fault.is_some() {
            return false;
        }
        self.waiting.insert(block.first_trial, block);
        while let Some(block) = self.waiting.remove(&self.next) {
            if let Err(error) = self.table.write(&block) {
                self.fault = Some(error);
                self.waiting.clear();
                return false;
            }
            self.next += block.len() as u64;
        }
        true
    }

    /// Completes the file.
    ///
    /// # Errors
    /// The first fault of writing; `InvalidData` if a block never came that later ones waited for.
    pub fn finish(self) -> io::Result<()> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if let Some(first) = self.waiting.keys().next() {
            let text = format!("trials {} to {first} are missing", self.next);
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        self.table.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CsvTrials, sample};
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("one thread").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn table(out: &Shared) -> InOrder {
        let table = CsvTrials::new(out.clone(), sample::columns(), 0).expect("memory takes all");
        InOrder::new(Box::new(table), 0)
    }

    #[test]
    fn any_order_of_blocks_gives_the_same_bytes() {
        let written = |order: [u64; 4]| {
            let out = Shared::default();
            let mut table = table(&out);
            for i in order {
                assert!(table.push(sample::block(64 * i, 64)));
            }
            table.finish().expect("all blocks came");
            out.0.lock().expect("one thread").clone()
        };
        let sorted = written([0, 1, 2, 3]);
        assert_eq!(written([3, 1, 0, 2]), sorted);
        assert_eq!(written([1, 0, 3, 2]), sorted);
    }

    #[test]
    fn a_gap_is_an_error_and_a_fault_stops_the_writing() {
        let out = Shared::default();
        let mut gap = table(&out);
        assert!(gap.push(sample::block(64, 64)));
        assert!(gap.finish().is_err());

        let mut faulty = table(&out);
        let mut block = sample::block(0, 64);
        block.outcome.pop();
        assert!(!faulty.push(block));
        assert!(!faulty.push(sample::block(64, 64)));
        assert!(faulty.finish().is_err());
    }
}
