//! What the hook leaves as it is: the environment's own start, its paths, what libraries look like, its own folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use parlab::python::{Hook, WatchUnit, flags_that_hide};

use crate::common;
use crate::pythons::{environment, program, pythons, too_old};
use crate::watched::{Watched, python, watch, watch_beside};

#[test]
fn libraries_look_as_they_are() {
    for found in pythons() {
        let watched = watch_beside(|| python(&found.program, &program("surroundings.py"), "argument"));
        assert!(watched.stdout.contains("multiprocessing.pool worker worker (inqueue"), "{}", watched.stdout);
        assert_eq!(watched.count(), 0);
    }
}

#[test]
fn the_environments_own_sitecustomize_is_loaded() {
    let site = common::folder();
    fs::write(site.path().join("sitecustomize.py"), "SITE = 'its own'\nprint('its own site')\n").unwrap();
    fs::write(site.path().join("usercustomize.py"), "print('its own user')\n").unwrap();
    for found in pythons() {
        let watched = watch_beside(|| {
            let mut command = python(&found.program, &program("surroundings.py"), "argument");
            command.env("PYTHONPATH", site.path());
            command
        });
        assert!(watched.stdout.starts_with("its own site\n"), "{}", watched.stdout);
        assert!(
            watched.stdout.ends_with(&format!("its own ['{}', 'argument']\n", program("surroundings.py").display()))
        );
        assert!(watched.started.contains(&watched.pid));
    }
}

#[test]
fn a_site_that_fails_fails_as_it_does() {
    let site = common::folder();
    for (line, told) in [("raise OSError('broken')", "OSError: broken"), ("import nothing_there", "nothing_there")] {
        fs::write(site.path().join("sitecustomize.py"), line).unwrap();
        for found in pythons() {
            let watched = watch_beside(|| {
                let mut command = python(&found.program, &program("pools.py"), "thread");
                command.env("PYTHONPATH", site.path());
                command
            });
            assert!(watched.stderr.contains(told), "{}", watched.stderr);
            assert!(watched.count() > 300);
        }
    }
}

#[test]
fn interpreters_that_do_not_load_the_hook_are_told_from_those_that_do() {
    for found in pythons() {
        for flag in ["-E", "-I", "-S"] {
            let command = || {
                let mut command = Command::new(&found.program);
                command.arg(flag).arg(program("pools.py")).arg("thread");
                command
            };
            let watched = watch(command());
            assert!(watched.status.success(), "{}", watched.stderr);
            assert_eq!((watched.count(), &watched.started[..]), (0, &[][..]));
            let words: Vec<u8> = ["python3", flag, "pools.py", ""].join("\0").into_bytes();
            assert_eq!(flags_that_hide(&words), Some(flag));
        }
    }
}

/// Workers that lost the hook's path, or the board's, run as they would; the program's own threads are watched.
#[test]
fn workers_in_a_changed_environment_go_on_unwatched() {
    for found in pythons() {
        for change in ["PYTHONPATH=/nowhere", "PARLAB_BOARD=/nowhere", "PARLAB_BOARD="] {
            let watched = changed(&found.program, change, "executors", "spawn");
            assert_eq!(watched.count(), 0, "{change}");
        }
    }
    for interpreter in ["old", "new"].into_iter().filter_map(environment) {
        let watched = changed(&interpreter, "PYTHONPATH=/nowhere", "parallel", "loky");
        assert_eq!(watched.count(), 0);
    }
}

fn changed(interpreter: &Path, change: &str, name: &str, kind: &str) -> Watched {
    watch_beside(|| {
        let mut command = python(interpreter, &program("changed.py"), change);
        command.args([name, kind]).env("PARLAB_DEBUG", "");
        command
    })
}

#[test]
fn the_folder_is_private_and_goes_with_the_hook() {
    let hook = Hook::install("/nowhere", WatchUnit::Tasks).unwrap();
    let folder = first_of_path(&hook, None);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(folder.join("sitecustomize.py").is_file() && folder.join("parlab_board.py").is_file());
    fs::create_dir(folder.join("__pycache__")).unwrap();
    fs::write(folder.join("__pycache__/x.pyc"), "").unwrap();
    assert_eq!((hook.started(), hook.cost_of_a_task()), (Vec::new(), None));
    drop(hook);
    assert!(!folder.exists());
}

#[test]
fn a_path_that_is_there_stays_behind_the_hooks_own() {
    let hook = Hook::install("/nowhere", WatchUnit::Tasks).unwrap();
    let folder = first_of_path(&hook, Some("/a:/b"));
    for (given, expected) in [(Some("/a:/b"), ":/a:/b"), (Some(""), ""), (None, "")] {
        let path = hook.environment_beside(given.map(AsRef::as_ref)).remove(0).1;
        assert_eq!(path.to_str().unwrap(), format!("{}{expected}", folder.display()));
    }
}

fn first_of_path(hook: &Hook, others: Option<&str>) -> PathBuf {
    let environment = hook.environment_beside(others.map(AsRef::as_ref));
    let path = environment.iter().find(|(name, _)| name == "PYTHONPATH").unwrap();
    Path::new(path.1.to_str().unwrap().split(':').next().unwrap()).to_owned()
}

/// Killed, parlab leaves its folder; the next one takes it away, but none that another parlab holds.
#[test]
fn what_a_killed_one_left_is_removed() {
    let held = Hook::install("/nowhere", WatchUnit::Tasks).unwrap();
    let held = (first_of_path(&held, None), held);
    let left = held.0.with_file_name(format!("parlab-python-left-{}", std::process::id()));
    fs::create_dir(&left).unwrap();
    for folder in [&held.0, &left] {
        fs::File::open(folder).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    drop(Hook::install("/nowhere", WatchUnit::Tasks).unwrap());
    assert!(!left.exists() && held.0.exists());
}

/// Pythons that cannot be watched run as they would.
#[test]
fn pythons_too_old_are_left_alone() {
    for interpreter in too_old() {
        let command = || {
            let mut command = Command::new(&interpreter);
            command.args(["-c", "import multiprocessing.pool as pool\nprint(pool.ThreadPool(2).map(abs, [1, -2]))"]);
            command
        };
        let watched = watch_beside(command);
        assert_eq!((watched.stdout.as_str(), watched.count()), ("[1, 2]\n", 0));
    }
}
