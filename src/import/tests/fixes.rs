//! Tests fixes of manifests as edits of their YAML.

use super::*;
use crate::diagnostic::applied;

/// The titles of the fixes of a manifest, and the manifest with the first of them as a difference.
fn fixed(manifest: &str) -> String {
    let imported = import("pod.yaml", manifest.to_owned(), &without_lints());
    let fixes: Vec<_> = imported.diagnostics.iter().filter_map(|found| found.fix.as_ref()).collect();
    let titles: Vec<&str> = fixes.iter().map(|fix| fix.title.as_str()).collect();
    let text = fixes.first().map_or_else(|| manifest.to_owned(), |fix| applied(manifest, &fix.edits));
    let old: Vec<&str> = manifest.lines().collect();
    let new: Vec<&str> = text.lines().collect();
    let mut out = titles.join("\n") + "\n";
    out.extend(old.iter().filter(|line| !new.contains(line)).map(|line| format!("-{line}\n")));
    out.extend(new.iter().filter(|line| !old.contains(line)).map(|line| format!("+{line}\n")));
    out
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec:\n{spec}")
}

#[test]
fn a_word_is_changed_where_it_is() {
    let manifest = pod(
        "  volumes: [{name: data, emptyDir: {}}]\n  containers:\n  - name: web\n    image: \"k8s.gcr.io/pause:3.1\"\n    volumeMounts:\n    - {name: data, mountPath: data}\n",
    );
    insta::assert_snapshot!(fixed(&manifest), @r#"
    use `registry.k8s.io`
    change `mountPath` to `/data`
    -    image: "k8s.gcr.io/pause:3.1"
    +    image: "registry.k8s.io/pause:3.1"
    "#);
}

#[test]
fn an_unused_volume_is_removed_in_both_styles() {
    let block = pod(
        "  volumes:\n  - name: data # for later\n    emptyDir: {}\n  - name: other\n    emptyDir: {}\n  containers:\n  - name: web\n    image: nginx:1.29\n    volumeMounts:\n    - {name: other, mountPath: /data}\n",
    );
    insta::assert_snapshot!(fixed(&block), @r"
    remove `data`
    -  - name: data # for later
    ");
    let flow = pod(
        "  volumes: [{name: data, emptyDir: {}}, {name: other, emptyDir: {}}]\n  containers:\n  - name: web\n    image: nginx:1.29\n    volumeMounts:\n    - {name: other, mountPath: /data}\n",
    );
    insta::assert_snapshot!(fixed(&flow), @r"
    remove `data`
    -  volumes: [{name: data, emptyDir: {}}, {name: other, emptyDir: {}}]
    +  volumes: [{name: other, emptyDir: {}}]
    ");
}

#[test]
fn a_sidecar_moves_to_the_init_containers() {
    let manifest = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: work}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n      - name: work\n        image: acme/work:1\n      - name: proxy\n        image: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14\n        args: [\"a:b:c\"]\n";
    insta::assert_snapshot!(fixed(manifest), @"");
}
