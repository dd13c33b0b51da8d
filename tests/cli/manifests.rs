//! Tests `check`, `plan` and `diff` of Kubernetes manifests.

use super::{Folder, HELLO};

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
  - name: web
    image: nginx:1.29
    resources: { requests: { cpu: 100m, memory: 64Mi } }
";

const BROKEN_POD: &str = "\
apiVersion: v1
kind: Pod
metadata: { name: broken }
spec:
  containers:
  - { name: web, imge: nginx }
";

const SERVICE: &str =
    "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web } }\n";

fn json() -> String {
    let spec = r#"{"containers": [{"name": "web", "image": "nginx:1.29", "resources": {"requests": {"cpu": "1"}}}]}"#;
    format!(r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "web"}}, "spec": {spec}}}"#)
}

#[test]
fn manifests_are_told_by_their_ending_or_their_text() {
    let folder = Folder::new().with("pod.yaml", POD).with("pod.json", json()).with("pod.txt", POD);
    folder.runs("check pod.yaml pod.json pod.txt").ends_with(0).says_nothing();
    folder.runs("plan pod.json").ends_with(0).prints("Pod web");
    folder.runs_on(POD, "plan -").ends_with(0).prints("memory     64Mi");
    folder.runs_on(&json(), "plan -").ends_with(0).prints("cpu        1");
    folder.runs_on(HELLO, "plan -").ends_with(0).prints("Pod hello");
    folder.runs("check --set tag=1 pod.yaml").ends_with(2).says("manifests have no params");
    folder.runs_on("[]\n", "check --input sources -").ends_with(1).says("error");
    let report = folder.runs_on(BROKEN_POD, "check --format sarif -").ends_with(1);
    report.prints("\"ruleId\": \"unknown-statement\"").prints("\"startLine\": 6");
}

#[test]
fn a_folder_without_sources_has_manifests() {
    let folder = Folder::new()
        .with("k8s/pod.yaml", POD)
        .with("k8s/service.yml", SERVICE)
        .with("k8s/values.yaml", "replicas: 1\n")
        .with("both/pod.yaml", BROKEN_POD)
        .with("both/hello.initflow", HELLO);
    folder.runs("check k8s").ends_with(0).says_nothing();
    folder.runs("plan both").ends_with(0).prints("Pod hello");
    folder.runs("check both --input manifests").ends_with(1).says("both/pod.yaml:6:18");
    folder.runs("check k8s/values.yaml").ends_with(0).says("not-a-workload");
}

#[test]
fn what_helm_and_kustomize_render_is_left_out() {
    let folder = Folder::new()
        .with("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n")
        .with("chart/values.yaml", "a: 1\n")
        .with("chart/templates/pod.yaml", "{{ not YAML }}\n")
        .with("base/kustomization.yaml", "resources: [pod.yaml]\npatches: [{ path: ./patch.yaml }]\n")
        .with("base/pod.yaml", POD)
        .with("base/patch.yaml", BROKEN_POD);
    folder.runs("check base").ends_with(0).says_nothing();
    folder.runs("check .").ends_with(0).says("`helm template ./chart | initflow check -`");
    folder.runs("check chart").ends_with(2).says("`helm template chart | initflow check -`");
}

#[test]
fn one_broken_document_does_not_hide_the_next() {
    let folder = Folder::new().with("all.yaml", format!("{BROKEN_POD}---\na: [\n---\n{SERVICE}---\n{POD}"));
    let check = folder.runs("check all.yaml").ends_with(1).says("unknown field `imge`");
    check.says("this `[` is never closed");
    folder.runs("plan all.yaml").ends_with(1).prints("Pod web").says("unknown field `imge`");
    folder.runs("plan all.yaml -o plan.json").ends_with(1);
    assert!(!folder.has("plan.json"));
}

#[test]
fn kinds_that_are_no_workloads_never_fail_a_run() {
    let kinds = ["Foo", "ConfigMap", "Kustomization", "Rollout"];
    let all: Vec<String> = kinds
        .map(|kind| format!("apiVersion: acme.dev/v1\nkind: {kind}\nmetadata: {{ name: a }}\n"))
        .to_vec();
    let folder = Folder::new().with("all.yaml", all.join("---\n"));
    folder.runs("check --deny warnings all.yaml").ends_with(0).says_nothing();
    folder.runs("plan all.yaml").ends_with(0).says_nothing();
}

#[test]
fn a_finding_names_the_template_and_a_comment_allows_it() {
    let template = POD.replace("nginx:1.29", "nginx");
    let rendered = format!("---\n# Source: shop/templates/pod.yaml\n{template}");
    let folder = Folder::new();
    let check = folder.runs_on(&rendered, "check -").ends_with(0).says("<stdin>:9:12");
    check.says("change it in the template `shop/templates/pod.yaml`");
    let allowed = "    # initflow: allow(unpinned-image) the registry pins it\n    image: nginx\n";
    let allowed = template.replace("    image: nginx\n", allowed);
    folder.runs_on(&allowed, "check -").ends_with(0).says_nothing();
    let beside = template.replace("nginx\n", "nginx # initflow: allow(unpinned-image) it is pinned\n");
    folder.runs_on(&beside, "check -").ends_with(0).says_nothing();
}

#[test]
fn two_revisions_of_manifests_are_compared() {
    let folder = Folder::new().with("old.yaml", POD).with("new.yaml", POD.replace("64Mi", "128Mi"));
    folder.runs("diff old.yaml new.yaml").ends_with(0).prints("memory 64Mi → 128Mi");
    folder.runs("diff old.yaml old.yaml").ends_with(0).prints("have not changed");
}

#[test]
fn a_manifest_is_tested_like_a_source() {
    let case = "[[case]]\nname = \"size\"\nrequests = { memory = \"64Mi\" }\norder = [\"web\"]\n";
    let folder = Folder::new().with("pod.yaml", POD).with("pod.test.toml", case);
    folder.runs("test pod.yaml").ends_with(0).prints("1 passed, 0 failed");
    let folder = folder.with("pod.test.toml", case.replace("64Mi", "65Mi"));
    folder.runs("test pod.yaml").ends_with(1).prints("0 passed, 1 failed");
}

#[test]
fn a_fix_is_an_edit_of_the_yaml() {
    let broken = POD.replace("image: nginx", "imag: nginx");
    let folder = Folder::new().with("pod.yaml", &broken);
    folder.runs("check --unsafe-fixes pod.yaml").ends_with(0);
    assert_eq!(folder.text("pod.yaml"), POD);
}
