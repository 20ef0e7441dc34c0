//! Just enough of a validator for JSON Schema, draft 7, to hold files against the schema that parlab prints.
//!
//! It knows the keywords that this schema uses and panics at any other, at one whose value makes no sense, and at a
//! type it does not know: a schema that it takes is a schema. What each keyword means is held to the examples of the
//! specification and its test suite below.

use serde_json::{Map, Value as Json};

/// What is wrong with an instance, outermost first; nothing if it is valid.
pub(super) fn complaints(schema: &Json, instance: &Json) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, instance, "", &mut found);
    found
}

pub(super) fn is_valid(schema: &Json, instance: &Json) -> bool {
    complaints(schema, instance).is_empty()
}

/// Panics unless this is a schema that can be checked, down to its last part.
pub(super) fn assert_is_schema(schema: &Json) {
    let Json::Object(keywords) = schema else {
        assert!(schema.is_boolean(), "neither an object nor a boolean: {schema}");
        return;
    };
    for (keyword, value) in keywords {
        let parts: Vec<&Json> = match keyword.as_str() {
            "properties" => object(value).values().collect(),
            "anyOf" | "oneOf" | "allOf" => {
                assert!(!list(value).is_empty(), "{keyword} of nothing");
                list(value).iter().collect()
            }
            "dependencies" => object(value).values().filter(|value| !value.is_array()).collect(),
            "items" | "additionalProperties" | "not" | "if" | "then" | "else" => vec![value],
            _ => Vec::new(),
        };
        parts.into_iter().for_each(assert_is_schema);
        // Every keyword looks at its own value before it looks at the instance.
        for instance in [Json::Null, 1.into(), "".into(), Json::Array(Vec::new()), Json::Object(Map::new())] {
            holds(keyword, value, keywords, &instance, "", &mut Vec::new());
        }
    }
}

fn check(schema: &Json, instance: &Json, place: &str, found: &mut Vec<String>) {
    match schema {
        Json::Bool(true) => {}
        Json::Bool(false) => found.push(format!("{place}: nothing is allowed here, not even {instance}")),
        Json::Object(keywords) => {
            for (keyword, value) in keywords {
                if !holds(keyword, value, keywords, instance, place, found) {
                    found.push(format!("{place}: {instance} against {keyword} {value}"));
                }
            }
        }
        other => panic!("neither an object nor a boolean: {other}"),
    }
}

/// Whether one keyword holds of an instance; keywords that lead to other schemas tell what those complain of.
fn holds(
    keyword: &str,
    value: &Json,
    beside: &Map<String, Json>,
    instance: &Json,
    place: &str,
    found: &mut Vec<String>,
) -> bool {
    let number_is = |holds: fn(f64, f64) -> bool| {
        let bound = value.as_f64().unwrap_or_else(|| panic!("{keyword}: {value} is no number"));
        instance.as_f64().is_none_or(|number| holds(number, bound))
    };
    let size_is = |size: Option<usize>, holds: fn(u64, u64) -> bool| {
        let bound = value.as_u64().unwrap_or_else(|| panic!("{keyword}: {value} is no count"));
        size.is_none_or(|size| holds(size as u64, bound))
    };
    let characters = instance.as_str().map(|text| text.chars().count());
    let keys = || instance.as_object();
    let valid = |schema: &Json| is_valid(schema, instance);
    match keyword {
        "$schema" | "title" | "description" => value.is_string() || panic!("{keyword}: {value} is no text"),
        "default" => true,
        "type" => is_of(value, instance),
        "const" => value == instance || same_number(value, instance),
        "enum" => list(value).iter().any(|one| one == instance || same_number(one, instance)),
        "minimum" => number_is(|number, bound| number >= bound),
        "maximum" => number_is(|number, bound| number <= bound),
        "exclusiveMinimum" => number_is(|number, bound| number > bound),
        "minLength" => size_is(characters, |size, bound| size >= bound),
        "maxLength" => size_is(characters, |size, bound| size <= bound),
        "minItems" => size_is(instance.as_array().map(Vec::len), |size, bound| size >= bound),
        "maxItems" => size_is(instance.as_array().map(Vec::len), |size, bound| size <= bound),
        "minProperties" => size_is(keys().map(Map::len), |size, bound| size >= bound),
        "maxProperties" => size_is(keys().map(Map::len), |size, bound| size <= bound),
        "pattern" => {
            // Two are enough: a letter somewhere, and nothing but printable ASCII.
            let matches: fn(&str) -> bool = match text(value) {
                "x" => |text| text.contains('x'),
                "^[ -~]*$" => |text| text.chars().all(|c| (' '..='~').contains(&c)),
                other => panic!("the pattern {other} is not understood"),
            };
            instance.as_str().is_none_or(matches)
        }
        "required" => list(value).iter().map(text).all(|key| keys().is_none_or(|keys| keys.contains_key(key))),
        "properties" => {
            for (key, schema) in object(value) {
                if let Some(below) = keys().and_then(|keys| keys.get(key)) {
                    check(schema, below, &format!("{place}/{key}"), found);
                }
            }
            true
        }
        "additionalProperties" => {
            let known = beside.get("properties").map(object);
            let others =
                keys().into_iter().flatten().filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
            others.for_each(|(key, below)| check(value, below, &format!("{place}/{key}"), found));
            true
        }
        "items" => {
            assert!(!value.is_array(), "items: a schema for each place is not understood");
            for (at, below) in instance.as_array().into_iter().flatten().enumerate() {
                check(value, below, &format!("{place}/{at}"), found);
            }
            true
        }
        "dependencies" => object(value)
            .iter()
            .filter(|(key, _)| keys().is_some_and(|keys| keys.contains_key(*key)))
            .all(|(_, needed)| match needed {
                Json::Array(needed) => needed.iter().map(text).all(|key| keys().is_some_and(|k| k.contains_key(key))),
                schema => valid(schema),
            }),
        "allOf" => {
            list(value).iter().for_each(|schema| check(schema, instance, place, found));
            true
        }
        "anyOf" => list(value).iter().any(valid),
        "oneOf" => list(value).iter().filter(|schema| valid(schema)).count() == 1,
        "not" => !valid(value),
        "if" => {
            let branch = if valid(value) { "then" } else { "else" };
            beside.get(branch).into_iter().for_each(|schema| check(schema, instance, place, found));
            true
        }
        "then" | "else" => beside.contains_key("if") || panic!("{keyword} without if"),
        unknown => panic!("the keyword {unknown} is not understood"),
    }
}

