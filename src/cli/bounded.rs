//! Runs a program that may hang, print without end, or start others that outlive it.
//!
//! Invariant: the time and the memory that it takes are bounded; when its time is over, so are the processes of its group.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// What a program has printed.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) output: Vec<u8>,
    pub(super) messages: String,
    pub(super) is_success: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// The program cannot be started.
    NotStarted(io::Error),
    /// Its time is over.
    TimedOut,
    /// It printed too much.
    TooLarge,
}

/// The most bytes of messages that are kept.
const MAX_MESSAGES: u64 = 64 << 10;

/// How often it is looked whether a program has ended that prints nothing more.
const PERIOD: Duration = Duration::from_millis(5);

/// Runs a program for this time at most; it may print this many bytes.
pub(super) fn run(mut command: Command, time: Duration, limit: usize) -> Result<Printed, Unanswered> {
    let end = Instant::now() + time;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(Unanswered::NotStarted)?;
    let printed = collect(&mut child, end, limit);
    if printed.is_err() {
        kill(&mut child);
    }
    printed
}

fn collect(child: &mut Child, end: Instant, limit: usize) -> Result<Printed, Unanswered> {
    let limit = limit as u64;
    let (output, messages) = (child.stdout.take(), child.stderr.take());
    let messages = read(messages, MAX_MESSAGES, true);
    let output = read(output, limit + 1, false);
    let output = answer(&output, end)?;
    if output.len() as u64 > limit {
        return Err(Unanswered::TooLarge);
    }
    let messages = answer(&messages, end)?;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => {
                let messages = String::from_utf8_lossy(&messages).into_owned();
                return Ok(Printed { output, messages, is_success: status.success() });
            }
            Ok(None) if Instant::now() < end => std::thread::sleep(PERIOD),
            _ => return Err(Unanswered::TimedOut),
        }
    }
}

/// Reads a stream on a thread of its own; what is beyond a limit is left, or read and forgotten.
fn read(stream: Option<impl Read + Send + 'static>, limit: u64, drains: bool) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // What was read until a fault is what there is.
            let _ = stream.by_ref().take(limit).read_to_end(&mut bytes);
            if drains {
                let _ = io::copy(&mut stream, &mut io::sink());
            }
        }
        // Nobody waits for it once the time is over.
        let _ = sender.send(bytes);
    });
    receiver
}

fn answer(stream: &Receiver<Vec<u8>>, end: Instant) -> Result<Vec<u8>, Unanswered> {
    match stream.recv_timeout(end.saturating_duration_since(Instant::now())) {
        Ok(bytes) => Ok(bytes),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(Unanswered::TimedOut),
    }
}

/// Ends a program and the ones that it has started.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        // It has not been waited for, so its number is still its own. It may have ended by itself.
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
    }
    let _ = child.kill();
    let _ = child.wait();
}
