#![doc = include_str!("../../diagnostic/explain/unlikely-amount.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::object::{Node, Value};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for volume in &pod.workload.volumes {
        modes(&volume.fields, &mut |node, mode| {
            if meant_in_octal(mode) {
                let headline = format!("the mode of files in `{}` is {mode:04o}", volume.qualified);
                found.push(
                    Diagnostic::warning(Code::UnlikelyAmount, node.span, headline)
                        .here(format!("is the decimal number {mode}, but modes are usually octal"))
                        .help(format!("use `0{mode}`")),
                );
            }
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

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    #[test]
    fn a_decimal_mode_is_odd_in_octal() {
        let pod = |mode: &str| {
            format!(
                "pod p {{ volume v secret \"v\" {{ defaultMode {mode} }}; app a {{ image \"a:1\"; reads v at /v }} }}"
            )
        };
        insta::assert_snapshot!(found(Code::UnlikelyAmount, [pod("0620")]), @r#"
        …secret "v" { defaultMode «0620» }; app a { image "a:1";…
          the mode of files in `v` is 0620
        "#);
        for mode in ["0400", "0440", "0444", "0600", "0640", "0644", "0755"] {
            passes(Code::UnlikelyAmount, &pod(mode));
        }
    }
}
