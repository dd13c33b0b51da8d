use super::*;
use crate::ide::Parsed;
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
fn what_may_stand_there_is_offered() {
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
          initflow (initflow $1)
          use (use "${1:file.initflow}")
          param (param ${1:name}: ${2:string})
          let (let ${1:name} = $0)
          template (template ${1:app} ${2:name}($3) {↵  $0↵})
          when (when $1 {↵  $0↵})
          else (else $1 {↵  $0↵})
          defaults (defaults $1 {↵  $0↵})
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
        pod a { app b { port http 80
         ready http $0
        } }
          http
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
          true
          false
        let tag = 1
        pod a { app b { image "x:#{$0" } }
          tag
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
          retries (retries ${1:count})
          timeout (timeout ${1:time})
        pod a { app b { image "$0" } }
          
        pod a { } # $0
        "#
    );
}

#[test]
fn every_prefix_has_an_answer() {
    let text = crate::source::std().text.clone();
    for (offset, _) in text.char_indices().step_by(37) {
        let mut workspace = Workspace::default();
        workspace.set("a", Arc::new(Parsed::new("a", &text[..offset])));
        complete(&workspace, "a", offset, Version::NEWEST);
        complete(&workspace, "a", offset / 2, Version::NEWEST);
    }
}
