//! Checks the fields of Jobs and `CronJobs`.
//!
//! Invariant: the Job template of a CronJob must meet the rules for a Job.

use super::report::{HANDLER, Report, filled_entry, shown, text};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::{cron, names, time_zone};
use crate::model::{Workload, WorkloadKind};
use crate::object::{MapEntry, Node};
use crate::source::Span;
use std::collections::HashSet;

const COUNTS: &[&str] = &[
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
];
const MOST_INDEXES: i64 = 100_000;
const MOST_FAILED_INDEXES: i64 = 10_000;
/// The most bytes that a list of indexes may have.
const LONGEST_LIST: usize = 64 << 10;
/// Labels that Kubernetes gives a Job's pods: its name, and its identity, which is known only once the Job exists.
const NAME_LABELS: &[&str] = &["job-name", "batch.kubernetes.io/job-name"];
const IDENTITY_LABELS: &[&str] = &["controller-uid", "batch.kubernetes.io/controller-uid"];

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    match (workload.kind, &workload.job) {
        (WorkloadKind::Job, _) => job(workload, &workload.object.spec, report),
        (WorkloadKind::CronJob, Some(level)) => {
            cron_job(workload, report);
            job(workload, &level.spec, report);
        }
        _ => {}
    }
}

fn cron_job(workload: &Workload, report: &mut Report<'_>) {
    let spec = &workload.object.spec;
    report.not_negative(
        spec,
        &["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"],
    );
    if let Some(schedule) = report.required(spec, "schedule", "a CronJob", workload.span)
        && let Some(written) = schedule.as_text()
        && let Some(fault) = cron::fault(written)
    {
        report.add(
            Diagnostic::error(
                Code::InvalidSchedule,
                schedule.span,
                format!("the schedule `{}` {fault}", shown(written)),
            )
            .here("not a valid schedule")
            .help("use five fields, such as `\"0 3 * * *\"` for every day at 3:00, or `\"@daily\"`"),
        );
    }
    if let Some(zone) = spec.get("timeZone") {
        time_zone(zone, report);
    }
    // The API server refuses such a Job only when it is created.
    report.leniently(true, |report| {
        for label in workload.pod.metadata.get("labels").map_or(&[][..], Node::entries) {
            if NAME_LABELS.iter().chain(IDENTITY_LABELS).any(|known| *known == label.key) {
                reserved_label(label, report);
            }
        }
    });
    let Some(job) = &workload.job else { return };
    if let Some(selector) = filled_entry(&job.spec, "selector") {
        report.unmet(selector.key_span, "selector", "is set by Kubernetes in a CronJob", "remove it");
    }
    if let Some(manual) = filled_entry(&job.spec, "manualSelector")
        && manual.node.as_bool() == Some(true)
    {
        report.unmet(manual.key_span, "manualSelector", "cannot be `true` in a CronJob", "remove it");
    }
}

fn time_zone(node: &Node, report: &mut Report<'_>) {
    use time_zone::TimeZoneFault;
    let Some(zone) = node.as_text() else { return };
    let Some(fault) = time_zone::fault(zone) else { return };
    let diagnostic = |headline: String| {
        Diagnostic::error(Code::InvalidTimeZone, node.span, headline).here("not a time zone")
    };
    report.add(match fault {
        TimeZoneFault::Empty => {
            diagnostic("the time zone is empty".into()).help("remove it, or use a zone such as `\"Etc/UTC\"`")
        }
        TimeZoneFault::Local => diagnostic(format!("the time zone `{zone}` depends on the machine"))
            .help("use a zone such as `\"Europe/Berlin\"`"),
        TimeZoneFault::Unknown(near) => {
            let unknown = diagnostic(format!("there is no time zone `{}`", shown(zone)));
            match near {
                Some(near) => super::report::renamed(unknown, node.span, zone, near),
                None => unknown.help("use a zone of the IANA database, such as `\"Europe/Berlin\"`"),
            }
        }
    });
}

