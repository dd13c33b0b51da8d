//! Asks the cluster by kubectl, which knows the login of the user.
//!
//! Invariant: kubectl only gets and prints; every value is a part of one argument, `--flag=value` or `kind/name`, so that none
//! becomes an option.

use super::bounded::{self, Printed, Unanswered};
use super::console::Console;
use super::recorded::MAX_BYTES;
use crate::status::Observed;
use clap::Args;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// How the cluster is asked.
#[derive(Args)]
pub(super) struct Kubectl {
    /// Ask with this context of the kubeconfig
    #[arg(long, value_name = "NAME", conflicts_with = "pods")]
    context: Option<String>,
    /// Ask in this namespace [default: that of the workload, else that of the context]
    #[arg(short, long, value_name = "NAME", conflicts_with = "pods")]
    pub(super) namespace: Option<String>,
    /// Ask with this kubeconfig
    #[arg(long, value_name = "FILE", conflicts_with = "pods")]
    kubeconfig: Option<PathBuf>,
    /// How many seconds kubectl may take for an answer
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,
}

/// Why there is no answer, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KubectlFault {
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
    /// Whether another question would not be answered either, for now.
    pub(super) is_general: bool,
    /// Whether that will not change by waiting.
    pub(super) is_final: bool,
}

impl KubectlFault {
    /// Prints it as the reason for which the run fails.
    pub(super) fn report(&self, console: &mut Console) {
        console.trouble(&self.message);
        if let Some(help) = self.help {
            console.help(help);
        }
    }
}

/// The most bytes of a log that are asked for, and its most lines.
const LOG_BYTES: usize = 64 << 10;
const LOG_LINES: usize = 20;

/// The most characters of a message of kubectl that are shown.
const MAX_MESSAGE: usize = 300;

impl Kubectl {
    /// Adds objects to what is known: the words are the resources, or their names.
    pub(super) fn get(
        &self,
        words: &[String],
        options: &[String],
        namespace: Option<&str>,
        observed: &mut Observed,
    ) -> Result<(), KubectlFault> {
        let what = words.first().map(String::as_str).unwrap_or_default();
        let printed =
            self.ask("get", words, &[&["--output=json".to_owned()], options].concat(), namespace, MAX_BYTES)?;
        let failed = |reason: &str| KubectlFault {
            message: format!("cannot read what `kubectl get {what}` printed: {reason}"),
            help: None,
            is_general: false,
            is_final: false,
        };
        let text = String::from_utf8(printed.output).map_err(|_| failed("it is not UTF-8"))?;
        // Nothing is printed if there is no such object.
        if !text.trim().is_empty() {
            observed.read(&text).map_err(|reason| failed(&reason))?;
        }
        if printed.is_success { Ok(()) } else { Err(refused(what, &printed.messages)) }
    }

    /// The end of the log of a container.
    pub(super) fn log(
        &self,
        (pod, container): (&str, &str),
        is_previous: bool,
        namespace: Option<&str>,
    ) -> Result<String, KubectlFault> {
        let mut options = vec![
            format!("--container={container}"),
            format!("--tail={LOG_LINES}"),
            format!("--limit-bytes={LOG_BYTES}"),
        ];
        if is_previous {
            options.push("--previous".to_owned());
        }
        let printed = self.ask("logs", &[format!("pod/{pod}")], &options, namespace, 2 * LOG_BYTES)?;
        if !printed.is_success {
            return Err(refused("logs", &printed.messages));
        }
        Ok(String::from_utf8_lossy(&printed.output).into_owned())
    }

    fn ask(
        &self,
        verb: &str,
        words: &[String],
        options: &[String],
        namespace: Option<&str>,
        limit: usize,
    ) -> Result<Printed, KubectlFault> {
        let mut command = Command::new("kubectl");
        command.arg(verb).args(words).args(options).arg(format!("--request-timeout={}s", self.timeout));
        if let Some(context) = &self.context {
            command.arg(format!("--context={context}"));
        }
        if let Some(namespace) = self.namespace.as_deref().or(namespace) {
            command.arg(format!("--namespace={namespace}"));
        }
        if let Some(file) = &self.kubeconfig {
            let mut flag = OsString::from("--kubeconfig=");
            flag.push(file);
            command.arg(flag);
        }
        let time = Duration::from_secs(self.timeout);
        bounded::run(command, time, limit).map_err(|unanswered| self.unanswered(&unanswered))
    }

    fn unanswered(&self, unanswered: &Unanswered) -> KubectlFault {
        let (message, help) = match unanswered {
            Unanswered::NotStarted(error) if error.kind() == io::ErrorKind::NotFound => (
                "cannot run `kubectl`: the program is not installed".to_owned(),
                Some("install kubectl, or give what it prints elsewhere: `--pods FILE`"),
            ),
            Unanswered::NotStarted(error) => {
                (format!("cannot run `kubectl`: {}", crate::files::reason(error)), None)
            }
            Unanswered::TimedOut => (
                format!("the cluster did not answer within {} s", self.timeout),
                Some(
                    "check the context with `kubectl config current-context`, or give it more time with `--timeout`",
                ),
            ),
            Unanswered::TooLarge => (
                format!("kubectl printed more than {} MiB", MAX_BYTES >> 20),
                Some("name fewer sources, or another namespace"),
            ),
        };
        let is_final = matches!(unanswered, Unanswered::NotStarted(_));
        KubectlFault { message, help, is_general: true, is_final }
    }
}

/// What kubectl says about a question that it does not answer. Its last line is the reason.
fn refused(what: &str, messages: &str) -> KubectlFault {
    let mut lines = messages.lines().map(str::trim).filter(|line| !line.is_empty());
    let last = lines.next_back().unwrap_or("it does not say why");
    let last: String = last.chars().take(MAX_MESSAGE).collect();
    let help = last.contains("(Forbidden)").then_some(
        "ask for the rights to get and list pods, events and workloads, or name a namespace where you have them",
    );
    KubectlFault {
        message: format!("kubectl cannot get {what}: {last}"),
        help,
        is_general: false,
        is_final: false,
    }
}
