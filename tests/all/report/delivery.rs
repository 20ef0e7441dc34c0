//! Reports in files.

use std::path::Path;

use parlab::foreign::PlainText;
use parlab::report::{DeliveryError, deliver};

#[test]
fn a_report_reaches_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.txt");
    deliver(&PlainText::lines("a report\n"), Some(&path)).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a report\n");
}

#[test]
fn a_full_disk_is_told_and_the_report_goes_to_stdout() {
    let error = deliver(&PlainText::lines("a report\n"), Some(Path::new("/dev/full"))).unwrap_err();
    assert!(matches!(error, DeliveryError::File { .. }), "{error}");
    let message = error.to_string();
    assert!(message.starts_with("failed to write the report to /dev/full: No space left on device"), "{message}");
    assert!(message.ends_with("it went to standard output instead"), "{message}");
}
