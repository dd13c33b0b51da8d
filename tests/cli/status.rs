//! Tests `initflow status` against programs named kubectl that answer, refuse, hang, or print what they should not.

use crate::folder::{Folder, Ran};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;
use std::time::{Duration, Instant};

const SHOP: &str = "\
deployment shop {
  step schema { image \"busybox:1.37\"; run \"true\" }
  app web { image \"nginx:1.29\" }
}
";

const DEPLOYMENT: &str = r#"{"kind": "Deployment", "metadata": {"name": "shop", "namespace": "prod", "generation": 1},
  "spec": {"replicas": 1}, "status": {"observedGeneration": 1, "updatedReplicas": 1}}"#;

/// A pod of the Deployment whose step has this state.
fn pods(step: &str, app: &str) -> String {
    format!(
        r#"{{"kind": "List", "items": [{{"kind": "Pod", "metadata": {{"name": "shop-7d4f-a", "namespace": "prod",
  "labels": {{"pod-template-hash": "7d4f"}}, "ownerReferences": [{{"kind": "ReplicaSet", "name": "shop-7d4f", "controller": true}}]}},
  "spec": {{"nodeName": "n", "initContainers": [{{"name": "schema"}}], "containers": [{{"name": "web"}}]}},
  "status": {{"phase": "Pending", "initContainerStatuses": [{{"name": "schema", {step}}}],
    "containerStatuses": [{{"name": "web", {app}}}]}}}}]}}"#
    )
}

const WAITING: &str = r#""state": {"waiting": {"reason": "PodInitializing"}}"#;
const RUNNING: &str = r#""started": true, "state": {"running": {"startedAt": "2026-11-29T04:20:00Z"}}"#;
const FAILED: &str = r#""restartCount": 1, "state": {"terminated": {"exitCode": 3, "reason": "Error",
  "startedAt": "2026-11-29T04:20:00Z", "finishedAt": "2026-11-29T04:20:02Z"}}"#;
const DONE: &str = r#""ready": true, "state": {"terminated": {"exitCode": 0, "reason": "Completed",
  "startedAt": "2026-11-29T04:20:00Z", "finishedAt": "2026-11-29T04:20:02Z"}}"#;
const READY: &str =
    r#""ready": true, "started": true, "state": {"running": {"startedAt": "2026-11-29T04:20:03Z"}}"#;

/// A folder with a source and a kubectl, which notes its arguments.
fn folder(script: &str) -> Folder {
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >>calls\n{script}\n");
    let folder = Folder::new().with("shop.initflow", SHOP).with("bin/kubectl", script);
    fs::set_permissions(folder.0.join("bin/kubectl"), fs::Permissions::from_mode(0o755))
        .expect("an executable");
    folder
}

/// A kubectl that answers from files.
fn answering(deployment: &str, pods: &str) -> Folder {
    let script = "\
case \"$1 $2\" in
  'get pods') cat pods.json;;
  'get events') echo '{\"kind\": \"List\", \"items\": []}';;
  'logs '*) echo 'FATAL: no such table';;
  *) cat deployment.json;;
esac";
    folder(script).with("deployment.json", deployment).with("pods.json", pods)
}

