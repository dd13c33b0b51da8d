use super::*;
use crate::compile::CompileOptions;
use crate::diagnostic::Code;
use crate::ide::{Analysis, Parsed};
use std::sync::Arc;

/// What is offered at the `$0` of a text, the first few.
fn offered(text: &str) -> String {
    let offset = text.find("$0").unwrap();
    let mut workspace = Workspace::default();
    workspace.set("std", Arc::new(Parsed::new("std", crate::source::std().text.as_str())));
    workspace.set("lib/b.initflow", Arc::new(Parsed::new("lib/b.initflow", "let version = 1\n")));
    workspace.set("a.initflow", Arc::new(Parsed::new("a.initflow", text.replace("$0", ""))));
    let (_, items) = complete(&workspace, "a.initflow", offset, Version::NEWEST);
    let shown = items.iter().take(8).map(|item| match &item.snippet {
        Some(snippet) if *snippet != item.label => format!("{} ({})", item.label, snippet.replace('\n', "↵")),
        _ => item.label.clone(),
    });
    format!("{text}\n  {}", shown.collect::<Vec<_>>().join("\n  "))
}

#[test]
#[allow(clippy::too_many_lines)] // One list is easier to read than two.
fn what_is_allowed_is_offered() {
    insta::assert_snapshot!(
        [
            "$0",
            "use \"$0\"",
            "param a: $0",
            "pod a { volume v; app b { reads $0 } }",
            "pod a { volume v; app b { reads v $0 } }",
            "pod a { step s { }\n step t { }\n app b { after $0\n } }",
            "pod a { restartPolicy $0 }",
            "pod a { app b { port http 80\n ready http $0\n} }",
            "use \"std\"\npod a { sidecar p from $0 }",
            "use \"std\"\npod a { sidecar p from std.cloud_sql_proxy($0) }",
            "let tag = 1\npod a { app b { image \"x:#{$0\" } }",
            "let tag = 1\npod a { app b { env { A $0 } } }",
            "pod a { app b { securityContext { $0",
            "pod a { fetch f { $0 } }",
            "pod a { app b { image \"$0\" } }",
            "pod a { } # $0",
        ]
        .map(offered)
        .join("\n"),
        @r#"
        $0
          initflow (initflow 1)
          use (use "${1:file.initflow}")
          param (param ${1:name}: ${2:string})
          let (let ${1:name} = $0)
          template (template ${1:app} ${2:name}($3) {↵  $0↵})
          defaults (defaults $1 {↵  $0↵})
          pod (pod ${1:name} {↵  app ${3:app} {↵    image "${4:image}"↵  }↵})
          deployment (deployment ${1:name} {↵  app ${3:app} {↵    image "${4:image}"↵  }↵})
        use "$0"
          std
          lib/b.initflow
        param a: $0
          int
          bool
          string
          cpu
          memory
          duration
          image
          url
        pod a { volume v; app b { reads $0 } }
          v
        pod a { volume v; app b { reads v $0 } }
          at (at ${1:/path})
          sub (sub "${1:folder}")
        pod a { step s { }
         step t { }
         app b { after $0
         } }
          s
          t
        pod a { restartPolicy $0 }
          Always
          OnFailure
          Never
          workload.name
        pod a { app b { port http 80
         ready http $0
        } }
          http
          workload.name
          every (every ${1:time})
          timeout (timeout ${1:time})
          delay (delay ${1:time})
          failures (failures ${1:count})
          successes (successes ${1:count})
        use "std"
        pod a { sidecar p from $0 }
          std.cloud_sql_proxy (std.cloud_sql_proxy(instance: $1))
          std.otel_collector (std.otel_collector(config: $1))
          std.oauth2_proxy (std.oauth2_proxy(issuer: $1, credentials: $2))
        use "std"
        pod a { sidecar p from std.cloud_sql_proxy($0) }
          instance (instance: $0)
          port (port: $0)
          private_ip (private_ip: $0)
          health_port (health_port: $0)
          image (image: $0)
          workload.name
        let tag = 1
        pod a { app b { image "x:#{$0" } }
          tag
          workload.name
        let tag = 1
        pod a { app b { env { A $0 } } }
          secret (secret("${1:name}", "${2:key}"))
          configmap (configmap("${1:name}", "${2:key}"))
          field (field("${1:path}"))
          resource (resource("${1:resource}"))
          file (file(${1:volume}, "${2:path}", "${3:key}"))
          true
          false
          tag
        pod a { app b { securityContext { $0
          runAsNonRoot (runAsNonRoot $1)
          runAsUser (runAsUser $1)
          runAsGroup (runAsGroup $1)
          privileged (privileged $1)
          allowPrivilegeEscalation (allowPrivilegeEscalation $1)
          readOnlyRootFilesystem (readOnlyRootFilesystem $1)
          capabilities (capabilities {↵  $0↵})
          seccompProfile (seccompProfile {↵  $0↵})
        pod a { fetch f { $0 } }
          from (from "${1:url}")
          into (into ${1:volume} "${2:path}")
          sha256 (sha256 "${1:checksum}")
          unpack
          header (header "${1:name}" ${2:value})
          mode (mode ${1:mode})
          existing (existing keep)
          max-size (max-size ${1:size})
        pod a { app b { image "$0" } }
          
        pod a { } # $0
        "#
    );
}

#[test]
fn names_are_those_that_mean_something_there() {
    insta::assert_snapshot!(
        [
            "let a = 1\nlet b = $0\nlet c = 2",
            "param stage: \"dev\" | \"prod\" = \"dev\"\npod a { when stage == $0 { } }",
            "param stage: \"dev\" | \"prod\" = $0",
            "use \"lib/b.initflow\"\npod a { app b { env { A b.$0 } } }",
            "template app t(v: volume, s: container, stage: \"dev\" | \"prod\", b: bool) { }\npod a { volume x; step y { }\n app z from t(v: $0) }",
            "template app t(v: volume, s: container, stage: \"dev\" | \"prod\", b: bool) { }\npod a { volume x; step y { }\n app z from t(s: $0) }",
            "template app t(v: volume, s: container, stage: \"dev\" | \"prod\", b: bool) { }\npod a { volume x; step y { }\n app z from t(stage: $0) }",
            "template app t(v: volume, s: container, stage: \"dev\" | \"prod\", b: bool) { when stage != $0 }",
            "pod a { app x { }\n step y { }\n wait z { after $0 } }",
            "pod a { volume v; app b { env { A file($0) } } }",
        ]
        .map(offered)
        .join("\n"),
        @r#"
        let a = 1
        let b = $0
        let c = 2
          true
          false
          a
        param stage: "dev" | "prod" = "dev"
        pod a { when stage == $0 { } }
          "dev"
          "prod"
          stage
          workload.name
        param stage: "dev" | "prod" = $0
          "dev"
          "prod"
        use "lib/b.initflow"
        pod a { app b { env { A b.$0 } } }
          secret (secret("${1:name}", "${2:key}"))
          configmap (configmap("${1:name}", "${2:key}"))
          field (field("${1:path}"))
          resource (resource("${1:resource}"))
          file (file(${1:volume}, "${2:path}", "${3:key}"))
          true
          false
          b.version
        template app t(v: volume, s: container, stage: "dev" | "prod", b: bool) { }
        pod a { volume x; step y { }
         app z from t(v: $0) }
          x
        template app t(v: volume, s: container, stage: "dev" | "prod", b: bool) { }
        pod a { volume x; step y { }
         app z from t(s: $0) }
          y
        template app t(v: volume, s: container, stage: "dev" | "prod", b: bool) { }
        pod a { volume x; step y { }
         app z from t(stage: $0) }
          "dev"
          "prod"
          workload.name
        template app t(v: volume, s: container, stage: "dev" | "prod", b: bool) { when stage != $0 }
          "dev"
          "prod"
          v
          s
          stage
          b
          workload.name
        pod a { app x { }
         step y { }
         wait z { after $0 } }
          y
        pod a { volume v; app b { env { A file($0) } } }
          v
          optional (optional: $0)
          workload.name
        "#
    );
}

#[test]
fn required_fields_come_first() {
    insta::assert_snapshot!(
        [
            "pod a { tolerations { $0 } }",
            "pod a { affinity { podAffinity { requiredDuringSchedulingIgnoredDuringExecution { $0 } } } }",
            "pod a { affinity { podAffinity { requiredDuringSchedulingIgnoredDuringExecution { topologyKey \"a\"; $0 } } } }",
            "pod a { budget { $0 } }",
            "pod a { when true { } $0 }",
            "pod a { metadata { $0 } }",
        ]
        .map(offered)
        .join("\n"),
        @r#"
        pod a { tolerations { $0 } }
          key (key "$1")
          operator (operator $1)
          value (value "$1")
          effect (effect $1)
          tolerationSeconds (tolerationSeconds $1)
          when (when $1 {↵  $0↵})
        pod a { affinity { podAffinity { requiredDuringSchedulingIgnoredDuringExecution { $0 } } } }
          topologyKey (topologyKey "$1")
          labelSelector (labelSelector {↵  $0↵})
          matchLabelKeys (matchLabelKeys ["$1"])
          mismatchLabelKeys (mismatchLabelKeys ["$1"])
          namespaceSelector (namespaceSelector {↵  $0↵})
          namespaces (namespaces ["$1"])
          when (when $1 {↵  $0↵})
        pod a { affinity { podAffinity { requiredDuringSchedulingIgnoredDuringExecution { topologyKey "a"; $0 } } } }
          labelSelector (labelSelector {↵  $0↵})
          matchLabelKeys (matchLabelKeys ["$1"])
          mismatchLabelKeys (mismatchLabelKeys ["$1"])
          namespaceSelector (namespaceSelector {↵  $0↵})
          namespaces (namespaces ["$1"])
          when (when $1 {↵  $0↵})
        pod a { budget { $0 } }
          cpu (cpu ${1:amount})
          memory (memory ${1:amount})
          storage (storage ${1:amount})
          when (when $1 {↵  $0↵})
        pod a { when true { } $0 }
          defaults (defaults $1 {↵  $0↵})
          volume (volume ${1:name})
          step (step ${1:name} {↵  image "${2:image}"↵  $0↵})
          fetch (fetch ${1:name} {↵  from "${2:https://example.com/data.json}"↵  into ${3:volume} "${4:data.json}"↵  $0↵})
          clone (clone ${1:name} {↵  repo "${2:https://example.com/repository.git}"↵  into ${3:volume}↵  $0↵})
          wait (wait ${1:name} {↵  tcp "${2:database:5432}"↵  $0↵})
          secrets (secrets ${1:name} {↵  from vault "${2:secret/data/app}"↵  role "${3:app}"↵  address "${4:https://vault.example.com}"↵  into ${5:volume} "${6:app.json}"↵  $0↵})
          migrate (migrate ${1:name} {↵  image "${2:image}"↵  run "${3:command}"↵  $0↵})
        pod a { metadata { $0 } }
          generateName (generateName "$1")
          namespace (namespace "$1")
          labels (labels {↵  $0↵})
          annotations (annotations {↵  $0↵})
          finalizers (finalizers ["$1"])
          ownerReferences (ownerReferences {↵  $0↵})
          when (when $1 {↵  $0↵})
        "#
    );
}

/// The codes that report a statement in a wrong place, whatever its values are.
const MISPLACED: &[Code] = &[
    Code::DuplicateStatement,
    Code::LifecycleOnStep,
    Code::MisplacedEdition,
    Code::MisplacedStatement,
    Code::ProbeOnStep,
    Code::SeveralHandlers,
    Code::StrayElse,
    Code::UnknownStatement,
    Code::UseTheStatement,
    Code::WrongRestartPolicy,
];

#[test]
fn what_is_offered_is_allowed() {
    let mut offered = 0;
    let mut refused = Vec::new();
    for text in [
        "$0",
        "initflow 1\n$0",
        "pod a { $0 }",
        "deployment a { $0 }",
        "statefulset a { $0 }",
        "daemonset a { $0 }",
        "job a { restartPolicy Never; $0 }",
        "cronjob a \"@daily\" { restartPolicy Never; $0 }",
        "cronjob a \"@daily\" { restartPolicy Never; job { $0 } }",
        "cronjob a \"@daily\" { restartPolicy Never; pod { $0 } }",
        "deployment a { pod { metadata { $0 } } }",
        "deployment a { metadata { $0 } }",
        "deployment a { strategy { $0 } }",
        "deployment a { budget { $0 } }",
        "deployment a { labels { $0 } }",
        "statefulset a { volumeClaimTemplates { $0 } }",
        "statefulset a { volumeClaimTemplates { metadata { $0 } } }",
        "pod a { when true { } $0 }",
        "pod a { when true { $0 } else { } }",
        "pod a { app b { $0 } }",
        "pod a { app b { when true { $0 } } }",
        "pod a { step b { $0 } }",
        "pod a { sidecar b { $0 } }",
        "pod a { fetch b { $0 } }",
        "pod a { migrate b { $0 } }",
        "pod a { wait b { $0 } }",
        "pod a { app b { env { $0 } } }",
        "pod a { app b { securityContext { $0 } } }",
        "pod a { app b { lifecycle { preStop { $0 } } } }",
        "pod a { app b { port x 80 { $0 } } }",
        "pod a { app b { ready http 80 / { $0 } } }",
        "pod a { app b { alive tcp 80 { $0 } } }",
        "pod a { volume v; app b { mounts v at /x { $0 } } }",
        "pod a { volume v; app b { reads v at /x { $0 } } }",
        "pod a { volume v { $0 } }",
        "pod a { volume v memory 1Mi { $0 } }",
        "pod a { volume v host /x { $0 } }",
        "pod a { volume v claim \"x\" { $0 } }",
        "pod a { volume v secret \"x\" { $0 } }",
        "pod a { volume v configmap \"x\" { $0 } }",
        "pod a { volume v image \"x:1\" { $0 } }",
        "template part p() { $0 }",
        "template app p() { $0 }",
        "template deployment p() { $0 }",
        "defaults { $0 }",
        "defaults wait { $0 }",
    ] {
        let offset = text.find("$0").unwrap();
        let found = |written: &str| {
            let file = Parsed::new("a", text.replace("$0", &format!("\n{written}\n")));
            let analysis = Analysis::of(&file, &Workspace::default(), &CompileOptions::default());
            let misplaced = analysis.diagnostics().filter(|found| MISPLACED.contains(&found.code));
            misplaced.map(|found| found.headline.clone()).collect::<Vec<_>>()
        };
        let mut workspace = Workspace::default();
        workspace.set("a", Arc::new(Parsed::new("a", text.replace("$0", ""))));
        let (_, items) = complete(&workspace, "a", offset, Version::NEWEST);
        let before = found("");
        for item in &items {
            let written = filled(item.snippet.as_ref().unwrap_or(&item.label));
            let after = found(&written);
            if after.len() > before.len() {
                refused.push(format!("{text}: {written}: {after:?}"));
            }
        }
        offered += items.len();
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(offered > 1000, "{offered}");
}

/// A snippet with what its placeholders show.
fn filled(snippet: &str) -> String {
    let mut filled = String::new();
    let mut rest = snippet;
    while let Some((before, placeholder)) = rest.split_once('$') {
        filled += before;
        rest = match placeholder.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((inner, after)) => {
                filled += inner.split_once(':').map_or("", |(_, shown)| shown);
                after
            }
            None => placeholder.trim_start_matches(|char: char| char.is_ascii_digit()),
        };
    }
    filled + rest
}

#[test]
fn every_prefix_has_an_answer() {
    let example = std::fs::read_to_string("examples/django/main.initflow").unwrap();
    for text in [crate::source::std().text.as_str(), &example] {
        for (offset, _) in text.char_indices().step_by(7) {
            let mut workspace = Workspace::default();
            workspace.set("a", Arc::new(Parsed::new("a", &text[..offset])));
            let (replaced, _) = complete(&workspace, "a", offset, Version::NEWEST);
            assert_eq!(replaced.end as usize, offset);
            complete(&workspace, "a", offset / 2, Version::NEWEST);
            signature(&workspace, "a", offset);
        }
    }
}

/// The text of a snippet with its placeholders as they are.
fn expanded(snippet: &str) -> String {
    let mut text = String::new();
    let mut rest = snippet;
    while let Some(at) = rest.find('$') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(inner) = rest.strip_prefix('{') {
            let (place, after) = inner.split_once('}').unwrap();
            text.push_str(place.split_once(':').unwrap().1);
            rest = after;
        } else {
            rest = rest.trim_start_matches(|char: char| char.is_ascii_digit());
        }
    }
    text + rest
}

#[test]
fn a_built_in_step_comes_with_the_statements_that_it_requires() {
    for kind in crate::steps::StepKind::ALL {
        let row =
            entries(Inside::Workload(Some(WorkloadKind::Pod))).find(|entry| entry.name == kind.keyword());
        let step = expanded(&snippet::entry(row.unwrap())).replace('\n', "\n  ");
        let volume = if *kind == crate::steps::StepKind::Secrets { "memory 1Mi" } else { "claim \"c\"" };
        let text = format!(
            "pod p {{\n  volume volume {volume}\n  {step}\n  app a {{ image \"a:1\"; mounts volume at /v }}\n}}\n"
        );
        let analysis =
            Analysis::of(&Parsed::new("a", text.as_str()), &Workspace::default(), &CompileOptions::default());
        let errors: Vec<_> = analysis
            .diagnostics()
            .filter(|found| found.severity == crate::diagnostic::Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{text}\n{errors:#?}");
    }
}

#[test]
fn what_the_compiler_reads_in_texts_and_comments_is_offered() {
    insta::assert_snapshot!(
        [
            "# initflow: $0\npod a { }",
            "# initflow: allow(unpin$0\npod a { }",
            "pod a { app b { # initflow: allow(bashism, $0\n } }",
            "# initflow: allow(bashism) $0\npod a { }",
            "# another: $0",
            "pod a { app b { env { A field(\"$0\") } } }",
            "pod a { app b { env { A field(\"status.$0",
            "pod a { app b { env { A resource(\"$0\") } } }",
            "pod a { step c { image \"i\" }\n app b { env { A resource(\"limits.cpu\", container: \"$0\") } } }",
            "pod a { app b { env { A secret(\"$0\") } } }",
            "pod a { app b { resource \"$0\" } }",
            "pod a { app b { resource \"nvidia.com/gpu\" \"$0\" } }",
            "pod a { app b { run \"$0\" } }",
        ]
        .map(offered)
        .join("\n"),
        @r#"
        # initflow: $0
        pod a { }
          allow (allow(${1:name}) ${2:reason})
        # initflow: allow(unpin$0
        pod a { }
          bashism
          blocked-egress
          busybox-nslookup
          cheaper-order
          chown-in-script
          deadline-on-server
          deadline-too-short
          deprecated
        pod a { app b { # initflow: allow(bashism, $0
         } }
          bashism
          blocked-egress
          busybox-nslookup
          cheaper-order
          chown-in-script
          deadline-on-server
          deadline-too-short
          deprecated
        # initflow: allow(bashism) $0
        pod a { }
          
        # another: $0
          
        pod a { app b { env { A field("$0") } } }
          metadata.name
          metadata.namespace
          metadata.uid
          spec.nodeName
          spec.serviceAccountName
          status.hostIP
          status.hostIPs
          status.podIP
        pod a { app b { env { A field("status.$0
          metadata.name
          metadata.namespace
          metadata.uid
          spec.nodeName
          spec.serviceAccountName
          status.hostIP
          status.hostIPs
          status.podIP
        pod a { app b { env { A resource("$0") } } }
          limits.cpu
          limits.memory
          limits.ephemeral-storage
          requests.cpu
          requests.memory
          requests.ephemeral-storage
        pod a { step c { image "i" }
         app b { env { A resource("limits.cpu", container: "$0") } } }
          c
        pod a { app b { env { A secret("$0") } } }
          
        pod a { app b { resource "$0" } }
          ephemeral-storage
          hugepages-2Mi
          hugepages-1Gi
          nvidia.com/gpu
          amd.com/gpu
          gpu.intel.com/i915
        pod a { app b { resource "nvidia.com/gpu" "$0" } }
          
        pod a { app b { run "$0" } }
        "#
    );
}

#[test]
fn every_warning_can_be_allowed_by_its_completion() {
    let offered: Vec<&str> = crate::lint::warnings().map(Code::name).collect();
    let mut missing = std::collections::BTreeSet::new();
    for text in Code::ALL.iter().filter_map(|code| code.failing()) {
        let analysis =
            Analysis::of(&Parsed::new("a", text), &Workspace::default(), &CompileOptions::default());
        let warnings =
            analysis.diagnostics().filter(|found| found.severity == crate::diagnostic::Severity::Warning);
        missing.extend(warnings.map(|found| found.code.name()).filter(|name| !offered.contains(name)));
    }
    assert!(missing.is_empty(), "{missing:?}");
    let distinct: std::collections::BTreeSet<&str> = offered.iter().copied().collect();
    assert_eq!(distinct.len(), offered.len());
}
