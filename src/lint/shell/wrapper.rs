//! Finds the program that wrappers (`env`, `tini`, `su-exec`) and runners (`poetry run`, `npx`, `python -m`) start.

use super::base_name;

/// The program that a command starts in the end.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct StartedProgram {
    /// The index of its word.
    pub(super) at: usize,
    /// Whether a wrapper ends it after some time.
    pub(super) is_timed: bool,
    /// The index of the last wrapper that does work of its own before it starts the program.
    pub(super) worker: Option<usize>,
}

/// A program that only starts another one.
struct Wrapper {
    names: &'static [&'static str],
    /// The words after which it starts a program; empty if it always does.
    verbs: &'static [&'static str],
    /// The options whose value is a word of its own.
    valued: &'static [&'static str],
    /// The options and words with which it starts no program.
    stops: &'static [&'static str],
    /// How many words it takes before the program.
    own: usize,
    kind: WrapperKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WrapperKind {
    Plain,
    /// It ends the program after some time.
    Timer,
    /// It sets variables, which are written `NAME=value`.
    Environment,
    /// It waits for something first.
    Worker,
}

const PLAIN: Wrapper =
    Wrapper { names: &[], verbs: &[], valued: &[], stops: &[], own: 0, kind: WrapperKind::Plain };

/// The wrappers; the first one that fits counts.
const WRAPPERS: &[Wrapper] = &[
    Wrapper { names: &["exec"], valued: &["-a"], ..PLAIN },
    Wrapper { names: &["command"], stops: &["-v", "-V"], ..PLAIN },
    Wrapper {
        names: &["nohup", "time", "builtin", "setsid", "busybox", "dumb-init", "catatonit", "vault-env"],
        ..PLAIN
    },
    Wrapper {
        names: &["env"],
        valued: &["-u", "--unset", "-C", "--chdir"],
        kind: WrapperKind::Environment,
        ..PLAIN
    },
    Wrapper {
        names: &["sudo", "doas"],
        valued: &["-u", "-g", "-h", "-p", "-C", "-D", "-r", "-t", "-T", "-U", "--user", "--group"],
        stops: &["-l", "-v", "-i", "-s"],
        kind: WrapperKind::Environment,
        ..PLAIN
    },
    Wrapper {
        names: &["timeout", "gtimeout"],
        valued: &["-s", "-k", "--signal", "--kill-after"],
        own: 1,
        kind: WrapperKind::Timer,
        ..PLAIN
    },
    Wrapper { names: &["tini", "tini-static"], valued: &["-p", "-e"], ..PLAIN },
    Wrapper { names: &["su-exec", "gosu", "s6-setuidgid", "setuidgid", "with-contenv"], own: 1, ..PLAIN },
    Wrapper { names: &["runuser"], valued: &["-u", "-g", "-G"], stops: &["-c", "-l", "-"], ..PLAIN },
    Wrapper {
        names: &["setpriv"],
        valued: &[
            "--reuid",
            "--regid",
            "--groups",
            "--inh-caps",
            "--ambient-caps",
            "--bounding-set",
            "--securebits",
        ],
        ..PLAIN
    },
    Wrapper { names: &["nice"], valued: &["-n"], ..PLAIN },
    Wrapper { names: &["ionice"], valued: &["-c", "-n"], stops: &["-p"], ..PLAIN },
    Wrapper { names: &["stdbuf"], valued: &["-i", "-o", "-e"], ..PLAIN },
    Wrapper {
        names: &["chpst"],
        valued: &["-u", "-U", "-b", "-e", "-/", "-n", "-l", "-L", "-m", "-d", "-o", "-p", "-f", "-c"],
        ..PLAIN
    },
    Wrapper { names: &["flock"], valued: &["-w", "-E", "--wait"], stops: &["-u"], own: 1, ..PLAIN },
    Wrapper { names: &["xargs"], valued: &["-n", "-I", "-P", "-L", "-d", "-E", "-s", "-a"], ..PLAIN },
    Wrapper {
        names: &["wait-for-it", "wait-for-it.sh", "wait-for", "wait-for.sh"],
        valued: &["-t", "-h", "-p"],
        own: 1,
        kind: WrapperKind::Worker,
        ..PLAIN
    },
    Wrapper {
        names: &["dockerize"],
        valued: &[
            "-wait",
            "-timeout",
            "-template",
            "-stdout",
            "-stderr",
            "-wait-retry-interval",
            "-wait-http-header",
        ],
        kind: WrapperKind::Worker,
        ..PLAIN
    },
    Wrapper { names: &["python"], valued: &["-X", "-W"], stops: &["-c", "-V", "--version"], ..PLAIN },
    Wrapper { names: &["php"], valued: &["-d", "-c"], stops: &["-r", "-v", "-m", "-i", "-S", "-l"], ..PLAIN },
    Wrapper { names: &["ruby"], valued: &["-I", "-r", "-C"], stops: &["-e", "-v"], ..PLAIN },
    Wrapper {
        names: &["poetry", "uv", "pipenv", "pdm", "hatch", "rye", "conda", "micromamba", "mamba", "pixi"],
        verbs: &["run"],
        valued: &[
            "--with",
            "--extra",
            "--group",
            "--python",
            "--env-file",
            "--project",
            "--directory",
            "--package",
            "-n",
            "-p",
            "-C",
            "-P",
        ],
        ..PLAIN
    },
    Wrapper { names: &["bundle", "bundler", "rbenv"], verbs: &["exec"], ..PLAIN },
    Wrapper { names: &["npx", "bunx"], valued: &["-p", "--package"], stops: &["-c", "--call"], ..PLAIN },
    Wrapper { names: &["npm"], verbs: &["exec", "x"], valued: &["-p", "--package"], stops: &["-c"], ..PLAIN },
    Wrapper { names: &["bun"], verbs: &["x", "run"], valued: &["--cwd"], ..PLAIN },
    Wrapper {
        names: &["yarn", "pnpm"],
        verbs: &["exec", "run", "dlx"],
        valued: &["--cwd", "--filter", "-F", "-C", "--dir"],
        ..PLAIN
    },
    Wrapper {
        names: &["yarn", "pnpm"],
        valued: &["--cwd", "--filter", "-F", "-C", "--dir"],
        stops: &[
            "install",
            "i",
            "add",
            "remove",
            "config",
            "cache",
            "set",
            "workspace",
            "workspaces",
            "init",
            "link",
            "version",
            "-v",
            "--version",
        ],
        ..PLAIN
    },
    Wrapper {
        names: &["doppler", "infisical", "op"],
        verbs: &["run"],
        valued: &["-p", "--project", "-c", "--config", "--env", "--path", "--account"],
        stops: &["--command"],
        ..PLAIN
    },
    Wrapper { names: &["chamber", "aws-vault"], verbs: &["exec"], own: 1, ..PLAIN },
    Wrapper { names: &["dotenv", "dotenvx"], verbs: &["run"], valued: &["-e", "-f"], ..PLAIN },
];

