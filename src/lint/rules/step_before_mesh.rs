#![doc = include_str!("../../diagnostic/explain/step-before-mesh.md")]

use super::migrations::{self, migration};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::injection::{entries, injections};
use crate::model::Role;
use crate::object::Node;
use crate::steps::BuiltIn;

/// Programs that use the network.
const PROGRAMS: [&str; 22] = [
    "curl",
    "wget",
    "git",
    "nc",
    "aws",
    "gsutil",
    "psql",
    "mysql",
    "pg_isready",
    "alembic",
    "flyway",
    "kubectl",
    "ncat",
    "pg_dump",
    "mysqladmin",
    "mariadb",
    "redis-cli",
    "mongosh",
    "rclone",
    "pip",
    "npm",
    "apt-get",
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for injection in injections(pod) {
        let Some(mesh) = &injection.injector.mesh else { continue };
        let bypassed = entries(pod.metadata())
            .any(|entry| mesh.exceptions.iter().any(|exception| entry.key.starts_with(exception)));
        if bypassed || injection.is_told_to_end(pod) {
            continue;
        }
        let step = pod.containers().find(|(at, container)| {
            container.role == Role::Step
                && (container.built_in.as_ref().is_some_and(uses_network)
                    || pod.script(*at, &PROGRAMS).is_some_and(|script| {
                        script.commands.iter().any(|command| PROGRAMS.contains(&command.program()))
                    })
                    || pod.script(*at, &migrations::WORDS).is_some_and(|script| {
                        script.commands.iter().any(|command| migration(command).is_some())
                    }))
                && container.fields.at("securityContext.runAsUser").and_then(Node::as_int) != Some(mesh.user)
        });
        let Some((_, step)) = step else { continue };
        let warning = Diagnostic::warning(
            Code::StepBeforeMesh,
            step.name.span,
            format!("the step `{}` uses the network before the mesh's proxy is up", step.name.text),
        )
        .here("its traffic is sent to a proxy that does not run yet");
        let puts = format!("puts the {} into the pod", injection.injector.container);
        found.push(injection.labeled(warning, puts).help(mesh.help));
    }
}

/// Whether a built-in step uses the network.
fn uses_network(step: &BuiltIn) -> bool {
    match step {
        BuiltIn::Fetch(_)
        | BuiltIn::Clone(_)
        | BuiltIn::Wait(_)
        | BuiltIn::Migrate(_)
        | BuiltIn::Secrets(_) => true,
        BuiltIn::Copy(_) | BuiltIn::Own(_) | BuiltIn::Render(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::StepBeforeMesh;

    fn pod(annotations: &str, step: &str) -> String {
        format!(
            "deployment d {{ pod {{ annotations {{ {annotations} }} }}; step s {{ image \"a:1\"; run \"curl -f http://a/\"; {step} }}; app b {{ image \"b:1\" }} }}"
        )
    }

    #[test]
    fn every_mesh_is_known() {
        let shown = found(
            CODE,
            [
                pod("\"linkerd.io/inject\" \"enabled\"", ""),
                pod("\"kuma.io/sidecar-injection\" \"enabled\"", ""),
                pod("\"consul.hashicorp.com/connect-inject\" \"true\"", ""),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …ect" "enabled" } }; step «s» { image "a:1"; run "cur…
          the step `s` uses the network before the mesh's proxy is up
        …ion" "enabled" } }; step «s» { image "a:1"; run "cur…
          the step `s` uses the network before the mesh's proxy is up
        …inject" "true" } }; step «s» { image "a:1"; run "cur…
          the step `s` uses the network before the mesh's proxy is up
        "#);
    }

    #[test]
    fn traffic_may_bypass_the_proxy() {
        for (annotations, step) in [
            ("\"linkerd.io/inject\" \"disabled\"", ""),
            ("\"linkerd.io/inject\" \"enabled\"; \"config.linkerd.io/skip-outbound-ports\" \"80\"", ""),
            (
                "\"linkerd.io/inject\" \"enabled\"; \"config.alpha.linkerd.io/proxy-enable-native-sidecar\" \"true\"",
                "",
            ),
            ("\"sidecar.istio.io/inject\" \"true\"", "securityContext { runAsUser 1337 }"),
            ("\"vault.hashicorp.com/agent-inject\" \"true\"", ""),
        ] {
            passes(CODE, &pod(annotations, step));
        }
    }
}
