//! How figures by name are written down so that they come back as they were: JSON has no word for infinity and for what
//! is no number, and the tasks of a workload may come to either.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A figure: as a number where JSON has one, else as a word.
struct Exact(f64);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Word(String),
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() { serializer.serialize_f64(self.0) } else { serializer.collect_str(&self.0) }
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Number(number) => Ok(Self(number)),
            Written::Word(word) => word.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

/// For `#[serde(with = …)]`.
pub(super) mod optional {
    use super::{BTreeMap, Deserialize, Deserializer, Exact, Serialize, Serializer};

    type ByName = Option<BTreeMap<String, f64>>;

    pub(in crate::record) fn serialize<S: Serializer>(figures: &ByName, serializer: S) -> Result<S::Ok, S::Error> {
        let exact = |figures: &BTreeMap<String, f64>| -> BTreeMap<String, Exact> {
            figures.iter().map(|(name, figure)| (name.clone(), Exact(*figure))).collect()
        };
        figures.as_ref().map(exact).serialize(serializer)
    }

    pub(in crate::record) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ByName, D::Error> {
        let exact = Option::<BTreeMap<String, Exact>>::deserialize(deserializer)?;
        Ok(exact.map(|figures| figures.into_iter().map(|(name, Exact(figure))| (name, figure)).collect()))
    }
}
