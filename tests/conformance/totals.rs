//! Checks that the effective totals and the `QoS` class of random pods are those that Kubernetes' own code computes.

use crate::judge::Judge;
use crate::report::Report;
use crate::shrink::{Shrink, shrink};
use crate::size;
use fastrand::Rng;
use initflow::compile::{CompileOptions, NoFiles, compile};
use initflow::kubernetes::quantity::Quantity;
use initflow::kubernetes::version::Version;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use std::fmt::{self, Display, Write as _};
use std::ops::Range;

/// How many pods are compiled before they are sent to the judge.
const BATCH: u64 = 1_000;
const CPU: &str = "cpu";
const MEMORY: &str = "memory";
const STORAGE: &str = "ephemeral-storage";
const HUGE: [(&str, &str); 2] = [("hugepages-2Mi", "2Mi"), ("hugepages-1Gi", "1Gi")];

#[test]
#[ignore = "needs INITFLOW_JUDGE"]
fn totals_are_those_of_kubernetes() {
    let mut judge = Judge::start();
    let mut report = Report::new("totals");
    let wanted = size::cases(1_000, 50_000);
    let mut compiled = 0;
    for start in (0..).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        if compiled >= wanted {
            break;
        }
        let cases = start..(start + BATCH);
        let counted: Vec<(Pod, Option<Counted>)> = cases
            .into_par_iter()
            .map(|case| {
                let pod = Pod::any(&mut size::rng(case));
                let counted = pod.counted();
                (pod, counted)
            })
            .collect();
        let (good, refused): (Vec<_>, Vec<_>) = counted.iter().partition(|(_, counted)| counted.is_some());
        report.add("pods", "are refused", refused.len());
        report.add("pods", "are compared", good.len());
        compiled += good.len() as u64;
        compare(&good, &mut judge, &mut report);
    }
    report.finish();
}

fn compare(pods: &[&(Pod, Option<Counted>)], judge: &mut Judge, report: &mut Report) {
    let good = || pods.iter().filter_map(|(pod, counted)| Some((pod, counted.as_ref()?)));
    let requests: Vec<Value> =
        good().flat_map(|(_, counted)| Version::ALL.map(|version| request(version, counted))).collect();
    let mut answers = judge.ask(&requests).into_iter();
    for (pod, counted) in good() {
        pod.count(report);
        for (version, ours) in Version::ALL.into_iter().zip(&counted.totals) {
            let theirs = answers.next().expect("an answer for each version");
            report.count("QoS classes", theirs["qos"].as_str().unwrap_or_default());
            report.count("comparisons", &version.to_string());
            if let Some(kind) = difference(ours, &theirs) {
                report.disagree(&format!("{version}: {kind}"), || {
                    let small = shrink(pod.clone(), |pod| {
                        let Some(counted) = pod.counted() else { return false };
                        let theirs = judge.ask(&[request(version, &counted)]).remove(0);
                        difference(&counted.totals[place(version)], &theirs).as_deref() == Some(&kind)
                    });
                    shown(&small, version, judge)
                });
            }
        }
    }
}

fn request(version: Version, counted: &Counted) -> Value {
    json!({"do": "totals", "version": version.to_string(), "pod": counted.spec})
}

fn place(version: Version) -> usize {
    Version::ALL.iter().position(|each| *each == version).expect("one of all")
}

/// The differences; values are compared as written, to the last digit.
fn difference(ours: &Value, theirs: &Value) -> Option<String> {
    let parts = ["requests", "limits", "qos"];
    parts.into_iter().find(|part| ours[*part] != theirs[*part]).map(str::to_owned)
}

fn shown(pod: &Pod, version: Version, judge: &mut Judge) -> String {
    let counted = pod.counted().expect("it compiled before it was shown");
    let theirs = judge.ask(&[request(version, &counted)]).remove(0);
    format!("{pod}\ninitflow:   {}\nKubernetes: {theirs}", counted.totals[place(version)])
}

/// The result of the compiler for a pod.
struct Counted {
    spec: Value,
    /// The totals for each version, in the format of the judge.
    totals: Vec<Value>,
}

