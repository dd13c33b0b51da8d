mod fixes;
mod hostile;
mod idioms;

use super::*;
use crate::diagnostic::{Code, human::Human};

/// The manifest and the result: the source, then the diagnostics.
fn imported(manifest: &str) -> String {
    let imported = import("pod.yaml", manifest.to_owned(), &without_lints());
    let found = Human::default().render(&imported.sources, &imported.diagnostics);
    format!("{manifest}=>\n{}{found}", imported.source.unwrap_or_default())
}

/// Options without the lints about images and requests, which these tests are not about.
fn without_lints() -> CompileOptions {
    let mut options = CompileOptions::default();
    for name in [Code::UnpinnedImage, Code::UnreservedStep] {
        options.levels.set(name, crate::lint::LintLevel::Allow);
    }
    options
}

/// A pod whose container has these fields.
fn of_container(fields: &str) -> String {
    let fields = fields.lines().fold(String::new(), |all, line| all + "    " + line + "\n");
    let manifest = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec:\n  containers:\n  - name: web\n    image: nginx\n{fields}"
    );
    let imported = import("pod.yaml", manifest, &without_lints());
    let found = Human::default().render(&imported.sources, &imported.diagnostics);
    let source = imported.source.unwrap_or_default();
    let own = source.find("  app").map_or("", |start| &source[start..source.len() - 2]);
    format!("{own}{found}")
}

