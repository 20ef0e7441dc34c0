//! What is read of a CSV, what is doubted, and what is refused; only texts, no files.

use super::*;

fn values(table: &CsvTable) -> Vec<Vec<f64>> {
    table.rows.iter().map(|row| row.iter().map(|node| node.value).collect()).collect()
}

fn auto(text: &str) -> Result<CsvTable, String> {
    read(text, CsvOptions::default())
}

#[test]
fn numbers_and_classes_are_read() {
    for text in [
        "1,2.5,0\n-3e1,4,1\n",
        "a,b,class\n1,2.5,0\n-3e1,4,1",
        "\u{feff}a,b,class\r\n1,2.5,0\r\n\r\n-3e1 , 4,1.0\r\n\n",
        "\"a\",\"b, or c\",\"class\"\n\"1\",\"2.5\",0\n-30,4,\"1\"\n",
        "a;b;class\n1;2.5;0\n-30;4;1\n",
        "1\t2.5\t0\n-30\t4\t1\n",
    ] {
        let table = auto(text).unwrap();
        assert_eq!(values(&table), [[1.0, 2.5], [-30.0, 4.0]]);
        assert_eq!((table.labels, table.columns), (vec![0, 1], 3));
        assert_eq!(table.rows[0].iter().map(|node| node.index).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(table.header.is_some(), text.contains("class"));
        assert_eq!(table.doubts, Vec::<String>::new());
        let (lines, numbers) = extent(text);
        assert!(lines >= 2 && numbers >= 6);
    }
}

/// Whether the first line is taken for names, the first column for an index, and how many doubts that leaves.
fn taken(text: &str) -> (bool, bool, usize) {
    let table = auto(text).unwrap_or_else(|wrong| panic!("{text:?}: {wrong}"));
    (table.header.is_some(), table.index, table.doubts.len())
}

#[test]
fn names_and_indices_are_told_from_numbers() {
    for (text, expected) in [
        // The numbers of the columns above numbers with fractions, or a class that no other line has.
        ("0,1,2\n0.5,1.5,0\n2.5,0.5,1\n", (true, false, 0)),
        ("0,1,2\n0.5,1.5,2\n2.5,0.5,1\n", (true, false, 0)),
        ("0,1,2\n5,7,0\n3,1,1\n", (true, false, 0)),
        ("0,1\n5,0\n3,1\n", (false, false, 1)),
        ("0,1\n5.5,0\n3,1\n", (true, false, 0)),
        ("0,1,2\n5,7,2\n3,1,1\n", (true, false, 1)),
        // A sample among samples.
        ("5,7,0\n3,1,1\n4,2,0\n", (false, false, 0)),
        ("5.5,7,2\n3,1,1\n4,2,0\n", (false, false, 0)),
        // An index, with and without names beside it.
        (",a,b,class\n0,1,2.5,0\n1,3,4,1\n", (true, true, 0)),
        ("Unnamed: 0,a,class\n1,5,0\n2,3,1\n", (true, true, 0)),
        (",0,1,2\n0,1,2.5,0\n1,3,4,1\n", (true, true, 0)),
        (",2019,2020,2021\n0,1,2.5,0\n1,3,4,1\n", (true, true, 0)),
        (",a,class\n7,5,0\n3,3,1\n", (true, true, 1)),
        (",a,class\n7,5,0\n7,3,1\n", (true, false, 1)),
        ("\"\",\"a\",\"class\"\n\"row one\",5,0\n\"row two\",3,1\n", (true, true, 1)),
        ("0,5.5,0\n1,3,1\n2,4,1\n3,4,0\n", (false, false, 1)),
        ("id,a,class\n1,5,0\n2,3,1\n", (true, false, 1)),
        ("time,a,class\n1,5,0\n2,3,1\n", (true, false, 0)),
        // Names that are numbers beside names that are none.
        ("2019,2020,class\n1,2,0\n3,4,1\n", (true, false, 0)),
        ("150,4,setosa\n1,2,0\n3,4,1\n", (true, false, 0)),
        ("2019,2020,2021\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n", (true, false, 1)),
    ] {
        assert_eq!(taken(text), expected, "{text:?}: {:?}", auto(text).map(|table| table.doubts));
    }
}

#[test]
fn what_is_said_outright_is_not_doubted() {
    let options = |header, index| CsvOptions { header, index };
    let text = "0,1,2\n0,7,2\n1,1,1\n2,5,1\n";
    let yes = read(text, options(Choice::Yes, Choice::No)).unwrap();
    assert_eq!((yes.rows.len(), yes.rows[0].len(), yes.doubts.len()), (3, 2, 0));
    assert_eq!(yes.header, Some((1, ["0", "1", "2"].map(str::to_owned).to_vec())));
    let no = read(text, options(Choice::No, Choice::Yes)).unwrap();
    assert_eq!((no.rows.len(), values(&no)[1].clone(), no.doubts.len()), (4, vec![7.0], 0));
    let wrong = read("1,0\n2,1\n", options(Choice::No, Choice::Yes)).unwrap_err();
    assert_eq!(wrong, ":1: has an index and a class, and no numbers between them");
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    const FILL: &str = "remove the sample or fill it in";
    const NAMES: &str = "if this line has names, say header = \"yes\"";
    for (text, wrong) in [
        ("", ": holds no samples".to_owned()),
        ("\n\n", ": holds no samples".to_owned()),
        ("a,b\n", ": holds no samples".to_owned()),
        ("1\n2\n", ":1: has one column; numbers and a class are wanted, with commas between".to_owned()),
        ("1,2,0\n\n1,0\n", ":3: has 2 columns, and line 1 has 3; all must have as many".to_owned()),
        ("1,2,0\n1\n", ":2: has 1 column, and line 1 has 3; all must have as many".to_owned()),
        ("1,0\nx,1\n", ":2: column 1: \"x\" is no number".to_owned()),
        ("1,0\n2,\u{1b}[2J\n", ":2: column 2: \"\\u{1b}[2J\" is no number".to_owned()),
        ("a,1\n2,1\n", format!(":1: column 1: \"a\" is no number; {NAMES}")),
        ("1,0\n,1\n", format!(":2: column 1: is empty; {FILL}")),
        (",1,0\n3,1,1\n3,1,0\n", format!(":1: column 1: is empty; {FILL}; {NAMES}")),
        ("nan,nan\n", format!(":1: column 1: nan is no finite number; {FILL}; {NAMES}")),
        ("1,0\nNA,1\n", format!(":2: column 1: NA stands for no value; {FILL}")),
        ("1,0\n-inf,0\n", format!(":2: column 1: -inf is no finite number; {FILL}")),
        ("1,0.5\n", ":1: the last column is the class and must be a whole number, and 0.5 is none".to_owned()),
        ("\r\n1,0\r\n \r\n2\r3,1\r\n", ":4: column 1: \"2…\" is no number".to_owned()),
        ("1,1e300\n", ":1: the last column is the class and must be a whole number, and 1e300 is none".to_owned()),
        ("a,b,a\n1,2,0\n", ":1: column 3: is called \"a\" as column 1 is; give each a name of its own".to_owned()),
        ("1,0\n\"2\n3\",1\n", ":2: column 1: has a quote that is closed on another line, if at all".to_owned()),
        ("a;y\n1,5;0\n2,5;1\n", ":2: column 1: \"1,5\" has a comma before its fraction; write 1.5".to_owned()),
    ] {
        assert_eq!(auto(text).unwrap_err(), wrong, "{text:?}");
    }
}
