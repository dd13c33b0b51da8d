#![doc = include_str!("../../diagnostic/explain/unlikely-amount.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::object::{Node, Value};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for volume in &pod.workload.volumes {
        modes(&volume.fields, &mut |node, mode| {
            // Only JSON and YAML have modes in decimal.
            let written = pod.sources.slice(node.span);
            if !meant_in_octal(mode) || written != mode.to_string() {
                return;
            }
            found.push(
                Diagnostic::warning(
                    Code::UnlikelyAmount,
                    node.span,
                    format!("the mode `{mode}` of the volume `{}` is {mode:04o} in octal", volume.name.text),
                )
                .here("a number without a leading zero is decimal")
                .help(format!("use `0{mode}`")),
            );
        });
    }
}

/// Whether a number is a usual mode if it is read as octal, and an odd one as it is.
fn meant_in_octal(mode: i64) -> bool {
    [400, 440, 444, 500].contains(&mode)
}

/// Gives each mode of files in a volume to a function.
fn modes<'n>(node: &'n Node, each: &mut dyn FnMut(&'n Node, i64)) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| modes(item, each)),
        Value::Map(map) => {
            for entry in &map.entries {
                match entry.node.as_int() {
                    Some(mode) if ["defaultMode", "mode"].contains(&entry.key.as_str()) => {
                        each(&entry.node, mode);
                    }
                    _ => modes(&entry.node, each),
                }
            }
        }
        _ => {}
    }
}
