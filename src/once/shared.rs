//! Reports volumes that a step that runs once cannot share with the pods, because each pod has its own.

use super::piece::{Split, uses};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, Direction, Mount, Storage, Volume};

/// Reports files that would not reach their readers, and claims that a Job cannot have; tells whether there are any.
pub(super) fn report(split: &Split, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let before = diagnostics.len();
    for (step, in_job) in &split.in_jobs {
        diagnostics.extend(lost_files(split, *step));
        diagnostics.extend(claim(split, *step, in_job));
    }
    diagnostics.len() > before
}

/// Reports files of a step that are lost with its Job, although another container uses the volume.
fn lost_files(split: &Split, step: usize) -> Option<Diagnostic> {
    let container = &split.workload.containers[step];
    let once = container.once.as_ref()?;
    let (mount, volume, other) = volumes(split, container).find_map(|(mount, volume)| {
        let fills = matches!(mount.direction, Direction::Writes | Direction::Updates);
        let ends = matches!(volume.storage, Storage::Scratch | Storage::Memory);
        if !fills || !ends {
            return None;
        }
        let jobs = split.in_jobs.iter().map(|(other, _)| *other).filter(|other| *other != step);
        let mut others = split.others_in_pods(step).chain(jobs);
        let other = others.find(|other| uses(&split.workload.containers[*other], volume))?;
        Some((mount, volume, &split.workload.containers[other]))
    })?;
    let (name, volume_name, other_name) = (&container.name.text, &volume.name.text, &other.name.text);
    let headline = format!("what `{name}` writes into `{volume_name}` does not reach `{other_name}`");
    let place = other.mounts.iter().find(|mount| mount.volume.text == *volume_name);
    Some(
        Diagnostic::error(Code::OnceVolume, mount.span, headline)
            .here("written in the Job's own pod and deleted with it")
            .label(once.span, "runs in a Job of its own")
            .label(place.map_or(other.span, |mount| mount.span), format!("`{other_name}` runs in another pod"))
            .help(format!("remove `once`, write the files in a separate step without `once`, or share a volume that outlives the pod: `volume {volume_name} claim \"…\"`")),
    )
}

/// Reports a claim template that a step, or a container that it needs, mounts.
fn claim(split: &Split, step: usize, in_job: &[bool]) -> Option<Diagnostic> {
    let containers = split.workload.containers.iter().enumerate();
    let mut needed = containers.filter(|(index, _)| *index == step || in_job[*index]);
    let once = split.workload.containers[step].once.as_ref()?;
    needed.find_map(|(_, container)| {
        let mut claims =
            volumes(split, container).filter(|(_, volume)| volume.storage == Storage::ClaimTemplate);
        let (mount, volume) = claims.next()?;
        let headline = format!("`{}` is a claim of each pod, which a Job does not have", volume.name.text);
        Some(
            Diagnostic::error(Code::OnceVolume, mount.span, headline)
                .here("mounted in the Job")
                .label(once.span, "runs in a Job of its own")
                .label(volume.span, "a claim template")
                .help("remove `once`, or use a volume that the Job can mount too: `volume NAME claim \"…\"`"),
        )
    })
}

fn volumes<'s>(split: &'s Split, container: &'s Container) -> impl Iterator<Item = (&'s Mount, &'s Volume)> {
    container.mounts.iter().filter_map(|mount| Some((mount, split.workload.volumes.get(mount.index?)?)))
}
