//! Builds the library for MPI programs, which is kept in the program: writes its functions, and has the compiler make a
//! shared object of it that needs no MPI, and nothing of this package.

#[path = "../calls.rs"]
#[allow(dead_code, unreachable_pub, reason = "it is the program's and the library's, too")]
mod calls;
mod wrappers;

use std::env;
use std::error::Error;
use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How it is compiled, whatever the program's own profile: what it costs a call is told as a figure.
const OPTIONS: [&str; 5] = ["opt-level=3", "panic=abort", "codegen-units=1", "strip=symbols", "lto=fat"];

/// Where the library's sources lie.
const SOURCES: &str = "src/mpi/library";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let functions = folder.join("mpi_wrappers.rs");
    std::fs::write(&functions, wrappers::source())?;
    let library = folder.join("parlab_mpi.so");
    let mut out = stdout().lock();
    let target = env::var("TARGET")?;
    // A program that is linked statically loads nothing, and the library is for those that do not.
    let of_programs = target.replace("musl", "gnu");
    match compile(&functions, &library, &of_programs) {
        Err(error) if of_programs != target => {
            std::fs::write(&library, [])?;
            writeln!(out, "cargo::warning=this build cannot watch MPI programs: {error}")?;
        }
        compiled => compiled?,
    }
    for source in [SOURCES, "src/mpi/calls.rs", "src/mpi/layout.rs", "src/mpi/numbers.rs", "src/mpi/wire.rs"] {
        writeln!(out, "cargo::rerun-if-changed={source}")?;
    }
    Ok(())
}

fn compile(functions: &Path, library: &Path, target: &str) -> Result<(), Box<dyn Error>> {
    let mut rustc = Command::new(env::var("RUSTC")?);
    rustc.args(["--edition", "2024", "--crate-name", "parlab_mpi", "--crate-type", "cdylib"]);
    for option in OPTIONS {
        rustc.args(["-C", option]);
    }
    rustc.args(["--target", target]);
    if let Some(linker) = env::var("RUSTC_LINKER").ok().filter(|_| env::var("TARGET").is_ok_and(|own| own == target)) {
        rustc.arg("-C").arg(format!("linker={linker}"));
    }
    rustc.arg("-o").arg(library).arg(Path::new(SOURCES).join("lib.rs")).env("PARLAB_MPI_WRAPPERS", functions);
    let status = rustc.status()?;
    if status.success() { Ok(()) } else { Err(format!("the library for MPI programs: {status}").into()) }
}
