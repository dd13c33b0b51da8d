//! Lists the rules, each in a file that opens with its documentation, and what several of them use.

mod bashism;
mod blocked_egress;
mod busybox_nslookup;
mod cheaper_order;
mod chown_in_script;
mod deadline_on_server;
mod deadline_too_short;
mod early_subpath;
mod endless_command;
mod endless_restart;
mod endless_wait;
mod foreign_liveness;
mod fragile_job_wait;
mod grace_too_short;
mod hidden_program;
mod hosts;
mod idle_annotation;
mod idle_autoscaler;
mod ignored_failure;
mod image_shell;
mod immutable_object;
mod impatient_liveness;
mod ineffective_wait;
mod interrupted_migration;
mod joined_lines;
mod kubectl_without_account;
mod least_memory;
mod literal_secret;
mod lost_files;
mod memory_volume_over_limit;
mod migrations;
mod misplaced_script;
mod missed_dotfiles;
mod missing_mount_point;
mod missing_object;
mod missing_permission;
mod missing_rights;
mod missing_shell;
mod needs_later_object;
mod no_shell;
mod open_port_not_ready;
mod overruled_replicas;
mod piped_download;
mod ports;
mod probe_in_one_shot_pod;
mod racing_migration;
mod read_only_claim;
mod refused_write;
mod root_refused;
mod scratch_over_limit;
mod secret_on_command_line;
mod servers;
mod several_tasks;
mod sidecar_as_app;
mod skipped_pre_stop;
mod step_before_mesh;
mod step_before_vault;
mod step_sets_bill;
mod stuck_sidecar;
mod truncated_pre_stop;
mod unbounded_unpack;
mod unchecked_download;
mod unexpanded_reference;
mod unguarded_clone;
mod unknown_key;
mod unlikely_amount;
mod unlikely_mode;
mod unmatched_selector;
mod unpinned_image;
mod unprobed_server;
mod unreadable_volume;
mod unrepeatable_command;
mod unreserved_step;
mod unresolvable_host;
mod unrestarted_container;
mod unshareable_claim;
mod unshared_processes;
mod unsplit_command;
mod unstarted_server;
mod vanished_image;
mod waits_for_itself;

#[cfg(feature = "cli")]
pub(crate) use literal_secret::is_secret as names_a_secret;
pub(super) use ports::Ports;

use super::Pod;
use super::awaited;
use super::rights::image;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, Volume, Workload};
use crate::object::Node;
use crate::source::Span;

