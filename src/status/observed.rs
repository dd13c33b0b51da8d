//! Reads pods, the objects that make them, and events, in JSON as the cluster writes it, or in YAML.

use super::objects::ClusterObject;
use crate::diagnostic::{Diagnostic, Severity};
use crate::manifest::yaml::{self, YamlNode, YamlValue};
use crate::source::Sources;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    pub(crate) pods: Vec<ClusterObject>,
    makers: Vec<ClusterObject>,
    /// The objects that make pods, by their kind and their name.
    makers_named: HashMap<(String, String), Vec<usize>>,
    /// The `ReplicaSet`s of each Deployment, by its namespace and its name.
    replica_sets: HashMap<(String, String), Vec<usize>>,
    events: Vec<ClusterObject>,
    /// The events about each object, by its kind, its namespace and its name.
    events_about: HashMap<(String, String, String), Vec<usize>>,
}

/// The kinds of objects that make pods.
const MAKERS: [&str; 6] = ["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"];

/// The most objects and lists of a JSON document: a text of a few characters may take much more memory.
const MAX_PARTS: usize = 1_000_000;

/// The most characters of a message of a parser that are shown.
const MAX_MESSAGE: usize = 200;

impl Observed {
    /// Adds what a text has. The message for a text of another form says what it is instead.
    pub(crate) fn read(&mut self, text: &str) -> Result<(), String> {
        let text = text.trim_start_matches('\u{feff}');
        let objects = if text.trim_start().starts_with(['{', '[']) {
            let parts = text.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count();
            if parts > MAX_PARTS {
                return Err(format!(
                    "it has more than {MAX_PARTS} objects and lists: read the pods of fewer namespaces"
                ));
            }
            vec![serde_json::from_str(text).map_err(|error| unreadable(&error))?]
        } else {
            from_yaml(text)?
        };
        let before = self.count();
        let kinds: Vec<String> = objects.iter().map(|object| object.kind.to_string()).collect();
        let is_list = |kind: &String| kind.ends_with("List");
        for object in objects {
            self.add(object);
        }
        if self.pods.iter().any(|pod| pod.metadata.name.is_empty()) {
            return Err("it has a pod without a name".to_owned());
        }
        match kinds.iter().find(|kind| !is_list(kind)) {
            _ if self.count() > before => Ok(()),
            None if !kinds.is_empty() => Ok(()),
            Some(kind) if !kind.is_empty() => {
                Err(format!("it has no pods and no events, but the kind `{}`", cut(kind)))
            }
            _ => Err("it has no Kubernetes object".to_owned()),
        }
    }

    fn count(&self) -> usize {
        self.pods.len() + self.makers.len() + self.events.len()
    }

    fn add(&mut self, object: ClusterObject) {
        match &*object.kind {
            "Pod" => self.pods.push(object),
            "Event" => {
                let about = &object.involved_object;
                let key = (about.kind.to_string(), about.namespace.to_string(), about.name.to_string());
                self.events_about.entry(key).or_default().push(self.events.len());
                self.events.push(object);
            }
            kind if MAKERS.contains(&kind) => {
                let metadata = &object.metadata;
                let name = (kind.to_owned(), metadata.name.to_string());
                self.makers_named.entry(name).or_default().push(self.makers.len());
                for owner in metadata.owner_references.iter().filter(|owner| owner.kind == "Deployment") {
                    let key = (metadata.namespace.to_string(), owner.name.to_string());
                    self.replica_sets.entry(key).or_default().push(self.makers.len());
                }
                self.makers.push(object);
            }
            _ => {
                // The items of a `PodList` may have no kind of their own.
                let kind = object.kind.strip_suffix("List").unwrap_or_default();
                for mut item in object.items {
                    if item.kind.is_empty() {
                        item.kind = kind.into();
                    }
                    self.add(item);
                }
            }
        }
    }

    /// Removes pods that were read before.
    pub(crate) fn forget_repeated(&mut self) {
        let mut seen = HashSet::new();
        self.pods.retain(|pod| seen.insert((pod.metadata.namespace.clone(), pod.metadata.name.clone())));
    }

    /// Whether there is a pod that no node takes.
    pub(crate) fn has_unscheduled(&self) -> bool {
        let mut conditions = self.pods.iter().flat_map(|pod| &pod.status.conditions);
        conditions.any(|condition| condition.name == "PodScheduled" && condition.status != "True")
    }

    /// The object that makes pods with a kind and a name, in a namespace if one is known.
    pub(crate) fn maker(&self, kind: &str, name: &str, namespace: Option<&str>) -> Option<&ClusterObject> {
        let named = self.makers_named.get(&(kind.to_owned(), name.to_owned()))?;
        let mut makers = named.iter().map(|at| &self.makers[*at]);
        makers.find(|maker| namespace.is_none_or(|namespace| maker.metadata.namespace == namespace))
    }

