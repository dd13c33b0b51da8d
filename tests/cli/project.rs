//! Tests whole projects: output, members and profiles in `initflow.toml`.

use super::{Folder, HELLO, WITH_PARAM};

const PROJECT: &str = "output = \"manifests\"
members = [\"apps/*\"]
profile = \"dev\"

[profiles.dev.set]
tag = \"1.27\"

[profiles.prod]
params = [\"params/prod.params\"]
set = { tag = 'v7' }
";

fn project() -> Folder {
    Folder::new()
        .with("initflow.toml", PROJECT)
        .with("apps/a/a.initflow", WITH_PARAM)
        .with("apps/b/b.initflow", HELLO.replace("hello", "bye"))
        .with("drafts/c.initflow", "pod {")
        .with("params/prod.params", "tag \"v6\"\n")
}

#[test]
fn a_project_is_compiled_into_its_output_folder() {
    let folder = project();
    folder.runs("check").ends_with(0).says_nothing();
    folder
        .runs("compile")
        .ends_with(0)
        .prints_nothing()
        .says("wrote `manifests/apps/a/a.yaml`, `manifests/apps/b/b.yaml`");
    assert!(folder.text("manifests/apps/a/a.yaml").contains("nginx:1.27"));
    assert!(folder.has("manifests/apps/b/b.yaml") && !folder.has("manifests/drafts"));
    folder.runs("compile --check").ends_with(0).prints_nothing();
    folder.runs("compile --check apps/a/a.initflow").ends_with(0).prints_nothing();
    folder.runs("compile --check --profile prod").ends_with(1).prints("+    image: nginx:v7\n");
    folder.runs("compile --check --profile prod -o none").ends_with(1).prints("none/apps/a/a.yaml");
    folder.runs("compile apps/a/a.initflow").ends_with(0).prints("image: nginx:1.27\n");
    let mut below = folder.command("compile");
    let below = below.current_dir(folder.0.join("drafts")).output().expect("it runs");
    assert!(below.status.success() && !folder.has("drafts/manifests"));
}

#[test]
fn values_in_the_call_take_precedence() {
    let folder = project().with("own.params", "tag \"own\"\n");
    let prints = |arguments: &str, tag: &str| {
        let image = format!("image: nginx:{tag}\n");
        folder.runs(&format!("compile apps/a/a.initflow {arguments}")).ends_with(0).prints(&image);
    };
    prints("", "1.27");
    prints("--profile prod", "v7");
    prints("--profile prod --params own.params", "own");
    prints("--profile prod --params own.params --set tag=set", "set");
    folder.runs("compile apps/a/a.initflow --no-config").ends_with(1).says("tag");
    folder.runs("plan --profile prod").ends_with(0).prints("bye");
}

#[test]
fn mistakes_with_profiles_and_members_are_explained() {
    let folder = project();
    let ran =
        folder.runs("check --profile prdo").ends_with(2).says("unknown profile `prdo` in `initflow.toml`");
    ran.says("change to `prod`");
    folder.runs("check apps --no-config --profile prod").ends_with(2).says("[profiles.prod]");
    folder.runs("check --no-config").ends_with(2).says("no PATH is given");
    Folder::new().with("a.initflow", HELLO).runs("check --config none.toml").ends_with(2);

    let folder = folder.with("initflow.toml", "members = [\"app/*\", \"apps/*\"]\n");
    let ran = folder.runs("check").ends_with(1).says("initflow.toml:1:12").prints_nothing();
    ran.says("the member `app/*` has no .initflow, .yaml, .yml or .json files");
    let folder = folder.with("initflow.toml", "members = [\"apps/[\"]\n");
    folder.runs("check").ends_with(1).says("the member `apps/[` is not a valid pattern");
    let folder = folder.with("initflow.toml", "profile = 'p'\n[profiles.p]\nparams = ['none.params']\n");
    let ran = folder.runs("check apps").ends_with(1).says("initflow.toml:3:11").says("there is no such file");
    ran.says("1 error in initflow.toml");
    let folder = folder.with("none.params", "tag {\n");
    folder.runs("check apps").ends_with(1).says("none.params:1:");
    folder.runs("import").ends_with(2).says("<PATH>");
}

#[test]
fn without_members_all_sources_below_the_folder_belong_to_a_project() {
    let folder = Folder::new().with("initflow.toml", "").with("a/[b]/c.initflow", HELLO);
    folder.runs("compile").ends_with(0).prints("kind: Pod\n");
    Folder::new()
        .with("initflow.toml", "")
        .runs("check")
        .ends_with(2)
        .says("there is no .initflow, .yaml, .yml or .json file in `.`");
}

#[test]
fn a_new_project_passes_its_own_ci() {
    let folder = Folder::new();
    folder.runs("new shop").ends_with(0).prints("cd shop").says_nothing();
    folder.runs("new shop").ends_with(2).prints_nothing().says("`shop` is not empty");
    folder.runs("new Shop_1").ends_with(2).says("use `shop-1`");
    assert!(!folder.has("Shop_1"));
    let workflow: serde_yaml::Value =
        serde_yaml::from_str(&folder.text("shop/.github/workflows/initflow.yml")).expect("YAML");
    let steps = workflow["jobs"]["initflow"]["steps"].as_sequence().expect("steps");
    let gitlab: serde_yaml::Value = serde_yaml::from_str(&folder.text("shop/.gitlab-ci.yml")).expect("YAML");
    let script = gitlab["initflow"]["script"].as_sequence().expect("a script");
    let lines = steps.iter().filter_map(|step| step["run"].as_str());
    let lines = lines.chain(script.iter().filter_map(|line| line.as_str()));
    let commands: Vec<&str> = lines.filter_map(|line| line.strip_prefix("initflow ")).collect();
    assert_eq!(commands.len(), 8, "{commands:?}");
    for command in commands {
        let ran = folder.command(command).current_dir(folder.0.join("shop")).output().expect("it runs");
        assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
    }
    let source = folder.text("shop/apps/shop.initflow").replace("cpu 200m", "cpu 50m");
    std::fs::write(folder.0.join("shop/apps/shop.initflow"), source).expect("it can be written");
    let ran =
        folder.command("check --format github").current_dir(folder.0.join("shop")).output().expect("it runs");
    assert_eq!(ran.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ran.stdout).starts_with("::error file=apps/shop.initflow,line="));
}

const EXPECTATIONS: &str = r#"
[[case]]
name = "holds"
set = { tag = "1" }
order = []
warns = []
snapshot = "snapshots/a.yaml"

[[case]]
name = "must not compile"
source = "pod p { app a { } }"
fails = "missing-image"
"#;

#[test]
fn expectations_are_tested() {
    let folder = Folder::new().with("a.initflow", WITH_PARAM).with("a.test.toml", EXPECTATIONS);
    folder
        .runs("test .")
        .ends_with(1)
        .prints("there is no snapshot `./snapshots/a.yaml`")
        .prints("1 passed, 1 failed");
    folder.runs("test --update a.test.toml").ends_with(0).prints("2 passed, 0 failed");
    folder.runs("test a.initflow").ends_with(0).prints("ok    a.test.toml: must not compile\n");
    assert!(folder.text("snapshots/a.yaml").contains("image: nginx:1"));
    let folder = folder.with("a.test.toml", EXPECTATIONS.replace("tag = \"1\"", "tag = \"2\""));
    folder.runs("test a.test.toml").ends_with(1).prints("+    image: nginx:2\n");
    let wrong = "[[case]]\nset = { tag = \"1\" }\norder = [\"x\"]\nrequests = { cpu = 1 }\n[[case]]\nfails = \"no-shell\"\n";
    let folder = folder.with("a.test.toml", wrong);
    let ran = folder.runs("test a.test.toml").ends_with(1);
    for said in [
        "FAIL  a.test.toml:1: a case without a name\n",
        "a.test.toml:3: expected the order x, found \n",
        "a.test.toml:4: expected effective requests of cpu 1, found none\n",
        "a.test.toml:6: expected the error no-shell, but the source has ",
    ] {
        assert!(ran.stdout.contains(said), "no {said:?} in:\n{}", ran.stdout);
    }
    let folder = folder.with("a.test.toml", "[[case]]\nordr = []\nfails = \"mising-image\"\n");
    folder.runs("test a.test.toml").ends_with(1).says("change to `order`").says("change to `missing-image`");
    folder
        .with("a.test.toml", "case = 1")
        .runs("test a.test.toml")
        .ends_with(1)
        .says("expected a list of tables for `case`");
}

#[test]
fn every_command_has_a_man_page() {
    let folder = Folder::new();
    folder.runs("man -o pages").ends_with(0).says_nothing();
    assert!(folder.text("pages/initflow.1").contains("initflow\\-compile(1)"));
    folder.runs("man compile").ends_with(0).prints("\ninitflow compile \\-o manifests apps ");
    folder.runs("man compil").ends_with(2).says("use `compile`");
}
