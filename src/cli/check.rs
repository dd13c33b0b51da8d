//! `initflow check`: what is wrong with sources.

use super::console::{Console, Stream};
use super::each::{compile_each, inputs, settle};
use super::{CheckArguments, Status};

pub(super) fn run(arguments: &CheckArguments, console: &mut Console) -> Status {
    let Some(grounds) = arguments.program.inputs.confined.grounds(console) else { return console.finish() };
    console.report(&arguments.reporting, Stream::Results, &grounds);
    let inputs = inputs(&arguments.program, &grounds, console);
    let outcomes = compile_each(&arguments.program, true, &grounds, console, &inputs, |_, _| (), |_, _| ());
    for (input, outcome) in inputs.iter().zip(outcomes.into_iter().flatten()) {
        settle(input, outcome, console);
    }
    console.finish()
}