/// A rule adds what it finds in a pod.
type Rule = fn(&Pod<'_>, &mut Vec<Diagnostic>);

/// Every rule with the code of what it finds.
pub(super) const RULES: &[(Code, Rule)] = &[
    (Code::Bashism, bashism::check),
    (Code::BlockedEgress, blocked_egress::check),
    (Code::BusyboxNslookup, busybox_nslookup::check),
    (Code::CheaperOrder, cheaper_order::check),
    (Code::ChownInScript, chown_in_script::check),
    (Code::DeadlineOnServer, deadline_on_server::check),
    (Code::DeadlineTooShort, deadline_too_short::check),
    (Code::EarlySubpath, early_subpath::check),
    (Code::EndlessCommand, endless_command::check),
    (Code::EndlessRestart, endless_restart::check),
    (Code::EndlessWait, endless_wait::check),
    (Code::ForeignLiveness, foreign_liveness::check),
    (Code::FragileJobWait, fragile_job_wait::check),
    (Code::GraceTooShort, grace_too_short::check),
    (Code::HiddenProgram, hidden_program::check),
    (Code::IdleAnnotation, idle_annotation::check),
    (Code::IdleAutoscaler, idle_autoscaler::check),
    (Code::IgnoredFailure, ignored_failure::check),
    (Code::ImmutableObject, immutable_object::check),
    (Code::ImpatientLiveness, impatient_liveness::check),
    (Code::IneffectiveWait, ineffective_wait::check),
    (Code::InterruptedMigration, interrupted_migration::check),
    (Code::JoinedLines, joined_lines::check),
    (Code::KubectlWithoutAccount, kubectl_without_account::check),
    (Code::LiteralSecret, literal_secret::check),
    (Code::LostFiles, lost_files::check),
    (Code::MemoryVolumeOverLimit, memory_volume_over_limit::check),
    (Code::MisplacedScript, misplaced_script::check),
    (Code::MissedDotfiles, missed_dotfiles::check),
    (Code::MissingMountPoint, missing_mount_point::check),
    (Code::MissingObject, missing_object::check),
    (Code::MissingPermission, missing_permission::check),
    (Code::MissingRights, missing_rights::check),
    (Code::MissingShell, missing_shell::check),
    (Code::NeedsLaterObject, needs_later_object::check),
    (Code::NoShell, no_shell::check),
    (Code::OpenPortNotReady, open_port_not_ready::check),
    (Code::OverruledReplicas, overruled_replicas::check),
    (Code::PipedDownload, piped_download::check),
    (Code::ProbeInOneShotPod, probe_in_one_shot_pod::check),
    (Code::RacingMigration, racing_migration::check),
    (Code::ReadOnlyClaim, read_only_claim::check),
    (Code::RootRefused, root_refused::check),
    (Code::RefusedWrite, refused_write::check),
    (Code::ScratchOverLimit, scratch_over_limit::check),
    (Code::SecretOnCommandLine, secret_on_command_line::check),
    (Code::SeveralTasks, several_tasks::check),
    (Code::SidecarAsApp, sidecar_as_app::check),
    (Code::SkippedPreStop, skipped_pre_stop::check),
    (Code::StepBeforeMesh, step_before_mesh::check),
    (Code::StepBeforeVault, step_before_vault::check),
    (Code::StepSetsBill, step_sets_bill::check),
    (Code::StuckSidecar, stuck_sidecar::check),
    (Code::TruncatedPreStop, truncated_pre_stop::check),
    (Code::UnboundedUnpack, unbounded_unpack::check),
    (Code::UncheckedDownload, unchecked_download::check),
    (Code::UnexpandedReference, unexpanded_reference::check),
    (Code::UnguardedClone, unguarded_clone::check),
    (Code::UnknownKey, unknown_key::check),
    (Code::UnlikelyAmount, unlikely_amount::check),
    (Code::UnlikelyAmount, unlikely_mode::check),
    (Code::UnmatchedSelector, unmatched_selector::check),
    (Code::UnpinnedImage, unpinned_image::check),
    (Code::UnprobedServer, unprobed_server::check),
    (Code::UnreadableVolume, unreadable_volume::check),
    (Code::UnrepeatableCommand, unrepeatable_command::check),
    (Code::UnreservedStep, unreserved_step::check),
    (Code::UnresolvableHost, unresolvable_host::check),
    (Code::UnrestartedContainer, unrestarted_container::check),
    (Code::UnshareableClaim, unshareable_claim::check),
    (Code::UnsharedProcesses, unshared_processes::check),
    (Code::UnsplitCommand, unsplit_command::check),
    (Code::UnstartedServer, unstarted_server::check),
    (Code::VanishedImage, vanished_image::check),
    (Code::WaitsForItself, waits_for_itself::check),
];

/// The volume of an absolute path in a container.
fn volume_at<'w>(workload: &'w Workload, container: &Container, path: &str) -> Option<&'w Volume> {
    let inside = |mount: &str| {
        let mount = mount.trim_end_matches('/');
        path.strip_prefix(mount).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mounts = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
    let found = mounts.iter().filter_map(|mount| {
        let path = mount.get("mountPath").and_then(Node::as_text).filter(|path| inside(path))?;
        Some((path.len(), mount.get("name").and_then(Node::as_text)?))
    });
    let (_, name) = found.max()?;
    workload.volumes.iter().find(|volume| volume.name.text == name)
}

/// The variables of a container whose value is in the source: name, value and the place of the value.
fn variables(container: &Container) -> impl Iterator<Item = (&str, &str, Span)> {
    container.fields.get("env").map_or(&[][..], Node::items).iter().filter_map(|variable| {
        let value = variable.get("value")?;
        Some((variable.get("name")?.as_text()?, value.as_text()?, value.span))
    })
}

/// The hosts that a step waits for, without their ports, each with its place; all those that have a certain name in theirs
/// are included.
fn waited(pod: &Pod<'_>, at: usize, name: &str) -> Vec<(String, Span)> {
    let step = &pod.workload.containers[at];
    if step.built_in.is_some() {
        let hosts = awaited::built_in(step).iter().filter_map(awaited::built_in_host);
        return hosts.map(|host| (host, step.span)).collect();
    }
    let Some(script) = pod.script(at, &[name]) else { return Vec::new() };
    let hosts = awaited::hosts(script);
    hosts.into_iter().map(|(host, range)| (host, pod.place_of(script, &range))).collect()
}
