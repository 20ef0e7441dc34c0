//! `parlab fit`: the laws of scaling, fitted to a file of measurements.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use super::failure::Failure;
use super::outputs;
use crate::cli;
use crate::foreign::{PlainText, name};
use crate::record::Measurements;
use crate::report;
use crate::results::{FittedFile, SeriesFit};
use crate::system::files::{ReadError, read_regular};
use crate::units::Letters;

/// The largest file that is read: some million lines.
const BYTES_MAX: u64 = 64 << 20;

/// What stands for standard input.
const STDIN: &str = "-";

/// Fits the laws and delivers what came of it.
///
/// # Errors
/// Exit code 2 for measurements that cannot be read, or are too few.
pub(super) fn fit(args: &cli::Fit, is_ascii: bool) -> Result<ExitCode, Failure> {
    let write =
        args.format.fit.ok_or_else(|| Failure::usage(format!("--format {}: not for fits", args.format.name)))?;
    if let Some(output) = &args.output {
        outputs::check(&outputs::outputs(Some(output), None), &[outputs::measurements(&args.file)])?;
    }
    let is_stdin = args.file.as_os_str() == STDIN;
    let name = if is_stdin { "standard input".to_owned() } else { name(&args.file) };
    let text = if is_stdin { from_stdin() } else { from_file(&args.file) };
    let text = text.map_err(|wrong| Failure::usage(format!("{name}: {wrong}")))?;
    let measurements = Measurements::read(&text).map_err(|wrong| Failure::usage(format!("{name}{wrong}")))?;
    let fit = SeriesFit::of_measurements(&measurements, args.cpus);
    if let Err(unfit) = &fit.usl {
        return Err(Failure::usage(format!("{name}: {unfit}; measure with others, too")));
    }
    let told = write(&FittedFile { name, of_seconds: measurements.of_seconds, fit });
    let letters = if is_ascii { Letters::Ascii } else { Letters::of_environment() };
    let text = PlainText::lines(&told);
    let text = if args.format.is_for_people { text.map(|text| letters.fit(text)) } else { text };
    let delivered = match &args.output {
        Some(path) => report::deliver_to(path, &text, |_| text.clone()),
        None => report::deliver(&text),
    };
    delivered.map_err(|error| Failure::run(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

fn from_file(path: &Path) -> Result<Vec<u8>, String> {
    read_regular(path, BYTES_MAX).map_err(|error| match error {
        ReadError::Io(error) => error.to_string(),
        ReadError::Irregular(_) => format!("is no regular file; give it as standard input: parlab fit {STDIN} < FILE"),
        ReadError::TooLarge => too_large(),
    })
}

fn from_stdin() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > BYTES_MAX { Err(too_large()) } else { Ok(bytes) }
}

fn too_large() -> String {
    format!("has more than {} MiB; leave out what is no measurement", BYTES_MAX >> 20)
}
