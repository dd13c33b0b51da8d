//! Checks that the committed YAML of the examples is admitted, and that the pods that controllers create from it are, too.

use crate::judge::{Judge, admit_text};
use crate::report::Report;
use initflow::kubernetes::version::Version;
use std::fs;

/// Kinds that the judge does not know: they grant permissions to the pods of a workload.
const OTHERS: [&str; 6] =
    ["ConfigMap", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];

#[test]
#[ignore = "needs INITFLOW_JUDGE"]
fn examples_are_admitted() {
    let mut judge = Judge::start();
    let mut report = Report::new("examples");
    for folder in fs::read_dir("examples").expect("the folder of examples").flatten() {
        let files = fs::read_dir(folder.path()).into_iter().flatten().flatten().map(|file| file.path());
        for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")) {
            let text = fs::read_to_string(&path).expect("an example");
            for document in text.split("---\n") {
                let kind = document.lines().find_map(|line| line.strip_prefix("kind: ")).expect("a kind");
                if OTHERS.contains(&kind) {
                    continue;
                }
                report.count("documents", kind);
                let verdict = judge.verdict(&admit_text(Version::NEWEST, document));
                for error in verdict.errors {
                    report.disagree(&format!("{}: {error}", path.display()), || document.into());
                }
            }
        }
    }
    report.finish();
}
