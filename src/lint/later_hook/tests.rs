use crate::compile::{CompileOptions, NoFiles, compile};
use crate::diagnostic::Code;
use crate::lint::tests::{found, passes};
use std::fmt::Write as _;

const CODE: Code = Code::WaitsForLaterHook;

fn program(hook: &str, namespace: &str) -> String {
    format!(
        r#"
job seed {{ restartPolicy Never; namespace "n"; annotations {{ {hook} }}; app a {{ image "a:1"; run "seed" }} }}
deployment shop {{ namespace "{namespace}"; wait seeded {{ job "seed" }}; app web {{ image "b:1" }} }}
"#
    )
}

#[test]
fn phases_and_namespaces_matter() {
    let shown = found(
        CODE,
        [
            program(r#""helm.sh/hook" "post-install,post-upgrade""#, "n"),
            program(r#""argocd.argoproj.io/hook" "PostSync""#, "n"),
        ],
    );
    insta::assert_snapshot!(shown, @r#"
    …op { namespace "n"; wait «seeded» { job "seed" }; app web…
      the step `seeded` waits for the Job `seed`, a hook of a later phase
    …op { namespace "n"; wait «seeded» { job "seed" }; app web…
      the step `seeded` waits for the Job `seed`, a hook of a later phase
    "#);
    passes(CODE, &program(r#""helm.sh/hook" "post-install""#, "m"));
    passes(CODE, &program(r#""helm.sh/hook" "pre-install,post-upgrade""#, "n"));
    passes(CODE, &program(r#""argocd.argoproj.io/hook" "Sync""#, "n"));
    passes(CODE, &program(r#""note" "post-install""#, "n"));
}

#[test]
fn kubectl_waits_too() {
    let pair = |made: &str, waiting: &str, run: &str| {
        format!(
            "job seed {{ restartPolicy Never; namespace \"n\"; {made}; app a {{ image \"a:1\"; run \"seed\" }} }}\ndeployment shop {{ namespace \"n\"; serviceAccountName \"s\"; {waiting}; step w {{ image \"k:1\"; run \"{run}\" }}; app web {{ image \"b:1\" }} }}"
        )
    };
    let wave = |wave: &str| format!("annotations {{ \"argocd.argoproj.io/sync-wave\" \"{wave}\" }}");
    let complete = "kubectl wait --for=condition=complete job/seed --timeout=300s";
    let shown = found(
        CODE,
        [
            pair("annotations { \"argocd.argoproj.io/hook\" \"PostSync\" }", "replicas 1", complete),
            pair(&wave("5"), "replicas 1", complete),
            pair(&wave("5"), &wave("2"), "kubectl -n n wait --for condition=complete job seed"),
            pair("backoffLimit 1", &wave("-1"), complete),
        ],
    );
    insta::assert_snapshot!(shown, @r#"
    …tep w { image "k:1"; run «"kubectl wait --for=condition=complete job/seed --timeout=300s"» }; app web { image "b:1…
      the step `w` waits for the Job `seed`, a hook of a later phase
    …tep w { image "k:1"; run «"kubectl wait --for=condition=complete job/seed --timeout=300s"» }; app web { image "b:1…
      the step `w` waits for the Job `seed`, which comes in the later wave 5
    …tep w { image "k:1"; run «"kubectl -n n wait --for condition=complete job seed"» }; app web { image "b:1…
      the step `w` waits for the Job `seed`, which comes in the later wave 5
    …tep w { image "k:1"; run «"kubectl wait --for=condition=complete job/seed --timeout=300s"» }; app web { image "b:1…
      the step `w` waits for the Job `seed`, which comes in the later wave 0
    "#);
    passes(CODE, &pair(&wave("-1"), "replicas 1", complete));
    passes(CODE, &pair(&wave("2"), &wave("2"), complete));
    passes(CODE, &pair(&wave("5"), "replicas 1", "kubectl -n m wait --for=condition=complete job/seed"));
    passes(CODE, &pair(&wave("5"), "replicas 1", "kubectl get job seed"));
}

#[test]
fn a_hook_cannot_wait_for_what_comes_after_it() {
    let source = "deployment shop { namespace \"n\"; app web { image \"b:1\" } }\njob check { restartPolicy Never; namespace \"n\"; serviceAccountName \"s\"; annotations { \"helm.sh/hook\" \"pre-install\" }; app a { image \"a:1\"; run \"kubectl rollout status deployment/shop\" } }";
    insta::assert_snapshot!(found(CODE, [source]), @r#"
    …app a { image "a:1"; run «"kubectl rollout status deployment/shop"» } }
      the app `a` waits for the Deployment `shop`, which is created after this hook
    "#);
    passes(CODE, &source.replace("pre-install", "post-install"));
}

#[test]
fn a_wait_in_another_hook_is_fine() {
    let source = program(r#""helm.sh/hook" "post-install""#, "n");
    let hook = source.replace(
        "deployment shop {",
        "job shop { restartPolicy Never; annotations { \"helm.sh/hook\" \"post-install\" };",
    );
    passes(CODE, &hook.replace("app web { image \"b:1\" }", "app web { image \"b:1\"; run \"b\" }"));
}

/// The cycles of waits in programs, with all their places.
fn cycles<const N: usize>(programs: [String; N]) -> String {
    let mut shown = String::new();
    for program in programs {
        let options = CompileOptions { check_only: true, ..CompileOptions::default() };
        let compilation = compile("main.initflow", program, &NoFiles, &options);
        for found in compilation.diagnostics.iter().filter(|found| found.code == CYCLE) {
            let _ = writeln!(shown, "{}", found.headline);
            for label in std::iter::once(&found.primary).chain(&found.labels) {
                let _ = writeln!(shown, "  {}: {}", compilation.sources.slice(label.span), label.text);
            }
        }
        shown += "--\n";
    }
    shown
}

const CYCLE: Code = Code::WaitCycle;

/// Workloads, each with a name, a step and other statements.
fn ring(workloads: &[(&str, &str, &str)]) -> String {
    let each = workloads.iter().map(|(head, name, step)| {
        format!("{head} {name} {{ namespace \"n\"; {step}; app b {{ image \"b:1\" }} }}\n")
    });
    each.collect()
}

#[test]
fn workloads_wait_for_each_other() {
    let script =
        |text: &str| format!("serviceAccountName \"s\"; step s {{ image \"k:1\"; script '{text}' }}");
    let one = ("deployment", "a", "wait w { deployment \"b\" }");
    let shown = cycles([
        ring(&[one, ("deployment", "b", "wait w { tcp \"a.n.svc:80\" }")]),
        ring(&[
            ("deployment", "a", "wait w { service \"b\" }"),
            ("statefulset", "b", "serviceName \"b\"; wait w { tcp \"x:1\"; postgres \"postgres://u@c/d\" }"),
            ("daemonset", "c", "wait w { http \"http://a/\" }"),
            ("deployment", "d", "wait w { deployment \"a\" }"),
        ]),
        ring(&[one, ("deployment", "b", &script("until nc -z a 80; do sleep 1; done"))]),
        ring(&[one, ("deployment", "b", &script("kubectl rollout status deployment/a"))]),
        ring(&[one, ("deployment", "b", &script("wait-for-it.sh a:80"))]),
        ring(&[
            ("deployment", "a", "wait w { job \"b\" }"),
            ("job", "b", "restartPolicy Never; wait w { tcp \"a:80\" }"),
        ]),
        ring(&[
            ("statefulset", "a", "serviceName \"a\"; wait w { tcp \"b-0.b:1\" }"),
            ("statefulset", "b", "serviceName \"b\"; wait w { tcp \"a-0.a:1\" }"),
        ]),
    ]);
    insta::assert_snapshot!(shown, @r#"
    the Deployment `a` and the Deployment `b` wait for each other
      deployment: `w` of the Deployment `a` waits for the Deployment `b`
      tcp: `w` of the Deployment `b` waits for the Deployment `a`
    --
    the Deployment `a`, the StatefulSet `b` and the DaemonSet `c` wait for each other
      service: `w` of the Deployment `a` waits for the StatefulSet `b`
      postgres: `w` of the StatefulSet `b` waits for the DaemonSet `c`
      http: `w` of the DaemonSet `c` waits for the Deployment `a`
    --
    the Deployment `a` and the Deployment `b` wait for each other
      deployment: `w` of the Deployment `a` waits for the Deployment `b`
      nc -z a 80;: `s` of the Deployment `b` waits for the Deployment `a`
    --
    the Deployment `a` and the Deployment `b` wait for each other
      deployment: `w` of the Deployment `a` waits for the Deployment `b`
      kubectl rollout status deployment/a: `s` of the Deployment `b` waits for the Deployment `a`
    --
    the Deployment `a` and the Deployment `b` wait for each other
      deployment: `w` of the Deployment `a` waits for the Deployment `b`
      wait-for-it.sh a:80: `s` of the Deployment `b` waits for the Deployment `a`
    --
    the Deployment `a` and the Job `b` wait for each other
      job: `w` of the Deployment `a` waits for the Job `b`
      tcp: `w` of the Job `b` waits for the Deployment `a`
    --
    the StatefulSet `a` and the StatefulSet `b` wait for each other
      tcp: `w` of the StatefulSet `a` waits for the StatefulSet `b`
      tcp: `w` of the StatefulSet `b` waits for the StatefulSet `a`
    --
    "#);
    let other = |step: &str| ring(&[one, ("deployment", "b", step)]);
    for program in [
        other("wait w { dns \"a\" }"),
        other("wait w { tcp \"a.m:80\" }"),
        other("replicas 0; wait w { tcp \"a:80\" }"),
        other(&script("for i in 1 2 3; do nc -z a 80 && break; sleep 1; done")),
        other(&script("kubectl rollout status deployment/a || true")),
        other(&script("until kubectl get deployment a; do sleep 1; done")),
        other(&script("kubectl wait --for=delete deployment/a")),
        other("app c { image \"c:1\"; script 'until nc -z a 80; do sleep 1; done' }"),
        ring(&[one, ("cronjob", "b", "schedule \"@daily\"; restartPolicy Never; wait w { tcp \"a:80\" }")]),
        ring(&[
            ("deployment", "a", "wait w { tcp \"b:1\" }"),
            ("deployment", "b", "wait w { tcp \"a:1\" }"),
            ("statefulset", "b", "serviceName \"b\""),
        ]),
    ] {
        assert_eq!(cycles([program.clone()]), "--\n", "{program}");
    }
}

#[test]
fn each_knot_is_one_error() {
    let pair = |a: &str, b: &str| {
        ring(&[
            ("deployment", a, &format!("wait w {{ deployment \"{b}\" }}")),
            ("deployment", b, &format!("wait w {{ deployment \"{a}\" }}")),
        ])
    };
    let program = [pair("a", "b"), pair("c", "d")].concat()
        + &ring(&[("deployment", "e", "wait w { deployment \"a\"; deployment \"c\" }")]);
    let shown = cycles([program]);
    insta::assert_snapshot!(shown, @r#"
    the Deployment `a` and the Deployment `b` wait for each other
      deployment: `w` of the Deployment `a` waits for the Deployment `b`
      deployment: `w` of the Deployment `b` waits for the Deployment `a`
    the Deployment `c` and the Deployment `d` wait for each other
      deployment: `w` of the Deployment `c` waits for the Deployment `d`
      deployment: `w` of the Deployment `d` waits for the Deployment `c`
    --
    "#);
}
