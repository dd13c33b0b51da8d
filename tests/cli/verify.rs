//! Tests how `verify` reads, reports and ends, and `krm` with `verify: true`.

use super::Folder;

const SHOP: &str = r#"deployment shop {
  volume config
  budget { cpu 250m }
  step settings { image "settings:4.2"; writes config at /out; cpu 100m; memory 64Mi }
  step migrate { image "shop:4.2"; run "migrate"; reads config at /etc/shop; cpu 100m; memory 64Mi }
  app web { image "shop:4.2"; reads config at /etc/shop; cpu 100m; memory 64Mi }
}
"#;

fn shop() -> Folder {
    let folder = Folder::new().with("shop.initflow", SHOP);
    let compiled = folder.runs("compile --no-header shop.initflow").ends_with(0).stdout;
    folder.with("shop.yaml", compiled)
}

/// The manifest with its two init containers in the other order.
fn swapped(manifest: &str) -> String {
    let (before, rest) = manifest.split_once("      initContainers:\n").expect("init containers");
    let (settings, rest) = rest.split_at(rest.find("      - name: migrate\n").expect("a step"));
    let (migrate, rest) = rest.split_at(rest.find("      containers:\n").expect("apps"));
    format!("{before}      initContainers:\n{migrate}{settings}{rest}")
}

/// The manifest with another init container at the front.
fn injected(manifest: &str, name: &str, cpu: &str) -> String {
    let added = format!(
        "      initContainers:\n      - name: {name}\n        image: proxy:1.0\n        restartPolicy: Always\n        resources: {{ requests: {{ cpu: {cpu} }} }}\n"
    );
    manifest.replace("      initContainers:\n", &added)
}

#[test]
fn what_is_as_in_the_source_passes() {
    let folder = shop();
    folder
        .runs("verify --against shop.yaml shop.initflow")
        .ends_with(0)
        .says_nothing()
        .prints("Deployment shop as");
    let manifest = folder.text("shop.yaml");
    folder.runs_on(&manifest, "verify --against - shop.initflow").ends_with(0).prints("<stdin>:4:9");
    let json = folder.runs("compile --emit json shop.initflow").stdout;
    folder.runs_on(&json, "verify --against - .").ends_with(0).says_nothing();
    let folder = folder.with("out/a.yaml", &manifest).with("initflow.toml", "");
    folder.runs("verify --against out").ends_with(0).says_nothing();
}

#[test]
fn a_broken_link_is_an_error_with_both_places() {
    let folder = shop();
    let folder = {
        let text = swapped(&folder.text("shop.yaml"));
        folder.with("swapped.yaml", text)
    };
    let ran = folder.runs("verify --against swapped.yaml shop.initflow").ends_with(1);
    let ran = ran.says("error[broken-order]: `migrate` starts before `settings`, whose files it reads");
    ran.says("shop.initflow:5:51")
        .says("swapped.yaml:")
        .says("`migrate` is number 1")
        .says("1 error in shop.initflow");
    for (format, part) in [
        ("short", "shop.initflow:5:51: error[broken-order]: "),
        ("sarif", "\"ruleId\": \"broken-order\""),
        ("github", "::error "),
        ("gitlab", "\"check_name\": \"broken-order\""),
        ("junit", "<failure"),
        ("json", "\"name\": \"broken-order\""),
    ] {
        let ran = folder.runs(&format!("verify --format {format} --against swapped.yaml shop.initflow"));
        ran.ends_with(1).says_nothing().prints(part);
    }
    let ran = folder.runs("verify --report out.json --against swapped.yaml shop.initflow");
    ran.ends_with(1).prints("Deployment shop");
    assert!(folder.text("out.json").contains("\"verified\""));
}

