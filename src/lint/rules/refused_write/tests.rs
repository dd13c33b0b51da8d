use crate::diagnostic::Code;
use crate::lint::tests::{found, passes};

const CODE: Code = Code::RefusedWrite;

fn pod(step: &str) -> String {
    format!(
        "pod p {{\n  volume conf configmap \"conf\"\n  volume v\n  step s {{ image \"a:1\"; {step} }}\n  app b {{ image \"b:1\"; reads conf at /conf; mounts v at /v }}\n}}"
    )
}

fn mounted(script: &str) -> String {
    pod(&format!("script '''\n    {script}\n  '''\n  reads conf at /conf; mounts v at /v"))
}

fn rooted(script: &str) -> String {
    pod(&format!(
        "script '''\n    {script}\n  '''\n  securityContext {{ readOnlyRootFilesystem true }}; mounts v at /v; mounts v at /tmp sub \"tmp\""
    ))
}

#[test]
fn read_only_volumes_refuse() {
    let shown = found(
        CODE,
        [
            mounted("sed -i \"s/a/$B/\" /conf/server.properties"),
            mounted("cd /conf && echo a >> server.properties"),
            mounted("curl -fsSLo /conf/a https://a.acme.dev/a"),
            mounted("chown -R 1000 /conf"),
            mounted("cp -r /v/a /v/b /conf/"),
            mounted("mv /conf/a /v/a"),
        ],
    );
    insta::assert_snapshot!(shown, @r#"
    «sed -i "s/a/$B/" /conf/server.properties»
      the step `s` writes `/conf/server.properties`, but `conf` is read-only there
    cd /conf && «echo a >> server.properties»
      the step `s` writes `/conf/server.properties`, but `conf` is read-only there
    «curl -fsSLo /conf/a https://a.acme.dev/a»
      the step `s` writes `/conf/a`, but `conf` is read-only there
    «chown -R 1000 /conf»
      the step `s` writes `/conf`, but `conf` is read-only there
    «cp -r /v/a /v/b /conf/»
      the step `s` writes `/conf`, but `conf` is read-only there
    «mv /conf/a /v/a»
      the step `s` moves `/conf/a`, but `conf` is read-only there
    "#);
    for script in [
        "sed -i s/a/b/ /conf/a || true",
        "[ -w /conf ] && cp /v/a /conf/a",
        "cp /conf/a /v/a",
        "sed s/a/b/ /conf/a > /v/a",
        "rm -f /conf/a",
        "tar -cf - /conf | cat > /v/a",
        "curl -s -o /dev/null http://a/",
    ] {
        passes(CODE, &mounted(script));
    }
}

#[test]
fn a_read_only_root_refuses_all_but_volumes() {
    let shown = found(
        CODE,
        [
            rooted("app zk get /a > /work/a"),
            rooted("mkdir /work"),
            rooted("apk add --no-cache curl"),
            rooted("wget https://a.acme.dev/a.tgz -O /work/a.tgz"),
            rooted("git clone https://a.acme.dev/a.git /srv/a"),
        ],
    );
    insta::assert_snapshot!(shown, @r"
    «app zk get /a > /work/a»
      the step `s` writes `/work/a`, but its root file system is read-only
    «mkdir /work»
      the step `s` writes `/work`, but its root file system is read-only
    «apk add --no-cache curl»
      the step `s` writes `/lib/apk`, but its root file system is read-only
    «wget https://a.acme.dev/a.tgz -O /work/a.tgz»
      the step `s` writes `/work/a.tgz`, but its root file system is read-only
    «git clone https://a.acme.dev/a.git /srv/a»
      the step `s` writes `/srv/a`, but its root file system is read-only
    ");
    for script in ["echo a > /tmp/a", "mkdir -p /work", "echo a > /dev/null", "echo a >&2", "tee /v/a"] {
        passes(CODE, &rooted(script));
    }
}

#[test]
fn some_images_write_when_they_start() {
    let web = |more: &str| {
        format!(
            "pod p {{ volume v; app web {{ image \"nginx:1.29\"; securityContext {{ readOnlyRootFilesystem true }}; {more} }} }}"
        )
    };
    insta::assert_snapshot!(found(CODE, [web("mounts v at /var/run")]), @r#"
    …olume v; app web { image «"nginx:1.29"»; securityContext { read…
      the app `web` writes `/var/cache/nginx/client_temp`, but its root file system is read-only
    "#);
    passes(CODE, &web("mounts v at /var/cache/nginx; mounts v at /var/run sub \"run\""));
    passes(CODE, &web("run \"nginx -c /v/nginx.conf\"; mounts v at /v"));
}
