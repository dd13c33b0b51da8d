//! Runs a command again whenever something changes that it has read.

use super::console::Console;
use super::exit_status::Status;
use crate::files::watch::{self, Watched};
use clap::Args;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How often the state of the files is looked at, if that is quick.
const PERIOD: Duration = Duration::from_millis(100);

/// The part of the time that looking at them may take.
const SHARE: u32 = 20;

/// How long nothing may change before a change is complete: editors write a file in several steps.
const CALM: Duration = Duration::from_millis(30);

/// How long changes that go on are waited for.
const MAX_CALMS: usize = 30;

/// Whether the command watches.
#[derive(Args)]
pub(super) struct WatchArguments {
    /// Run again whenever a file that was read changes, or a new one appears in a folder; Ctrl-C stops
    #[arg(long)]
    watch: bool,
}

impl WatchArguments {
    /// Runs a command once, or again and again.
    pub(super) fn run(
        &self,
        paths: &[PathBuf],
        console: &mut Console,
        run: impl Fn(&mut Console) -> Status,
    ) -> Status {
        if !self.watch {
            return run(console);
        }
        if paths.iter().any(|path| path.as_os_str() == "-") {
            console.trouble("standard input cannot be watched");
            console.help("name files or folders, or leave --watch out");
            return console.finish();
        }
        loop {
            watch::begin();
            let status = run(&mut console.fresh());
            let watched = watch::recorded();
            if watched.is_empty() {
                return status;
            }
            let count = watched.count();
            console.say("watching", &format!("{count} {}", if count == 1 { "file" } else { "files" }));
            wait_for_change(&watched);
            console.clear();
        }
    }
}

/// Returns once something has changed, and then nothing more for a moment.
fn wait_for_change(watched: &Watched) {
    let mut now;
    loop {
        let start = Instant::now();
        now = watched.now();
        if now != *watched {
            break;
        }
        std::thread::sleep(PERIOD.max(start.elapsed() * SHARE));
    }
    for _ in 0..MAX_CALMS {
        std::thread::sleep(CALM);
        let then = watched.now();
        if then == now {
            return;
        }
        now = then;
    }
}
