#![doc = include_str!("../../diagnostic/explain/unbounded-unpack.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{Direction, Storage};
use crate::steps::BuiltIn;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (_, step) in pod.containers() {
        match &step.built_in {
            Some(BuiltIn::Fetch(Some(fetch))) if fetch.unpack.is_some() => {}
            _ => continue,
        }
        for mount in step.mounts.iter().filter(|mount| mount.direction == Direction::Writes) {
            let Some(volume) = mount.index.and_then(|index| pod.workload.volumes.get(index)) else {
                continue;
            };
            let word = match volume.storage {
                Storage::Scratch => "scratch",
                Storage::Memory => "memory",
                _ => continue,
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