/// Whether an instance is of a type. A number without a fraction is an integer, however it is written.
fn is_of(types: &Json, instance: &Json) -> bool {
    match text(types) {
        "object" => instance.is_object(),
        "array" => instance.is_array(),
        "string" => instance.is_string(),
        "boolean" => instance.is_boolean(),
        "null" => instance.is_null(),
        "number" => instance.is_number(),
        "integer" => instance.as_f64().is_some_and(|number| number.fract() == 0.0),
        unknown => panic!("there is no type {unknown}"),
    }
}

/// Whether both are numbers and the same one: `1` and `1.0` are.
fn same_number(one: &Json, other: &Json) -> bool {
    one.as_f64().is_some_and(|one| other.as_f64() == Some(one))
}

fn object(value: &Json) -> &Map<String, Json> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}"))
}

fn list(value: &Json) -> &Vec<Json> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// Schemas, each with instances that are valid and instances that are not.
const EXAMPLES: &[(&str, &[&str], &[&str])] = &[
    ("true", &["1", "{}"], &[]),
    ("false", &[], &["1", "{}"]),
    (r#"{"type": "integer"}"#, &["1", "1.0", "-3", "1e3"], &["1.1", r#""1""#, "null", "[]"]),
    (r#"{"type": "number"}"#, &["1", "1.1"], &[r#""1""#, "true"]),
    (r#"{"type": "string"}"#, &[r#""""#, r#""1""#], &["1", "{}", "null"]),
    (r#"{"type": "object"}"#, &["{}"], &["[]", "1"]),
    (r#"{"type": "array"}"#, &["[]"], &["{}", "1"]),
    (r#"{"type": "boolean"}"#, &["true", "false"], &["0", r#""""#, "null"]),
    (r#"{"const": 2}"#, &["2", "2.0"], &["5", r#""2""#]),
    (r#"{"const": false}"#, &["false"], &["0", "null"]),
    (r#"{"enum": [1, "a", null]}"#, &["1", "1.0", r#""a""#, "null"], &["2", "[]"]),
    (r#"{"minimum": 1.1}"#, &["2.6", "1.1", r#""x""#], &["0.6"]),
    (r#"{"maximum": 3}"#, &["2.6", "3", r#""x""#], &["3.5"]),
    (r#"{"exclusiveMinimum": 1.1}"#, &["1.2", r#""x""#], &["1.1", "0.6"]),
    (r#"{"minLength": 2}"#, &[r#""fo""#, r#""öü""#, "1"], &[r#""f""#, r#""ö""#]),
    (r#"{"maxLength": 2}"#, &[r#""fo""#, r#""öü""#, "100"], &[r#""foo""#]),
    (r#"{"minItems": 1}"#, &["[1]", r#""""#], &["[]"]),
    (r#"{"maxItems": 1}"#, &["[]", "[1]", r#""ab""#], &["[1, 2]"]),
    (r#"{"minProperties": 1}"#, &[r#"{"a": 1}"#, "[]"], &["{}"]),
    (r#"{"maxProperties": 1}"#, &["{}", r#"{"a": 1}"#, "[1, 2]"], &[r#"{"a": 1, "b": 2}"#]),
    (r#"{"pattern": "^[ -~]*$"}"#, &[r#""""#, r#""a b~""#, "1"], &[r#""é""#, r#""a\tb""#]),
    (r#"{"pattern": "x"}"#, &[r#""2x4""#, r#""x""#, "1"], &[r#""2""#, r#""""#]),
    (r#"{"required": ["a"]}"#, &[r#"{"a": 1}"#, "[]", "12"], &["{}", r#"{"b": 1}"#]),
    (r#"{"properties": {"a": {"type": "integer"}}}"#, &["{}", r#"{"a": 1, "b": []}"#, "[]"], &[r#"{"a": "1"}"#]),
    (
        r#"{"properties": {"a": {}}, "additionalProperties": false}"#,
        &["{}", r#"{"a": 1}"#, "[1]"],
        &[r#"{"a": 1, "b": 2}"#],
    ),
    (r#"{"additionalProperties": {"type": "boolean"}}"#, &["{}", r#"{"a": true}"#], &[r#"{"a": 12}"#]),
    (r#"{"items": {"type": "integer"}}"#, &["[]", "[1, 2]", "{}"], &[r#"[1, "x"]"#]),
    (r#"{"dependencies": {"a": ["b"]}}"#, &["{}", r#"{"b": 1}"#, r#"{"a": 1, "b": 1}"#, "[]"], &[r#"{"a": 1}"#]),
    (
        r#"{"dependencies": {"a": {"maxProperties": 1}}}"#,
        &[r#"{"a": 1}"#, r#"{"b": 1, "c": 1}"#],
        &[r#"{"a": 1, "b": 1}"#],
    ),
    (r#"{"dependencies": {"a": false}}"#, &["{}", r#"{"b": 1}"#], &[r#"{"a": 1}"#]),
    (r#"{"allOf": [{"maximum": 30}, {"minimum": 20}]}"#, &["25"], &["35", "15"]),
    (r#"{"anyOf": [{"type": "integer"}, {"minimum": 2}]}"#, &["1", "2.5", "3"], &["1.5"]),
    (r#"{"oneOf": [{"type": "integer"}, {"minimum": 2}]}"#, &["1", "2.5"], &["3", "1.5"]),
    (r#"{"not": {"type": "integer"}}"#, &[r#""a""#], &["1"]),
    (
        r#"{"if": {"exclusiveMinimum": 0}, "then": {"minimum": 10}, "else": {"maximum": -10}}"#,
        &["11", "-11"],
        &["5", "-5", "0"],
    ),
    (r#"{"if": {"minimum": 0}, "then": {"minimum": 10}}"#, &["11", "-1"], &["5"]),
    (r#"{"title": "t", "description": "d", "default": 1}"#, &["2"], &[]),
];

#[test]
fn keywords_mean_what_the_specification_says() {
    let json = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    for (schema, valid, invalid) in EXAMPLES {
        let schema = json(schema);
        assert_is_schema(&schema);
        for instance in *valid {
            assert_eq!(complaints(&schema, &json(instance)), [""; 0], "{schema}");
        }
        for instance in *invalid {
            assert!(!is_valid(&schema, &json(instance)), "{schema} takes {instance}");
        }
    }
}

#[test]
fn what_is_no_schema_is_refused() {
    for text in [
        "1",
        r#"{"type": "text"}"#,
        r#"{"type": 1}"#,
        r#"{"minimum": "1"}"#,
        r#"{"minLength": -1}"#,
        r#"{"minItems": 1.5}"#,
        r#"{"required": "a"}"#,
        r#"{"required": [1]}"#,
        r#"{"properties": []}"#,
        r#"{"properties": {"a": 1}}"#,
        r#"{"anyOf": []}"#,
        r#"{"oneOf": {"a": 1}}"#,
        r#"{"items": {"type": "text"}}"#,
        r#"{"not": {"maxLenght": 1}}"#,
        r#"{"then": true}"#,
        r#"{"enum": 1}"#,
        r#"{"patern": "x"}"#,
        r#"{"pattern": "x+"}"#,
        r#"{"description": 1}"#,
    ] {
        let schema: Json = serde_json::from_str(text).expect("JSON");
        assert!(std::panic::catch_unwind(|| assert_is_schema(&schema)).is_err(), "{text}");
    }
}
