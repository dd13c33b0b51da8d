#![doc = include_str!("../../diagnostic/explain/missing-mount-point.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{Container, Mount, Role, Storage, Volume};
use crate::object::Node;
use crate::source::Span;

/// Programs that may bring any folder along.
const COPIERS: [&str; 10] = ["cp", "mv", "rsync", "tar", "unzip", "git", "install", "curl", "wget", "ln"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, container) in pod.containers() {
        let mounts: Vec<PlacedMount<'_>> = placed(container).collect();
        if mounts.len() < 2 {
            continue;
        }
        for inner in &mounts {
            let around = mounts.iter().filter_map(|outer| Some((outer, below(inner.path, outer.path)?)));
            let Some((outer, folder)) = around.max_by_key(|(outer, _)| outer.path.len()) else { continue };
            let Some(volume) = outer.mount.index.and_then(|index| pod.workload.volumes.get(index)) else {
                continue;
            };
            // In volumes of Secrets, ConfigMaps and the like, the kubelet makes the folders for mounts in them.
            let is_empty = matches!(volume.storage, Storage::Scratch | Storage::Memory);
            if is_empty && outer.read_only {
                let nested = Nested { pod, container: at, inner, outer, volume, folder };
                found.extend(nested.check());
            }
        }
    }
}

/// A mount with its path.
struct PlacedMount<'a> {
    mount: &'a Mount,
    path: &'a str,
    read_only: bool,
}

fn placed(container: &Container) -> impl Iterator<Item = PlacedMount<'_>> {
    let nodes = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
    container.mounts.iter().zip(nodes).filter_map(|(mount, node)| {
        Some(PlacedMount {
            mount,
            path: node.get("mountPath")?.as_text()?.trim_end_matches('/'),
            read_only: node.get("readOnly").and_then(Node::as_bool) == Some(true),
        })
    })
}

/// The rest of a path that is below another one.
fn below<'p>(path: &'p str, above: &str) -> Option<&'p str> {
    path.strip_prefix(above)?.strip_prefix('/').filter(|rest| !rest.is_empty() && !above.is_empty())
}

/// Whether a path is a folder's, or that of something in it.
fn is_in(path: &str, folder: &str) -> bool {
    path == folder || below(path, folder).is_some()
}

/// A mount in a folder of a read-only mount.
struct Nested<'p, 'a> {
    pod: &'p Pod<'a>,
    container: usize,
    inner: &'p PlacedMount<'p>,
    outer: &'p PlacedMount<'p>,
    volume: &'p Volume,
    /// The folder in the outer mount.
    folder: &'p str,
}

impl Nested<'_, '_> {
    fn check(&self) -> Option<Diagnostic> {
        let folder = match self.outer.mount.sub.as_deref() {
            Some(sub) => format!("{}/{}", sub.trim_matches('/'), self.folder),
            None => self.folder.to_owned(),
        };
        (!self.may_be_made(&folder)).then(|| self.warning(&folder))
    }

