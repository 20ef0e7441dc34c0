//! Files of measurements, good ones and others.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Vec<(u64, f64, f64)> {
    let found = Measurements::read(text.as_bytes()).unwrap();
    found.all.into_iter().map(|one| (one.line, one.workers, one.throughput)).collect()
}

#[track_caller]
fn wrong(text: impl AsRef<[u8]>, message: &str) {
    assert_eq!(Measurements::read(text.as_ref()).unwrap_err(), message);
}

#[test]
fn columns_are_found_by_name() {
    assert_eq!(read("workers,throughput\n1,2.5\n4,1e1\n"), [(2, 1.0, 2.5), (3, 4.0, 10.0)]);
    assert_eq!(read("workers,seconds\n1,4\n2,0.5"), [(2, 1.0, 0.25), (3, 2.0, 2.0)]);
    assert_eq!(
        read("\u{feff}host,Seconds,note,WORKERS\r\na,4,\"x, y\",1\r\n\r\nb,2,,2\r\n"),
        [(2, 1.0, 0.25), (4, 2.0, 0.5)]
    );
    assert_eq!(read("\n workers ;\tthroughput\n 2 ; 3 \n2;4"), [(3, 2.0, 3.0), (4, 2.0, 4.0)]);
    assert!(Measurements::read(b"workers,seconds\n1,4\n").unwrap().of_seconds);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let wanted = "the first line must be a header with workers,throughput or workers,seconds";
    wrong("", &format!(": is empty; {wanted}"));
    wrong("1,2\n3,4\n", &format!(":1: has no column throughput or seconds, but 1, 2; {wanted}"));
    wrong("n,seconds\n", &format!(":1: has no column workers, but n, seconds; {wanted}"));
    wrong("workers,seconds\n\n", ":1: no measurement follows the header; add a line such as 1,64.9");
    wrong("workers,seconds,workers\n", ":1: column 3: is a second column workers; keep one");
    wrong(
        "workers,seconds,throughput\n1,1,1",
        ":1: has a column throughput and a column seconds; keep one, by which the law is to be fitted",
    );
    wrong("workers,seconds\n1,1\n2\n", ":3: has 1 column, and the header in line 1 has 2; all lines must have as many");
    for workers in ["0", "-1", "1.5", "nan", "inf", "1e10", "two", "\u{1b}[2J"] {
        let shown = workers.replace('\u{1b}', "\\u{1b}");
        wrong(
            format!("workers,seconds\n1,1\n{workers},1\n"),
            &format!(":3: column 1: `{shown}` is no number of workers; write a whole number from 1 on"),
        );
    }
    for seconds in ["0", "-0.5", "NaN", "infinity", "1e999", "1,5"] {
        let text = format!("seconds;workers\n{seconds};1\n");
        let help = "write a number above 0, such as 12.5, or leave the line out";
        wrong(text, &format!(":2: column 1: `{seconds}` is no time in seconds; {help}"));
    }
    wrong(
        "workers,throughput\n1,\n",
        ":2: column 2: an empty cell is no throughput; write a number above 0, such as 12.5, or leave the line out",
    );
    wrong("workers,seconds\n1,1e-320\n", ":2: column 2: `1e-320` is too far from 1; write it in another unit");
    wrong("workers,throughput\n1,1e101\n", ":2: column 2: `1e101` is too far from 1; write it in another unit");
    wrong("workers,seconds\n1,\"2\n3,4\n", ":2: column 2: has a quote that is closed on another line, if at all");
    wrong(
        b"workers,seconds\n1,\xff\x9b\n",
        ":2: column 2: `\\xff\\x9b` is no time in seconds; write a number above 0, such as 12.5, or leave the line out",
    );
}

proptest! {
    #[test]
    fn any_bytes_are_measurements_or_an_error(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Measurements::read(&text);
    }

    #[test]
    fn any_cells_are_measurements_or_an_error(text in "workers,(seconds|throughput)\n([-0-9.einfa\", \r]{0,6},[0-9e.-]{0,4}\n){0,6}") {
        match Measurements::read(text.as_bytes()) {
            Ok(found) => prop_assert!(found.all.iter().all(|one| one.workers >= 1.0 && one.throughput > 0.0)),
            Err(wrong) => prop_assert!(wrong.starts_with(':') && !wrong.contains('\r'), "{}", wrong),
        }
    }
}
