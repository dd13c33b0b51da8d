#![doc = include_str!("../../diagnostic/explain/unbounded-unpack.md")]

use crate::context::ObjectKind;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::quantity::Quantity;
use crate::lint::Pod;
use crate::model::{Container, Direction, Mount, Storage, Volume};
use crate::object::Node;
use crate::steps::BuiltIn;
use crate::steps::fetch::Limits;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (_, step) in pod.containers() {
        let limit = match &step.built_in {
            Some(BuiltIn::Fetch(Some(fetch))) => fetch.unpack.map(|unpack| unpack.limits.size),
            _ => None,
        };
        let Some(limit) = limit else { continue };
        for mount in step.mounts.iter().filter(|mount| mount.direction == Direction::Writes) {
            let Some(volume) = mount.index.and_then(|index| pod.workload.volumes.get(index)) else {
                continue;
            };
            let word = match volume.storage {
                Storage::Scratch => "scratch",
                Storage::Memory => "memory",
                Storage::ClaimTemplate | Storage::Filled => {
                    found.extend(over_claim(pod, step, mount, volume, limit));
                    continue;
                }
            };
            if volume.fields.at("emptyDir.sizeLimit").is_some() {
                continue;
            }
            let name = &volume.name.text;
            let headline =
                format!("`{}` unpacks an archive into `{name}`, which has no size limit", step.name.text);
            let title = format!("set a size: `volume {name} {word} 1Gi`");
            let warning = Diagnostic::warning(Code::UnboundedUnpack, mount.span, headline)
                .here("can fill the disk or the memory of the node")
                .label(volume.span, "has no size limit")
                .help(title.clone());
            let written = pod.sources.slice(volume.span);
            let size = if written.ends_with(word) { " 1Gi".to_owned() } else { format!(" {word} 1Gi") };
            let is_one_line = volume.fields.span == volume.span;
            found.push(if is_one_line {
                warning.fix(title, volume.span.after(), size, Applicability::Display)
            } else {
                warning
            });
        }
    }
}

/// The size of a claim.
const STORAGE: &str = "spec.resources.requests.storage";

/// A claim that is smaller than what the step says that it may unpack.
fn over_claim(
    pod: &Pod<'_>,
    step: &Container,
    mount: &Mount,
    volume: &Volume,
    limit: u64,
) -> Option<Diagnostic> {
    // Nobody has written the default.
    if limit == Limits::default().size {
        return None;
    }
    let sizes: Vec<&Node> = match volume.storage {
        Storage::ClaimTemplate => volume.fields.at(STORAGE).into_iter().collect(),
        _ => {
            let name = volume.fields.at("persistentVolumeClaim.claimName").and_then(Node::as_text)?;
            let claims = pod.candidates(ObjectKind::PersistentVolumeClaim, name);
            claims.iter().map(|claim| claim.at(STORAGE)).collect::<Option<_>>()?
        }
    };
    let bytes = |size: &&Node| size.as_quantity().map(Quantity::value);
    let largest = sizes.into_iter().max_by_key(bytes)?;
    let size = largest.as_quantity().filter(|size| size.value() < i128::from(limit))?;
    let (step, name) = (&step.name.text, &volume.name.text);
    let headline = format!("`{step}` may unpack more into `{name}` than its claim of {size} holds");
    Some(
        Diagnostic::warning(Code::UnboundedUnpack, mount.span, headline)
            .here("`max-size` allows more than fits")
            .label(largest.span, format!("requests {size}"))
            .help(format!("set `max-size {size}` or less, or request more storage")),
    )
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::passes;

    #[test]
    fn claims_and_plain_files_are_not_reported() {
        let pod = |volume: &str, rest: &str| {
            format!(
                "pod p {{ volume v {volume}; fetch f {{ from \"https://acme.dev/a.tar\"; into v \"a\"; {rest} }}; app b {{ image \"b:1\"; reads v at /v }} }}"
            )
        };
        passes(Code::UnboundedUnpack, &pod("claim \"v\"", "unpack"));
        passes(Code::UnboundedUnpack, &pod("memory 1Gi", "unpack"));
        passes(Code::UnboundedUnpack, &pod("", ""));
    }
}
