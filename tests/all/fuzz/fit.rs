//! The reader of measurements: every input is read by the library and fitted, and some by the whole program.

use parlab::record::Measurements;
use parlab::report::Format;
use parlab::results::{FittedFile, SeriesFit};

use super::corpus::{Corpus, Dice};
use super::hunt::hunt;
use super::streams::{is_plain, judge};
use crate::common::{folder, parlab};

/// Good files.
const FILES: &[&str] = &[
    "workers,throughput\n1,64.9\n18,995.9\n36,1652.4\n72,1853.2\n108,1828.9\n144,1775.0\n216,1702.2\n",
    "workers,seconds\n1,12.5\n2,6.4\n4,3.5\n4,3.6\n8,2.5\n",
    "\u{feff}host,seconds,workers\r\na,4,1\r\n\"b, c\",2,2\r\n\r\nd,1.5,3\r\n",
    "workers;throughput;note\n1;1;\n2;0.4;x\n4;0.06;\n8;1e-3;y\n",
    "workers\tseconds\n1\t1e3\n1000000\t1e-3\n999999999\t1e-9\n3\t2\n",
];

/// One input in so many is given to the whole program, too.
const RUNS: usize = 50;

fn fit(bytes: &[u8]) -> Result<(), String> {
    let measurements = match Measurements::read(bytes) {
        Ok(measurements) => measurements,
        Err(wrong) => return is_plain(wrong.as_bytes()).map_err(|hazard| format!("{wrong}: {hazard}")),
    };
    let fit = SeriesFit::of_measurements(&measurements, Some(4));
    let file = FittedFile { name: "x".to_owned(), of_seconds: measurements.of_seconds, fit };
    for name in ["text", "json"] {
        let write = Format::named(name).and_then(|format| format.fit).ok_or("no such format")?;
        is_plain(write(&file).as_bytes())?;
    }
    Ok(())
}

#[test]
fn measurements_of_any_kind_are_read() {
    let corpus = Corpus::new(FILES.iter().map(|file| file.as_bytes().to_vec()));
    let folder = folder();
    let file = folder.path().join("m.csv");
    let make = move |dice: &mut Dice| corpus.input(dice);
    let judge = move |batch: &[Vec<u8>]| {
        batch.iter().enumerate().try_for_each(|(at, bytes)| {
            fit(bytes)?;
            if at == 0 {
                std::fs::write(&file, bytes).map_err(|error| error.to_string())?;
                judge(&parlab().arg("fit").arg(&file).output().map_err(|error| error.to_string())?)?;
            }
            Ok(())
        })
    };
    hunt("fit", RUNS, make, judge);
    drop(folder);
}