#[test]
fn a_workload_is_written_once() {
    insta::assert_snapshot!(imported("\
# The shop.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  labels: {app.kubernetes.io/name: shop, team: web}
spec:
  replicas: 2  # one a zone
  selector:
    matchLabels: {app.kubernetes.io/name: shop}
  template:
    metadata:
      labels: {app.kubernetes.io/name: shop, tier: front}
      annotations: {checksum: \"1\"}
    spec:
      # migrations first
      initContainers:
      - name: migrate
        image: shop
        command: [sh, -ec, \"set -x\\n./migrate\\n\"]
        volumeMounts: [{name: data, mountPath: /data}]
      containers:
      - name: web
        image: shop
        resources:
          # measured in May
          requests: {cpu: 100m, memory: 64Mi}
          limits: {memory: 64Mi}
        volumeMounts: [{name: data, mountPath: /data, readOnly: true}]
      volumes:
      - name: data
        emptyDir: {}
"), @r#"
    # The shop.
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: shop
      labels: {app.kubernetes.io/name: shop, team: web}
    spec:
      replicas: 2  # one a zone
      selector:
        matchLabels: {app.kubernetes.io/name: shop}
      template:
        metadata:
          labels: {app.kubernetes.io/name: shop, tier: front}
          annotations: {checksum: "1"}
        spec:
          # migrations first
          initContainers:
          - name: migrate
            image: shop
            command: [sh, -ec, "set -x\n./migrate\n"]
            volumeMounts: [{name: data, mountPath: /data}]
          containers:
          - name: web
            image: shop
            resources:
              # measured in May
              requests: {cpu: 100m, memory: 64Mi}
              limits: {memory: 64Mi}
            volumeMounts: [{name: data, mountPath: /data, readOnly: true}]
          volumes:
          - name: data
            emptyDir: {}
    =>
    # The shop.
    deployment shop {
      labels { "app.kubernetes.io/name" "shop" }
      metadata { labels { team "web" } }
      replicas 2  # one a zone
      pod {
        labels { tier "front" }
        annotations { checksum 1 }
      }

      volume data

      # migrations first
      step migrate {
        image "shop"
        script "sh -ec" '''
          set -x
          ./migrate
        '''
        writes data at /data
      }

      app web {
        image "shop"
        # measured in May
        cpu 100m
        memory 64Mi..64Mi
        reads data at /data
      }
    }
    "#);
}

#[test]
fn units_that_a_source_does_not_have_are_counted_out() {
    let found = of_container("resources: {limits: {cpu: 1M, memory: 1500m}}");
    assert!(found.contains("cpu ..1000000;"), "{found}");
    assert!(found.contains("memory ..1.5 ") && found.contains("warning[fractional-quantity]"), "{found}");
}

#[test]
fn commands_are_written_in_the_shortest_exact_form() {
    insta::assert_snapshot!(of_container("command: [sh, -eu, -c, 'echo $HOME && exec web']"), @r#"
      app web { image "nginx"; script "echo $HOME && exec web" }
    "#);
    insta::assert_snapshot!(of_container("command: [/bin/bash, -c, \"a\\nb\\n\"]\nargs: [x]"), @r#"
    app web {
      image "nginx"
      script "/bin/bash -c" '''
        a
        b
      '''
      args "x"
    }
    "#);
    insta::assert_snapshot!(of_container("command: [web, --name, \"a b\", $(PORT), '$HOME']"), @r#"
      app web { image "nginx"; command ["web", "--name", "a b", "$(PORT)", "$HOME"] }
    warning[unexpanded-reference]: `web` has no variable `PORT` for `$(PORT)`
      ┌─ pod.yaml:8:35
      │
    8 │     command: [web, --name, "a b", $(PORT), '$HOME']
      │                                   ^^^^^^^ Kubernetes leaves this text as it is
      │
      = help: set it with `env { PORT … }`, or write `$$(PORT)` for this text itself
    "#);
    insta::assert_snapshot!(of_container("command: [sh, -c, 'echo $(PORT)']"), @r#"
      app web { image "nginx"; run "sh -c 'echo $(PORT)'" }
    "#);
    insta::assert_snapshot!(of_container("command: [sh, -c, 'kill $$$$']"), @r#"
      app web { image "nginx"; run "sh -c 'kill $$$$'" }
    "#);
    insta::assert_snapshot!(of_container("args: [--one=1, --two=2, --three=3, --four=4, --five=5, --six=6, --seven=7, --eight=8, --nine=9]"), @r#"
    app web {
      image "nginx"
      args "--one=1 --two=2 --three=3 --four=4 --five=5 --six=6 --seven=7 --eight=8 --nine=9"
    }
    "#);
}

#[test]
fn variables_probes_and_ports_have_their_short_forms() {
    insta::assert_snapshot!(of_container("\
env:
- {name: PORT, value: \"8080\"}
- {name: A.B, value: \"\"}
- {name: KEY, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}
- {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
envFrom:
- {prefix: P_, configMapRef: {name: c}}
ports:
- {name: web, containerPort: 80, protocol: TCP}
- {containerPort: 53, protocol: UDP, hostPort: 53, hostIP: 10.0.0.1}
readinessProbe: {httpGet: {path: /healthz, port: web, httpHeaders: [{name: Host, value: x}]}, periodSeconds: 120}
livenessProbe: {exec: {command: [cat, /tmp/ok]}, initialDelaySeconds: 5, failureThreshold: 3}
startupProbe: {tcpSocket: {port: 80}}
"), @r#"
    app web {
      image "nginx"
      env {
        from configmap("c") prefix "P_"
        PORT 8080
        "A.B" ""
        KEY secret("s", "k", optional: true)
        IP field("status.podIP")
      }
      port web 80
      port 53 udp host 53 { hostIP "10.0.0.1" }
      started tcp 80
      ready http web /healthz every 2m { httpHeaders { name "Host"; value "x" } }
      alive exec "cat /tmp/ok" delay 5s
    }
    "#);
}

#[test]
fn faults_are_reported_at_their_places() {
    insta::assert_snapshot!(of_container("ports: [{containerPort: '80'}]\nimagePullPolicy: always\ncomand: [x]"), @r#"
    error[type-mismatch]: expected a whole number of 32 bits, found the text "80"
      ┌─ pod.yaml:8:29
      │
    8 │     ports: [{containerPort: '80'}]
      │                             ^^^^ has the wrong type
      │
      = help: remove the quotes

    error[unknown-value]: unknown value `always`
      ┌─ pod.yaml:9:22
      │
    9 │     imagePullPolicy: always
      │                      ^^^^^^ expected `Always`, `IfNotPresent` or `Never`
      │
      = help: change to `Always`: case matters

    error[unknown-statement]: unknown field `comand` of `Container`
       ┌─ pod.yaml:10:5
       │
    10 │     comand: [x]
       │     ^^^^^^ the API server refuses unknown fields
       │
       = help: change to `command`
    "#);
    insta::assert_snapshot!(of_container("volumeMounts:\n- {name: dta, mountPath: /data}"), @r#"
    error[unknown-volume]: no volume is called `dta`
      ┌─ pod.yaml:9:14
      │
    9 │     - {name: dta, mountPath: /data}
      │              ^^^ not declared in this workload
      │
      = help: add `volume dta` to the workload
    "#);
    insta::assert_snapshot!(imported("\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
"), @r#"
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: shop}
    spec:
      selector: {matchLabels: {app: shop}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: nginx}]}
    =>
    error[selector-mismatch]: the Deployment does not select its own pods
      ┌─ pod.yaml:5:28
      │
    5 │   selector: {matchLabels: {app: shop}}
      │                            ^^^^^^^^^ selects pods with this label
    6 │   template:
    7 │     metadata: {labels: {app: web}}
      │                         -------- the pods have this label
      │
      = help: add the label `app: shop` to the pod's template
    "#);
}

#[test]
fn other_objects_are_not_imported() {
    insta::assert_snapshot!(imported("\
apiVersion: v1
kind: Service
metadata: {name: shop}
---
apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: shop}
"), @r#"
    apiVersion: v1
    kind: Service
    metadata: {name: shop}
    ---
    apiVersion: extensions/v1beta1
    kind: Deployment
    metadata: {name: shop}
    =>
    warning[not-a-workload]: this `Service` was not imported
      ┌─ pod.yaml:2:7
      │
    2 │ kind: Service
      │       ^^^^^^^ not a workload

    error[unknown-value]: `Deployment` is not in this version of the API
      ┌─ pod.yaml:5:13
      │
    5 │ apiVersion: extensions/v1beta1
      │             ^^^^^^^^^^^^^^^^^^ expected `apps/v1`
      │
      = help: use `apiVersion: apps/v1`
    "#);
}

#[test]
fn fields_that_the_cluster_sets_are_left_out() {
    let source = import("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: shop, uid: a, resourceVersion: \"7\", labels: {uid: b}}\nspec: {containers: [{name: web, image: nginx}]}\nstatus: {phase: Running}\n".into(), &CompileOptions::default()).source;
    insta::assert_snapshot!(source.unwrap_or_default(), @r#"
    pod shop {
      labels { uid "b" }

      app web { image "nginx" }
    }
    "#);
}

#[test]
fn directions_are_those_that_are_proven() {
    let manifest = |init: &str, apps: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec:\n  volumes: [{{name: data, emptyDir: {{}}}}]\n  initContainers: [{init}]\n  containers: [{apps}]\n"
        );
        let imported = import("pod.yaml", text, &CompileOptions::default());
        assert!(!imported.failed(), "{}", Human::default().render(&imported.sources, &imported.diagnostics));
        let source = imported.source.unwrap_or_default();
        let mounts = source.lines().filter_map(|line| line.split(" data at").next()?.split(' ').next_back());
        mounts.filter(|word| ["reads", "writes", "mounts"].contains(word)).collect::<Vec<_>>().join(" ")
    };
    let container = |name: &str, rest: &str, readonly: bool| {
        format!(
            "{{name: {name}, image: a, {rest} volumeMounts: [{{name: data, mountPath: /d, readOnly: {readonly}}}]}}"
        )
    };
    let (step, app) =
        (|name, readonly| container(name, "", readonly), |readonly| container("web", "", readonly));
    let sidecar = |readonly| container("logs", "restartPolicy: Always,", readonly);
    insta::assert_snapshot!(manifest(&step("a", false), &app(true)), @r#"
    writes reads
    "#);
    insta::assert_snapshot!(manifest(&format!("{}, {}", step("a", false), step("b", false)), &app(true)), @r#"
    writes mounts reads
    "#);
    insta::assert_snapshot!(manifest(&step("a", true), &app(false)), @r#"
    mounts mounts
    "#);
    insta::assert_snapshot!(manifest(&sidecar(true), &app(false)), @r#"
    reads writes
    "#);
    insta::assert_snapshot!(manifest(&format!("{}, {}", sidecar(true), step("b", false)), &app(false)), @r#"
    mounts mounts mounts
    "#);
}

/// The result for an init container with `data` mounted at /data.
fn step(fields: &str) -> String {
    let manifest = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec:\n  volumes: [{{name: data, persistentVolumeClaim: {{claimName: d}}}}]\n  initContainers:\n  - {{name: a, {fields}, volumeMounts: [{{name: data, mountPath: /data}}]}}\n  containers: [{{name: web, image: nginx, volumeMounts: [{{name: data, mountPath: /data}}]}}]\n"
    );
    let import = import_with_idioms("pod.yaml", &manifest, &CompileOptions::default());
    let found = Human::default().render(&import.sources, &import.diagnostics);
    let source = import.source.unwrap_or(found);
    let start = source.find("data claim \"d\"").map_or(0, |at| at + 16);
    let end = source.find("\n  app web").unwrap_or(source.len());
    source[start..end].trim_end().to_owned()
}

#[test]
fn clear_matches_of_a_built_in_step_become_one() {
    let script = |text: &str| step(&format!("image: busybox, command: [sh, -c, {text:?}]"));
    let steps = [
        script("until nc -z db 5432; do echo waiting; sleep 2; done"),
        script("set -e\nwhile ! nslookup db.default.svc > /dev/null 2>&1; do\n  sleep 1\ndone\n"),
        script("until curl -sf http://shop/healthz; do sleep 1; done"),
        script("until [ -f /data/ready ]; do sleep 1; done"),
        script("chown -R 1000:1000 /data"),
        script("aws s3 cp s3://acme/settings.json /data/settings.json"),
        script("cp /app/settings.json /data/"),
        script("cp -rn /app/static /data/static"),
        script("[ -e /data/static ] || cp -r /app/static /data/static"),
        script("if [ ! -d /data/static ]; then cp -r /app/static /data; fi"),
        script("test -f /data/a.bin || curl -fsSL -o /data/a.bin https://acme.dev/a.bin"),
        step("image: alpine/git, args: [clone, --branch, main, 'https://git.acme.dev/site.git', /data/site]"),
        step("image: shop, command: [python, manage.py, migrate]"),
    ];
    insta::assert_snapshot!(steps.join("\n"), @r#"
    wait a { tcp "db:5432" }
    wait a { dns "db.default.svc"; every 1s }
    wait a { http "http://shop/healthz"; every 1s }
    wait a { file data "ready"; every 1s }
    own a { volume data; user 1000; group 1000 }
    fetch a { from "s3://acme/settings.json"; into data "settings.json"; existing replace }
    copy a {
      image "busybox"
      from /app/settings.json
      into data "settings.json"
      existing replace
    }
    copy a {
      image "busybox"
      from /app/static
      into data "static"
      existing merge
    }
    copy a {
      image "busybox"
      from /app/static
      into data "static"
      existing keep
    }
    copy a {
      image "busybox"
      from /app/static
      into data "static"
      existing keep
    }
    fetch a { from "https://acme.dev/a.bin"; into data "a.bin"; existing keep }
    # Changed: a folder that has files stays as it is; the command failed.
    clone a {
      repo "https://git.acme.dev/site.git"
      ref "main"
      into data "site"
      existing keep
    }
    migrate a { image "shop"; django; mounts data at /data }
    "#);
}

#[test]
fn unclear_matches_stay_as_they_are() {
    let script = |text: &str| step(&format!("image: busybox, command: [sh, -c, {text:?}]"));
    for text in [
        "until nc -z $DB 5432; do sleep 2; done",
        "until nc -z db 5432; do sleep 2; touch /data/x; done",
        "chown -R 1000:1000 /data && rm -rf /data/tmp",
        "chown -R app /data",
        "cp /data/a /data/b",
        "aws s3 cp s3://acme/a /tmp/a",
        // This overwrites files, and deletes none.
        "cp -r /app/static /data/static",
        "[ -e /data/other ] || cp -r /app/static /data/static",
    ] {
        assert!(script(text).trim_start().starts_with("step a"), "{text}: {}", script(text));
    }
}

#[test]
fn what_is_no_manifest_is_named() {
    let documents = [
        "services: {web: {image: nginx}}\n",
        "resources: [a.yaml]\n",
        "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "replicaCount: 1\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n",
        "apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\n",
        "apiVersion: v1\nmetadata: {name: a}\n",
    ];
    let shown = documents.map(|text| {
        let found = import("a.yaml", text.to_owned(), &CompileOptions::default()).diagnostics;
        let lines = found.iter().map(|each| format!("{}: {}\n", each.headline, each.help.join("; ")));
        lines.collect::<String>()
    });
    insta::assert_snapshot!(shown.concat(), @r"
    this is a Compose file, not a manifest: convert it, and import the result: `kompose convert --stdout | initflow import -`
    this is a kustomization, not a manifest: import what it renders: `kustomize build FOLDER | initflow import -`
    this is the description of a Helm chart, not a manifest: import what it renders: `helm template NAME CHART | initflow import -`
    these are the values of a Helm chart, not a manifest: import what it renders: `helm template NAME CHART | initflow import -`
    this `Rollout` of `argoproj.io` was not imported: to import its pods, make it a `Deployment` of `apps/v1` with the same `spec.template`
    this `Job` of `batch.volcano.sh` was not imported: 
    a manifest has no `kind`:
    ");
}

#[test]
fn defaults_of_the_api_server_are_left_out() {
    let manifest = r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, creationTimestamp: null}
spec:
  replicas: 1
  revisionHistoryLimit: 10
  progressDeadlineSeconds: 600
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}
  selector: {matchLabels: {app.kubernetes.io/name: shop}}
  template:
    metadata: {creationTimestamp: null, labels: {app.kubernetes.io/name: shop}}
    spec:
      restartPolicy: Always
      dnsPolicy: ClusterFirst
      schedulerName: default-scheduler
      securityContext: {}
      terminationGracePeriodSeconds: 30
      serviceAccountName: shop
      serviceAccount: shop
      volumes: [{name: a, configMap: {name: a, defaultMode: 420}}]
      containers:
      - name: web
        image: nginx:1.29
        imagePullPolicy: IfNotPresent
        terminationMessagePath: /dev/termination-log
        terminationMessagePolicy: File
        env: [{name: IP, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: status.podIP}}}]
        readinessProbe: {httpGet: {path: /, port: 80, scheme: HTTP}, periodSeconds: 10, failureThreshold: 5}
        volumeMounts: [{name: a, mountPath: /a}]
      - {name: other, image: nginx, imagePullPolicy: IfNotPresent}
";
    let source = import("a.yaml", manifest.to_owned(), &CompileOptions::default()).source;
    insta::assert_snapshot!(source.unwrap_or_default(), @r#"
    deployment shop {
      replicas 1
      serviceAccountName "shop"

      volume a configmap "a"

      app web {
        image "nginx:1.29"
        env { IP field("status.podIP") }
        mounts a at /a
        ready http 80 / failures 5
      }

      app other { image "nginx"; imagePullPolicy IfNotPresent }
    }
    "#);
}
