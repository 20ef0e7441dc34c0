//! The library: who comes first, what is listed once, and that nothing a user puts there is fatal.

use std::fs;
use std::path::{Path, PathBuf};

use parlab::scenario::library::{Entry, Library, bundled, find};
use parlab::scenario::{Origin, path};
use tempfile::TempDir;

const FINE: &str = "title = 'mine'\n[workload]\nkind = 'square'\ntasks = 4\n";

/// Two folders of scenarios, as `./scenarios` and the one in the user's configuration.
struct Shelf {
    root: TempDir,
}

impl Shelf {
    fn new() -> Self {
        let shelf = Self { root: TempDir::new().unwrap() };
        shelf.folders().iter().for_each(|folder| fs::create_dir(folder).unwrap());
        shelf
    }

    fn folders(&self) -> Vec<PathBuf> {
        ["here", "config"].map(|name| self.root.path().join(name)).to_vec()
    }

    fn put(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        fs::write(self.root.path().join(path), text).unwrap();
        self
    }

    fn open(&self) -> Library {
        Library::open(&self.folders(), &super::catalog(2))
    }

    /// The entries beyond the bundled ones.
    fn own(&self) -> Vec<Entry> {
        self.open().entries.into_iter().filter(|entry| entry.origin != Origin::Bundled).collect()
    }

    fn find(&self, what: &str) -> Result<String, String> {
        let problem = |problem: String| problem.replace(self.root.path().to_str().unwrap(), "");
        find(Path::new(what), &self.folders())
            .map(|source| problem(source.label))
            .map_err(|error| problem(error.to_string()))
    }
}

fn text_of(name: &str) -> String {
    bundled().find(|source| source.name == name).unwrap().text
}

#[test]
fn the_bundled_come_first_in_the_order_of_the_lecture() {
    let entries = Shelf::new().open().entries;
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, path::names().collect::<Vec<_>>());
    assert_eq!(entries[1].chapter().map(|chapter| chapter.title), Some("Waiting"));
    let shelf = Shelf::new();
    let own = shelf.put("here/database.toml", FINE).own();
    assert_eq!(own[0].chapter(), None, "one's own of the same name is not the bundled one");
}

#[test]
fn then_each_folder_by_name() {
    let shelf = Shelf::new();
    shelf.put("config/a.toml", FINE).put("here/z.toml", FINE).put("here/b.toml", FINE).put("here/notes.txt", "x");
    let own = shelf.own();
    assert_eq!(own.iter().map(|entry| entry.call.as_str()).collect::<Vec<_>>(), ["b", "z", "a"]);
    assert!(own.iter().all(|entry| entry.scenario.is_ok()));
    assert_eq!(own[0].origin, Origin::File(shelf.folders()[0].join("b.toml")));
    assert_eq!(own[0].text, FINE);
}

#[test]
fn a_copy_of_a_bundled_scenario_is_listed_once() {
    let shelf = Shelf::new();
    shelf.put("here/cubes.toml", text_of("cubes"));
    assert_eq!(shelf.own(), []);
    // The same text under another name is another scenario.
    shelf.put("here/mine.toml", text_of("cubes"));
    assert_eq!(shelf.own().len(), 1);
}

#[test]
fn who_has_a_taken_name_is_called_by_path() {
    let shelf = Shelf::new();
    shelf.put("here/cubes.toml", FINE).put("here/mine.toml", FINE).put("config/mine.toml", FINE);
    let own = shelf.own();
    let path = |index: usize, name: &str| shelf.folders()[index].join(name).display().to_string();
    let calls: Vec<String> = own.iter().map(|entry| entry.call.clone()).collect();
    assert_eq!(calls, [path(0, "cubes.toml"), "mine".to_owned(), path(1, "mine.toml")]);
    // What an entry says it is called by does find it.
    for entry in shelf.open().entries {
        let found = find(Path::new(&entry.call), &shelf.folders()).unwrap();
        assert_eq!((found.origin, found.text), (entry.origin, entry.text));
    }
}