fn status(folder: &Folder, arguments: &str) -> Ran {
    let path = format!("{}:/usr/bin:/bin", folder.0.join("bin").display());
    let mut command = folder.command(&format!("status --no-config --color never {arguments} shop.initflow"));
    let output = command.env("PATH", path).output().expect("the command ends");
    Ran {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[test]
fn the_cluster_is_asked_with_the_options_of_the_call() {
    let folder = answering(DEPLOYMENT, &pods(FAILED, WAITING));
    let ran = status(&folder, "--context=prod -n=--as=admin --kubeconfig=--token=x");
    assert_eq!(ran.status, Some(2), "the namespace of the pods is another: {}", ran.stderr);
    let options = "--request-timeout=5s --context=prod --namespace=--as=admin --kubeconfig=--token=x";
    let calls = folder.text("calls");
    let expected = [
        format!("get deployment/shop --output=json --ignore-not-found {options}"),
        format!("get pods --output=json --selector=app.kubernetes.io/name=shop {options}"),
    ];
    assert_eq!(calls.lines().take(2).collect::<Vec<_>>(), expected, "{calls}");
}

#[test]
fn a_failing_pod_is_explained_with_events_and_its_log() {
    let folder = answering(DEPLOYMENT, &pods(FAILED, WAITING));
    let ran = status(&folder, "");
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    assert!(ran.stdout.contains("step `schema` ended with exit status 3"), "{}", ran.stdout);
    assert!(ran.stdout.contains("last lines: FATAL: no such table"), "{}", ran.stdout);
    assert!(ran.stdout.contains("shop.initflow:2"), "{}", ran.stdout);
    let calls = folder.text("calls");
    assert!(
        calls.contains("get events --output=json --field-selector=involvedObject.name=shop-7d4f-a"),
        "{calls}"
    );
    assert!(
        calls.contains("logs pod/shop-7d4f-a --container=schema --tail=20 --limit-bytes=65536"),
        "{calls}"
    );
    assert!(calls.lines().skip(2).all(|call| call.ends_with("--namespace=prod")), "{calls}");
}

#[test]
fn the_exit_status_says_how_far_the_pods_are() {
    for (step, app, expected) in [(DONE, READY, 0), (FAILED, WAITING, 1), (RUNNING, WAITING, 3)] {
        let ran = status(&answering(DEPLOYMENT, &pods(step, app)), "--format json");
        assert_eq!(ran.status, Some(expected), "{}{}", ran.stdout, ran.stderr);
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!(document["version"], 1);
    }
}

#[test]
fn without_kubectl_there_is_one_line() {
    let folder = folder("");
    let ran = folder
        .command("status --no-config shop.initflow")
        .env("PATH", "")
        .output()
        .expect("the command ends");
    assert_eq!(ran.status.code(), Some(2));
    let messages = String::from_utf8_lossy(&ran.stderr);
    assert!(messages.contains("cannot run `kubectl`: the program is not installed"), "{messages}");
}

#[test]
fn what_is_no_answer_is_one_line() {
    let pods = pods(DONE, READY);
    let half = &pods[..pods.len() / 2];
    for (script, said) in [
        (
            "echo 'noise' >&2; echo 'Error from server (Forbidden): pods is forbidden: User \"x\"' >&2; exit 1",
            "Forbidden",
        ),
        ("exit 1", "it does not say why"),
        ("kill -9 $$", "it does not say why"),
        (&format!("cat <<'E'\n{half}\nE"), "the JSON is cut off"),
        ("echo '{\"kind\": \"Status\", \"code\": 401}'", "the kind `Status`"),
        ("echo '{\"kind\": \"Pod\", \"spec\": 7}'", "it is not what the cluster writes"),
        ("echo 'Please log in: https://login.example.com'; echo 'a: ['", "it is neither JSON nor YAML"),
        ("printf '\\377\\376\\033[2J'", "it is not UTF-8"),
        ("printf '\\033[2J{'", "it is neither JSON nor YAML"),
        ("head -c 70000000 /dev/zero", "more than 64 MiB"),
        ("head -c 9000000 /dev/zero >&2; exit 1", "kubectl cannot get"),
        ("", "the cluster has no Deployment `shop`"),
    ] {
        let start = Instant::now();
        let ran = status(&folder(script), "--timeout 20");
        assert_eq!(ran.status, Some(2), "{script}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{script}: {}", ran.stderr);
        assert_eq!(ran.stderr.matches("kubectl cannot get").count().max(1), 1, "{script}: {}", ran.stderr);
        assert!(!ran.stderr.contains('\x1b') && ran.stderr.len() < 2000, "{script}: {:?}", ran.stderr);
        assert!(start.elapsed() < Duration::from_secs(20), "{script}: {:?}", start.elapsed());
    }
}

#[test]
fn a_cluster_that_does_not_answer_ends_with_all_processes() {
    let folder = folder("sleep 300 & echo $! >child; echo $$ >parent; exec sleep 300");
    let start = Instant::now();
    let ran = status(&folder, "--timeout 1");
    assert_eq!(ran.status, Some(2), "{}", ran.stdout);
    assert!(ran.stderr.contains("the cluster did not answer within 1 s"), "{}", ran.stderr);
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
    for process in ["child", "parent"] {
        let stat = format!("/proc/{}/stat", folder.text(process).trim());
        // Who was killed is running until the kernel has come to it, and is listed until its parent knows.
        let ended = || {
            let stat = fs::read_to_string(&stat).unwrap_or_default();
            stat.rsplit_once(") ").is_none_or(|(_, state)| state.starts_with(['Z', 'X']))
        };
        while !ended() && start.elapsed() < Duration::from_mins(1) {
            thread::sleep(Duration::from_millis(10));
        }
        assert!(ended(), "{process} is still there");
    }
}

#[test]
fn pods_are_enough_if_nothing_else_may_be_read() {
    let folder = folder(
        "case \"$1 $2\" in 'get pods') cat pods.json;; *) echo 'Error from server (Forbidden): no' >&2; exit 1;; esac",
    )
    .with("pods.json", pods(FAILED, WAITING));
    let ran = status(&folder, "");
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("only the pods are known") && ran.stderr.contains("without events"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("step `schema` ended with exit status 3"), "{}", ran.stdout);
}

#[test]
fn watching_ends_when_all_pods_are_up() {
    let folder = folder(
        "case \"$1 $2\" in
  'get pods') if [ -e second ]; then cat up.json; else cat starting.json; : >second; fi;;
  'get events') echo '{\"kind\": \"List\"}';;
  *) cat deployment.json;;
esac",
    )
    .with("deployment.json", DEPLOYMENT)
    .with("starting.json", pods(RUNNING, WAITING))
    .with("up.json", pods(DONE, READY));
    let ran = status(&folder, "--watch");
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(
        ran.stdout,
        "Pod shop-7d4f-a: starting: schema running, web waiting\nPod shop-7d4f-a: up: schema done, web up\n"
    );
}

