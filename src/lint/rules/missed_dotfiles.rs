#![doc = include_str!("../../diagnostic/explain/missed-dotfiles.md")]

use super::volume_at;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps(&["/*"]).filter(|(_, script)| script.text.is_some()) {
        for command in script.runs("rm").filter(|command| command.has('r', "recursive")) {
            let emptied: Vec<&str> = command
                .written
                .iter()
                .filter_map(|word| word.strip_suffix("/*"))
                .filter(|folder| folder.starts_with('/') && !folder.contains(['$', '*', '"', '\'']))
                .collect();
            let [folder] = emptied.as_slice() else { continue };
            // The command has another pattern for the dotfiles.
            if volume_at(pod.workload, step, folder).is_none()
                || command.written.iter().any(|word| word.contains("/.") || word.contains("/{"))
            {
                continue;
            }
            let place = pod.place(script, command);
            let title = format!("use `find {folder} -mindepth 1 -delete`");
            let mut diagnostic = Diagnostic::warning(
                Code::MissedDotfiles,
                place,
                format!("`{folder}/*` does not match the files in `{folder}` that begin with a dot"),
            )
            .here("does not empty the folder")
            .help(title.clone());
            if place != script.span && command.written.len() == 3 {
                diagnostic = diagnostic.fix(
                    title,
                    place,
                    format!("find {folder} -mindepth 1 -delete"),
                    Applicability::Unsafe,
                );
            }
            found.push(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn explicit_dotfiles_are_not_reported() {
        let shown =
            found(Code::MissedDotfiles, [step("rm -rf /v/*"), step("cd /; rm -r -f /v/cache/* || true")]);
        insta::assert_snapshot!(shown, @r"
        «rm -rf /v/*»
          `/v/*` does not match the files in `/v` that begin with a dot
          fix (unsafe): use `find /v -mindepth 1 -delete`
          - rm -rf /v/*
          + find /v -mindepth 1 -delete
        cd /; «rm -r -f /v/cache/* ||» true
          `/v/cache/*` does not match the files in `/v/cache` that begin with a dot
        ");
        passes(Code::MissedDotfiles, &step("rm -rf /v/* /v/.[!.]*"));
        passes(Code::MissedDotfiles, &step("rm -rf /tmp/*"));
        passes(Code::MissedDotfiles, &step("rm -rf \"/v/$X\"/*"));
        passes(Code::MissedDotfiles, &step("rm -f /v/*"));
    }
}