#[test]
fn what_others_added_is_shown_and_counts_for_the_budget() {
    let folder = shop();
    let manifest = folder.text("shop.yaml");
    let folder = folder.with("mesh.yaml", injected(&manifest, "mesh", "100m"));
    let ran = folder.runs("verify --against mesh.yaml shop.initflow").ends_with(0).says_nothing();
    ran.prints("1  sidecar  mesh")
        .prints("added: runs beside everything after it; requests cpu 100m")
        .prints("200m");
    let folder = folder.with("mesh.yaml", injected(&manifest, "mesh", "151m"));
    let ran = folder.runs("verify --against mesh.yaml shop.initflow").ends_with(1);
    ran.says("error[over-budget]: the pod's effective request of `cpu` became 251m, over its budget of 250m");
    let report = folder.runs("verify --format json --against mesh.yaml shop.initflow").ends_with(1).stdout;
    for part in
        ["\"added\": \"runs beside everything after it; requests cpu 151m\"", "\"rendered\": \"251m\""]
    {
        assert!(report.contains(part), "{report}");
    }
}

#[test]
fn other_totals_are_a_warning_with_a_level() {
    let folder = shop();
    let other = folder.text("shop.yaml").replace("memory: 64Mi", "memory: 65Mi");
    let folder = folder.with("other.yaml", other);
    let call = "verify --against other.yaml shop.initflow";
    folder
        .runs(call)
        .ends_with(0)
        .says("warning[changed-totals]: the pod's effective request of `memory` became 65Mi, from 64Mi");
    folder.runs(&format!("{call} --deny changed-totals")).ends_with(1).says("error[changed-totals]");
    folder.runs(&format!("{call} --allow changed-totals")).ends_with(0).says_nothing();
    folder.runs(&format!("{call} --max-warnings 0")).ends_with(1).says("more than the 0");
    let folder = folder.with("initflow.toml", "[lints]\nchanged-totals = \"deny\"\n");
    folder.runs(call).ends_with(1).says("error[changed-totals]");
}

#[test]
fn names_are_asked_for_and_given() {
    let folder = shop();
    let manifest = folder.text("shop.yaml");
    let named = |name: &str| manifest.replacen("  name: shop\n", &format!("  name: {name}\n"), 1);
    let both = format!("{}---\n{}", named("dev-shop"), named("prod-shop"));
    let folder = folder.with("both.yaml", both).with("other.yaml", named("web"));
    let ran = folder
        .runs("verify --against both.yaml shop.initflow")
        .ends_with(1)
        .says("error[ambiguous-workload]");
    ran.says("`dev-shop`").says("`prod-shop`").says("--name shop=dev-shop");
    let call = "verify --against both.yaml shop.initflow --name";
    folder
        .runs(&format!("{call} shop=prod-shop"))
        .ends_with(0)
        .prints("Deployment shop as Deployment prod-shop");
    folder.runs(&format!("{call} deployment/shop=dev-shop")).ends_with(0).prints("Deployment dev-shop");
    folder.runs(&format!("{call} shop=none")).ends_with(1).says("error[missing-workload]");
    folder.runs(&format!("{call} shp=dev-shop")).ends_with(2).says("the sources have no workload `shp`");
    folder.runs(&format!("{call} job/shop=dev-shop")).ends_with(2).says("the sources have no workload");
    folder.runs(&format!("{call} shop")).ends_with(2).says("use the form workload=object");
    folder
        .runs("verify --against other.yaml shop.initflow")
        .ends_with(1)
        .says("the manifests have Deployment `web`");
    let ran = folder.runs("verify --partial --against other.yaml shop.initflow");
    ran.ends_with(2).says("the manifests have no workload of these sources");
}

#[test]
fn what_cannot_be_read_ends_with_status_2() {
    let folder =
        shop().with("broken.yaml", "a: [\n").with("empty.yaml", "").with("no.initflow", "# nothing\n");
    let folder = folder
        .with("wrong.yaml", "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: 5 }\n");
    let folder =
        folder.with("service.yaml", "apiVersion: v1\nkind: Service\nmetadata: { name: shop }\nspec: {}\n");
    for (call, said) in [
        ("--against missing.yaml shop.initflow", "cannot read `missing.yaml`"),
        ("--against broken.yaml shop.initflow", "error[invalid-yaml]"),
        ("--against wrong.yaml shop.initflow", "error[type-mismatch]"),
        ("--against empty.yaml shop.initflow", "there is no workload and no pod in `empty.yaml`"),
        ("--against service.yaml shop.initflow", "there is no workload and no pod in `service.yaml`"),
        ("--against shop.yaml missing.initflow", "cannot read `missing.initflow`"),
        ("--against shop.yaml no.initflow", "the sources have no workload"),
        ("--against - -", "only one of the sources"),
        ("shop.initflow", "--against <PATH>"),
    ] {
        folder.runs(&format!("verify {call}")).ends_with(2).says(said);
    }
    // A broken pipe of a tool that failed must not look like success.
    folder.runs("verify --against - shop.initflow").ends_with(2).says("in `<stdin>`");
    let cut = folder.runs("compile --emit json shop.initflow").stdout;
    folder.runs_on(&cut[..cut.len() / 2], "verify --against - shop.initflow").ends_with(2).says("error[");
    let folder = folder.with("shop.initflow", SHOP.replace("image", "imge"));
    folder.runs("verify --against shop.yaml shop.initflow").ends_with(1).says("error[unknown-statement]");
}

