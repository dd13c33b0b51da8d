//! Decides what the compiler refuses in a block, although the tables allow it, because of the statements around it.
//!
//! Invariant: what is refused here would be an error, or is set only by the API server.

use super::keyword_of;
use crate::ide::shape::{Inside, word};
use crate::kubernetes::schema;
use crate::model::WorkloadKind;
use crate::syntax::tree::Statement;
use crate::vocabulary::ContainerKind;

/// Whether a statement is not allowed in a block because of the statements around it, outermost first.
pub(super) fn refused(name: &str, inside: Inside, around: &[&Statement]) -> bool {
    let branch = |statement: &&&Statement| matches!(statement.name.text.as_str(), "when" | "else");
    let mut holders = around.iter().rev().filter(|statement| !branch(statement));
    let holder = holders.next();
    let outer = holders.next().map_or("", |outer| keyword_of(outer));
    match inside {
        Inside::Container(keyword) => in_container(name, keyword),
        Inside::Workload(kind) => {
            let has_schedule = || holder.is_some_and(|holder| holder.values.len() > 1);
            name == "schedule" && has_schedule()
                || is_named(name)
                || kind.is_some_and(|kind| in_workload(name, kind))
        }
        Inside::Template(_) => {
            is_named(name) || WorkloadKind::of(outer).is_some_and(|kind| in_workload(name, kind))
        }
        Inside::Object(object) => {
            let is_metadata = object.name == schema::OBJECT_META.name;
            is_metadata
                && (schema::SET_BY_SERVER.contains(&name)
                    || name == "name" && WorkloadKind::of(outer).is_some())
                || holder.is_some_and(|holder| in_head(name, holder))
        }
        _ => false,
    }
}

fn is_named(name: &str) -> bool {
    name == "name" || schema::SET_BY_SERVER.contains(&name)
}

fn in_workload(name: &str, kind: WorkloadKind) -> bool {
    match name {
        "activeDeadlineSeconds" => {
            !matches!(kind, WorkloadKind::Pod | WorkloadKind::Job | WorkloadKind::CronJob)
        }
        "selector" => kind == WorkloadKind::CronJob,
        _ => false,
    }
}

fn in_container(name: &str, keyword: &str) -> bool {
    let kind = ContainerKind::of(keyword);
    match name {
        "name" => true,
        "ready" | "alive" | "started" | "lifecycle" | "stops" => {
            !matches!(kind, Some(ContainerKind::App | ContainerKind::Sidecar))
        }
        "run" | "args" | "script" | "command" => {
            matches!(kind, Some(ContainerKind::BuiltIn(step)) if !step.takes_command())
        }
        "restartPolicy" => kind == Some(ContainerKind::Sidecar),
        _ => false,
    }
}

/// Whether the head of a short form already sets a field, or rules it out.
fn in_head(name: &str, holder: &Statement) -> bool {
    let has_word = |wanted: &str| holder.values.iter().skip(1).any(|value| word(value) == Some(wanted));
    match holder.name.text.as_str() {
        "volume" => match name {
            "name" => true,
            "medium" => has_word("memory"),
            "sizeLimit" => holder.values.len() > 2,
            "path" => has_word("host"),
            "claimName" => has_word("claim"),
            "secretName" => has_word("secret"),
            "reference" => has_word("image"),
            _ => false,
        },
        "port" => matches!(name, "name" | "containerPort"),
        "reads" => matches!(name, "name" | "mountPath" | "readOnly"),
        "updates" | "writes" | "mounts" => matches!(name, "name" | "mountPath"),
        "ready" => name == "terminationGracePeriodSeconds" || HANDLERS.contains(&name),
        "alive" | "started" => HANDLERS.contains(&name),
        _ => false,
    }
}

const HANDLERS: &[&str] = &["exec", "httpGet", "tcpSocket", "grpc"];
