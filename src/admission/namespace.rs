//! Gathers what the objects of a context do to the pods of each namespace.

use super::limit_range::LimitRange;
use super::quota::Quota;
use crate::context::{Context, ContextObject, ObjectKind};
use crate::model::{Workload, WorkloadKind};
use crate::object::{MapEntry, Node};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The namespaces of a context that do something to pods.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespaces {
    /// Without a name: the one that the objects are applied to.
    known: BTreeMap<Option<SmolStr>, Arc<Namespace>>,
}

/// What a namespace does to the pods in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespace {
    /// Its `LimitRange`s.
    pub ranges: Vec<LimitRange>,
    /// The names of these.
    pub range_names: Vec<SmolStr>,
    /// Its `ResourceQuota`s, with their names.
    pub quotas: Vec<(SmolStr, Quota)>,
    /// Its autoscalers, by the kind and the name of what they scale.
    scalers: BTreeMap<(SmolStr, SmolStr), Arc<Scaler>>,
    /// Its `PodDisruptionBudget`s.
    pub disruptions: Vec<Arc<DisruptionBudget>>,
    /// Its name and its metadata, if the context has the object itself.
    pub object: Option<(SmolStr, Node)>,
}

/// A `HorizontalPodAutoscaler`.
#[derive(Clone, Debug)]
pub(crate) struct Scaler {
    /// Its name.
    pub name: SmolStr,
    /// The place of its name.
    pub place: Span,
    /// The fewest pods that it runs, which it sets or not, and the place of that number.
    pub min: (i64, Option<Span>),
    /// The most pods that it runs.
    pub max: Option<i64>,
    /// The place of that number.
    pub max_place: Span,
    /// The metrics that compare the use of a resource with the request.
    pub metrics: Vec<ScalingMetric>,
}

/// A metric that compares the use of a resource with the request.
#[derive(Clone, Debug)]
pub(crate) struct ScalingMetric {
    /// The resource.
    pub resource: SmolStr,
    /// The container that it is about, with the place of its name; without one, it is about all.
    pub container: Option<(SmolStr, Span)>,
    /// The place of the metric.
    pub place: Span,
}

/// A `PodDisruptionBudget`.
#[derive(Clone, Debug)]
pub(crate) struct DisruptionBudget {
    /// Its name.
    pub name: SmolStr,
    /// The labels that it selects; empty if it also has expressions, or selects everything.
    pub labels: Vec<MapEntry>,
    /// How many pods must be available: a number or a percentage.
    pub min_available: Option<Node>,
    /// How many pods may be unavailable: a number or a percentage.
    pub max_unavailable: Option<Node>,
}

/// The namespace of a workload.
#[derive(Clone, Debug)]
pub(crate) struct NamespaceOf {
    /// What it does.
    pub namespace: Arc<Namespace>,
    /// Whether the workload or the objects do not name it, so that it may be another one.
    pub assumed: bool,
}

impl Namespaces {
    /// Reads the namespaces of a context.
    pub(crate) fn of(context: &Context) -> Self {
        let mut known: BTreeMap<Option<SmolStr>, Namespace> = BTreeMap::new();
        let mut of = |name: Option<&SmolStr>, add: &mut dyn FnMut(&mut Namespace)| {
            add(known.entry(name.cloned()).or_default());
        };
        for ContextObject { namespace, name, fields, .. } in context.all(ObjectKind::LimitRange) {
            of(namespace.as_ref(), &mut |namespace| {
                namespace.ranges.push(LimitRange::of(fields));
                namespace.range_names.push(name.clone());
            });
        }
        for ContextObject { namespace, name, fields, .. } in context.all(ObjectKind::ResourceQuota) {
            of(namespace.as_ref(), &mut |namespace| namespace.quotas.push((name.clone(), Quota::of(fields))));
        }
        for object in context.all(ObjectKind::HorizontalPodAutoscaler) {
            if let Some((target, scaler)) = Scaler::of(object) {
                let scaler = Arc::new(scaler);
                of(object.namespace.as_ref(), &mut |namespace| {
                    namespace.scalers.insert(target.clone(), Arc::clone(&scaler));
                });
            }
        }
        for object in context.all(ObjectKind::PodDisruptionBudget) {
            let budget = Arc::new(DisruptionBudget::of(object));
            of(object.namespace.as_ref(), &mut |namespace| namespace.disruptions.push(Arc::clone(&budget)));
        }
        for ContextObject { name, fields, .. } in context.all(ObjectKind::Namespace) {
            if let Some(metadata) = fields.get("metadata") {
                of(Some(name), &mut |namespace| namespace.object = Some((name.clone(), metadata.clone())));
            }
        }
        Self { known: known.into_iter().map(|(name, namespace)| (name, Arc::new(namespace))).collect() }
    }