    /// Whether something in the pod makes the folder, or may.
    fn may_be_made(&self, folder: &str) -> bool {
        let containers = self.pod.workload.containers.iter().enumerate();
        containers.into_iter().any(|(at, container)| {
            let mounts: Vec<PlacedMount<'_>> = placed(container).collect();
            let of_volume = || mounts.iter().filter(|mount| mount.mount.index == self.outer.mount.index);
            // The kubelet makes the folder that a mount takes from the volume.
            let taken = of_volume().any(|mount| {
                mount.mount.sub.as_deref().is_some_and(|sub| is_in(sub.trim_matches('/'), folder))
            });
            let writes = of_volume().filter(|mount| !mount.read_only).any(|mount| {
                let inside = match mount.mount.sub.as_deref() {
                    Some(sub) => below(folder, sub.trim_matches('/')),
                    None => Some(folder),
                };
                let Some(inside) = inside else { return false };
                let is_point = |other: &PlacedMount<'_>| {
                    below(other.path, mount.path).is_some_and(|path| is_in(path, inside))
                };
                mounts.iter().any(is_point) || is_written(container, mount, inside)
            });
            taken || (writes && (at == self.container || container.role != Role::App))
        })
    }

    fn warning(&self, folder: &str) -> Diagnostic {
        let container = &self.pod.workload.containers[self.container];
        let (inner, outer) = (self.inner, self.outer);
        let headline = format!(
            "`{}` cannot start unless something makes the folder `{folder}` in `{}`",
            container.name.text, self.volume.qualified
        );
        let diagnostic = Diagnostic::warning(Code::MissingMountPoint, inner.mount.span, headline)
            .here(format!("needs a folder in `{}`, where the runtime cannot create it", outer.path))
            .label(outer.mount.span, "mounted read-only");
        let Some((writer, mount)) = self.writer() else {
            return diagnostic.help(format!("mount it outside `{}`", outer.path));
        };
        let statement =
            format!("mounts {} at {}/{folder} sub \"{folder}\"", self.volume.qualified, mount.path);
        let title = format!("let `{writer}` have the folder made: `{statement}`");
        let diagnostic = diagnostic.help(title.clone());
        match self.after(mount.mount.span) {
            Some(span) => diagnostic.fix(title, span, format!("; {statement}"), Applicability::Unsafe),
            None => diagnostic,
        }
    }

    /// The step or sidecar that writes the whole volume, with its mount.
    fn writer(&self) -> Option<(&str, PlacedMount<'_>)> {
        let early = self.pod.workload.containers.iter().filter(|container| container.role != Role::App);
        early.into_iter().find_map(|container| {
            let mount = placed(container).find(|mount| {
                mount.mount.index == self.outer.mount.index && !mount.read_only && mount.mount.sub.is_none()
            })?;
            Some((container.name.text.as_str(), mount))
        })
    }

    /// The end of a mount's statement, if the source has the statement and it has no block.
    fn after(&self, mount: Span) -> Option<Span> {
        let file = self.pod.sources.get(mount.file);
        let written = self.pod.sources.slice(mount);
        let statements = ["writes ", "updates ", "mounts "];
        let rest = file.text.get(mount.range().end..)?.trim_start_matches([' ', '\t']);
        let alone =
            statements.iter().any(|statement| written.starts_with(statement)) && !rest.starts_with('{');
        alone.then(|| Span::new(mount.file, mount.range().end, mount.range().end))
    }
}

/// Whether what a container runs makes the folder in the volume, or may.
fn is_written(container: &Container, mount: &PlacedMount<'_>, folder: &str) -> bool {
    if container.built_in.is_some() {
        // What is in a folder that a step copies or unpacks is not known.
        let made = mount.mount.makes.as_deref();
        return made.is_none_or(|made| {
            let made = made.trim_matches('/');
            made.is_empty() || is_in(made, folder) || is_in(folder, made)
        });
    }
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let words = ["command", "args"].map(|field| container.fields.get(field).map_or(&[][..], Node::items));
    let mut texts = words.iter().copied().flatten().filter_map(Node::as_text);
    texts.any(|text| {
        let mut parts = text.split(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '-' | '_')));
        text.contains(name) || parts.any(|part| COPIERS.contains(&part))
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::MissingMountPoint;

    fn pod(step: &str, outer: &str) -> String {
        format!(
            "pod p {{\n  volume site\n  volume extra configmap \"extra\"\n  step render {{ image \"a:1\"; {step} }}\n  app web {{ image \"b:1\"; {outer}; reads extra at /etc/nginx/conf.d }}\n}}"
        )
    }

    #[test]
    fn a_folder_that_nobody_makes_is_found() {
        let step = "run \"render /out\"; writes site at /out";
        let shown = found(CODE, [pod(step, "reads site at /etc/nginx")]);
        insta::assert_snapshot!(shown, @r#"
        …eads site at /etc/nginx; «reads extra at /etc/nginx/conf.d» }
          `web` cannot start unless something makes the folder `conf.d` in `site`
          fix (unsafe): let `render` have the folder made: `mounts site at /out/conf.d sub "conf.d"`
          - …out"; writes site at /out }
          + …out"; writes site at /out; mounts site at /out/conf.d sub "conf.d" }
        "#);
    }

    #[test]
    fn a_folder_that_may_be_there_is_fine() {
        let reads = "reads site at /etc/nginx";
        for step in [
            "run \"render /out\"; writes site at /out; mounts site at /out/conf.d sub \"conf.d\"",
            "run \"render /out\"; writes site at /out; mounts extra at /out/conf.d",
            "run \"mkdir -p /out/conf.d\"; writes site at /out",
            "run \"cp -r /site/. /out\"; writes site at /out",
        ] {
            passes(CODE, &pod(step, reads));
        }
        passes(CODE, &pod("run \"render /out\"; writes site at /out", "updates site at /etc/nginx"));
        passes(CODE, &pod("run \"render /out\"; writes site at /out", "reads site at /etc/nginx/html"));
        passes(
            CODE,
            "pod p { volume a configmap \"a\"; volume b secret \"b\"; app web { image \"b:1\"; reads a at /a; reads b at /a/b } }",
        );
    }
}