/// The parts of a pod that affect its cost.
#[derive(Clone, Debug, Default)]
struct Pod {
    containers: Vec<Container>,
    overhead: Vec<(&'static str, String)>,
    requests: Vec<(&'static str, String)>,
    limits: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug)]
struct Container {
    role: &'static str,
    amounts: Vec<Amount>,
}

/// A request, a limit, or both.
#[derive(Clone, Debug)]
struct Amount {
    resource: &'static str,
    request: Option<String>,
    limit: Option<String>,
}

impl Pod {
    fn any(rng: &mut Rng) -> Self {
        let mut pod = Self::default();
        for _ in 0..rng.usize(..5) {
            pod.containers.push(Container::any(if rng.bool() { "step" } else { "sidecar" }, rng));
        }
        for _ in 0..rng.usize(1..4) {
            pod.containers.push(Container::any("app", rng));
        }
        if rng.u8(..4) == 0 {
            for resource in [CPU, MEMORY, "example.com/foo"] {
                if rng.bool() {
                    pod.overhead.push((resource, any(resource, rng)));
                }
            }
        }
        if rng.u8(..3) == 0 {
            pod.level(rng);
        }
        pod
    }

    /// Gives the pod its own resources. They are large, because they are refused if the containers request more.
    fn level(&mut self, rng: &mut Rng) {
        for (resource, large) in [(CPU, "k"), (MEMORY, "E"), ("hugepages-2Mi", "Ti"), ("hugepages-1Gi", "Ti")]
        {
            let (low, high) = (rng.u8(1..5), rng.u8(5..8));
            match rng.u8(..8) {
                0 => self.requests.push((resource, format!("{low}{large}"))),
                1 => self.limits.push((resource, format!("{high}{large}"))),
                2 => {
                    self.requests.push((resource, format!("{low}{large}")));
                    self.limits.push((resource, format!("{high}{large}")));
                }
                3 => {
                    self.requests.push((resource, format!("{high}{large}")));
                    self.limits.push((resource, format!("{high}{large}")));
                }
                4 => self.requests.push((resource, any(resource, rng))),
                5 => self.limits.push((resource, any(resource, rng))),
                _ => {}
            }
        }
    }

    fn counted(&self) -> Option<Counted> {
        let compilation = compile("pod.initflow", self.to_string(), &NoFiles, &CompileOptions::default());
        let compiled = compilation.workloads.first()?;
        let mut object = serde_json::to_value(compiled.object()).expect("JSON");
        let totals = Version::ALL.map(|version| {
            let plan = compiled.plan_in(version);
            let requests = plan.requests.iter().map(|each| (each.resource.to_string(), each.quantity));
            let limits =
                plan.limits.iter().filter_map(|each| Some((each.resource.to_string(), each.quantity?)));
            json!({"requests": written(requests), "limits": written(limits), "qos": plan.qos.to_string()})
        });
        Some(Counted { spec: object["spec"].take(), totals: totals.into() })
    }

    /// Counts the properties of the pod.
    fn count(&self, report: &mut Report) {
        let roles = self.containers.iter().map(|container| container.role);
        let traits = [
            ("sidecars", roles.clone().any(|role| role == "sidecar")),
            ("steps", roles.clone().any(|role| role == "step")),
            ("overhead", !self.overhead.is_empty()),
            ("resources of the pod", !self.requests.is_empty() || !self.limits.is_empty()),
            ("limits without requests", self.amounts().any(|amount| amount.request.is_none())),
            ("huge pages", self.amounts().any(|amount| amount.resource.starts_with("hugepages-"))),
            ("extended resources", self.amounts().any(|amount| amount.resource.contains('/'))),
            ("no resources", self.amounts().next().is_none()),
        ];
        for (name, _) in traits.iter().filter(|(_, has)| *has) {
            report.count("pods with", name);
        }
    }

