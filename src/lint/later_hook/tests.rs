use crate::diagnostic::Code;
use crate::lint::tests::{found, passes};

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
