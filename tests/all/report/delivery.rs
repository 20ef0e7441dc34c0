//! Reports in files.

use std::path::Path;

use parlab::foreign::PlainText;
use parlab::report::{DeliveryError, deliver_to};

#[test]
fn a_report_reaches_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.txt");
    deliver_to(&path, &PlainText::lines("a report\n"), |why| panic!("{why}")).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a report\n");
}

#[test]
fn a_full_disk_is_told_and_the_report_goes_to_stdout() {
    let error =
        deliver_to(Path::new("/dev/full"), &PlainText::lines("a report\n"), |why| PlainText::lines(&why)).unwrap_err();
    assert!(matches!(error, DeliveryError::File { .. }), "{error}");
    let message = error.to_string();
    assert!(message.starts_with("failed to write the report to /dev/full: No space left on device"), "{message}");
    assert!(message.ends_with("it went to standard output instead"), "{message}");
}
