use crate::compile::{Compilation, CompileOptions, NoFiles, compile};
use crate::lower::Object;
use crate::plan::Plan;

/// Compiles the statements of a deployment.
fn deployment(statements: &str) -> Compilation {
    let text = format!("deployment shop {{\n  namespace \"shop\"\n{statements}\n}}\n");
    compile("main.initflow", text, &NoFiles, &CompileOptions::default())
}

/// The name and the start order of each piece, one line each.
fn pieces(statements: &str) -> String {
    let compilation = deployment(statements);
    assert!(!compilation.failed(), "{:#?}", compilation.diagnostics);
    let line = |compiled: &crate::compile::Compiled| {
        let plan = Plan::of(&compiled.workload, &compiled.order, CompileOptions::default().version, None);
        let name = plan.name.trim_end_matches(|char: char| char.is_ascii_hexdigit());
        let order: Vec<&str> = plan.order.iter().map(|start| start.name.as_str()).collect();
        let volumes: Vec<&str> =
            compiled.workload.volumes.iter().map(|volume| volume.name.text.as_str()).collect();
        format!("{name}: {} [{}]\n", order.join(", "), volumes.join(", "))
    };
    compilation.workloads.iter().map(line).collect()
}

const APP: &str = "app web { image \"shop:1\" }";

