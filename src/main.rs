//! The `initflow` command.

fn main() -> std::process::ExitCode {
    initflow::cli::run()
}
