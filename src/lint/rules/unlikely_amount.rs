#![doc = include_str!("../../diagnostic/explain/unlikely-amount.md")]

use super::least_memory;
use crate::diagnostic::{Applicability, Code, Diagnostic, change_to};
use crate::lint::Pod;
use crate::model::Storage;
use crate::object::Node;
use std::fmt::{Arguments, Display};

/// The least memory with which container runtimes start a container.
const LEAST_MEMORY: i128 = 6 << 20;

/// Nobody asks for fewer bytes of memory or storage than this.
const FEW_BYTES: i128 = 64 << 10;

/// A page of memory: a volume that holds less than this holds nothing.
const PAGE: i128 = 4 << 10;

/// More cores than most nodes have; from here on, thousandths of a core are usually meant.
const MANY_CORES: i128 = 100;

/// The steps in which large nodes have cores, and up to which number.
const NODE_CORES: (i128, i128) = (32, 384);

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let amounts = AmountReader { pod };
    for (at, container) in pod.containers() {
        let before = found.len();
        amounts.resources(&container.fields, &format_args!("`{}`", container.name.text), found);
        if found.len() == before {
            found.extend(amounts.too_few_for_program(at));
        }
    }
    amounts.resources(&pod.workload.pod.spec, &"the pod", found);
    for volume in &pod.workload.volumes {
        let name = &volume.name.text;
        if let Some(size) = volume.fields.at("emptyDir.sizeLimit") {
            let what = format_args!("the size of the volume `{name}`");
            found.extend(amounts.bytes(size, what, PAGE, "Mi"));
        }
        let claim = match volume.storage {
            Storage::ClaimTemplate => Some(&volume.fields),
            _ => volume.fields.at("ephemeral.volumeClaimTemplate"),
        };
        let requests = claim.and_then(|claim| claim.get("spec")?.at("resources.requests"));
        let claim = requests.and_then(|requests| requests.get("storage"));
        if let Some(size) = claim {
            let what = format_args!("the size of the claim `{name}`");
            found.extend(amounts.bytes(size, what, FEW_BYTES, "Gi"));
        }
    }
}

struct AmountReader<'p, 'a> {
    pod: &'p Pod<'a>,
}

impl AmountReader<'_, '_> {
    /// Judges the requests and limits of a container or of the pod.
    fn resources(&self, holder: &Node, owner: &dyn Display, found: &mut Vec<Diagnostic>) {
        for (key, word) in [("requests", "request"), ("limits", "limit")] {
            let Some(amounts) = holder.at("resources").and_then(|resources| resources.get(key)) else {
                continue;
            };
            if let Some(cpu) = amounts.get("cpu") {
                found.extend(self.cores(cpu, format_args!("the CPU {word} of {owner}")));
            }
            for (resource, name) in [("memory", "memory"), ("ephemeral-storage", "storage")] {
                let Some(node) = amounts.get(resource) else { continue };
                // It becomes text only if there is something to say.
                let what = format_args!("the {name} {word} of {owner}");
                let few = self.bytes(node, what, FEW_BYTES, "Mi");
                let is_limit = resource == "memory" && word == "limit";
                found.extend(few.or_else(|| if is_limit { self.too_few(node, what) } else { None }));
            }
        }
    }

    /// Warns of so few bytes that the unit must be missing.
    fn bytes(&self, node: &Node, what: Arguments<'_>, least: i128, unit: &str) -> Option<Diagnostic> {
        let amount = node.as_quantity().filter(|amount| amount.is_integer())?;
        let bytes = amount.value();
        if bytes <= 0 || bytes >= least {
            return None;
        }
        let headline =
            format!("{what} is {}", if bytes == 1 { "1 byte".into() } else { format!("{bytes} bytes") });
        let diagnostic = Diagnostic::warning(Code::UnlikelyAmount, node.span, headline)
            .here("a number without a unit is a number of bytes");
        let written = self.pod.sources.slice(node.span).trim_matches(['"', '\'']);
        let number = written.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        Some(if digits && number != written {
            diagnostic.here("less than any program needs").meant(node.span, &format!("{number}{unit}"))
        } else if digits {
            let meant = format!("{number}{unit}");
            diagnostic.help(change_to(&meant)).fix(change_to(&meant), node.span, meant, Applicability::Unsafe)
        } else {
            diagnostic.help(format!("write it with a unit, such as `{bytes}{unit}`"))
        })
    }

    /// Warns of a memory limit with which no container starts.
    fn too_few(&self, node: &Node, what: Arguments<'_>) -> Option<Diagnostic> {
        let amount = node.as_quantity()?;
        let bytes = amount.value();
        (bytes > 0 && bytes < LEAST_MEMORY && amount.is_integer()).then(|| {
            let diagnostic =
                Diagnostic::warning(Code::UnlikelyAmount, node.span, format!("{what} is {amount}"))
                    .here("container runtimes do not start a container with less than 6Mi");
            let written = self.pod.sources.slice(node.span);
            match written.strip_suffix("Ki").or_else(|| written.strip_suffix('k')) {
                Some(number) => diagnostic.meant(node.span, &format!("{number}Mi")),
                None => diagnostic.help("raise it to `6Mi` or more"),
            }
        })
    }

