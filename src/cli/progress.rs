//! Shows a progress bar on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a run may take before it shows a bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// Counts what is done; shows the count on a terminal if the run takes long.
pub(super) struct Progress {
    total: u64,
    done: AtomicU64,
    started: Instant,
    terminal: bool,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    pub(super) fn new(total: usize) -> Self {
        Self {
            total: total as u64,
            done: AtomicU64::new(0),
            started: Instant::now(),
            terminal: std::io::stderr().is_terminal(),
            bar: OnceLock::new(),
        }
    }

    /// Counts one more as done.
    pub(super) fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.terminal && self.started.elapsed() > PATIENCE {
            self.bar.get_or_init(|| bar(self.total)).set_position(done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:30} {pos} of {len} sources") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
