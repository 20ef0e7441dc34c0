//! Texts with keys in braces, filled in: `--size={SIZE}`. Braces around anything else are the text's own.

/// The text with each `{key}` that `value` knows replaced, once: what is filled in is not read again.
pub(super) fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let key = from[1..].split_once('}').map(|(key, _)| key);
        match key.and_then(|key| Some((key, value(key)?))) {
            Some((key, value)) => {
                out.push_str(&value);
                rest = &from[key.len() + 2..];
            }
            None => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_known_are_replaced_once() {
        let value = |key: &str| match key {
            "x" => Some("{y}".to_owned()),
            "y" => Some("2".to_owned()),
            _ => None,
        };
        let cases = [
            ("{x}{y}", "{y}2"),
            ("a{y}b{y}", "a2b2"),
            ("{print $1} {{y}} {y", "{print $1} {2} {y"),
            ("{}{z}", "{}{z}"),
            ("é{y}é", "é2é"),
        ];
        for (text, expected) in cases {
            assert_eq!(filled(text, value), expected);
        }
    }
}
