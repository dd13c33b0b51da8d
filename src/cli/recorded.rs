//! Reads pods, events and logs that were written to files before.

use super::console::Console;
use crate::files;
use crate::kubernetes::timestamp;
use crate::status::{Logs, Moment, Observed};
use clap::Args;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The most bytes of pods and events that are read.
pub(super) const MAX_BYTES: usize = 64 << 20;

/// The most bytes of logs that are read.
const MAX_LOG_BYTES: usize = 64 << 20;

/// Where pods, events and logs come from, if not from the cluster.
#[derive(Args)]
pub(super) struct Recorded {
    /// Read pods from this file, or from standard input with `-`, instead of asking the cluster: what `kubectl get pods -o json`
    /// prints, or `-o yaml`
    #[arg(long, value_name = "FILE")]
    pub(super) pods: Option<PathBuf>,
    /// Read events from this file: what `kubectl get events -o json` prints
    #[arg(long, value_name = "FILE", requires = "pods")]
    events: Option<PathBuf>,
    /// Read logs from this file, which `kubectl logs --prefix` printed, or from a folder of files CONTAINER.log or
    /// POD.CONTAINER.log
    #[arg(long, value_name = "PATH", requires = "pods")]
    logs: Option<PathBuf>,
    /// The moment to report on, such as 2026-11-29T04:23:20Z [default: now]
    #[arg(long, value_name = "TIME", requires = "pods", value_parser = moment)]
    pub(super) at: Option<Moment>,
}

fn moment(text: &str) -> Result<Moment, String> {
    timestamp::seconds(text).ok_or_else(|| "use the form 2026-11-29T04:23:20Z".to_owned())
}

impl Recorded {
    /// Adds what the files have; nothing if one cannot be read, which is reported.
    pub(super) fn read(&self, pods: (&Path, &str), console: &mut Console) -> Option<(Observed, Logs)> {
        let mut observed = Observed::default();
        add(&mut observed, pods, console)?;
        if let Some(path) = &self.events {
            let text = text(path, console)?;
            add(&mut observed, (path, &text), console)?;
        }
        let mut logs = Logs::default();
        if let Some(path) = &self.logs
            && let Err(message) = read_logs(path, &mut logs)
        {
            console.trouble(&message);
            return None;
        }
        Some((observed, logs))
    }
}

/// The text of a file or of standard input; nothing if it cannot be read, which is reported.
pub(super) fn text(path: &Path, console: &mut Console) -> Option<String> {
    let read = match path.to_str() {
        Some("-") => files::text(io::stdin().lock(), 0, MAX_BYTES),
        _ => files::unbounded(path, MAX_BYTES),
    };
    read.map_err(|reason| console.trouble(&format!("cannot read `{}`: {reason}", name(path)))).ok()
}

fn add(observed: &mut Observed, (path, text): (&Path, &str), console: &mut Console) -> Option<()> {
    let read = observed.read(text);
    read.map_err(|reason| console.trouble(&format!("cannot read `{}`: {reason}", name(path)))).ok()
}

pub(super) fn name(path: &Path) -> String {
    if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() }
}

fn read_logs(path: &Path, logs: &mut Logs) -> Result<(), String> {
    let failed =
        |path: &Path, reason: &dyn std::fmt::Display| format!("cannot read `{}`: {reason}", path.display());
    if !path.is_dir() {
        let text = files::unbounded(path, MAX_LOG_BYTES).map_err(|reason| failed(path, &reason))?;
        logs.add_prefixed(&text);
        return Ok(());
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| failed(path, &files::reason(&error)))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut room = MAX_LOG_BYTES;
    for entry in entries {
        let file = entry.path();
        let Some(stem) = file.file_name().and_then(|name| name.to_str()?.strip_suffix(".log")) else {
            continue;
        };
        let text = files::unbounded(&file, room).map_err(|reason| failed(&file, &reason))?;
        room -= text.len();
        let (pod, container) = stem.rsplit_once('.').unwrap_or(("", stem));
        logs.add(pod, container, &text);
    }
    Ok(())
}