fn job(workload: &Workload, spec: &Node, report: &mut Report<'_>) {
    report.not_negative(spec, COUNTS);
    restart_policy(workload, spec, report);
    indexes(workload.kind, spec, report);
    if let Some(policy) = filled_entry(spec, "podFailurePolicy") {
        failure_policy(workload, spec, policy, report);
    }
    if let Some(policy) = filled_entry(spec, "successPolicy") {
        success_policy(workload.kind, spec, policy, report);
    }
    if spec.get("managedBy").is_some() {
        let manager = report.required(spec, "managedBy", "a Job", spec.span);
        report.form(manager, "a Job's manager", names::domain_path);
    }
    if workload.kind == WorkloadKind::Job {
        selector(workload, spec, report);
    }
}

fn restart_policy(workload: &Workload, spec: &Node, report: &mut Report<'_>) {
    let policy = workload.pod.spec.get("restartPolicy");
    let Some(policy) = policy else {
        report.add_missing(
            Diagnostic::error(
                Code::WrongRestartPolicy,
                workload.span,
                "the pods of a Job need a restart policy",
            )
            .here("expected `restartPolicy` here")
            .help("add `restartPolicy OnFailure` (the same pod again) or `restartPolicy Never` (a new pod)"),
        );
        return;
    };
    let error = |headline: &str, help: &str| {
        Diagnostic::error(Code::WrongRestartPolicy, policy.span, headline)
            .here("not allowed in a Job")
            .help(help)
    };
    match policy.as_text() {
        Some("Always") => {
            let help = "use `OnFailure` (the same pod again) or `Never` (a new pod)";
            report.add(error("the pods of a Job cannot have the restart policy `Always`", help));
        }
        Some("OnFailure") => {
            if let Some(failure) = filled_entry(spec, "podFailurePolicy") {
                let title = "change it to `Never`";
                let diagnostic = error("a `podFailurePolicy` needs the restart policy `Never`", title)
                    .label(failure.key_span, "with `OnFailure`, no pod ever fails as a whole")
                    .fix(title, policy.span, "Never", Applicability::Unsafe);
                report.add(diagnostic);
            }
        }
        _ => {}
    }
}

fn indexes(kind: WorkloadKind, spec: &Node, report: &mut Report<'_>) {
    let number = |field| spec.get(field).and_then(Node::as_int);
    let indexed = match spec.get("completionMode") {
        None => false,
        Some(mode) if mode.as_text().is_none() => return,
        Some(mode) => mode.as_text() == Some("Indexed"),
    };
    if !indexed {
        for field in ["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"] {
            if let Some(entry) = filled_entry(spec, field) {
                let help = "add `completionMode Indexed` and `completions`";
                report.unmet(entry.key_span, field, "needs an indexed Job", help);
            }
        }
        return;
    }
    let mode = spec.get("completionMode").map_or(spec.span, |mode| mode.span);
    let per_index = spec.get("backoffLimitPerIndex").is_some();
    let many = number("completions").is_some_and(|count| count > MOST_INDEXES);
    if completions(kind, spec).is_none() && spec.get("completions").is_none() {
        report.required(spec, "completions", "an indexed Job", mode);
    }
    report.in_range(spec, "parallelism", &(0..=MOST_INDEXES));
    report.leniently(!per_index, |report| {
        if many && number("parallelism").is_some_and(|count| count <= MOST_INDEXES) {
            report.in_range(spec, "parallelism", &(0..=MOST_FAILED_INDEXES));
        }
    });
    if let Some(failed) = filled_entry(spec, "maxFailedIndexes") {
        if !per_index {
            let help = "add `backoffLimitPerIndex`";
            report.unmet(failed.key_span, "maxFailedIndexes", "needs `backoffLimitPerIndex`", help);
        }
        let most = if many && per_index { MOST_FAILED_INDEXES } else { MOST_INDEXES };
        let most = completions(kind, spec).map_or(most, |count| most.min(count.max(0)));
        report.in_range(spec, "maxFailedIndexes", &(0..=most));
    } else if many && per_index {
        report.required(spec, "maxFailedIndexes", "a Job of more than 100000 indexes", mode);
    }
}

