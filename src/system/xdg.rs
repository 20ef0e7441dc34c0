//! Where a user's files are kept: the folders of the XDG Base Directory Specification 0.8.
//!
//! Variables are looked up by the caller, so that tests need not change the process's own. Nothing is created here.

use std::path::PathBuf;

/// A variable of this process's environment.
pub fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

/// The user's home; `None` if `$HOME` is unset or not absolute.
pub fn home(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    absolute(variable("HOME"))
}

/// Where settings are kept: `$XDG_CONFIG_HOME`, which stands for `~/.config` if it is unset or not absolute; `None` if
/// there is no home either.
pub fn config_folder(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    absolute(variable("XDG_CONFIG_HOME")).or_else(|| Some(home(variable)?.join(".config")))
}

/// Where what was done is remembered: `$XDG_STATE_HOME`, which stands for `~/.local/state` if it is unset or not
/// absolute; `None` if there is no home either.
pub fn state_folder(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    absolute(variable("XDG_STATE_HOME")).or_else(|| Some(home(variable)?.join(".local").join("state")))
}

/// Where what can be made again is kept: `$XDG_CACHE_HOME`, which stands for `~/.cache` if it is unset or not absolute;
/// `None` if there is no home either.
pub fn cache_folder(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    absolute(variable("XDG_CACHE_HOME")).or_else(|| Some(home(variable)?.join(".cache")))
}

/// The specification has relative paths ignored.
fn absolute(path: Option<PathBuf>) -> Option<PathBuf> {
    path.filter(|path| path.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_the_variables_or_below_home_or_nowhere() {
        let folders = |variables: &[(&str, &str)]| {
            let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
            let folders = [config_folder(variable), state_folder(variable), cache_folder(variable)];
            folders.map(|path| path.map(|path| path.display().to_string()))
        };
        let some = |paths: [&str; 3]| paths.map(|path| Some(path.to_owned()));
        let below_home = some(["/h/.config", "/h/.local/state", "/h/.cache"]);
        let all = [("XDG_CONFIG_HOME", "/c"), ("XDG_STATE_HOME", "/s"), ("XDG_CACHE_HOME", "/d"), ("HOME", "/h")];
        assert_eq!(folders(&all), some(["/c", "/s", "/d"]));
        let relative = [("XDG_CONFIG_HOME", "c"), ("XDG_STATE_HOME", ""), ("XDG_CACHE_HOME", "."), ("HOME", "/h")];
        assert_eq!(folders(&relative), below_home);
        assert_eq!(folders(&[("HOME", "/h")]), below_home);
        assert_eq!(folders(&[("HOME", "")]), [None, None, None]);
        assert_eq!(folders(&[]), [None, None, None]);
    }
}
