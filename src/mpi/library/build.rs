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

/// Where the library's sources lie.
const SOURCES: &str = "src/mpi/library";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let functions = folder.join("mpi_wrappers.rs");
    std::fs::write(&functions, wrappers::source())?;
    let library = folder.join("parlab_mpi.so");
    compile(&functions, &library)?;
    let mut out = stdout().lock();
    for source in [SOURCES, "src/mpi/calls.rs", "src/mpi/layout.rs"] {
        writeln!(out, "cargo::rerun-if-changed={source}")?;
    }
    Ok(())
}

fn compile(functions: &Path, library: &Path) -> Result<(), Box<dyn Error>> {
    let mut rustc = Command::new(env::var("RUSTC")?);
    rustc.args(["--edition", "2024", "--crate-name", "parlab_mpi", "--crate-type", "cdylib"]);
    // Whatever the program's own profile: what it costs a call is told as a figure.
    rustc.args([
        "-C",
        "opt-level=3",
        "-C",
        "panic=abort",
        "-C",
        "codegen-units=1",
        "-C",
        "strip=symbols",
        "-C",
        "lto=fat",
    ]);
    rustc.args(["--target", &env::var("TARGET")?]);
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg("-C").arg(format!("linker={linker}"));
    }
    rustc.arg("-o").arg(library).arg(Path::new(SOURCES).join("lib.rs")).env("PARLAB_MPI_WRAPPERS", functions);
    let status = rustc.status()?;
    if status.success() { Ok(()) } else { Err(format!("the library for MPI programs: {status}").into()) }
}