    fn amounts(&self) -> impl Iterator<Item = &Amount> {
        self.containers.iter().flat_map(|container| &container.amounts)
    }
}

fn written(amounts: impl Iterator<Item = (String, Quantity)>) -> Value {
    Value::Object(amounts.map(|(name, quantity)| (name, quantity.to_string().into())).collect::<Map<_, _>>())
}

impl Container {
    fn any(role: &'static str, rng: &mut Rng) -> Self {
        let mut amounts = Vec::new();
        for resource in [CPU, MEMORY, STORAGE] {
            match rng.u8(..6) {
                0 => amounts.push(Amount { resource, request: Some(any(resource, rng)), limit: None }),
                1 => amounts.push(Amount { resource, request: None, limit: Some(any(resource, rng)) }),
                2 => {
                    let mut both = [any(resource, rng), any(resource, rng)];
                    both.sort_by_key(|text| Quantity::parse(text).expect("a quantity"));
                    let [request, limit] = both;
                    amounts.push(Amount { resource, request: Some(request), limit: Some(limit) });
                }
                3 => {
                    let same = any(resource, rng);
                    amounts.push(Amount { resource, request: Some(same.clone()), limit: Some(same) });
                }
                _ => {}
            }
        }
        for resource in ["example.com/foo", "nvidia.com/gpu", HUGE[0].0, HUGE[1].0] {
            if rng.u8(..8) == 0 {
                amounts.push(Amount { resource, request: Some(any(resource, rng)), limit: None });
            }
        }
        Self { role, amounts }
    }
}

/// An amount, mostly one that people would write.
fn any(resource: &str, rng: &mut Rng) -> String {
    if let Some((_, size)) = HUGE.iter().find(|(name, _)| *name == resource) {
        let (pages, unit) = size.split_at(1);
        return format!("{}{unit}", pages.parse::<u64>().expect("a size") * rng.u64(..9));
    }
    if resource.contains('/') {
        return ["0", "1", "2", "7", "1k", "9007199254740993"][rng.usize(..6)].to_owned();
    }
    let is_cpu = resource == CPU;
    let suffixes: &[&str] = if is_cpu {
        &["m", "m", "m", "", "", "u", "n", "k", "e0", "e3"]
    } else {
        &["Ki", "Mi", "Mi", "Gi", "Gi", "Ti", "Pi", "", "k", "M", "G", "T", "P", "e3", "e6"]
    };
    let suffix = suffixes[rng.usize(..suffixes.len())];
    match rng.u8(..40) {
        0 => "0".to_owned(),
        1 if is_cpu => (9_223_372_036_854_775 - rng.u64(..3)).to_string(),
        1 => (9_223_372_036_854_775_807 - rng.u64(..3)).to_string(),
        2..10 if !suffix.starts_with('e') => {
            let places = rng.u32(1..5);
            format!("{}.{}{suffix}", rng.u16(..20), rng.u32(..10_u32.pow(places)))
        }
        10..20 => format!("{}{suffix}", [1, 10, 100, 250, 500, 512, 1000, 1024, 1500, 2048][rng.usize(..10)]),
        _ => format!("{}{suffix}", rng.u16(..3000)),
    }
}

impl Display for Pod {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = |list: &[(&str, String)]| {
            list.iter().fold(String::new(), |mut text, (name, amount)| {
                let _ = write!(text, "{name:?} {amount}; ");
                text
            })
        };
        writeln!(out, "pod shop {{")?;
        if !self.overhead.is_empty() {
            writeln!(out, "  overhead {{ {}}}", entries(&self.overhead))?;
        }
        if !self.requests.is_empty() || !self.limits.is_empty() {
            writeln!(out, "  resources {{")?;
            for (name, list) in [("requests", &self.requests), ("limits", &self.limits)] {
                if !list.is_empty() {
                    writeln!(out, "    {name} {{ {}}}", entries(list))?;
                }
            }
            writeln!(out, "  }}")?;
        }
        for (index, container) in self.containers.iter().enumerate() {
            write!(out, "  {} c{index} {{ image \"a:1\"", container.role)?;
            for amount in &container.amounts {
                write!(out, "; {amount}")?;
            }
            writeln!(out, " }}")?;
        }
        write!(out, "}}")
    }
}

impl Display for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.resource {
            CPU | MEMORY => write!(out, "{} ", self.resource)?,
            STORAGE => write!(out, "storage ")?,
            other => write!(out, "resource {other:?} ")?,
        }
        write!(out, "{}", self.request.as_deref().unwrap_or_default())?;
        self.limit.as_ref().map_or(Ok(()), |limit| write!(out, "..{limit}"))
    }
}

/// The parts are the containers and amounts.
impl Shrink for Pod {
    fn cut(&mut self, parts: &Range<usize>) -> usize {
        let mut next = 0;
        let mut stays = || {
            next += 1;
            !parts.contains(&(next - 1))
        };
        self.containers.retain_mut(|container| {
            let stays_itself = stays();
            container.amounts.retain(|_| stays());
            stays_itself
        });
        for list in [&mut self.overhead, &mut self.requests, &mut self.limits] {
            list.retain(|_| stays());
        }
        next
    }
}