#[test]
fn broken_files_are_listed_with_their_problems() {
    let shelf = Shelf::new();
    shelf.put("here/a.toml", "title = 3\n").put("here/b.toml", b"\xff").put("here/c.toml", FINE);
    fs::create_dir(shelf.folders()[0].join("d.toml")).unwrap();
    nix::unistd::mkfifo(&shelf.folders()[0].join("e.toml"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let said: Vec<String> = shelf
        .own()
        .iter()
        .map(|entry| match &entry.scenario {
            Ok(_) => "ok".to_owned(),
            Err(problems) => problems.iter().next().unwrap().message.clone(),
        })
        .collect();
    assert_eq!(
        said,
        [
            "is missing; add it with kind = \"…\" and its inputs",
            "byte 0xff is not valid UTF-8; save the file as UTF-8",
            "ok",
            "is a folder; name a scenario file in it",
            "is a pipe; a scenario must be a regular file",
        ]
    );
}

#[test]
fn hostile_file_names_are_listed_harmlessly() {
    let shelf = Shelf::new();
    shelf.put("here/a\u{1b}[2J.toml", FINE);
    let own = shelf.own();
    assert_eq!(own[0].name, "a\\u{1b}[2J");
    let problems = own[0].scenario.as_ref().unwrap_err().to_string();
    assert!(problems.contains("rename the file") && !problems.contains('\u{1b}'), "{problems}");
}

#[test]
fn a_folder_full_of_scenarios_is_cut_short_and_says_so() {
    let shelf = Shelf::new();
    for i in 0..510 {
        shelf.put(&format!("here/{i:03}.toml"), FINE);
    }
    let library = shelf.open();
    assert_eq!(library.entries.len(), 500 + bundled().count());
    assert_eq!(library.notes.len(), 1);
    assert!(library.notes[0].ends_with("the rest of it is not listed: there are too many scenarios"));
}

#[test]
fn folders_that_are_missing_or_none_are_no_mistake() {
    let shelf = Shelf::new();
    fs::remove_dir(&shelf.folders()[0]).unwrap();
    assert_eq!(shelf.open().notes, [] as [&str; 0]);
    shelf.put("here", "a file");
    assert_eq!(shelf.open().notes.len(), 1);
}

#[test]
fn a_name_finds_the_bundled_then_the_folders_then_files() {
    let shelf = Shelf::new();
    shelf.put("here/cubes.toml", FINE).put("here/mine.toml", FINE).put("config/mine.toml", FINE);
    shelf.put("config/other.toml", FINE).put("loose.toml", FINE);
    let path = |name: &str| shelf.root.path().join(name).display().to_string();
    assert_eq!(shelf.find("cubes"), Ok("bundled cubes.toml".to_owned()));
    assert_eq!(shelf.find("mine"), Ok("/here/mine.toml".to_owned()));
    assert_eq!(shelf.find("other"), Ok("/config/other.toml".to_owned()));
    assert_eq!(shelf.find(&path("here/cubes.toml")), Ok("/here/cubes.toml".to_owned()));
    assert_eq!(shelf.find(&path("loose.toml")), Ok("/loose.toml".to_owned()));
}

#[test]
fn what_is_not_found_gets_a_suggestion() {
    let shelf = Shelf::new();
    shelf.put("here/experiment.toml", FINE);
    let wrong = |what: &str| shelf.find(what).unwrap_err();
    assert_eq!(wrong("cubs"), "cubs: no scenario is called so; did you mean cubes?");
    assert_eq!(wrong("experimnt"), "experimnt: no scenario is called so; did you mean experiment?");
    assert_eq!(wrong("xyzzy"), "xyzzy: no scenario is called so, and there is no such file; parlab list shows all");
    assert_eq!(wrong("/nowhere/x"), "/nowhere/x: there is no such file");
    assert_eq!(wrong("nowhere.toml"), "nowhere.toml: there is no such file");
    assert_eq!(wrong("/"), "/: is a folder; name a scenario file in it");
    assert!(!wrong("\u{1b}[2J").contains('\u{1b}'));
    assert!(wrong("").contains("no scenario is called so"));
}
