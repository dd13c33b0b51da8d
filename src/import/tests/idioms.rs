//! What becomes a built-in step, and what stays.

use super::step;

/// Shows what a step with a script becomes.
fn shown(scripts: &[&str]) -> String {
    let each = scripts.iter().map(|script| {
        let became =
            step(&format!("image: busybox, command: [sh, -c, {script:?}], env: [{{name: HOST, value: db}}]"));
        let became =
            became.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
        format!("{script}\n{}\n", became.replace("\n    ", " ").replace("\n}", " }"))
    });
    each.collect()
}

#[test]
fn loops_are_waits_however_they_are_written() {
    let became = shown(&[
        "echo a; while ! nc -z db 5432; do sleep 1; printf '-'; done; echo b",
        "set -ex; until nc -zvw5 db 5432; do sleep 2; done",
        "until nc -w 1 $HOST 5432 </dev/null; do sleep 2; done",
        "while true; do nc -z db 5432 && break; sleep 5; done",
        "for i in $(seq 1 30); do nc -z db 5432 && exit 0; sleep 1; done; exit 1",
        "for i in {1..30}; do if nc -z db 5432; then break; fi; sleep 1; done",
        "MAX=60; i=0; until nc -z db 5432; do i=$((i+1)); if [ $i -ge $MAX ]; then exit 1; fi; sleep 2; done",
        "i=0; while [ $i -lt 30 ] && ! nc -z db 5432; do i=$((i+1)); sleep 1; done",
        "timeout 60 sh -c 'until nc -z db 5432; do sleep 1; done'",
        "until (echo > /dev/tcp/db/5432) 2>/dev/null; do sleep 2; done",
        "until timeout 1 bash -c '</dev/tcp/db/5432'; do sleep 2; done",
    ]);
    insta::assert_snapshot!(became, @r#"
    echo a; while ! nc -z db 5432; do sleep 1; printf '-'; done; echo b
    wait a {
      tcp "db:5432"
      every 1s
      env { HOST "db" } }
    set -ex; until nc -zvw5 db 5432; do sleep 2; done
    wait a {
      tcp "db:5432"
      env { HOST "db" } }
    until nc -w 1 $HOST 5432 </dev/null; do sleep 2; done
    wait a {
      tcp "$(HOST):5432"
      env { HOST "db" } }
    while true; do nc -z db 5432 && break; sleep 5; done
    wait a {
      tcp "db:5432"
      every 5s
      env { HOST "db" } }
    for i in $(seq 1 30); do nc -z db 5432 && exit 0; sleep 1; done; exit 1
    wait a {
      tcp "db:5432"
      every 1s
      timeout 30s
      env { HOST "db" } }
    for i in {1..30}; do if nc -z db 5432; then break; fi; sleep 1; done
    # Changed: the step fails if the time is over; the script went on without what it waited for.
    wait a {
      tcp "db:5432"
      every 1s
      timeout 30s
      env { HOST "db" } }
    MAX=60; i=0; until nc -z db 5432; do i=$((i+1)); if [ $i -ge $MAX ]; then exit 1; fi; sleep 2; done
    wait a {
      tcp "db:5432"
      timeout 2m
      env { HOST "db" } }
    i=0; while [ $i -lt 30 ] && ! nc -z db 5432; do i=$((i+1)); sleep 1; done
    # Changed: the step fails if the time is over; the script went on without what it waited for.
    wait a {
      tcp "db:5432"
      every 1s
      timeout 30s
      env { HOST "db" } }
    timeout 60 sh -c 'until nc -z db 5432; do sleep 1; done'
    wait a {
      tcp "db:5432"
      every 1s
      timeout 60s
      env { HOST "db" } }
    until (echo > /dev/tcp/db/5432) 2>/dev/null; do sleep 2; done
    wait a {
      tcp "db:5432"
      env { HOST "db" } }
    until timeout 1 bash -c '</dev/tcp/db/5432'; do sleep 2; done
    wait a {
      tcp "db:5432"
      env { HOST "db" } }
    "#);
}

#[test]
fn loops_around_every_client_are_waits() {
    let became = shown(&[
        "until pg_isready -h $HOST -U app; do sleep 2; done",
        "until mysqladmin ping -h db -uroot -p$PASSWORD; do sleep 2; done",
        "until redis-cli -h redis ping | grep PONG; do sleep 2; done",
        "until getent hosts db; do sleep 2; done; until nc -z db 1; do sleep 2; done",
        "until curl -s http://a/; do sleep 2; done",
        "until [ \"$(curl -s -o /dev/null -w '%{http_code}' http://a/)\" = 200 ]; do sleep 2; done",
        "until wget -qO- a:80/b | grep -q ok; do sleep 2; done",
        "if [ -z \"$HOST\" ]; then echo no; exit 1; fi; until nc -z $HOST 1; do sleep 2; done; sleep 9",
    ]);
    insta::assert_snapshot!(became, @r#"
    until pg_isready -h $HOST -U app; do sleep 2; done
    # Changed: an open port ends the wait; the loop asked the server whether it accepts connections.
    wait a {
      tcp "$(HOST):5432"
      env { HOST "db" } }
    until mysqladmin ping -h db -uroot -p$PASSWORD; do sleep 2; done
    # Changed: an open port ends the wait; the loop asked the server whether it accepts connections.
    wait a {
      tcp "db:3306"
      env { HOST "db" } }
    until redis-cli -h redis ping | grep PONG; do sleep 2; done
    wait a {
      redis "redis://redis:6379"
      env { HOST "db" } }
    until getent hosts db; do sleep 2; done; until nc -z db 1; do sleep 2; done
    wait a {
      dns "db"
      tcp "db:1"
      env { HOST "db" } }
    until curl -s http://a/; do sleep 2; done
    # Changed: only a status from 200 to 399 ends the wait; the loop ended at any answer, even an error page.
    wait a {
      http "http://a/"
      env { HOST "db" } }
    until [ "$(curl -s -o /dev/null -w '%{http_code}' http://a/)" = 200 ]; do sleep 2; done
    wait a {
      http "http://a/" 200
      env { HOST "db" } }
    until wget -qO- a:80/b | grep -q ok; do sleep 2; done
    # Changed: a redirect ends the wait; the loop followed it.
    wait a {
      http "http://a:80/b" contains "ok"
      env { HOST "db" } }
    if [ -z "$HOST" ]; then echo no; exit 1; fi; until nc -z $HOST 1; do sleep 2; done; sleep 9
    # Changed: there is no pause before or after the work; the script slept.
    wait a {
      tcp "$(HOST):1"
      env { HOST "db" } }
    "#);
}

#[test]
fn files_are_made_by_steps() {
    let became = shown(&[
        "rm -rf /data/site; git clone --depth=1 https://a.dev/site /data/site",
        "cd /data && [ -d /data/site ] || git clone https://a.dev/site",
        "cp -n /app/a.txt /data/",
        "wget -O /data/a.html http://a.dev",
        "wget -qP /data https://a.dev/a.txt; echo done",
        "curl -o /data/a.txt https://a.dev/a.txt",
        "mkdir -p /data/a && curl -fsSLo /data/a/b https://a.dev/b",
        "chown -R 1000:1000 /data/",
        "kubectl wait --for=condition=complete job/seed --timeout=60s",
    ]);
    insta::assert_snapshot!(became, @r#"
    rm -rf /data/site; git clone --depth=1 https://a.dev/site /data/site
    clone a {
      repo "https://a.dev/site"
      into data "site"
      env { HOST "db" } }
    cd /data && [ -d /data/site ] || git clone https://a.dev/site
    step a {
      image "busybox"
      script "sh -c" "cd /data && [ -d /data/site ] || git clone https://a.dev/site"
      env { HOST "db" }
      mounts data at /data }
    cp -n /app/a.txt /data/
    copy a {
      image "busybox"
      from /app/a.txt
      into data "a.txt"
      existing merge
      env { HOST "db" } }
    wget -O /data/a.html http://a.dev
    fetch a {
      from "http://a.dev"
      into data "a.html"
      existing replace
      env { HOST "db" } }
    wget -qP /data https://a.dev/a.txt; echo done
    # Changed: a failure ends the step; the script went on after one.
    fetch a {
      from "https://a.dev/a.txt"
      into data "a.txt"
      existing replace
      env { HOST "db" } }
    curl -o /data/a.txt https://a.dev/a.txt
    # Changed: an error status fails the step; the command saved the error page.
    # Changed: redirects are followed; the command saved the redirect's page.
    fetch a {
      from "https://a.dev/a.txt"
      into data "a.txt"
      existing replace
      env { HOST "db" } }
    mkdir -p /data/a && curl -fsSLo /data/a/b https://a.dev/b
    fetch a {
      from "https://a.dev/b"
      into data "a/b"
      existing replace
      env { HOST "db" } }
    chown -R 1000:1000 /data/
    own a {
      volume data
      user 1000
      group 1000
      env { HOST "db" } }
    kubectl wait --for=condition=complete job/seed --timeout=60s
    step a {
      image "busybox"
      script "sh -c" "kubectl wait --for=condition=complete job/seed --timeout=60s"
      env { HOST "db" }
      mounts data at /data }
    "#);
}

#[test]
fn objects_of_the_api_are_waited_for() {
    let shown = |words: &str| {
        let manifest = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: site, namespace: shop}}\nspec:\n  serviceAccountName: s\n  initContainers:\n  - {{name: w, image: kubectl, command: [sh, -c, {words:?}]}}\n  containers:\n  - {{name: web, image: nginx}}\n"
        );
        let import = crate::import::import_with_idioms("pod.yaml", &manifest, &super::without_lints());
        let source = import.source.unwrap_or_default();
        let lines = source.lines().skip_while(|line| !line.contains("serviceAccountName")).skip(1);
        lines.take_while(|line| !line.contains("app web")).fold(String::new(), |all, line| all + line + "\n")
    };
    let became: String = [
        "kubectl rollout status deployment/db --timeout=60s",
        "kubectl rollout status sts db",
        "kubectl wait --for=condition=Established crd/widgets.acme.dev --timeout 2m",
        "kubectl wait --for condition=available deployment/a deployment/b",
        "kubectl wait pod/db-0 --for=condition=Ready=false",
        "kubectl wait --for=condition=complete job/seed",
        "kubectl wait --for=delete pod/a",
        "kubectl wait --for=condition=Ready certificate/web",
        "kubectl -n other rollout status deployment/db",
        "kubectl rollout status ds/agent",
    ]
    .map(|words| format!("{words}\n{}", shown(words)))
    .concat();
    insta::assert_snapshot!(became, @r#"
    kubectl rollout status deployment/db --timeout=60s

      # Changed: an object that does not exist yet is waited for; the command failed at once.
      # Changed: a rollout that exceeds its progress deadline is waited for; the command failed.
      wait w { deployment "db"; timeout 60s }

    kubectl rollout status sts db

      # Changed: an object that does not exist yet is waited for; the command failed at once.
      wait w { statefulset "db" }

    kubectl wait --for=condition=Established crd/widgets.acme.dev --timeout 2m

      # Changed: an object that does not exist yet is waited for; the command failed at once.
      wait w { condition "crd/widgets.acme.dev" "Established"; timeout 2m }

    kubectl wait --for condition=available deployment/a deployment/b

      # Changed: an object that does not exist yet is waited for; the command failed at once.
      wait w { condition "deployment/a" "Available"; condition "deployment/b" "Available"; timeout 30s }

    kubectl wait pod/db-0 --for=condition=Ready=false

      # Changed: an object that does not exist yet is waited for; the command failed at once.
      wait w { condition "pod/db-0" "Ready=False"; timeout 30s }

    kubectl wait --for=condition=complete job/seed

      # Changed: a Job that fails ends the wait with an error; the command kept waiting.
      wait w { job "seed"; timeout 30s }

    kubectl wait --for=delete pod/a

      step w { image "kubectl"; script "sh -c" "kubectl wait --for=delete pod/a" }

    kubectl wait --for=condition=Ready certificate/web

      step w { image "kubectl"; script "sh -c" "kubectl wait --for=condition=Ready certificate/web" }

    kubectl -n other rollout status deployment/db

      step w { image "kubectl"; script "sh -c" "kubectl -n other rollout status deployment/db" }

    kubectl rollout status ds/agent

      step w { image "kubectl"; script "sh -c" "kubectl rollout status ds/agent" }
    "#);
}

#[test]
fn a_clone_into_the_root_of_a_volume_moves_the_mounts_of_others() {
    let manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: site}\nspec:\n  volumes: [{name: html}]\n  initContainers:\n  - {name: get, image: alpine/git, args: [clone, --single-branch, --, 'https://a.dev/b/site.git', /html], volumeMounts: [{name: html, mountPath: /html}]}\n  - {name: copy, image: a, command: [cp, /app/x, /html], volumeMounts: [{name: html, mountPath: /html}]}\n  containers:\n  - {name: web, image: nginx, volumeMounts: [{name: html, mountPath: /usr/share, readOnly: true, subPath: a}]}\n";
    let import = crate::import::import_with_idioms("pod.yaml", manifest, &super::without_lints());
    insta::assert_snapshot!(import.source.unwrap_or_default(), @r#"
    pod site {
      volume html

      # Changed: the repository is in a folder of the volume, which the other containers mount; it was the volume's root.
      clone get { repo "https://a.dev/b/site.git"; into html "site" }

      step copy { image "a"; run "cp /app/x /html"; mounts html at /html sub "site" }

      app web { image "nginx"; mounts html at /usr/share readonly sub "site/a" }
    }
    "#);
}

#[test]
fn what_is_not_only_that_work_stays() {
    for script in [
        "nc -z db 5432",
        "until nc -z $DB 5432; do sleep 2; done",
        "until nc -z db 5432; do date >> /data/log; sleep 2; done",
        "until nc -z db 5432; do sleep 2; done; touch /data/ok",
        "until curl -k https://a/; do sleep 2; done",
        "until curl -X POST http://a/; do sleep 2; done",
        "until kubectl get pod a; do sleep 2; done",
        "cp /app/a /data/ || true",
        "cp /app/*.txt /data/",
        "rm -rf /data/old; git clone https://a.dev/site /data/site",
        "git clone git@a.dev:site.git /data/site",
        "while nc -z db 5432; do sleep 1; done",
        "i=0; until nc -z db-$i 1; do i=$((i+1)); sleep 1; done",
        "for HOST in a b; do until nc -z $HOST 1; do sleep 1; done; done",
    ] {
        let became = step(&format!("image: busybox, command: [sh, -c, {script:?}]"));
        assert!(became.trim_start().starts_with("step a"), "{script}: {became}");
    }
}