#[test]
fn hostile_names_are_made_visible() {
    let folder = shop();
    let hostile = injected(&folder.text("shop.yaml"), "\"a\\e[2J\\u202E\\n::error::x\"", "200m");
    let hostile = hostile.replacen("  name: shop\n", "  name: \"\\e]0;owned\\a-shop\"\n", 1);
    let folder = folder.with("hostile.yaml", hostile);
    for format in ["human", "short", "json", "sarif", "github", "gitlab", "junit"] {
        let ran = folder
            .runs(&format!("verify --format {format} --against hostile.yaml shop.initflow"))
            .ends_with(1);
        for text in [&ran.stdout, &ran.stderr] {
            let deceives = |letter: char| {
                letter.is_control() && letter != '\n' && letter != '\t' || letter == '\u{202e}'
            };
            assert!(!text.contains(deceives) && !text.contains("\n::error::x"), "{format}: {text:?}");
        }
    }
}

#[test]
fn a_function_of_kustomize_holds_its_items_and_changes_nothing() {
    let folder = shop();
    let indented =
        |manifest: &str| manifest.lines().fold(String::new(), |all, line| format!("{all}  {line}\n"));
    let list = |manifest: &str, more: &str| {
        let item = indented(manifest).replacen("  apiVersion", "- apiVersion", 1);
        format!(
            "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n{item}functionConfig:\n  spec:\n    files: [shop.initflow]\n{more}"
        )
    };
    let manifest = folder.text("shop.yaml");
    let same = list(&manifest, "    verify: true\n");
    let ran = folder.runs_on(&same, "krm").ends_with(0).says_nothing();
    assert_eq!(ran.stdout, same);
    let broken = list(&swapped(&manifest), "    verify: true\n");
    let ran = folder.runs_on(&broken, "krm").ends_with(1).says("error[broken-order]");
    let results = ran.stdout.strip_prefix(&broken).expect("the same list, and results after it");
    assert!(results.starts_with("results: [{") && results.contains("\"severity\":\"error\""), "{results}");
    // In JSON, the results are inside of the list.
    let json = r#"{"kind":"ResourceList","items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{}}],"functionConfig":{"spec":{"files":["shop.initflow"],"verify":true}}}"#;
    let ran = folder.runs_on(json, "krm").ends_with(1).says("error[missing-workload]");
    assert!(ran.stdout.starts_with("{\n") && ran.stdout.contains("\"name\": \"missing-workload\""));
    let other = manifest.replacen("  name: shop\n", "  name: web\n", 1);
    folder.runs_on(&list(&other, "    verify: true\n    names: { shop: web }\n"), "krm").ends_with(0);
    for (more, said) in [
        ("    verify: 1\n", "`spec.verify` is not `true` or `false`"),
        ("    partial: true\n", "need `spec.verify: true`"),
        ("    verify: true\n    names: { shop: 1 }\n", "`spec.names.shop` is not text"),
        ("    verify: true\n    names: { web: web }\n", "the sources have no workload `web`"),
        ("    verified: true\n", "unknown field `spec.verified`"),
    ] {
        folder.runs_on(&list(&manifest, more), "krm").ends_with(2).prints_nothing().says(said);
    }
    let ran = folder.runs_on(&list(&other, "    verify: true\n    partial: true\n"), "krm").ends_with(2);
    ran.says("the items have no workload of the sources");
}
