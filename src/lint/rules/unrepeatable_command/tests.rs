use crate::compile::{CompileOptions, NoFiles, compile};
use crate::diagnostic::Code;
use crate::kubernetes::version::Version;
use crate::lint::tests::{found, passes, step};

#[test]
fn files_in_a_volume_survive() {
    let shown = found(
        Code::UnrepeatableCommand,
        [
            step("mkdir /v/a"),
            step("ln -s /opt/a /v/a"),
            step("echo a >> /v/config"),
            step("iptables -t nat -N REDIRECT; iptables -A REDIRECT -j RETURN"),
            step("createdb shop"),
        ],
    );
    insta::assert_snapshot!(shown, @r"
    «mkdir /v/a»
      the step `s` cannot run twice: `mkdir` fails if `/v/a` exists
      fix (unsafe): use `mkdir -p`
      - mkdir /v/a
      + mkdir -p /v/a
    «ln -s /opt/a /v/a»
      the step `s` cannot run twice: `ln` fails if `/v/a` exists
      fix (unsafe): use `ln -sfn`
      - ln -s /opt/a /v/a
      + ln -sfn /opt/a /v/a
    «echo a >> /v/config»
      the step `s` cannot run twice: `>>` appends to `/v/config` again
    «iptables -t nat -N REDIRECT;» iptables -A REDIRECT -j…
      the step `s` cannot run twice: `iptables -N` finds the new chain still in the network
    «createdb shop»
      the step `s` cannot run twice: `createdb` fails if its object exists
    ");
    for script in [
        "mkdir /tmp/a",
        "mkdir -p /v/a",
        "mkdir --parents /v/a",
        "mkdir /v/a || true",
        "[ -d /v/a ] || mkdir /v/a",
        "rm -rf /v/a; mkdir /v/a",
        "rm -rf /v/*; mkdir /v/a",
        "ln -sf /opt/a /v/a",
        "echo a > /v/config; echo b >> /v/config",
        "cp /etc/config /v/config; echo b >> /v/config",
        "echo a >> /tmp/log",
        "if ! createdb shop; then echo there; fi",
        "[ -f /v/done ] && exit 0; createdb shop",
        "set +e; mkdir /v/a || exit 0",
        "iptables -t nat -N REDIRECT",
        "sed -i '/a/d' /v/config",
        "cp /etc/a /v/a; chmod 0444 /v/a",
        "psql -c 'CREATE TABLE IF NOT EXISTS a (b int)'",
        "psql -tAc 'SELECT 1' | grep -q 1 || psql -c 'CREATE DATABASE a'",
        "psql -c 'DROP DATABASE IF EXISTS a; CREATE DATABASE a'",
        "kubectl create secret generic a --dry-run=client -o yaml | kubectl apply -f -",
        "kubectl create -f job.yaml",
        "helm upgrade --install a b",
        "vault operator init -status || vault operator init",
        "initdb -D /tmp/a",
    ] {
        passes(Code::UnrepeatableCommand, &step(script));
    }
}

#[test]
fn servers_remember() {
    let shown = found(
        Code::UnrepeatableCommand,
        [
            step("psql -v ON_ERROR_STOP=1 -c \"CREATE USER a PASSWORD '$B'\""),
            step("mysql -h db -e 'CREATE DATABASE a; GRANT ALL ON a.* TO b'"),
            step("echo \"INSERT INTO a VALUES (1)\" | mysql -h db a"),
            step("mysql -h db <<EOF\n      CREATE TABLE a (b int);\n      EOF"),
            step("kubectl create configmap a --from-literal=b=c"),
            step("helm install a b/a"),
            step("python manage.py createsuperuser --noinput"),
            step("kafka-topics.sh --bootstrap-server a:9092 --create --topic b"),
            step("php artisan migrate:fresh --force"),
            step("initdb -D /v/data && echo a"),
            step("mongosh --host a --eval 'rs.initiate()'"),
        ],
    );
    insta::assert_snapshot!(shown, @r#"
    «psql -v ON_ERROR_STOP=1 -c "CREATE USER a PASSWORD '$B'"»
      the step `s` cannot run twice: `CREATE USER` fails if its object exists
    «mysql -h db -e 'CREATE DATABASE a; GRANT ALL ON a.* TO b'»
      the step `s` cannot run twice: `CREATE DATABASE` fails if its object exists
    …ERT INTO a VALUES (1)" | «mysql -h db a»
      the step `s` cannot run twice: `INSERT` adds its rows again, or fails if their key exists
    «mysql -h db <<EOF»
      the step `s` cannot run twice: `CREATE TABLE` fails if its object exists
    «kubectl create configmap a --from-literal=b=c»
      the step `s` cannot run twice: `kubectl create` fails if its object exists
    «helm install a b/a»
      the step `s` cannot run twice: `helm install` fails if the release exists
    «python manage.py createsuperuser --noinput»
      the step `s` cannot run twice: `manage.py createsuperuser` fails if the user exists
    «kafka-topics.sh --bootstrap-server a:9092 --create --topic b»
      the step `s` cannot run twice: `kafka-topics.sh --create` fails if the topic exists
    «php artisan migrate:fresh --force»
      the step `s` cannot run twice: `artisan migrate:fresh` erases what is there
    «initdb -D /v/data &&» echo a
      the step `s` cannot run twice: `initdb` fails if its folder has files
    «mongosh --host a --eval 'rs.initiate()'»
      the step `s` cannot run twice: `mongosh rs.initiate` fails once the set is initialized
    "#);
}

#[test]
fn files_remember() {
    let other = |script: &str| {
        step(script).replace("mounts v at /v\n  }", "securityContext { runAsUser 7 }; mounts v at /v\n  }")
    };
    let shown = found(
        Code::UnrepeatableCommand,
        [
            other("cp /ca/a.crt /v/a.crt && chmod 0444 /v/a.crt"),
            other("echo a > /v/key; chmod a-w /v/key"),
            step("cd /v && mkdir a && touch a/b"),
            step("sed -i '$a host=a' /v/config"),
            step("keytool -importcert -alias a -keystore /v/certs -file /a"),
            step("ssh-keygen -t ed25519 -N '' -f /v/key"),
        ],
    );
    insta::assert_snapshot!(shown, @r"
    «cp /ca/a.crt /v/a.crt &&» chmod 0444 /v/a.crt
      the step `s` cannot run twice: `chmod 0444` has made `/v/a.crt` read-only by then
      fix (unsafe): use `cp -f`
      - cp /ca/a.crt /v/a.crt && ch…
      + cp -f /ca/a.crt /v/a.crt && ch…
    «echo a > /v/key;» chmod a-w /v/key
      the step `s` cannot run twice: `chmod a-w` has made `/v/key` read-only by then
    cd /v && «mkdir a &&» touch a/b
      the step `s` cannot run twice: `mkdir` fails if `/v/a` exists
      fix (unsafe): use `mkdir -p`
      - cd /v && mkdir a && touch a/b
      + cd /v && mkdir -p a && touch a/b
    «sed -i '$a host=a' /v/config»
      the step `s` cannot run twice: `sed` adds the line to `/v/config` again
    «keytool -importcert -alias a -keystore /v/certs -file /a»
      the step `s` cannot run twice: `keytool` fails if the alias exists in `/v/certs`
    «ssh-keygen -t ed25519 -N '' -f /v/key»
      the step `s` cannot run twice: `ssh-keygen` asks before it overwrites `/v/key`
    ");
    passes(Code::UnrepeatableCommand, &other("cp -f /ca/a.crt /v/a.crt && chmod 0444 /v/a.crt"));
    passes(Code::UnrepeatableCommand, &other("cp /ca/a.crt /v/a.crt && chmod 0644 /v/a.crt"));
}

#[test]
fn apps_run_again_too() {
    let app = |kind: &str, script: &str| {
        let policy = if kind == "job" { "restartPolicy Never" } else { "replicas 1" };
        format!("{kind} p {{ {policy}; app b {{ image \"b:1\"; script \"{script}\" }} }}")
    };
    let shown = found(Code::UnrepeatableCommand, [app("deployment", "createdb shop && exec server")]);
    insta::assert_snapshot!(shown, @r#"
    …b { image "b:1"; script "«createdb shop &&» exec server" } }
      the app `b` cannot run twice: `createdb` fails if its object exists
    "#);
    passes(Code::UnrepeatableCommand, &app("job", "createdb shop"));
}

/// When the steps of a pod run again, according to the label of a finding.
fn when(pod: &str, volume: &str, step: &str, script: &str) -> String {
    let source = format!(
        "{pod}; volume v {volume}; step s {{ image \"a:1\"; {step}; script \"{script}\"; mounts v at /v }}; app b {{ image \"b:1\"; mounts v at /v }} }}"
    );
    let options = CompileOptions { version: Version::NEWEST, ..CompileOptions::default() };
    let compilation = compile("p.initflow", source, &NoFiles, &options);
    assert!(!compilation.failed(), "{:?}", compilation.diagnostics);
    let found = compilation.diagnostics.into_iter().find(|found| found.code == Code::UnrepeatableCommand);
    found.map_or("never\n".to_owned(), |found| format!("{}\n", found.primary.text))
}

#[test]
fn a_finding_says_when_it_matters() {
    const JOB: &str = "job p { restartPolicy Never";
    const POD: &str = "deployment p { replicas 1";
    const RULE: &str = "restartPolicy OnFailure; restartPolicyRules { action RestartAllContainers; exitCodes { operator In; values [42] } }";
    let shown = [
        when(POD, "", "", "mkdir /v/a"),
        when(POD, "claim \"data\"", "", "mkdir /v/a"),
        when(POD, "", "restartPolicy Never", "mkdir /v/a"),
        when(POD, "", RULE, "mkdir /v/a"),
        when(POD, "", "", "iptables -N CHAIN; check"),
        when(JOB, "", "", "mkdir /v/a"),
        when(JOB, "", "restartPolicy OnFailure", "mkdir /v/a"),
        when(JOB, "claim \"data\"", "", "mkdir /v/a"),
        when(JOB, "", "", "createdb shop"),
    ]
    .concat();
    insta::assert_snapshot!(shown, @r"
    the step runs again if it fails or the node restarts
    the step runs again in every new pod
    the step runs again if the node restarts
    the step runs again each time `s` ends with exit code 42
    the step runs again if it fails
    never
    the step runs again if it fails
    the step runs again in every new pod
    the step runs again in every new pod
    ");
}