#[test]
fn watching_gives_up_after_three_questions_without_an_answer() {
    let folder = folder("exit 1");
    let ran = status(&folder, "--watch");
    assert_eq!(ran.status, Some(2), "{}", ran.stdout);
    assert_eq!(ran.stderr.matches("warning: ").count(), 2, "{}", ran.stderr);
}

#[test]
fn files_and_the_cluster_are_not_mixed() {
    let folder = folder("").with("pods.json", pods(DONE, READY));
    for arguments in [
        "--pods pods.json -n a",
        "--pods pods.json --watch",
        "--events pods.json",
        "--at 2026-11-29T04:20:00Z",
    ] {
        let ran = status(&folder, arguments);
        assert_eq!(ran.status, Some(2), "{arguments}");
        assert!(!folder.has("calls"), "{arguments}");
    }
    for (arguments, said) in [
        ("--pods missing.json", "cannot read `missing.json`"),
        ("--pods shop.initflow", "it has no Kubernetes object"),
        ("--pods pods.json --logs missing", "cannot read `missing`"),
        ("--watch --format json", "leave `--format json` out"),
    ] {
        let ran = status(&folder, arguments);
        assert_eq!(ran.status, Some(2), "{arguments}: {}", ran.stdout);
        assert!(ran.stderr.contains(said), "{arguments}: {}", ran.stderr);
    }
}

#[test]
fn pods_come_from_standard_input_without_a_source() {
    let folder = Folder::new();
    let ran = folder.runs_on(&pods(DONE, READY), "status --pods -");
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.starts_with("Deployment shop in namespace prod  up\n"), "{}", ran.stdout);
    for (text, said) in [
        ("", "cannot read `<stdin>`: it has no Kubernetes object"),
        (r#"{"kind": "List", "items": []}"#, "there are no pods in `<stdin>`"),
        (r#"{"kind": "List", "items": [{"kind": "Pod"}]}"#, "it has a pod without a name"),
    ] {
        folder.runs_on(text, "status --pods -").ends_with(2).says(said);
    }
}

#[test]
fn a_source_with_errors_is_not_asked_about() {
    let folder = folder("").with("shop.initflow", "deployment shop { app web { } }");
    let ran = status(&folder, "");
    assert_eq!(ran.status, Some(2), "{}", ran.stdout);
    assert!(ran.stderr.contains("the sources have errors") && !folder.has("calls"), "{}", ran.stderr);
}
