//! Tests commands that process a project with each of its profiles.

use super::{Folder, HELLO};

const PROJECT: &str = "output = \"manifests/{profile}\"
members = [\"apps\"]
profile = \"dev\"

[profiles.dev.set]
tag = \"1.27\"

[profiles.prod]
params = [\"prod.params\"]
set = { replicas = 3 }
";
const SOURCE: &str = "param tag: string
param replicas: int = 1
deployment web {
  replicas replicas
  app web { image \"nginx:#{tag}\"; memory 64Mi..64Mi }
}
";

fn project() -> Folder {
    Folder::new()
        .with("initflow.toml", PROJECT)
        .with("prod.params", "tag \"1.29\"\n")
        .with("apps/web.initflow", SOURCE)
        .with("apps/bye.initflow", HELLO.replace("hello", "bye"))
}

#[test]
fn each_profile_has_its_folder() {
    let folder = project();
    folder
        .runs("compile")
        .ends_with(0)
        .says("wrote `manifests/dev/apps/bye.yaml`, `manifests/dev/apps/web.yaml`");
    assert!(!folder.has("manifests/prod"));
    folder.runs("compile --check --all-profiles").ends_with(1).prints("+++ manifests/prod/apps/web.yaml");
    folder.runs("compile --all-profiles").ends_with(0).says("; 2 files unchanged");
    assert!(folder.text("manifests/prod/apps/web.yaml").contains("nginx:1.29"));
    folder.runs("compile --check --all-profiles").ends_with(0).prints_nothing();
    folder.runs("compile --profile prod -o out/{profile} apps").ends_with(0);
    assert!(folder.has("out/prod/web.yaml"));
    let folder = folder.with(
        "initflow.toml",
        PROJECT.replace("profiles.dev", "profiles.test").replace("\"dev\"", "\"test\""),
    );
    folder.runs("compile --check").ends_with(1).prints("--- manifests/dev/apps/web.yaml\n+++ /dev/null");
    folder.runs("compile").ends_with(0).says("removed `manifests/dev/apps/bye.yaml`");
    assert!(folder.has("manifests/prod/apps/web.yaml") && !folder.has("manifests/dev"));
}

#[test]
fn profiles_without_folders_of_their_own_are_refused() {
    let folder = project().with("initflow.toml", PROJECT.replace("/{profile}", ""));
    let ran = folder.runs("compile --all-profiles").ends_with(2);
    ran.says("the profiles `dev` and `prod` would both write `manifests/apps/bye.yaml`")
        .says("manifests/{profile}");
    assert!(!folder.has("manifests"));
    let folder = project().with("initflow.toml", PROJECT.replace("profile = \"dev\"\n", ""));
    folder.runs("compile").ends_with(2).says("no profile is chosen").says("--all-profiles");
    let folder = Folder::new().with("initflow.toml", "").with("a.initflow", HELLO);
    folder.runs("check --all-profiles").ends_with(2).says("there are no profiles");
    project().runs("check --all-profiles --profile dev").ends_with(2).says("cannot be used with");
    for (output, said) in [
        ("manifests/{env}", "unknown placeholder `{env}`"),
        ("{profile}", "the profile `../x` cannot name a folder"),
    ] {
        let settings = format!("output = \"{output}\"\n[profiles.\"../x\".set]\ntag = 1\n");
        let folder = Folder::new().with("initflow.toml", settings).with("a.initflow", HELLO);
        folder.runs("compile --all-profiles").ends_with(1).says(said);
    }
    let folder = Folder::new().with("initflow.toml", "output = \"m/{profile}\"\n").with("a.initflow", HELLO);
    folder.runs("check").ends_with(1).says("the file has no profiles");
}

#[test]
fn what_one_profile_gets_wrong_is_found_without_choosing_it() {
    let folder = project();
    folder.runs("check").ends_with(0).says_nothing();
    let wrong = PROJECT.replace("replicas = 3", "replicas = \"many\"");
    let folder = folder.with("initflow.toml", &wrong);
    let ran = folder.runs("check").ends_with(1).says("(with profile `prod`)");
    ran.says("the profile `prod` gives `replicas` the value \"many\"").says("1 error in apps/web.initflow");
    folder.runs("check --profile dev").ends_with(0).says_nothing();
    let source = SOURCE.replace("64Mi..64Mi", "64Mi..32Mi");
    let ran = project().with("apps/web.initflow", source).runs("check").ends_with(1);
    assert!(ran.stderr.contains("1 error in") && !ran.stderr.contains("with profile"), "{}", ran.stderr);
    let source = SOURCE.replace(
        "image \"nginx:#{tag}\"",
        "image \"nginx:#{tag}\"\n# initflow: allow(unpinned-image) in dev\n",
    );
    let source = source.replace("param replicas", "# initflow: allow(unreserved-step)  old\nparam replicas");
    let ran = project().with("apps/web.initflow", source).runs("check").ends_with(0);
    assert!(!ran.stderr.contains("with profile"), "an allowance is unused with all profiles or not at all");
}

#[test]
fn a_value_that_no_source_takes_is_found() {
    let folder = project().with("prod.params", "tag \"1\"\ntga \"2\"\n");
    let folder = folder.with("initflow.toml", PROJECT.replace("replicas = 3", "replica = 3"));
    for command in ["check", "check .", "compile --all-profiles"] {
        let ran = folder.runs(command).ends_with(1).says("initflow.toml:10:9").says("change to `replicas`");
        ran.says("the profile `prod` gives a value to the unknown param `replica`")
            .says("the unknown param `tga`");
    }
    folder.runs("check apps/bye.initflow").ends_with(0).says_nothing();
}

#[test]
fn plans_and_tests_run_with_each_profile() {
    let cases = "[[case]]\nname = \"memory\"\nrequests = { memory = \"64Mi\" }\n\
                 [[case]]\nname = \"dev\"\nprofile = \"dev\"\norder = []\n\
                 [[case]]\nname = \"yaml\"\nsnapshot = \"web.{profile}.yaml\"\n";
    let folder = project().with("apps/web.test.toml", cases);
    let ran = folder.runs("plan --all-profiles").ends_with(0);
    ran.prints("Deployment web (profile dev)").prints("Deployment web (profile prod)");
    folder.runs("plan --all-profiles --format json").ends_with(0).prints("\"profile\": \"prod\"");
    folder.runs("test --all-profiles --update").ends_with(0).prints("5 passed, 0 failed");
    assert!(folder.text("apps/web.prod.yaml").contains("replicas: 3"));
    let ran = folder.runs("test --all-profiles").ends_with(0);
    ran.prints("memory (profile dev)").prints("memory (profile prod)").prints("web.test.toml: dev\n");
    let folder = folder.with("apps/web.initflow", SOURCE.replace("64Mi..64Mi", "32Mi..64Mi"));
    folder
        .runs("test --all-profiles")
        .ends_with(1)
        .prints("FAIL  apps/web.test.toml:1: memory (profile prod)");
}

#[test]
fn two_profiles_are_compared() {
    let folder = project();
    let ran = folder.runs("diff --profile dev..prod --exit-code").ends_with(3);
    ran.prints("replicas 1 → 3").prints("`web` image `nginx:1.27` → `nginx:1.29`");
    folder.runs("diff --profile dev..dev --exit-code apps").ends_with(0);
    folder.runs("diff --profile dev..prdo").ends_with(2).says("change to `prod`");
    folder.runs("diff --profile dev..").ends_with(2).says("name both");
}