/// Finds the program that some words start; an unknown word is empty.
pub(super) fn started<'w>(word: impl Fn(usize) -> Option<&'w str>) -> StartedProgram {
    let mut started = StartedProgram::default();
    while let Some(name) = word(started.at).map(plain_name) {
        let fitting = WRAPPERS.iter().filter(|wrapper| wrapper.names.contains(&name));
        let next = fitting.into_iter().find_map(|wrapper| Some((wrapper, wrapper.skip(started.at, &word)?)));
        let Some((wrapper, next)) = next else { break };
        started.is_timed |= wrapper.kind == WrapperKind::Timer;
        if wrapper.kind == WrapperKind::Worker {
            started.worker = Some(started.at);
        }
        started.at = next;
    }
    started
}

/// The name of a program without its folder and its version: `python` of `/usr/bin/python3.12`.
fn plain_name(word: &str) -> &str {
    let name = base_name(word);
    let unversioned = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    if ["python", "php", "ruby"].contains(&unversioned) { unversioned } else { name }
}

impl Wrapper {
    /// The index of the word of the program that the wrapper at an index starts.
    fn skip<'w>(&self, at: usize, word: &impl Fn(usize) -> Option<&'w str>) -> Option<usize> {
        let mut at = at + 1;
        let mut wants_verb = !self.verbs.is_empty();
        let mut own = self.own;
        loop {
            let text = word(at)?;
            let option = text.split('=').next().unwrap_or(text);
            if self.stops.contains(&option) {
                return None;
            } else if text == "--" && !wants_verb {
                word(at + 1)?;
                return Some(at + 1);
            } else if self.valued.contains(&text) {
                at += 1;
            } else if text.starts_with('-') {
            } else if wants_verb {
                if !self.verbs.contains(&text) {
                    return None;
                }
                wants_verb = false;
            } else if own > 0 {
                own -= 1;
            } else if self.kind != WrapperKind::Environment || !text.contains('=') {
                return Some(at);
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{StartedProgram, started};

    fn program(line: &str) -> (String, StartedProgram) {
        let words: Vec<&str> = line.split(' ').collect();
        let found = started(|at| words.get(at).copied());
        (words[found.at..].join(" "), found)
    }

    #[test]
    fn wrappers_and_runners_are_removed() {
        for (line, inner) in [
            ("exec /usr/bin/env -i A=b -u C timeout -k 5 60 tini -g -- su-exec app serve -x", "serve -x"),
            ("sudo -E -u postgres A=b psql", "psql"),
            ("command -v psql", "command -v psql"),
            ("command psql", "psql"),
            ("setpriv --reuid=1 --regid 2 --clear-groups serve", "serve"),
            ("nice -n 10 ionice -c 3 cp a b", "cp a b"),
            ("python3.12 -u -m alembic upgrade head", "alembic upgrade head"),
            ("python /app/manage.py migrate", "/app/manage.py migrate"),
            ("python -c pass", "python -c pass"),
            ("php -d memory_limit=-1 artisan migrate", "artisan migrate"),
            ("poetry -C /app run python -m flask db upgrade", "flask db upgrade"),
            ("poetry install", "poetry install"),
            ("uv run --with pg alembic upgrade head", "alembic upgrade head"),
            ("npx -y prisma migrate deploy", "prisma migrate deploy"),
            ("npm exec -- knex migrate:latest", "knex migrate:latest"),
            ("npm run migrate", "npm run migrate"),
            ("yarn run knex migrate:latest", "knex migrate:latest"),
            ("yarn knex migrate:latest", "knex migrate:latest"),
            ("yarn install --frozen-lockfile", "yarn install --frozen-lockfile"),
            ("bundle exec rake db:migrate", "rake db:migrate"),
            ("busybox wget -q a", "wget -q a"),
            ("xargs -0 -n 1 rm -rf", "rm -rf"),
            ("chamber exec shop -- rake db:migrate", "rake db:migrate"),
            ("timeout 5", "timeout 5"),
        ] {
            assert_eq!(program(line).0, inner, "{line}");
        }
    }

    #[test]
    fn what_wrappers_do_besides_is_known() {
        assert!(program("timeout 60 sh -c true").1.is_timed);
        let waiting = program("exec ./wait-for-it.sh db:5432 -t 60 -- alembic upgrade head");
        assert_eq!(
            waiting,
            ("alembic upgrade head".into(), StartedProgram { at: 6, is_timed: false, worker: Some(1) })
        );
    }
}
