//! Writes the functions of the library: for each row of the table of calls one in C, one with large counts where there is
//! one, and two in the forms in which Fortran calls it.

use super::calls::{CALLS, Call};

/// The source of all of them.
pub(super) fn source() -> String {
    let uses =
        "use super::real::{Real, Word, call};\nuse super::view::*;\nuse super::{View, watched, watched_fortran};\n";
    let all = CALLS.iter().enumerate().flat_map(|(place, call)| {
        let large = call.has_large.then(|| in_c(place, call, true));
        let fortran = ["_", "_f08_"].map(|ending| in_fortran(place, call, ending));
        [in_c(place, call, false)].into_iter().chain(large).chain(fortran)
    });
    uses.to_owned() + &all.collect::<String>()
}

fn arguments(call: &Call) -> Vec<&str> {
    call.arguments.split(' ').collect()
}

fn words(count: usize, ending: &str) -> String {
    (0..count).map(|place| format!("a{place}{ending}")).collect::<Vec<String>>().join(", ")
}

fn in_c(place: usize, call: &Call, is_large: bool) -> String {
    let (arguments, name) = (arguments(call), call.name);
    let ending = if is_large { "_c" } else { "" };
    let real = match is_large {
        true => format!("Real::or_plain(c\"PMPI_{name}_c\", c\"PMPI_{name}\")"),
        false => format!("Real::new(c\"PMPI_{name}\")"),
    };
    format!(
        "#[unsafe(no_mangle)]\npub extern \"C\" fn MPI_{name}{ending}({parameters}) -> i32 {{\n\
         static REAL: Real = {real};\n{short}let view = View {{ {fields}..View::of({place}) }};\n\
         watched(&view, || call!(REAL; {words}))\n}}\n",
        parameters = words(arguments.len(), ": Word"),
        words = words(arguments.len(), ""),
        short = if is_large { shortened(&arguments) } else { String::new() },
        fields = fields(&arguments, &|role, word| match role {
            Role::Count if is_large => format!("{word} as i64"),
            Role::Count => format!("i64::from({word} as i32)"),
            Role::Integer => format!("{word} as i32"),
            Role::Datatype | Role::Communicator => word.to_owned(),
            Role::HandleAt => format!("handle_at({word})"),
            Role::Requests => "requests".to_owned(),
        }),
    )
}

fn in_fortran(place: usize, call: &Call, ending: &str) -> String {
    let arguments = arguments(call);
    let name = format!("mpi_{}{ending}", call.name.to_lowercase());
    format!(
        "#[unsafe(no_mangle)]\npub extern \"C\" fn {name}({parameters}) -> i32 {{\n\
         static REAL: Real = Real::new(c\"{name}\");\n\
         watched_fortran({of_2008}, || View {{ {fields}..View::of({place}) }}, || call!(REAL; {words}))\n}}\n",
        of_2008 = ending == "_f08_",
        parameters = words(arguments.len() + 1, ": Word"),
        words = words(arguments.len() + 1, ""),
        fields = fields(&arguments, &|role, word| match role {
            Role::Count => format!("i64::from(fortran_integer({word}))"),
            Role::Integer => format!("fortran_integer({word})"),
            Role::Datatype => format!("fortran_datatype({word})"),
            Role::Communicator | Role::HandleAt => format!("fortran_communicator({word})"),
            Role::Requests => "fortran_requests".to_owned(),
        }),
    )
}

/// What an argument is to be read as.
enum Role {
    Count,
    Integer,
    Datatype,
    Communicator,
    /// The address of a communicator.
    HandleAt,
    /// The function that names requests.
    Requests,
}

/// The fields of a view, as the source of a structure.
fn fields(arguments: &[&str], read: &dyn Fn(Role, &str) -> String) -> String {
    let word = |place: usize| format!("a{place}");
    let at = |role: &str| arguments.iter().position(|argument| *argument == role);
    let mut fields = String::new();
    let mut add = |name: &str, value: String| fields.push_str(&format!("{name}: {value}, "));
    if let Some(place) = at("t").filter(|place| *place > 0 && arguments[place - 1] == "n" && at("to").is_some()) {
        add("count", read(Role::Count, &word(place - 1)));
        add("datatype", read(Role::Datatype, &word(place)));
    }
    for name in ["to", "from"] {
        at(name).into_iter().for_each(|place| add(name, format!("Some({})", read(Role::Integer, &word(place)))));
    }
    let is_exchange = at("to").is_some() && at("from").is_some();
    let tags = at("tag").filter(|_| !is_exchange);
    tags.into_iter().for_each(|place| add("tag", format!("Some({})", read(Role::Integer, &word(place)))));
    at("comm").into_iter().for_each(|place| add("communicator", read(Role::Communicator, &word(place))));
    at("oldcomm").into_iter().for_each(|place| add("communicator", read(Role::HandleAt, &word(place))));
    if let Some(place) = at("req") {
        let count = at("reqs").map_or("1".to_owned(), |place| read(Role::Integer, &word(place)));
        add("requests", format!("{}({}, {count})", read(Role::Requests, ""), word(place)));
    }
    fields
}

/// What makes arrays of large numbers fit for an MPI that has none.
fn shortened(arguments: &[&str]) -> String {
    let at = |role: &str| arguments.iter().position(|argument| *argument == role);
    let Some(communicator) = at("comm") else { return String::new() };
    let root = at("root").map_or("None".to_owned(), |place| format!("Some(a{place} as i32)"));
    let arrays = arguments.iter().enumerate().filter(|(_, argument)| ["ns", "ds"].contains(argument));
    arrays
        .map(|(place, _)| {
            format!("let (a{place}, _kept{place}) = shortened(a{place}, REAL.is_plain(), a{communicator}, {root});\n")
        })
        .collect()
}
