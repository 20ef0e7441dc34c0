//! The table of calls against the declarations of an MPI: a function with an argument too few would pass on garbage.

use std::collections::HashMap;

use parlab::mpi::CALLS;
use regex::Regex;

use crate::common::python_environment;

/// The declared arguments of each function, by its name.
fn declared() -> Option<HashMap<String, Vec<String>>> {
    // The newest MPI that there is here, which has those with large counts, too.
    let python = python_environment("mpich")?;
    let header = python.parent()?.parent()?.join("include/mpi_proto.h");
    let text = std::fs::read_to_string(&header).expect("a header");
    let text = Regex::new(r"(?s)/\*.*?\*/").expect("a pattern").replace_all(&text, "").into_owned();
    let declaration = Regex::new(r"(?s)int\s+(MPI_\w+)\s*\((.*?)\)\s*(?:MPICH|;)").expect("a pattern");
    let functions = declaration.captures_iter(&text).map(|found| {
        let arguments = found[2].split(',').map(|argument| argument.trim().to_owned()).collect();
        (found[1].to_owned(), arguments)
    });
    Some(functions.collect())
}

/// What a declared argument has in it that is used so.
fn has(role: &str) -> &'static [&'static str] {
    match role {
        "n" | "reqs" => &["int "],
        "t" => &["MPI_Datatype "],
        "to" => &["int ", "dest"],
        "from" => &["int ", "source"],
        "root" => &["int ", "root"],
        "tag" => &["int ", "tag"],
        "comm" => &["MPI_Comm "],
        "oldcomm" => &["MPI_Comm *"],
        "req" => &["MPI_Request "],
        "ns" | "ds" => &["const int "],
        _ => &[],
    }
}

#[test]
fn each_call_has_the_arguments_that_mpi_declares() {
    let Some(declared) = declared() else { return };
    for call in CALLS {
        let name = format!("MPI_{}", call.name);
        let roles: Vec<&str> = call.arguments.split(' ').collect();
        let arguments = declared.get(&name).unwrap_or_else(|| panic!("{name} is declared nowhere"));
        assert_eq!(roles.len(), arguments.len(), "{name}: {arguments:?}");
        for (role, argument) in roles.iter().zip(arguments) {
            assert!(has(role).iter().all(|part| argument.contains(part)), "{name}: {role} is {argument}");
        }
        if call.has_large {
            assert_eq!(declared[&format!("{name}_c")].len(), roles.len(), "{name}_c");
        }
    }
}
