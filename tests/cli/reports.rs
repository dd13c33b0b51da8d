//! Tests what other programs read: plans, differences, resource lists and findings.

use super::{BROKEN, Folder, HELLO, WITH_PARAM};

#[test]
fn plan_shows_order_and_totals() {
    let folder = Folder::new().with("a.initflow", HELLO);
    folder.runs("plan a.initflow").ends_with(0).prints("Pod hello").prints("QoS class BestEffort");
    let json = folder.runs("plan --format json a.initflow").ends_with(0).stdout;
    let plan: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(plan["version"], 1);
    assert_eq!(plan["workloads"][0]["order"][0]["name"], "web");
    assert_eq!(plan["workloads"][0]["order"][0]["span"]["line"], 2);
    folder.runs_on(BROKEN, "plan -").ends_with(1).prints_nothing();
}

#[test]
fn plan_shows_how_long_a_start_takes() {
    let source = "deployment shop {
  wait db { tcp \"db:7000\"; timeout 90s }
  step index { image \"tools:1\"; run \"index\"; takes 20s..2m }
  sidecar proxy { image \"proxy:1\"; started tcp 80 every 2s failures 4; stops 5s }
  app web { image \"nginx:1.29\"; stops 10s }
}
";
    let folder = Folder::new().with("shop.initflow", source);
    folder
        .runs("plan shop.initflow")
        .ends_with(0)
        .prints("  in all  20s..3m39s\n")
        .prints("  `db`: gives up after 1m30s; it runs again")
        .prints("  after 10m (`progressDeadlineSeconds`, by default): the rollout counts as failed")
        .prints("  proxy  -     10s           15s\n");
    let json = folder.runs("plan --format json shop.initflow").ends_with(0).stdout;
    let plan: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let shop = &plan["workloads"][0];
    assert_eq!(shop["start"]["whole"], serde_json::json!({ "best": 20, "worst": 219, "knownWorst": 219 }));
    assert_eq!(shop["start"]["longest"], "index");
    assert_eq!(shop["order"][0]["time"]["givesUpAfter"], 90);
    assert_eq!(shop["stop"]["order"][1]["name"], "proxy");
    assert_eq!(shop["stop"]["whole"]["worst"], 15);
    // The compiled manifest has the same limits; only what the author states is not in it.
    let yaml = folder.runs("compile shop.initflow").ends_with(0).stdout;
    folder
        .runs_on(&yaml, "plan -")
        .ends_with(0)
        .prints("  db      0s..1m30s")
        .prints("  index   unknown")
        .prints("  in all  0s..1m39s or more\n");
}

#[test]
fn a_picture_can_count_seconds() {
    let source = "pod a { wait db { tcp \"db:7000\"; timeout 90s }; app b { image \"b:1\" } }";
    let folder = Folder::new().with("a.initflow", source);
    folder.runs("plan --axis seconds -o a.svg a.initflow").ends_with(0);
    assert!(folder.text("a.svg").contains(">1m<") && folder.text("a.svg").contains("takes 0s..1m30s"));
    folder.runs("plan --axis order --format html a.initflow").ends_with(0).prints("not seconds");
    let refused = folder.runs("plan --axis seconds a.initflow").ends_with(2).prints_nothing();
    refused.says("--axis is for pictures: use it with --format svg or --format html");
}

#[test]
fn a_manifest_is_held_to_its_deadlines() {
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  progressDeadlineSeconds: 60\n  selector: {matchLabels: {a: a}}\n  template:\n    metadata: {labels: {a: a}}\n    spec:\n      initContainers:\n        - {name: db, image: 'busybox:1.37', command: [sh, -c, 'for i in $(seq 60); do nc -z db 7000 && exit 0; sleep 2; done; exit 1']}\n      containers: [{name: b, image: 'b:1'}]\n";
    let folder = Folder::new().with("a.yaml", manifest);
    folder
        .runs("check a.yaml")
        .ends_with(0)
        .says("a pod may need 2m, and `progressDeadlineSeconds` allows 1m")
        .says("a.yaml:5:3");
}

const OLD: &str = "deployment shop {
  replicas 2
  volume v
  sidecar proxy { image \"proxy:1\"; memory 256Mi }
  step unpack { image \"tools:1\"; run \"unpack\"; memory 512Mi; writes v at /v }
  step gone { image \"tools:1\"; run \"x\" }
  app web { image \"nginx:1.29\"; memory 512Mi; reads v at /v }
}
";

#[test]
fn changes_are_described_in_words() {
    let new = OLD
        .replace("memory 256Mi", "memory 256Mi; after unpack")
        .replace("memory 512Mi; writes", "memory 1Gi; writes")
        .replace("nginx:1.29", "nginx:1.31")
        .replace("replicas 2", "replicas 3");
    let new: String =
        new.lines().filter(|line| !line.contains("step gone")).map(|line| line.to_owned() + "\n").collect();
    let folder = Folder::new()
        .with("old/shop.initflow", OLD)
        .with("new/shop.initflow", &new)
        .with("new/more.initflow", HELLO);
    let text = folder.runs("diff old new").ends_with(0).says_nothing().stdout;
    for said in [
        "Pod hello (more.initflow)\n\n  the workload is new\n",
        "Deployment shop (shop.initflow)\n\n  replicas 2 → 3\n",
        "  `unpack` requests memory 512Mi → 1Gi\n  step `gone` was removed\n  `web` image `nginx:1.29` → `nginx:1.31`\n  `unpack` now starts before `proxy`\n",
        "  effective memory 768Mi → 1Gi (+256Mi, +1536Mi in all replicas): set by step `unpack`\n",
        "-        image: nginx:1.29\n+        image: nginx:1.31\n",
    ] {
        assert!(text.contains(said), "no {said:?} in:\n{text}");
    }
    let markdown = folder.runs("diff --format markdown old/shop.initflow new/shop.initflow").ends_with(0);
    markdown.prints("| memory | 768Mi | 1Gi | +256Mi | +1536Mi | step `unpack` |\n").prints("```diff\n");
    let json = folder.runs("diff --format json old new").ends_with(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["changes"][1]["totals"][0]["ofAllReplicas"], "+1536Mi");
    folder.runs("diff --exit-code old old").ends_with(0).prints("the compiled objects have not changed");
    folder.runs("diff --exit-code old new").ends_with(3).prints("replicas");
    folder.runs("diff old none").ends_with(2).prints_nothing().says("none");
    folder.runs("diff old").ends_with(2).prints_nothing();
}

const RESOURCE_LIST: &str = "apiVersion: config.kubernetes.io/v1
kind: ResourceList
functionConfig:
  spec:
    files: [a.initflow]
    set: {tag: 1.29}
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: \"yes\"}}
- {apiVersion: v1, kind: Pod, metadata: {name: hello, namespace: prod}, spec: {}}
";

#[test]
fn a_resource_list_is_completed() {
    let folder = Folder::new().with("a.initflow", WITH_PARAM);
    let ran = folder.runs_on(RESOURCE_LIST, "krm").ends_with(0).says_nothing();
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2), "{list}");
    assert_eq!(list["items"][0]["data"]["x"], "yes");
    assert_eq!(list["items"][1]["spec"]["containers"][0]["image"], "nginx:1.29");
    assert_eq!(list["items"][1]["metadata"]["namespace"], "prod");
    assert_eq!(list["functionConfig"]["spec"]["set"]["tag"], 1.29);
    let wrong = RESOURCE_LIST.replace("tag: 1.29", "tg: 1");
    let ran = folder.runs_on(&wrong, "krm").ends_with(1).says("error[");
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(list["results"][0]["severity"], "error");
    assert_eq!(list["results"][0]["file"]["path"], "a.initflow");
    for (text, said) in [
        ("kind: List", "expected a ResourceList"),
        ("kind: ResourceList", "no functionConfig with a spec"),
        ("a: [", "error["),
        ("", "expected one ResourceList"),
        (&RESOURCE_LIST.replace("files: [a.initflow]", "fils: [a.initflow]"), "unknown field `spec.fils`"),
        (&RESOURCE_LIST.replace("files: [a.initflow]", "files: [b.initflow]"), "cannot read `b.initflow`"),
    ] {
        let ran = folder.runs_on(text, "krm").prints_nothing().says(said);
        assert_ne!(ran.status, Some(0));
    }
}

#[test]
fn findings_are_reported_for_programs() {
    let untagged = HELLO.replace("nginx:1.27", "nginx");
    let folder = Folder::new().with("a.initflow", &untagged);
    let line = "a.initflow:2:19: warning[unpinned-image]: the image of `web` has no tag\n";
    folder.runs("check --format short .").ends_with(0).prints(line).says_nothing();
    folder.runs("check --format short --deny warnings .").ends_with(1).prints("error[unpinned-image]");
    folder.runs("check --max-warnings 1 .").ends_with(0);
    folder
        .runs("check --max-warnings 0 .")
        .ends_with(1)
        .says("1 warning is more than the 0 that --max-warnings allows");
    folder
        .runs("check --max-warnings 0 --format junit .")
        .ends_with(1)
        .prints("tests=\"2\" failures=\"0\" errors=\"1\"")
        .prints(
            "<error type=\"trouble\" message=\"1 warning is more than the 0 that --max-warnings allows\"/>",
        );
    folder
        .runs("check --deny warnings --format junit .")
        .ends_with(1)
        .prints("tests=\"1\" failures=\"1\" errors=\"0\"")
        .prints("<failure type=\"unpinned-image\" message=\"the image of `web` has no tag\">");
    folder.runs("check --allow unpinned-image .").ends_with(0).says_nothing();
    folder.runs("check --allow unpined-image .").ends_with(2).says("use `unpinned-image`");
    // Only the compiled output goes to standard output.
    folder.runs("compile --format short a.initflow").ends_with(0).prints("kind: Pod").says(line);
    folder
        .runs("check --format sarif --report out/a.sarif .")
        .ends_with(0)
        .prints_nothing()
        .says("warning[unpinned-image]");
    let sarif: serde_json::Value = serde_json::from_str(&folder.text("out/a.sarif")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unpinned-image");
    folder.runs("compile -o out a.initflow").ends_with(0);
    let folder = folder.with("a.initflow", untagged.replace("web", "app"));
    folder
        .runs("compile --check -o out --format json --report r.json a.initflow")
        .ends_with(1)
        .prints("-  - name: web");
    let report: serde_json::Value = serde_json::from_str(&folder.text("r.json")).expect("JSON");
    let stale = &report["diagnostics"][1];
    assert_eq!((&stale["name"], &stale["place"]["path"]), (&"stale-output".into(), &"out/a.yaml".into()));
    assert!(
        stale["explain"].is_null()
            && report["diagnostics"][0]["explain"] == "initflow explain unpinned-image"
    );
    folder.runs("check --format github none.initflow").ends_with(2).prints("::error title=initflow::");
}