    /// The namespace with a name. If only one is known, it is taken for one that is not named.
    pub(crate) fn named(&self, name: Option<&str>) -> Option<NamespaceOf> {
        let found = |(namespace, assumed): (&Arc<Namespace>, bool)| NamespaceOf {
            namespace: Arc::clone(namespace),
            assumed,
        };
        if let Some(namespace) = self.known.get(&name.map(SmolStr::new)) {
            return Some(found((namespace, false)));
        }
        let mut all = self.known.iter();
        let (only, namespace) = all.next().filter(|_| self.known.len() == 1)?;
        (name.is_none() || only.is_none()).then(|| found((namespace, true)))
    }
}

impl Namespace {
    /// The autoscaler of a workload.
    pub(crate) fn scaler(&self, workload: &Workload) -> Option<&Scaler> {
        self.scaler_of(workload.kind, &workload.name.as_ref()?.text)
    }

    /// The autoscaler of the workload of a kind with a name.
    pub(crate) fn scaler_of(&self, kind: WorkloadKind, name: &str) -> Option<&Scaler> {
        self.scalers.get(&(kind.name().into(), name.into())).map(|scaler| &**scaler)
    }
}

impl Scaler {
    /// Reads an autoscaler: what it scales, and how.
    fn of(object: &ContextObject) -> Option<((SmolStr, SmolStr), Self)> {
        let spec = object.fields.get("spec")?;
        let text = |path: &str| spec.at(path).and_then(Node::as_text).map(SmolStr::new);
        let target = (text("scaleTargetRef.kind")?, text("scaleTargetRef.name")?);
        let min = spec.get("minReplicas");
        let max = spec.get("maxReplicas");
        let mut metrics: Vec<ScalingMetric> =
            spec.get("metrics").map_or(&[][..], Node::items).iter().filter_map(ScalingMetric::of).collect();
        // The older version of the API has one metric only.
        metrics.extend(spec.entry("targetCPUUtilizationPercentage").map(|entry| ScalingMetric {
            resource: "cpu".into(),
            container: None,
            place: entry.key_span,
        }));
        let scaler = Self {
            name: object.name.clone(),
            place: object.place,
            min: (min.and_then(Node::as_int).unwrap_or(1), min.map(|min| min.span)),
            max: max.and_then(Node::as_int),
            max_place: max.map_or(object.place, |max| max.span),
            metrics,
        };
        Some((target, scaler))
    }
}

impl ScalingMetric {
    fn of(metric: &Node) -> Option<Self> {
        let text = |node: &Node, field: &str| node.get(field).and_then(Node::as_text).map(SmolStr::new);
        let source = match text(metric, "type")?.as_str() {
            "Resource" => metric.get("resource")?,
            "ContainerResource" => metric.get("containerResource")?,
            _ => return None,
        };
        // Only a share is one of the request; an absolute amount needs none.
        let target = source.get("target")?;
        if text(target, "type")? != "Utilization" {
            return None;
        }
        let name = source.get("name")?;
        let container = source.get("container").and_then(|node| Some((node.as_text()?.into(), node.span)));
        Some(Self { resource: name.as_text()?.into(), container, place: name.span })
    }
}

impl DisruptionBudget {
    fn of(object: &ContextObject) -> Self {
        let selector = object.at("spec.selector");
        let has_expressions = selector.and_then(|selector| selector.get("matchExpressions")).is_some();
        let labels = selector.and_then(|selector| selector.get("matchLabels")).filter(|_| !has_expressions);
        Self {
            name: object.name.clone(),
            labels: labels.map(|labels| labels.entries().to_vec()).unwrap_or_default(),
            min_available: object.at("spec.minAvailable").cloned(),
            max_unavailable: object.at("spec.maxUnavailable").cloned(),
        }
    }
}
