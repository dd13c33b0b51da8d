//! Follows pods until nothing happens any more: as a picture on a terminal, as lines of what has changed elsewhere.

use super::console::Console;
use super::exit_status::Status;
use super::kubectl::KubectlFault;
use std::collections::HashSet;
use std::io::IsTerminal as _;
use std::time::Duration;

/// How long is waited between two looks.
const PERIOD: Duration = Duration::from_secs(2);

/// After how many questions without an answer the cluster is given up.
const MAX_FAULTS: usize = 3;

/// What the pods do at one moment.
pub(super) struct Look {
    /// All of it.
    pub(super) text: String,
    /// A line for each pod.
    pub(super) lines: Vec<String>,
    /// Whether nothing happens any more by itself.
    pub(super) is_final: bool,
    pub(super) status: Status,
    /// Why there is nothing to follow.
    pub(super) missing: Vec<String>,
}

/// Looks again and again, until nothing happens any more.
pub(super) fn follow(
    console: &mut Console,
    mut look: impl FnMut(&mut Console) -> Result<Look, KubectlFault>,
) {
    let is_picture = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
    let mut printed: HashSet<String> = HashSet::new();
    let mut faults = 0;
    loop {
        match look(console) {
            Ok(Look { text, lines, is_final, status, missing }) => {
                faults = 0;
                if is_picture {
                    console.clear();
                    console.print(&text);
                } else {
                    let new = lines.iter().filter(|line| !printed.contains(*line));
                    let new: Vec<String> = new.map(|line| format!("{line}\n")).collect();
                    console.print(&new.concat());
                    // A pod may come back to a state that it was in before.
                    printed = lines.into_iter().collect();
                }
                for message in &missing {
                    console.trouble(message);
                }
                if is_final || !missing.is_empty() || console.status() == Status::Trouble {
                    return console.raise(status);
                }
            }
            Err(fault) => {
                faults += 1;
                if faults == MAX_FAULTS || fault.is_final {
                    return fault.report(console);
                }
                console.warn(&fault.message);
            }
        }
        std::thread::sleep(PERIOD);
    }
}