    /// The `ReplicaSet`s that a Deployment has made.
    pub(crate) fn replica_sets(&self, deployment: &ClusterObject) -> impl Iterator<Item = &ClusterObject> {
        let metadata = &deployment.metadata;
        let key = (metadata.namespace.to_string(), metadata.name.to_string());
        let is_one = deployment.kind == "Deployment";
        let sets = self.replica_sets.get(&key).filter(|_| is_one);
        sets.into_iter().flatten().map(|at| &self.makers[*at])
    }

    /// The events about an object, from the oldest to the newest.
    pub(crate) fn events(&self, kind: &str, object: &ClusterObject) -> Vec<&ClusterObject> {
        let metadata = &object.metadata;
        let key = (kind.to_owned(), metadata.namespace.to_string(), metadata.name.to_string());
        let about = self.events_about.get(&key).map(Vec::as_slice).unwrap_or_default();
        let mut events: Vec<&ClusterObject> = about.iter().map(|at| &self.events[*at]).collect();
        events.sort_by_key(|event| event.seen());
        events
    }
}

fn unreadable(error: &serde_json::Error) -> String {
    let message = error.to_string();
    if error.is_eof() {
        return format!("the JSON is cut off: {}", cut(&message));
    }
    let what = if error.is_data() { "it is not what the cluster writes" } else { "it is not JSON" };
    format!("{what}: {}", cut(&message))
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_MESSAGE).collect()
}

fn from_yaml(text: &str) -> Result<Vec<ClusterObject>, String> {
    let mut sources = Sources::default();
    let id = sources.add("", text);
    let mut found = Vec::new();
    let stream = yaml::read(sources.get(id), &mut found);
    let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
    if let Some(error) = found.iter().find(is_error) {
        let (line, _) = sources.get(id).line_column(error.primary.span.start);
        return Err(format!("it is neither JSON nor YAML: line {line}: {}", cut(&error.headline)));
    }
    if stream.documents.iter().any(|document| !matches!(document.value, YamlValue::Map(_))) {
        return Err("it has no Kubernetes object".to_owned());
    }
    let object = |document| serde_json::from_value(json(document)).map_err(|error| unreadable(&error));
    stream.documents.iter().map(object).collect()
}

fn json(node: &YamlNode) -> Value {
    match &node.value {
        YamlValue::Null => Value::Null,
        YamlValue::Bool(bool) => Value::Bool(*bool),
        YamlValue::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| number.as_str().into()),
        YamlValue::Text(text) => text.as_str().into(),
        YamlValue::List(items) => items.iter().map(json).collect(),
        YamlValue::Map(entries) => {
            let entries = entries.iter().map(|entry| (entry.key.to_string(), json(&entry.node)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Observed::default().read(text).unwrap_err()
    }

    #[test]
    fn what_is_not_pods_is_refused() {
        for (text, said) in [
            ("", "it has no Kubernetes object"),
            ("a", "it has no Kubernetes object"),
            ("{}", "it has no Kubernetes object"),
            ("[]", "it has no Kubernetes object"),
            ("{\"kind\": \"Pod\"", "the JSON is cut off"),
            ("{\"kind\": 7}", "it is not what the cluster writes"),
            ("{\"kind\": \"Pod\", \"status\": {\"phase\": []}}", "it is not what the cluster writes"),
            ("{]", "it is not JSON"),
            ("kind: Deploymen", "it has no pods and no events, but the kind `Deploymen`"),
            ("a: [", "it is neither JSON nor YAML"),
        ] {
            assert!(refused(text).starts_with(said), "{text}: {}", refused(text));
        }
    }

    #[test]
    fn cost_is_bounded() {
        for unit in ["{},", "[],"] {
            let text = format!("{{\"kind\": \"List\", \"items\": [{}", unit.repeat(MAX_PARTS));
            assert!(refused(&text).starts_with("it has more than 1000000 objects and lists"));
        }
        assert!(refused(&"[".repeat(200)).starts_with("it is not what the cluster writes"));
        assert!(refused(&"{\"items\":[".repeat(200)).contains("recursion limit"));
    }

    #[test]
    fn lists_of_all_forms_are_read() {
        let pod = "{\"metadata\": {\"name\": \"a\", \"labels\": null}, \"spec\": null, \"status\": {\"conditions\": null}}";
        let mut observed = Observed::default();
        observed.read(&format!("\u{feff}{{\"kind\": \"PodList\", \"items\": [{pod}]}}")).unwrap();
        observed.read("{\"kind\": \"List\", \"items\": []}").unwrap();
        observed.read("{\"kind\": \"PodList\", \"items\": null}").unwrap();
        let named = "metadata: { name: b }";
        let yaml =
            format!("kind: Pod\n{named}\n---\nkind: List\nitems:\n- kind: Pod\n  {named}\n- kind: Service\n");
        observed.read(&yaml).unwrap();
        assert_eq!(observed.pods.len(), 3);
        observed.forget_repeated();
        assert_eq!(observed.pods.len(), 2);
    }
}
