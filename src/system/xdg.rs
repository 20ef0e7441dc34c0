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
            [config_folder(variable), state_folder(variable)].map(|path| path.map(|path| path.display().to_string()))
        };
        let some = |paths: [&str; 2]| paths.map(|path| Some(path.to_owned()));
        let all = [("XDG_CONFIG_HOME", "/c"), ("XDG_STATE_HOME", "/s"), ("HOME", "/h")];
        assert_eq!(folders(&all), some(["/c", "/s"]));
        let relative = [("XDG_CONFIG_HOME", "c"), ("XDG_STATE_HOME", ""), ("HOME", "/h")];
        assert_eq!(folders(&relative), some(["/h/.config", "/h/.local/state"]));
        assert_eq!(folders(&[("HOME", "/h")]), some(["/h/.config", "/h/.local/state"]));
        assert_eq!(folders(&[("HOME", "")]), [None, None]);
        assert_eq!(folders(&[]), [None, None]);
    }
}
