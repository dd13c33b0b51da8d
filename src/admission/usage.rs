//! Adds up what the workloads of a namespace use of its quotas, and finds the pods that do not fit.

use super::bound::Bounds;
use super::namespace::{Namespace, Namespaces};
use super::pod_count::PodCount;
use super::quota::{Quota, used_by_claim};
use crate::diagnostic::phrase::listed;
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::quantity::Quantity;
use crate::model::{Storage, Workload};
use crate::resources::Amounts;
use crate::source::{HasPlaces, Span};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What the pods of a workload use of the quotas of their namespace.
#[derive(Clone, Debug)]
pub(crate) struct QuotaUse {
    namespace: Option<SmolStr>,
    name: SmolStr,
    /// The place of the number of pods, or of the workload.
    place: Span,
    /// What each pod uses.
    pod: Amounts,
    /// What the claims of each pod use.
    claims: Amounts,
    /// The quotas that count the pods, by their indices.
    counted_by: Vec<usize>,
    pods: PodCount,
    /// The autoscaler that sets the number of pods, and the place of its maximum.
    scaler: Option<(SmolStr, Span)>,
}

impl QuotaUse {
    /// What the pods of a workload use, each of which uses `pod`.
    pub(crate) fn of(
        workload: &Workload,
        namespace: &Namespace,
        pod: Amounts,
        counted_by: Vec<usize>,
    ) -> Option<Self> {
        let name = workload.name.as_ref()?.text.clone();
        let scaler = namespace.scaler(workload);
        let (pods, place) = PodCount::of(workload, scaler.and_then(|scaler| scaler.max));
        let mut claims = Amounts::new();
        for volume in &workload.volumes {
            let spec = match volume.storage {
                Storage::ClaimTemplate => volume.fields.get("spec"),
                _ => volume.fields.at("ephemeral.volumeClaimTemplate.spec"),
            };
            for (name, used) in spec.map(used_by_claim).unwrap_or_default() {
                let sum = claims.entry(name).or_insert(Quantity::ZERO);
                *sum = sum.add(&used);
            }
        }
        Some(Self {
            namespace: workload.namespace().map(SmolStr::new),
            name,
            place,
            pod,
            claims,
            counted_by,
            pods,
            scaler: scaler.map(|scaler| (scaler.name.clone(), scaler.max_place)),
        })
    }

    /// What each pod uses of a quota.
    fn of_quota(&self, at: usize, quota: &Quota) -> Amounts {
        let mut used = Amounts::new();
        if self.counted_by.contains(&at) {
            used.clone_from(&self.pod);
        }
        if quota.has_no_scope() {
            used.extend(self.claims.clone());
        }
        used.retain(|name, amount| quota.hard.contains_key(name) && !amount.is_zero());
        used
    }
}

impl HasPlaces for QuotaUse {
    fn each_place(&mut self, change: &mut impl FnMut(&mut Span)) {
        // The place of the autoscaler is in the context.
        change(&mut self.place);
    }
}

/// Warns about the pods that do not fit in the quotas of their namespaces; `checked` are those to warn about.
pub(crate) fn over_quotas(namespaces: &Namespaces, uses: &[(&QuotaUse, bool)], found: &mut Vec<Diagnostic>) {
    let mut by_namespace: BTreeMap<Option<&str>, Vec<(&QuotaUse, bool)>> = BTreeMap::new();
    for (used, is_checked) in uses {
        by_namespace.entry(used.namespace.as_deref()).or_default().push((used, *is_checked));
    }
    for (name, uses) in by_namespace {
        let Some(of) = namespaces.named(name) else { continue };
        for (at, (name, quota)) in of.namespace.quotas.iter().enumerate() {
            let consumers = uses.iter().filter_map(|(used, is_checked)| {
                let each = used.of_quota(at, quota);
                (!each.is_empty()).then_some(Consumer { used, each, is_checked: *is_checked })
            });
            fill(name, quota, &consumers.collect::<Vec<_>>(), found);
        }
    }
}

/// A workload that uses a quota.
struct Consumer<'a> {
    used: &'a QuotaUse,
    each: Amounts,
    is_checked: bool,
}

/// What is left of a quota.
struct Left<'a> {
    name: &'a str,
    quota: &'a Quota,
    amounts: Amounts,
    /// The workloads whose pods have been counted.
    beside: Vec<&'a str>,
}