#[test]
fn a_job_has_what_its_step_needs() {
    let source = "
         volume config
         volume sql
         sidecar proxy { image \"proxy:1\"; started tcp 5432 }
         sidecar metrics { image \"metrics:1\" }
         wait postgres { tcp \"127.0.0.1:5432\"; after proxy }
         fetch settings { from \"https://a.b/settings\"; into config \"settings\" }
         fetch script { from \"https://a.b/sql\"; into sql \"sql\" }
         migrate schema {
           image \"shop:1\"
           run \"migrate\"
           reads config at /config
           reads sql at /sql
           after postgres
           once
         }
         step warm { image \"shop:1\"; after schema }
         app web { image \"shop:1\"; reads config at /config }";
    insta::assert_snapshot!(pieces(source), @r#"
    shop-schema-: proxy, postgres, settings, script, schema, record [config, sql, record-token]
    shop: proxy, metrics, postgres, settings, schema, warm, web [config, schema-token]
    "#);
}

#[test]
fn one_job_waits_for_another() {
    let source = format!(
        "migrate schema {{ image \"shop:1\"; run \"migrate\"; once }}
         migrate data {{ image \"shop:1\"; run \"load\"; after schema; once }}
         {APP}"
    );
    insta::assert_snapshot!(pieces(&source), @r#"
    shop-schema-: schema, record [record-token]
    shop-data-: schema, data, record [schema-token, record-token]
    shop: schema, data, web [schema-token, data-token]
    "#);
}

/// The name of the Job that a step of a deployment runs in.
fn job(statements: &str) -> String {
    let compilation = deployment(statements);
    let names = compilation.workloads.iter().filter_map(|compiled| match compiled.lowered() {
        Object::Job(job) => job.metadata.name,
        _ => None,
    });
    let names: Vec<String> = names.collect();
    assert_eq!(names.len(), 1, "{:#?}", compilation.diagnostics);
    names.concat()
}

#[test]
fn a_job_is_named_by_its_content() {
    let with = |step: &str, rest: &str| {
        job(&format!("migrate schema {{ image \"shop:1\"; run \"migrate\"; once; {step} }}\n{rest}\n{APP}"))
    };
    let plain = with("", "");
    assert_eq!(plain, with("", "replicas 3"), "a setting that does not concern the Job");
    assert_eq!(
        plain,
        with("", "labels { \"app.kubernetes.io/name\" \"other\" }"),
        "the label with the name of the pods"
    );
    for step in ["env { A \"1\" }", "cpu 1", "imagePullPolicy Always"] {
        assert_ne!(plain, with(step, ""), "{step}");
    }
    for rest in ["serviceAccountName \"other\"", "nodeSelector { disk \"ssd\" }"] {
        assert_ne!(plain, with("", rest), "{rest}");
    }
}

#[test]
fn a_resize_restarts_nothing_in_a_job() {
    let source = format!(
        "sidecar proxy {{ image \"proxy:1\"; started tcp 5432
           resizePolicy {{ resourceName memory; restartPolicy RestartContainer }} }}
         migrate schema {{ image \"shop:1\"; run \"migrate\"; after proxy; once }}
         {APP}"
    );
    let compilation = deployment(&source);
    let job = compilation.workloads.iter().find_map(|compiled| match compiled.lowered() {
        Object::Job(job) => Some(serde_json::to_string(&job).unwrap()),
        _ => None,
    });
    let job = job.unwrap();
    assert!(job.contains("proxy:1") && !job.contains("resizePolicy"), "{job}");
}

#[test]
fn long_names_fit() {
    let step = "s".repeat(63);
    let name = job(&format!("migrate {step} {{ image \"shop:1\"; run \"migrate\"; once }} {APP}"));
    assert!(name.len() <= 63, "{name}");
}

#[test]
fn the_permission_is_not_more_than_needed() {
    let given = |statements: &str| {
        let compilation = deployment(&format!("{statements} {APP}"));
        let objects = compilation.workloads.iter().flat_map(|compiled| &compiled.access);
        objects.map(|object| serde_json::to_string(object).unwrap_or_default()).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(given("wait import { job \"import\" }"), @r#"
    {"apiVersion":"v1","kind":"ServiceAccount","automountServiceAccountToken":false,"metadata":{"name":"shop","namespace":"shop"}}
    {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"shop-waits-d03a512e76","namespace":"shop"},"rules":[{"apiGroups":["batch"],"resourceNames":["import"],"resources":["jobs"],"verbs":["get"]}]}
    {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"shop-waits-d03a512e76","namespace":"shop"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"shop-waits-d03a512e76"},"subjects":[{"kind":"ServiceAccount","name":"shop","namespace":"shop"}]}
    "#);
    insta::assert_snapshot!(given("serviceAccountName \"web\"; wait import { job \"import\"; job \"index\" }"), @r#"
    {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"shop-waits-46faf1579f","namespace":"shop"},"rules":[{"apiGroups":["batch"],"resourceNames":["import","index"],"resources":["jobs"],"verbs":["get"]}]}
    {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"shop-waits-46faf1579f","namespace":"shop"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"shop-waits-46faf1579f"},"subjects":[{"kind":"ServiceAccount","name":"web","namespace":"shop"}]}
    "#);
    assert_eq!(given("wait import { tcp \"a:1\" }"), "");
}

#[test]
fn what_is_added_has_names_of_its_own() {
    let source = format!(
        "volume record-token
         volume schema-token
         step record {{ image \"shop:1\"; run \"x\"; writes record-token at /r; writes schema-token at /s }}
         migrate schema {{ image \"shop:1\"; run \"migrate\"; after record; once }}
         step check {{ image \"shop:1\"; run \"check\"; reads record-token at /r; reads schema-token at /s }}
         {APP}"
    );
    insta::assert_snapshot!(pieces(&source), @r"
    shop-schema-: record, schema, record-2 [record-token, schema-token, record-token-2]
    shop: record, schema, check, web [record-token, schema-token, schema-token-2]
    ");
}

#[test]
fn pods_find_the_record_that_their_job_writes() {
    let migrate = "migrate schema { image \"shop:1\"; run \"migrate\"; once }";
    let compilation = deployment(&format!("serviceAccountName \"web\"; {migrate} {APP}"));
    let [job, workload] = compilation.workloads.as_slice() else { panic!("{:#?}", compilation.diagnostics) };
    let objects = job.access.iter().map(|object| serde_json::to_string(object).unwrap_or_default());
    insta::assert_snapshot!(objects.collect::<Vec<_>>().join("\n"), @r#"
    {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shop-once","namespace":"shop"}}
    {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"shop-waits-3b3e0edcfb","namespace":"shop"},"rules":[{"apiGroups":["batch"],"resourceNames":["shop-schema-2d2bf3634f"],"resources":["jobs"],"verbs":["get"]},{"apiGroups":[""],"resourceNames":["shop-once"],"resources":["configmaps"],"verbs":["patch"]}]}
    {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"shop-waits-3b3e0edcfb","namespace":"shop"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"shop-waits-3b3e0edcfb"},"subjects":[{"kind":"ServiceAccount","name":"web","namespace":"shop"}]}
    "#);
    let variables = |yaml: String, from: &str| {
        let lines = yaml.lines().skip_while(|line| !line.ends_with(from)).map(str::trim_start);
        lines.take_while(|line| !line.contains("volumeMounts")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(variables(workload.yaml(None), "- name: INITFLOW_JOB"), @r#"
    - name: INITFLOW_JOB
    value: shop-schema-2d2bf3634f
    - name: INITFLOW_RECORDED
    valueFrom:
    configMapKeyRef:
    name: shop-once
    key: shop-schema-2d2bf3634f
    optional: true
    resources:
    requests:
    cpu: 10m
    memory: 16Mi
    "#);
    insta::assert_snapshot!(variables(job.yaml(None), "- name: INITFLOW_RECORD"), @r#"
    - name: INITFLOW_RECORD
    value: shop-once
    - name: INITFLOW_JOB
    valueFrom:
    fieldRef:
    fieldPath: metadata.labels['batch.kubernetes.io/job-name']
    resources:
    requests:
    cpu: 10m
    memory: 16Mi
    "#);
}
