//! Tests what `import` prints and writes.

use super::Folder;
use std::fs;

const MANIFEST: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: hello}\nspec: {containers: [{name: web, image: \"nginx:1.27\"}]}\n";

#[test]
fn import_prints_a_source_that_compiles_to_the_same() {
    let folder = Folder::new();
    let imported = folder.runs_on(MANIFEST, "import -");
    assert_eq!((imported.status, imported.stderr.as_str()), (Some(0), ""));
    assert_eq!(imported.stdout, "pod hello {\n  app web { image \"nginx:1.27\" }\n}\n");
    assert_eq!(folder.runs_on(&imported.stdout, "compile -").status, Some(0));
}

#[test]
fn import_of_a_folder_mirrors_it_and_replaces_files_only_with_force() {
    let folder =
        Folder::new().with("in/a/one.yaml", MANIFEST).with("in/two.json", MANIFEST).with("in/x.txt", "x");
    assert_eq!(folder.runs("import -o out in").status, Some(0));
    assert_eq!(
        folder.files(),
        ["in/a/one.yaml", "in/two.json", "in/x.txt", "out/a/one.initflow", "out/two.initflow"]
    );
    fs::write(folder.0.join("out/two.initflow"), "mine").expect("a file of the test");
    let again = folder.runs("import -o out in/two.json");
    assert_eq!((again.status, folder.text("out/two.initflow").as_str()), (Some(2), "mine"));
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
    assert_eq!(folder.runs("import --force -o out in/two.json").status, Some(0));
    assert_ne!(folder.text("out/two.initflow"), "mine");
}

#[test]
fn import_shows_faults_in_the_manifest_and_prints_nothing() {
    let manifest = MANIFEST.replace("image", "imag");
    let imported = Folder::new().with("a.yaml", &manifest).runs("import a.yaml");
    assert_eq!((imported.status, imported.stdout.as_str()), (Some(1), ""));
    assert!(imported.stderr.contains("a.yaml:4:"), "{}", imported.stderr);
}

#[test]
fn other_objects_than_workloads_are_not_imported() {
    let imported = Folder::new().runs_on("apiVersion: v1\nkind: Service\n", "import -");
    assert_eq!((imported.status, imported.stdout.as_str()), (Some(0), ""));
    assert!(imported.stderr.contains("not-a-workload"), "{}", imported.stderr);
}

#[test]
fn import_reports_as_check_does() {
    let folder = Folder::new().with("a.yaml", MANIFEST.replace(":1.27", ""));
    let imported = folder.runs("import --format github a.yaml");
    assert_eq!(imported.status, Some(0));
    assert!(imported.stdout.starts_with("pod hello {"), "{}", imported.stdout);
    assert!(imported.stderr.starts_with("::warning file=a.yaml,"), "{}", imported.stderr);
    let denied = folder.runs("import --deny unpinned-image --format json --report out.json a.yaml");
    assert_eq!((denied.status, denied.stdout.as_str()), (Some(1), ""));
    assert!(folder.text("out.json").contains("\"unpinned-image\""));
    assert_eq!(folder.runs("import --max-warnings 0 a.yaml").status, Some(1));
}

#[test]
fn a_kustomization_beside_an_incomplete_manifest_is_named() {
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a}]}}}\n";
    let folder =
        Folder::new().with("base/a.yaml", manifest).with("base/kustomization.yaml", "resources: [a.yaml]\n");
    let imported = folder.runs("import base/a.yaml");
    assert!(imported.stderr.contains("`kustomize build base | initflow import -`"), "{}", imported.stderr);
    let own = folder.runs("import base/kustomization.yaml");
    assert!(own.stderr.contains("this is a kustomization, not a manifest"), "{}", own.stderr);
}
