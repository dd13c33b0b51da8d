//! `initflow plan`: who starts when and why, and what it costs.

use super::console::Console;
use super::each::{compile_each, inputs, settle};
use super::input::Input;
use super::{PlanArguments, PlanFormat, Status};
use crate::compile::{Compilation, Compiled};
use crate::plan::{self, Plan};

pub(super) fn run(arguments: &PlanArguments, console: &mut Console) -> Status {
    let inputs = inputs(&arguments.program, console);
    let plan = |_: &Input, compiled: Compiled| compiled.plan();
    let all = |_: &Input, compilation: &mut Compilation<Plan>| std::mem::take(&mut compilation.workloads);
    let plans = compile_each(&arguments.program, false, console, &inputs, plan, all);
    let mut settled = Vec::new();
    for (input, outcome) in inputs.iter().zip(plans.into_iter().flatten()) {
        settled.extend(settle(input, outcome, console));
    }
    if console.status() == Status::Fine {
        match arguments.format {
            PlanFormat::Text => {
                let texts = settled.iter().filter(|(_, plans)| !plans.is_empty());
                let texts: Vec<String> =
                    texts.map(|(compilation, plans)| plan::text(plans, &compilation.sources)).collect();
                console.print(&texts.join("\n"));
            }
            PlanFormat::Json => {
                let plans = settled
                    .iter()
                    .flat_map(|(compilation, plans)| plans.iter().map(|plan| (plan, &compilation.sources)));
                match plan::json(plans) {
                    Ok(text) => console.print(&text),
                    Err(error) => console.trouble(&format!("cannot write the plan: {error}")),
                }
            }
        }
    }
    console.finish()
}
