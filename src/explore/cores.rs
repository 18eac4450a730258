//! Who may compute, and where.
//!
//! What a page waits for is computed at once, on threads of its own: the system shares the cores
//! out. What only makes numbers finer goes by turns, a stretch at a time, whoever it is for, so
//! that any number of pages takes no more threads than one.

use crate::engine::Observer;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often somebody who waits looks whether it is still wanted.
const GLANCE: Duration = Duration::from_millis(5);
/// Pools that are kept for later.
const MOST_KEPT: usize = 4;

/// Threads, and turns on them.
#[derive(Default)]
pub struct Cores {
    idle: Mutex<Vec<ThreadPool>>,
    queue: Mutex<Queue>,
    moved: Condvar,
}

#[derive(Default)]
struct Queue {
    next: u64,
    waiting: VecDeque<u64>,
}

/// A turn; the next one's begins when it is dropped.
pub struct Turn<'c> {
    cores: &'c Cores,
    number: u64,
}

impl Cores {
    /// Does something on threads that nothing else runs on; `threads` as in the settings of a run.
    pub fn apart<T: Send>(&self, threads: usize, work: impl FnOnce() -> T + Send) -> T {
        if threads == 1 {
            return work();
        }
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let Some(pool) = kept.or_else(|| ThreadPoolBuilder::new().build().ok()) else {
            // Without threads of its own it shares those of all.
            return work();
        };
        let done = pool.install(work);
        let mut idle = idle();
        if idle.len() < MOST_KEPT {
            idle.push(pool);
        }
        done
    }

    /// Waits for a turn; `None` if nobody wants it any more.
    pub fn turn(&self, observer: &dyn Observer) -> Option<Turn<'_>> {
        let mut queue = self.queue();
        let number = queue.next;
        queue.next += 1;
        queue.waiting.push_back(number);
        let turn = Turn {
            cores: self,
            number,
        };
        while queue.waiting.front() != Some(&number) {
            if observer.cancelled() {
                drop(queue);
                drop(turn);
                return None;
            }
            let waited = self.moved.wait_timeout(queue, GLANCE);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Some(turn)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.cores.queue().waiting.retain(|one| *one != self.number);
        self.cores.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Silent;
    use std::sync::mpsc;

    /// Wants nothing.
    struct Gone;

    impl Observer for Gone {
        fn cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn turns_come_in_the_order_in_which_they_were_asked_for_and_none_for_who_has_gone() {
        let cores = Cores::default();
        let (say, said) = mpsc::channel();
        std::thread::scope(|scope| {
            let first = cores.turn(&Silent).expect("nobody is before it");
            for name in 0..4 {
                let (cores, say) = (&cores, say.clone());
                scope.spawn(move || {
                    let _turn = cores.turn(&Silent);
                    say.send(name).expect("somebody listens");
                });
                // Each waits before the next comes.
                while cores.queue().waiting.len() < name + 2 {
                    std::thread::yield_now();
                }
            }
            assert!(cores.turn(&Gone).is_none());
            assert!(said.try_recv().is_err(), "the first has not ended");
            drop(first);
        });
        assert_eq!(said.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(cores.queue().waiting.is_empty());
    }

    #[test]
    fn what_runs_apart_does_not_wait_for_what_runs_elsewhere() {
        let cores = Cores::default();
        let (begin, begun) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            let long = &cores;
            let long = scope.spawn(move || long.apart(2, move || begun.recv().is_ok()));
            let sum: u64 = cores.apart(2, || {
                use rayon::prelude::*;
                (0..1000_u64).into_par_iter().sum()
            });
            assert_eq!(sum, 499_500);
            begin.send(()).expect("it waits");
            assert!(long.join().expect("it ends"));
        });
    }
}
