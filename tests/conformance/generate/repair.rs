//! Repairs fields that belong together or exclude each other, which a schema cannot express.

use super::Generator;
use crate::source::{Statement, block, line};

fn has(fields: &[Statement], name: &str) -> bool {
    fields.iter().any(|field| field.name == name)
}

fn drop(fields: &mut Vec<Statement>, names: &[&str]) {
    fields.retain(|field| !names.contains(&field.name.as_str()));
}

/// Whether a field has a value, in quotes or without.
fn is(fields: &[Statement], name: &str, values: &[&str]) -> bool {
    fields.iter().any(|field| {
        field.name == name
            && field.values.first().is_some_and(|value| values.contains(&value.trim_matches('"')))
    })
}

fn need(fields: &mut Vec<Statement>, name: &str, value: &str) {
    if !has(fields, name) {
        fields.push(line(name, [value]));
    }
}

impl Generator {
    /// Changes the fields of an object so that Kubernetes accepts it, as far as a block can express that.
    pub(super) fn repair(&mut self, object: &str, fields: &mut Vec<Statement>) {
        let focus = self.focus;
        let keeps = |object: &str, name: &str| focus == (object, name);
        match object {
            "SeccompProfile" | "AppArmorProfile" => {
                drop(fields, &["localhostProfile"]);
                if keeps(object, "localhostProfile") {
                    drop(fields, &["type"]);
                    fields.push(line("type", ["Localhost"]));
                }
                if is(fields, "type", &["Localhost"]) {
                    fields.push(line("localhostProfile", ["\"shop.json\""]));
                }
            }
            "ClusterTrustBundleProjection" if has(fields, "name") => drop(fields, &["labelSelector"]),
            "FCVolumeSource" if has(fields, "wwids") => drop(fields, &["lun"]),
            "AzureDiskVolumeSource" if is(fields, "kind", &["Managed"]) => {
                drop(fields, &["diskURI"]);
                fields.push(line("diskURI", ["\"/subscriptions/acme/disk\""]));
            }
            "DownwardAPIVolumeFile" if self.in_volume => {
                if let Some(reference) = fields.iter_mut().find(|field| field.name == "resourceFieldRef") {
                    need(reference.block.get_or_insert_default(), "containerName", "\"web\"");
                }
            }
            "PersistentVolumeClaimSpec" => {
                if fields
                    .iter()
                    .any(|field| field.name == "accessModes" && field.values[0].contains("ReadWriteOncePod"))
                {
                    drop(fields, &["accessModes"]);
                    fields.push(line("accessModes", ["[ReadWriteOncePod]"]));
                }
                if has(fields, "dataSourceRef") && !keeps(object, "dataSource") {
                    drop(fields, &["dataSource"]);
                }
            }
            "DeploymentStrategy" if is(fields, "type", &["Recreate"]) => drop(fields, &["rollingUpdate"]),
            "DaemonSetUpdateStrategy" | "StatefulSetUpdateStrategy"
                if !is(fields, "type", &["RollingUpdate"]) =>
            {
                drop(fields, &["rollingUpdate"]);
            }
            "RollingUpdateDaemonSet" if keeps(object, "maxSurge") => {
                drop(fields, &["maxSurge", "maxUnavailable"]);
                fields.extend([line("maxSurge", ["25%"]), line("maxUnavailable", ["0"])]);
            }
            "HTTPGetAction" if is(fields, "protocol", &["HTTP2"]) => {
                drop(fields, &["host"]);
                if is(fields, "scheme", &["HTTPS"]) {
                    drop(fields, &["scheme"]);
                }
            }
            "ContainerResizePolicy" if self.is_step || self.never_restarts => {
                drop(fields, &["restartPolicy"]);
                fields.push(line("restartPolicy", ["NotRequired"]));
            }
            "JobSpec" => self.repair_job(fields),
            "PodSecurityContext" | "SecurityContext" => self.repair_security(object, fields),
            "Container" => {
                if has(fields, "restartPolicyRules") && !has(fields, "restartPolicy") {
                    fields.insert(0, line("restartPolicy", ["Never"]));
                }
                if self.chance(90) && is(fields, "restartPolicy", &["Always"]) {
                    drop(fields, &["restartPolicy", "restartPolicyRules"]);
                }
            }
            "PodSpec" => self.repair_pod(fields),
            "ObjectMeta" if has(fields, "annotations") && has(fields, "labels") && self.chance(20) => {
                drop(fields, &["labels"]);
            }
            "ObjectMeta" => {
                for owner in fields.iter_mut().filter(|field| field.name == "ownerReferences").skip(1) {
                    drop(owner.block.get_or_insert_default(), &["controller"]);
                }
            }
            "Lifecycle" if self.chance(70) && !keeps(object, "stopSignal") => {
                drop(fields, &["stopSignal"]);
            }
            "VolumeMount" if has(fields, "subPath") => drop(fields, &["subPathExpr"]),
            _ => self.repair_placement(object, fields),
        }
    }

