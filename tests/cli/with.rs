//! Tests what `--with` and `[context]` read, and how their faults are reported.

use super::Folder;

const SHOP: &str =
    "deployment shop {\n  app web { image \"nginx:1.29\"; port 80; memory 64Mi; cpu 100m }\n}\n";

/// A Service that means the pods of `SHOP`, but selects another label.
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  selector:\n    app: shop\n  ports:\n  - port: 80\n";

const FOUND: &str = "warning[unmatched-service]";

fn project() -> Folder {
    Folder::new().with("apps/shop.initflow", SHOP).with("k8s/service.yaml", SERVICE)
}

#[test]
fn objects_come_from_files_folders_and_standard_input() {
    let folder = project();
    folder.runs("check apps").ends_with(0).says_nothing();
    for with in ["k8s", "k8s/service.yaml", "k8s --with k8s/service.yaml"] {
        folder.runs(&format!("check --with {with} apps")).ends_with(0).says(FOUND);
    }
    folder.runs_on(SERVICE, "check --with - apps").ends_with(0).says(FOUND);
    for command in ["compile", "check --deny warnings", "compile --deny unmatched-service"] {
        let ran = folder.runs(&format!("{command} --with k8s apps"));
        ran.ends_with(i32::from(command.contains("deny"))).says("[unmatched-service]");
    }
    folder.runs("plan --with k8s apps").ends_with(0);
    folder.runs("diff --with k8s apps apps").ends_with(0);
}

#[test]
fn a_warning_between_files_can_be_allowed_and_denied() {
    let allowed = format!("# initflow: allow(unmatched-service) another chart has its pods\n{SHOP}");
    let folder = project().with("apps/shop.initflow", allowed);
    folder.runs("check --with k8s apps").ends_with(0).says_nothing();
    // Without the Service, it allows nothing.
    folder.runs("check apps").ends_with(0).says("warning[unused-allowance]");
    let folder = project();
    folder.runs("check --allow unmatched-service --with k8s apps").ends_with(0).says_nothing();
    let ran = folder.runs("compile --deny unmatched-service --with k8s apps");
    assert_eq!(ran.stdout, "");
}

#[test]
fn settings_name_the_context() {
    let folder = project().with("initflow.toml", "[context]\nwith = [\"k8s\"]\n");
    folder.runs("check apps").ends_with(0).says(FOUND);
    folder.runs("check --no-config apps").ends_with(0).says_nothing();
    for (written, message) in [
        ("with = [\"k9s\"]", "the manifests in `k9s` cannot be used"),
        ("with = [\"../other\"]", "the manifests in `../other` cannot be used"),
        ("with = \"k8s\"", "expected a list of strings for `with`"),
        ("complete = \"yes\"", "expected `true` or `false` for `complete`"),
        ("mesh = \"isto\"", "change to `istio`"),
        ("wit = []", "change to `with`"),
    ] {
        let folder = project().with("initflow.toml", format!("[context]\n{written}\n"));
        folder.runs("check apps").ends_with(1).says(message);
    }
}

#[test]
fn a_fault_in_the_context_is_a_warning_at_its_place() {
    let broken = format!(
        "{SERVICE}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  port: 80\n---\na: [\n"
    );
    let folder = project().with("k8s/service.yaml", broken);
    let ran = folder.runs("check --with k8s apps");
    ran.ends_with(0)
        .says("k8s/service.yaml:16:9")
        .says("warning[type-mismatch]")
        .says("warning[invalid-yaml]")
        .says(FOUND);
    folder.runs("check --with k9s apps").ends_with(2).says("cannot read");
    folder.runs("check --with apps apps").ends_with(2).says("there is no .yaml, .yml or .json file");
}