fn failure_policy(workload: &Workload, spec: &Node, policy: &MapEntry, report: &mut Report<'_>) {
    let rules = policy.node.get("rules");
    report.at_most(rules, "rules", 20);
    let containers: HashSet<&str> =
        workload.containers.iter().map(|container| container.name.text.as_str()).collect();
    for rule in rules.map_or(&[][..], Node::items) {
        if let Some(action) = report.required(rule, "action", "a rule", rule.span)
            && action.as_text() == Some("FailIndex")
            && spec.get("backoffLimitPerIndex").is_none()
        {
            report.unmet(
                action.span,
                "FailIndex",
                "needs `backoffLimitPerIndex`",
                "add `backoffLimitPerIndex` to the Job, or use `FailJob`",
            );
        }
        let kinds = ["onExitCodes", "onPodConditions"];
        let none = rule.get("onExitCodes").is_none() && filled_entry(rule, "onPodConditions").is_none();
        if none && rule.get("onPodConditions").is_some() {
            report.required(rule, "onPodConditions", "a rule", rule.span);
        } else if let Some(kind) = report.exactly_one(rule, &kinds, "a rule", rule.span, HANDLER) {
            if kind.key == "onExitCodes" {
                exit_codes(&kind.node, &containers, report);
            } else {
                report.at_most(Some(&kind.node), "onPodConditions", 20);
                for condition in kind.node.items() {
                    if let Some(name) = report.required(condition, "type", "a condition", condition.span) {
                        report.form(Some(name), "a condition's type", names::qualified);
                    }
                }
            }
        }
    }
    if let Some(replacement) = spec.get("podReplacementPolicy")
        && replacement.as_text() == Some("TerminatingOrFailed")
    {
        let help = "use `Failed`, or remove it";
        let why = "cannot be combined with a `podFailurePolicy`";
        report.unmet(replacement.span, "TerminatingOrFailed", why, help);
    }
}

fn exit_codes(rule: &Node, containers: &HashSet<&str>, report: &mut Report<'_>) {
    report.known_container(rule.get("containerName"), containers);
    report.required(rule, "operator", "a rule about exit codes", rule.span);
    let Some(values) = report.required(rule, "values", "a rule about exit codes", rule.span) else { return };
    report.at_most(Some(values), "values", 255);
    let codes: Vec<(i64, Span)> =
        values.items().iter().filter_map(|node| Some((node.as_int()?, node.span))).collect();
    let mut seen = HashSet::new();
    let mut last = i64::MIN;
    for (code, span) in codes {
        if code == 0 && text(rule, "operator") == Some("In") {
            report.unmet(
                span,
                "0",
                "is the exit code of a success, and cannot be combined with `In`",
                "remove it",
            );
        } else if !seen.insert(code) {
            let headline = format!("the exit code `{code}` is given twice");
            report.add(
                Diagnostic::error(Code::DuplicateItem, span, headline)
                    .here("again")
                    .help("remove one of the two"),
            );
        } else if code < last {
            report.unmet(
                span,
                &code.to_string(),
                "is out of order",
                "list the exit codes in ascending order",
            );
        }
        last = last.max(code);
    }
}

/// How many pods must succeed, if that is known.
///
/// The API server gives a Job that sets neither `completions` nor `parallelism` one, but not the template of a CronJob.
pub(super) fn completions(kind: WorkloadKind, spec: &Node) -> Option<i64> {
    match spec.get("completions") {
        Some(completions) => completions.as_int(),
        None => (kind == WorkloadKind::Job && spec.get("parallelism").is_none()).then_some(1),
    }
}

