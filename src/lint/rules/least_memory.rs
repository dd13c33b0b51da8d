//! Says with how little memory programs cannot do their work.

use super::image;
use crate::lint::Pod;
use crate::lint::shell::PlainCommand;

/// Programs with the memory below which they do not work, in MiB. The numbers are low: each program needs more.
const PROGRAMS: [(i128, &[&str]); 6] = [
    (10, &["python", "php"]),
    (16, &["cp", "install", "tar", "unzip", "rsync", "git", "kubectl", "ruby"]),
    (24, &["node", "pip", "pip3", "yarn", "npx"]),
    (32, &["helm", "terraform", "aws", "java", "npm"]),
    (64, &["gcloud", "az", "mysqld", "mongod", "gsutil"]),
    (256, &["elasticsearch", "cassandra"]),
];

/// Official images that start such a program by themselves.
const IMAGES: [(i128, &[&str]); 4] = [
    (24, &["node", "ghost"]),
    (64, &["mysql", "mariadb", "mongo", "tomcat", "rabbitmq", "zookeeper"]),
    (128, &["jenkins/jenkins", "solr", "apache/kafka", "confluentinc/cp-kafka", "neo4j"]),
    (256, &["elasticsearch", "cassandra", "sonarqube", "sonatype/nexus3", "opensearchproject/opensearch"]),
];

/// A program for which some memory is too little, and how many bytes it needs at least.
pub(super) fn needed(pod: &Pod<'_>, container: usize, bytes: i128) -> Option<(String, i128)> {
    let names: Vec<&str> = PROGRAMS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    if let Some(script) = pod.script(container, &names) {
        let needs = |command: &PlainCommand| {
            let least =
                floor(&PROGRAMS, command.program())?.max(if copies_program(command) { 32 << 20 } else { 0 });
            (bytes < least).then(|| (command.program().to_owned(), least))
        };
        return script.commands.iter().find_map(needs);
    }
    let own = &pod.workload.containers[container];
    let has_command = ["command", "args"].iter().any(|field| own.fields.get(field).is_some());
    let (name, _, _) = image(own).filter(|_| !has_command && own.built_in.is_none())?;
    let least = floor(&IMAGES, name.strip_prefix("library/").unwrap_or(name))?;
    (bytes < least).then(|| (name.to_owned(), least))
}

fn floor(table: &[(i128, &[&str])], name: &str) -> Option<i128> {
    table.iter().find(|(_, names)| names.contains(&name)).map(|(least, _)| least << 20)
}

/// Whether a command copies a program: its pages count as memory of the container until they are written.
fn copies_program(command: &PlainCommand) -> bool {
    let is_program = |path: &str| {
        path.contains("/bin/") || path.rsplit('.').next().is_some_and(|end| ["jar", "so"].contains(&end))
    };
    ["cp", "install"].contains(&command.program())
        && command.operands().next().is_some_and(is_program)
        && command.operands().count() > 1
}