    /// Warns of a memory limit with which the program of a container cannot do its work.
    fn too_few_for_program(&self, container: usize) -> Option<Diagnostic> {
        let own = &self.pod.workload.containers[container];
        let node = own.fields.at("resources.limits.memory")?;
        let amount = node.as_quantity().filter(|amount| amount.value() > 0)?;
        let (program, least) = least_memory::needed(self.pod, container, amount.value())?;
        let headline =
            format!("the memory limit of `{}` is {amount}, too little for `{program}`", own.name.text);
        Some(
            Diagnostic::warning(Code::UnlikelyAmount, node.span, headline)
                .here("the kernel kills the container when it needs more")
                .help(format!("raise it to `{}Mi` or more", least >> 20)),
        )
    }

    /// Warns of more cores than nodes have.
    fn cores(&self, node: &Node, what: Arguments<'_>) -> Option<Diagnostic> {
        let amount = node.as_quantity().filter(|amount| amount.is_integer())?;
        let cores = amount.value();
        let (step, most) = NODE_CORES;
        if cores < MANY_CORES || (cores % step == 0 && cores <= most) {
            return None;
        }
        let meant = format!("{cores}m");
        let diagnostic =
            Diagnostic::warning(Code::UnlikelyAmount, node.span, format!("{what} is {cores} cores"))
                .here("a number without a unit is a number of cores")
                .help(change_to(&meant));
        let written = self.pod.sources.slice(node.span);
        Some(if written.bytes().all(|byte| byte.is_ascii_digit()) {
            diagnostic.fix(change_to(&meant), node.span, meant, Applicability::Unsafe)
        } else {
            diagnostic
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    #[test]
    fn a_unit_is_missing() {
        let app = |statements: &str| format!("pod p {{ app a {{ image \"a:1\"; {statements} }} }}");
        let shown = found(
            Code::UnlikelyAmount,
            [
                app("memory 512..1Gi"),
                app("memory ..4Mi"),
                app("memory ..512Ki"),
                app("cpu 100..250"),
                app("storage 5"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        … a { image "a:1"; memory «512»..1Gi } }
          the memory request of `a` is 512 bytes
          fix (unsafe): change to `512Mi`
          - …{ image "a:1"; memory 512..1Gi } }
          + …{ image "a:1"; memory 512Mi..1Gi } }
        … { image "a:1"; memory ..«4Mi» } }
          the memory limit of `a` is 4Mi
        … { image "a:1"; memory ..«512Ki» } }
          the memory limit of `a` is 512Ki
          fix (unsafe): change to `512Mi`
          - …image "a:1"; memory ..512Ki } }
          + …image "a:1"; memory ..512Mi } }
        …app a { image "a:1"; cpu «100»..250 } }
          the CPU request of `a` is 100 cores
          fix (unsafe): change to `100m`
          - … a { image "a:1"; cpu 100..250 } }
          + … a { image "a:1"; cpu 100m..250 } }
        … { image "a:1"; cpu 100..«250» } }
          the CPU limit of `a` is 250 cores
          fix (unsafe): change to `250m`
          - …image "a:1"; cpu 100..250 } }
          + …image "a:1"; cpu 100..250m } }
        …a { image "a:1"; storage «5» } }
          the storage request of `a` is 5 bytes
          fix (unsafe): change to `5Mi`
          - … { image "a:1"; storage 5 } }
          + … { image "a:1"; storage 5Mi } }
        "#);
    }

    #[test]
    fn a_program_needs_more() {
        let app = |image: &str, statements: &str| {
            format!("pod p {{ app a {{ image \"{image}\"; {statements} }} }}")
        };
        let shown = found(
            Code::UnlikelyAmount,
            [
                app("a:1", "run \"cp /bin/agent /agent/agent\"; memory 8Mi..8Mi"),
                app("a:1", "script \"tar -xf /a\"; memory ..10Mi"),
                app("node:22", "memory ..16Mi"),
                app("a:1", "run \"java -jar a.jar\"; memory ..16Mi"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …gent/agent"; memory 8Mi..«8Mi» } }
          the memory limit of `a` is 8Mi, too little for `cp`
        …t "tar -xf /a"; memory ..«10Mi» } }
          the memory limit of `a` is 10Mi, too little for `tar`
        …mage "node:22"; memory ..«16Mi» } }
          the memory limit of `a` is 16Mi, too little for `node`
        …va -jar a.jar"; memory ..«16Mi» } }
          the memory limit of `a` is 16Mi, too little for `java`
        "#);
        passes(Code::UnlikelyAmount, &app("a:1", "run \"cp /a /b\"; memory ..16Mi"));
        passes(Code::UnlikelyAmount, &app("node:22", "run \"serve\"; memory ..16Mi"));
        passes(Code::UnlikelyAmount, &app("a:1", "run \"nc -z db 1\"; memory ..8Mi"));
    }

    #[test]
    fn amounts_of_real_nodes_are_fine() {
        for statements in
            ["cpu 96..128", "cpu 192", "cpu 0..0", "memory 0..6Mi", "memory 1048576", "cpu 1m; storage 1Mi"]
        {
            passes(Code::UnlikelyAmount, &format!("pod p {{ app a {{ image \"a:1\"; {statements} }} }}"));
        }
    }
}