fn success_policy(kind: WorkloadKind, spec: &Node, policy: &MapEntry, report: &mut Report<'_>) {
    let Some(rules) = report.required(&policy.node, "rules", "a success policy", policy.key_span) else {
        return;
    };
    report.at_most(Some(rules), "rules", 20);
    let completions = completions(kind, spec).unwrap_or(i64::MAX);
    for rule in rules.items() {
        if rule.get("succeededIndexes").is_none() && rule.get("succeededCount").is_none() {
            report.required(rule, "succeededIndexes", "a rule of a success policy", rule.span);
        }
        let listed = rule.get("succeededIndexes").and_then(|node| Some((node, node.as_text()?)));
        let indexes = listed.map(|(_, written)| count_of(written, completions));
        let most = indexes.flatten().unwrap_or(completions);
        report.in_range(rule, "succeededCount", &(0..=most.max(0)));
        let Some((node, written)) = listed else { continue };
        if indexes == Some(None) {
            report.add(
                Diagnostic::error(
                    Code::OutOfRange,
                    node.span,
                    format!("`{}` is not a list of the Job's indexes", shown(written)),
                )
                .here("expected a list of indexes")
                .help("use ascending numbers and ranges below `completions`, such as `\"0,2-4\"`"),
            );
        }
    }
}

/// How many indexes a text lists, if it has ascending numbers and ranges below `end`, as in `0,2-4`.
fn count_of(text: &str, end: i64) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let (mut last, mut count) = (-1, 0);
    for item in text.split(',').filter(|_| text.len() <= LONGEST_LIST) {
        let (low, high) = item.split_once('-').unwrap_or((item, item));
        let (low, high) = (low.parse::<i64>().ok()?, high.parse::<i64>().ok()?);
        let fits = last < low && (low < high || !item.contains('-')) && high < end;
        count += fits.then_some(high - low + 1)?;
        last = high;
    }
    (text.len() <= LONGEST_LIST).then_some(count)
}

fn selector(workload: &Workload, spec: &Node, report: &mut Report<'_>) {
    let manual = spec.get("manualSelector").and_then(Node::as_bool) == Some(true);
    if !manual {
        generated_labels(workload, report);
    }
    let Some(selector) = filled_entry(spec, "selector") else {
        if manual {
            let help = "add `selector { matchLabels { … } }`, or remove `manualSelector`";
            let at = filled_entry(spec, "manualSelector").map_or(workload.span, |manual| manual.key_span);
            report.unmet(at, "manualSelector", "needs a `selector`", help);
        }
        return;
    };
    let fields = ["matchLabels", "matchExpressions"].iter().filter_map(|field| selector.node.get(field));
    let empty =
        fields.fold(true, |empty, node| empty && node.entries().is_empty() && node.items().is_empty());
    if manual {
        super::selectors::check(&selector.node, report);
        let labels = workload.pod.metadata.get("labels").map_or(&[][..], Node::entries);
        if let Some(miss) = super::selectors::miss(&selector.node, labels) {
            report.add(super::selectors::mismatch(&miss, "Job"));
        }
    } else if !empty {
        let help = "remove it, or add `manualSelector true`";
        report.unmet(selector.key_span, "selector", "is set by Kubernetes for a Job", help);
    }
}

/// Checks that labels which Kubernetes itself gives the pods have no other value.
fn generated_labels(workload: &Workload, report: &mut Report<'_>) {
    for label in workload.pod.metadata.get("labels").map_or(&[][..], Node::entries) {
        let key = label.key.as_str();
        let own = workload.name.as_ref().is_none_or(|name| label.node.as_text() == Some(&name.text));
        if IDENTITY_LABELS.contains(&key) || (NAME_LABELS.contains(&key) && !own) {
            reserved_label(label, report);
        }
    }
}

fn reserved_label(label: &MapEntry, report: &mut Report<'_>) {
    report.unmet(label.key_span, &label.key, "is a label that Kubernetes sets on a Job's pods", "remove it");
}

#[cfg(test)]
mod tests {
    use super::count_of;

    #[test]
    fn index_lists() {
        for (good, count) in [("", 0), ("0", 1), ("0,2", 2), ("0-2,4", 4), ("1,3-4", 3)] {
            assert_eq!(count_of(good, 5), Some(count), "{good}");
        }
        for bad in [",", "5", "2,1", "1,1", "3-2", "2-2", "a", "-1", "1-", "0,2-5", "0-2,2"] {
            assert_eq!(count_of(bad, 5), None, "{bad}");
        }
    }
}