/// Puts the pods of all workloads into a quota, one after the other.
fn fill(name: &str, quota: &Quota, consumers: &[Consumer<'_>], found: &mut Vec<Diagnostic>) {
    let amounts = quota.hard.iter().map(|(resource, hard)| {
        let used = quota.used.get(resource).map_or(Quantity::ZERO, |used| used.quantity);
        (resource.clone(), hard.quantity.minus(&used).unwrap_or(Quantity::ZERO))
    });
    let mut left = Left { name, quota, amounts: amounts.collect(), beside: Vec::new() };
    let before = found.len();
    for temporary in [false, true] {
        for consumer in consumers.iter().filter(|consumer| consumer.used.pods.temporary == temporary) {
            left.put(consumer, found);
        }
        if !temporary && found.len() == before {
            for consumer in consumers.iter().filter(|consumer| consumer.used.pods.surge > 0) {
                left.surge(consumer, found);
            }
        }
    }
}

impl<'a> Left<'a> {
    /// How many pods of a workload fit, and what rules out more.
    fn fit(&self, consumer: &Consumer<'a>) -> (i64, SmolStr) {
        let fits = consumer.each.iter().filter_map(|(resource, each)| {
            Some((self.amounts.get(resource)?.how_many(each)?, resource.clone()))
        });
        fits.min().unwrap_or((i64::MAX, SmolStr::default()))
    }

    fn put(&mut self, consumer: &Consumer<'a>, found: &mut Vec<Diagnostic>) {
        let wanted = consumer.used.pods.steady;
        let (fit, by) = self.fit(consumer);
        let fit = fit.min(wanted);
        // A pod that does not fit into the empty quota is an error of its own.
        let is_own_error = consumer
            .each
            .iter()
            .any(|(resource, each)| self.quota.hard.get(resource).is_some_and(|hard| *each > hard.quantity));
        if fit < wanted && consumer.is_checked && !is_own_error {
            found.push(self.refused(consumer, fit, &by));
        }
        for (resource, each) in &consumer.each {
            if let Some(left) = self.amounts.get_mut(resource) {
                let used = each.times(fit).unwrap_or(*left);
                *left = left.minus(&used).unwrap_or(Quantity::ZERO);
            }
        }
        if wanted > 0 {
            self.beside.push(&consumer.used.name);
        }
    }

    fn refused(&self, consumer: &Consumer<'a>, fit: i64, by: &SmolStr) -> Diagnostic {
        let QuotaUse { name, pods, place, scaler, .. } = consumer.used;
        let wanted = pods.steady;
        let refused = wanted - fit;
        let beside = match &self.beside[..] {
            [] => String::new(),
            [first, second, third, more @ ..] if !more.is_empty() => {
                format!(" beside those of {} and {} more", listed([*first, *second, *third]), more.len())
            }
            some => format!(" beside those of {}", listed(some.iter().copied())),
        };
        let which = match (fit, wanted) {
            (_, 1) => format!("the pod of `{name}` does not fit"),
            (1, _) => format!("1 of the {wanted} pods of `{name}` fits"),
            _ => format!("{fit} of the {wanted} pods of `{name}` fit"),
        };
        let headline = format!("{which} in ResourceQuota `{}`{beside}", self.name);
        let here = match scaler {
            Some((scaler, _)) => format!("HorizontalPodAutoscaler `{scaler}` may run {wanted}"),
            None if !consumer.used.pod.contains_key(by) => "the claims of the others are refused".to_owned(),
            None if wanted == 1 => "its pod is refused".to_owned(),
            None if refused == 1 => "1 pod is refused".to_owned(),
            None => format!("{refused} pods are refused"),
        };
        let mut diagnostic = Diagnostic::warning(Code::OverQuota, *place, headline).here(here);
        if let Some((_, place)) = scaler {
            diagnostic = diagnostic.label(*place, "the maximum of the autoscaler");
        }
        self.explain(diagnostic, consumer, by, wanted)
    }

    /// Adds the amounts.
    fn explain(
        &self,
        diagnostic: Diagnostic,
        consumer: &Consumer<'a>,
        by: &SmolStr,
        wanted: i64,
    ) -> Diagnostic {
        let (Some(hard), Some(each)) = (self.quota.hard.get(by), consumer.each.get(by)) else {
            return diagnostic;
        };
        let left = self.amounts.get(by).copied().unwrap_or(Quantity::ZERO);
        let over = each.times(wanted).and_then(|wanted| wanted.minus(&left));
        let label = match over {
            Some(over) => format!("at most {}, {over} less than needed", hard.quantity),
            None => format!("at most {}", hard.quantity),
        };
        let used = used_of(&self.quota.used, by);
        let mut diagnostic =
            diagnostic.label(hard.span, label).help(format!("each of its pods uses {each} of `{by}`"));
        if let Some(used) = used {
            diagnostic = diagnostic.help(format!(
                "according to its status, {used} are in use: allow this if that is by pods that these replace"
            ));
        }
        diagnostic
    }

    fn surge(&self, consumer: &Consumer<'a>, found: &mut Vec<Diagnostic>) {
        let QuotaUse { name, pods, place, .. } = consumer.used;
        let (fit, by) = self.fit(consumer);
        if fit > 0 || pods.steady == 0 || !consumer.is_checked {
            return;
        }
        let follows = if pods.unavailable > 0 {
            format!(
                "so it stops {} first",
                if pods.unavailable == 1 { "one".to_owned() } else { pods.unavailable.to_string() }
            )
        } else {
            "so no update of it gets anywhere".to_owned()
        };
        let headline = format!(
            "ResourceQuota `{}` has no room for a pod that `{name}` starts during an update, {follows}",
            self.name
        );
        let diagnostic = Diagnostic::warning(Code::OverQuota, *place, headline)
            .here(format!("up to {} while they are replaced", pods.steady + pods.surge));
        let diagnostic = self.explain(diagnostic, consumer, &by, 1);
        found.push(if pods.unavailable > 0 {
            diagnostic
        } else {
            diagnostic.help(
                "allow it to stop one first: `strategy { rollingUpdate { maxSurge 0; maxUnavailable 1 } }`",
            )
        });
    }
}

fn used_of(used: &Bounds, resource: &str) -> Option<Quantity> {
    used.get(resource).map(|used| used.quantity).filter(|used| !used.is_zero())
}
