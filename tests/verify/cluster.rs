//! Gives the examples the form that `kubectl get -o json` prints: with the defaults of the API server, and what controllers
//! and plugins add to pods. None of this is a difference.

use crate::{compiled, examples, held, list, objects, pod_spec, shown};
use initflow::plan::WorkloadKind;
use initflow::verify::VerifyOptions;
use serde_json::{Value, json};

#[test]
fn what_the_api_server_fills_in_is_no_difference() {
    let mut workloads = 0;
    for (name, source) in examples() {
        let mut compilation = compiled(&name, &source);
        let count = compilation.workloads.len();
        let mut all = objects(&compilation);
        all.iter_mut().for_each(stored);
        let held = held(&mut compilation, &all, &VerifyOptions::default());
        assert!(compilation.diagnostics.is_empty(), "{name}: {}", shown(&compilation));
        assert_eq!(held.len(), count, "{name}");
        let unchanged = held.iter().all(|held| {
            held.requests.is_empty() && held.containers.iter().all(|container| container.added.is_none())
        });
        assert!(unchanged, "{name}: {held:#?}");
        workloads += count;
    }
    assert!(workloads > 10);
}

#[test]
fn pods_are_found_by_what_controls_them() {
    let mut pods = 0;
    for (name, source) in examples() {
        let mut compilation = compiled(&name, &source);
        let count = compilation.workloads.len();
        let mut all: Vec<Value> = objects(&compilation).iter_mut().flat_map(running).collect();
        pods += all.len();
        let held = held(&mut compilation, &all, &VerifyOptions::default());
        assert!(compilation.diagnostics.is_empty(), "{name}: {}", shown(&compilation));
        // Both pods are the same.
        assert_eq!(
            (held.len(), held.iter().map(|held| held.others).sum::<usize>()),
            (count, count),
            "{name}"
        );
        assert!(held.iter().all(|held| held.object.0 == WorkloadKind::Pod), "{name}");

        // A container that one of the pods lacks is found once.
        let removed = list(pod_spec(&mut all[0]), "containers").remove(0);
        crate::held(&mut compilation, &all, &VerifyOptions::default());
        let found: Vec<_> = compilation.diagnostics.iter().map(|found| found.code.name()).collect();
        assert_eq!(found, ["lost-container"], "{name}: {removed}");
    }
    assert!(pods > 20);
}

#[test]
fn a_pod_with_an_owner_is_found_by_its_own_name_too() {
    let source = "pod web-7c9b5d6f48-abcde { app web { image \"web:1.0\" } }\n";
    let mut compilation = compiled("pod.initflow", source);
    let mut all = objects(&compilation);
    all[0]["metadata"]["ownerReferences"] =
        json!([{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-7c9b5d6f48", "uid": "1" }]);
    let held = held(&mut compilation, &all, &VerifyOptions::default());
    assert!(compilation.diagnostics.is_empty() && held.len() == 1, "{}", shown(&compilation));
}

/// The form in which the API server stores and prints an object.
fn stored(object: &mut Value) {
    let metadata = &mut object["metadata"];
    metadata["uid"] = "0f0e0d0c-0b0a-4909-8807-060504030201".into();
    metadata["resourceVersion"] = "4711".into();
    metadata["generation"] = 1.into();
    metadata["creationTimestamp"] = "2026-01-31T12:00:00Z".into();
    metadata["managedFields"] =
        json!([{ "manager": "kubectl", "operation": "Apply", "fieldsV1": { "f:spec": {} } }]);
    metadata["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = "{}".into();
    object["status"] = json!({ "observedGeneration": 1, "conditions": [] });
    let spec = pod_spec(object);
    for (key, value) in [
        ("dnsPolicy", json!("ClusterFirst")),
        ("restartPolicy", json!("Always")),
        ("schedulerName", json!("default-scheduler")),
        ("securityContext", json!({})),
        ("terminationGracePeriodSeconds", json!(30)),
    ] {
        if spec[key].is_null() {
            spec[key] = value;
        }
    }
    for key in ["initContainers", "containers"] {
        for container in list(spec, key) {
            complete(container);
        }
    }
    for volume in list(spec, "volumes") {
        for kind in ["configMap", "secret", "projected"] {
            if volume[kind].is_object() {
                volume[kind]["defaultMode"] = 420.into();
            }
        }
    }
}

fn complete(container: &mut Value) {
    container["terminationMessagePath"] = "/dev/termination-log".into();
    container["terminationMessagePolicy"] = "File".into();
    if container["imagePullPolicy"].is_null() {
        container["imagePullPolicy"] = "IfNotPresent".into();
    }
    // A missing request is the limit.
    if let Some(limits) = container["resources"]["limits"].as_object().cloned() {
        for (name, limit) in limits {
            let request = &mut container["resources"]["requests"][name];
            if request.is_null() {
                *request = limit;
            }
        }
    }
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        if container[probe].is_object() {
            for (key, value) in [
                ("failureThreshold", 3),
                ("periodSeconds", 10),
                ("successThreshold", 1),
                ("timeoutSeconds", 1),
            ] {
                if container[probe][key].is_null() {
                    container[probe][key] = value.into();
                }
            }
        }
    }
}

/// Two pods of a workload.
fn running(object: &mut Value) -> Vec<Value> {
    stored(object);
    let kind = object["kind"].as_str().expect("a kind").to_owned();
    let name = object["metadata"]["name"].as_str().expect("a name").to_owned();
    let spec = pod_spec(object).clone();
    let pod = |suffix: &str| {
        let hash = "7c9b5d6f48";
        let (owner, prefix) = match kind.as_str() {
            "Deployment" => (Some(("ReplicaSet", format!("{name}-{hash}"))), format!("{name}-{hash}-")),
            "CronJob" => (Some(("Job", format!("{name}-29391040"))), format!("{name}-29391040-")),
            "Pod" => (None, String::new()),
            _ => (Some((kind.as_str(), name.clone())), format!("{name}-")),
        };
        let named = if owner.is_some() { format!("{prefix}{suffix}") } else { name.clone() };
        let mut metadata = json!({ "name": named, "namespace": "default" });
        if let Some((kind, name)) = owner {
            metadata["generateName"] = prefix.into();
            metadata["ownerReferences"] = json!([{ "apiVersion": "apps/v1", "kind": kind, "name": name, "uid": "1", "controller": true }]);
        }
        if kind == "Deployment" {
            metadata["labels"]["pod-template-hash"] = hash.into();
        }
        let mut pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": { "phase": "Running" } });
        let volume = format!("kube-api-access-{suffix}");
        let spec = &mut pod["spec"];
        list(spec, "volumes").push(json!({ "name": volume, "projected": { "defaultMode": 420, "sources": [
            { "serviceAccountToken": { "expirationSeconds": 3607, "path": "token" } },
        ] } }));
        for key in ["initContainers", "containers"] {
            for container in list(spec, key) {
                list(container, "volumeMounts").push(json!({
                    "name": volume, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true,
                }));
            }
        }
        spec["nodeName"] = "node-1".into();
        spec["serviceAccountName"] = "default".into();
        spec["preemptionPolicy"] = "PreemptLowerPriority".into();
        spec["priority"] = 0.into();
        spec["tolerations"] = json!([{ "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 }]);
        pod
    };
    vec![pod("abcde"), pod("fghij")]
}