    fn repair_placement(&mut self, object: &str, fields: &mut Vec<Statement>) {
        let focus = self.focus;
        match object {
            "Toleration" => {
                if is(fields, "operator", &["Exists"]) {
                    drop(fields, &["value"]);
                } else if is(fields, "operator", &["Lt", "Gt"]) {
                    drop(fields, &["value"]);
                    fields.push(line("value", ["\"5\""]));
                }
                if has(fields, "tolerationSeconds") {
                    drop(fields, &["effect"]);
                    fields.push(line("effect", ["NoExecute"]));
                }
            }
            "LabelSelectorRequirement" | "NodeSelectorRequirement" => {
                if is(fields, "operator", &["Exists", "DoesNotExist"]) {
                    drop(fields, &["values"]);
                } else if is(fields, "operator", &["Lt", "Gt"]) {
                    drop(fields, &["values"]);
                    fields.push(line("values", ["[\"5\"]"]));
                }
            }
            "PodAffinityTerm" | "TopologySpreadConstraint" => {
                if !has(fields, "labelSelector") {
                    drop(fields, &["matchLabelKeys", "mismatchLabelKeys"]);
                    if focus.0 == object && focus.1.ends_with("atchLabelKeys") {
                        fields.push(line(focus.1, [r#"["acme.dev/release"]"#]));
                        fields.push(block(
                            "labelSelector",
                            vec![block("matchLabels", vec![line("app", ["\"shop\""])])],
                        ));
                    }
                }
                if is(fields, "whenUnsatisfiable", &["ScheduleAnyway"]) {
                    drop(fields, &["minDomains"]);
                }
            }
            _ => {}
        }
    }

    fn repair_job(&mut self, fields: &mut Vec<Statement>) {
        if has(fields, "maxFailedIndexes") {
            need(fields, "backoffLimitPerIndex", "1");
        }
        let indexed = ["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"];
        if indexed.iter().any(|name| has(fields, name)) || is(fields, "completionMode", &["Indexed"]) {
            drop(fields, &["completionMode", "completions"]);
            fields.extend([line("completionMode", ["Indexed"]), line("completions", ["10"])]);
        }
        if has(fields, "podFailurePolicy") && is(fields, "podReplacementPolicy", &["TerminatingOrFailed"]) {
            drop(fields, &["podReplacementPolicy"]);
        }
        if has(fields, "podFailurePolicy") {
            // `FailIndex` requires this.
            let text = format!("{fields:?}");
            if text.contains("FailIndex") {
                need(fields, "backoffLimitPerIndex", "2");
                drop(fields, &["completionMode", "completions"]);
                fields.extend([line("completionMode", ["Indexed"]), line("completions", ["10"])]);
            }
        }
        // Only a Job can have its own selector.
        if has(fields, "manualSelector") {
            drop(fields, &["manualSelector"]);
            if self.kind == "job" {
                fields.push(line("manualSelector", ["true"]));
                fields.push(block("selector", vec![block("matchLabels", vec![line("app", ["\"shop\""])])]));
            } else {
                fields.push(line("manualSelector", ["false"]));
            }
        }
    }

    fn repair_security(&mut self, object: &str, fields: &mut Vec<Statement>) {
        let focus = self.focus;
        if self.windows {
            fields.retain(|field| ["runAsNonRoot", "windowsOptions"].contains(&field.name.as_str()));
        } else if focus.0 != "WindowsSecurityContextOptions"
            && self.chance(80)
            && focus != (leak(object), "windowsOptions")
        {
            drop(fields, &["windowsOptions"]);
        }
        if is(fields, "privileged", &["true"]) {
            drop(fields, &["allowPrivilegeEscalation"]);
        }
        if is(fields, "procMount", &["Unmasked"]) && !self.own_users {
            drop(fields, &["procMount"]);
        }
        if is(fields, "allowPrivilegeEscalation", &["false"]) && self.chance(80) {
            drop(fields, &["capabilities"]);
        }
    }

    fn repair_pod(&mut self, fields: &mut Vec<Statement>) {
        if is(fields, "dnsPolicy", &["None"]) {
            drop(fields, &["dnsConfig"]);
            fields.push(block("dnsConfig", vec![line("nameservers", ["[\"10.0.0.10\"]"])]));
        }
        if is(fields, "hostUsers", &["false"]) {
            drop(fields, &["hostNetwork", "hostPID", "hostIPC"]);
        }
        if is(fields, "hostPID", &["true"]) {
            drop(fields, &["shareProcessNamespace"]);
        }
        if has(fields, "schedulingGates") {
            drop(fields, &["nodeName"]);
        }
        if has(fields, "hostnameOverride") {
            drop(fields, &["hostNetwork", "setHostnameAsFQDN"]);
        }
        if has(fields, "serviceAccount") {
            drop(fields, &["serviceAccount", "serviceAccountName"]);
            fields.extend([line("serviceAccount", ["\"shop\""]), line("serviceAccountName", ["\"shop\""])]);
        }
        if has(fields, "evictionResponders") {
            drop(fields, &["schedulingGroup"]);
        }
        if self.windows {
            let linux = ["hostUsers", "hostPID", "hostIPC", "shareProcessNamespace", "hostNetwork"];
            drop(fields, &linux);
            drop(fields, &["os"]);
            fields.push(block("os", vec![line("name", ["windows"])]));
        } else if is_windows(fields) {
            drop(fields, &["os"]);
        }
        // The workload itself sets these two.
        drop(fields, &["restartPolicy"]);
    }
}

fn is_windows(fields: &[Statement]) -> bool {
    fields.iter().any(|field| {
        field.name == "os" && is(field.block.as_deref().unwrap_or_default(), "name", &["windows"])
    })
}

fn leak(object: &str) -> &'static str {
    if object == "PodSecurityContext" { "PodSecurityContext" } else { "SecurityContext" }
}
